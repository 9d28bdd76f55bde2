"""The events feed as a server sees it: each thing once, where officers want it, and nothing that is old."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest
import simcord

from bot.domain.activity import snowflake_at
from bot.domain.boards import BoardKind
from bot.domain.broadcasts import BroadcastKind
from bot.domain.facts import BroadcastFact, MessageFact, MessageKind, relay_source
from bot.domain.feed import FeedKind
from bot.domain.ids import ChannelId, GroupId, GuildId, MessageId, UserId
from bot.domain.names import name_key
from bot.domain.setup import RelayShare
from bot.services.feed import Feed, News
from bot.services.storing import Heard, store
from db.queries import clans
from demo.wom import SimulatedWom
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues, deny, lose_answers, officers_meet_in
from tests.cogs.reading import components_of, message_of, text_of
from tests.cogs.world import AMSTERDAM, ANN, CY, DEE, GROUP, JOHN, NOW, POLLS, Clock, player_id, restored_wom
from tests.simulator import as_bot

MINUTES = timedelta(minutes=10)


async def told_of(foundry: Foundry, *kinds: FeedKind, least: int | None = None) -> simcord.ChannelHandle:
    """A channel in which these kinds are told of, from now on."""
    channel = foundry.places.guild.create_text_channel("feed")
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    with as_bot(foundry.env):
        for kind in kinds:
            await foundry.services.feed.switch_on(clan, kind, ChannelId(channel.id), by, least=least)
    return channel


async def later(foundry: Foundry, wom: SimulatedWom | None = None, by: timedelta = MINUTES) -> None:
    """The bot starts again after a while, with a WOM that answers where one is given, and polls."""
    if wom is None:
        await foundry.restart(later=by)
        await foundry.env.settle()
        return
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, later=by)
        await foundry.env.settle()
        # What the poll found is told a minute later; a start looks at once.
        await foundry.restart(later=timedelta(minutes=1))
        await foundry.env.settle()
        await foundry.bot.close()


async def say(foundry: Foundry, *texts: str) -> None:
    """The game announces this in the relayed chat."""
    relay = foundry.places.guild.create_text_channel("clan-chat")
    hook = foundry.places.guild.create_webhook(relay, "Relay")
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    share = RelayShare(ChannelId(relay.id), 1, 1)
    with as_bot(foundry.env):
        await foundry.services.setting_up.use_relay(clan, UserId(hook.id), share, by)
    for text in texts:
        await hook.send(text)
    await foundry.services.ingest.flush()


def posts(channel: simcord.ChannelHandle) -> list[Any]:
    return list(channel.history())


def lines(channel: simcord.ChannelHandle) -> list[str]:
    return [line for message in posts(channel) for line in text_of(message).splitlines() if line]


@pytest.mark.both_databases
async def test_what_happens_is_told_once_and_nothing_from_before(foundry: Foundry) -> None:
    channel = await told_of(
        foundry,
        FeedKind.NINETY_NINES,
        FeedKind.MILESTONES,
        FeedKind.RANK_UPS,
        FeedKind.JOINS,
        FeedKind.RENAMES,
    )
    wom = restored_wom(Clock(NOW))
    soon = NOW + timedelta(minutes=5)
    john, ann, cy = (player_id(wom, name) for name in (JOHN, ANN, CY))
    wom.achieve(john, "99 Fishing", "fishing", 13_034_431, soon, accuracy=1_000)
    wom.achieve(ann, "200m Overall Exp.", "overall", 200_000_000, soon, accuracy=1_000)
    wom.achieve(ann, "Maxed Overall", "overall", 13_034_431, soon, accuracy=1_000)
    wom.achieve(ann, "Base 90 Stats", "overall", 273_742 * 23, soon, accuracy=1_000)
    wom.achieve(ann, "5k Vorkath kills", "vorkath", 5_000, soon, measure="kills", accuracy=1_000)
    wom.achieve(ann, "99 Magic", "magic", 13_034_431, NOW - timedelta(days=2), accuracy=1_000)
    wom.achieve(cy, "99 Agility", "agility", 13_034_431, soon, accuracy=-1)
    wom.change_role(GROUP, ann, "onyx", soon)
    wom.join(GROUP, wom.add_player("Eve", at=soon), "member", soon)
    await later(foundry, wom)
    told = lines(channel)
    assert "🎉 Jo hn has reached 99 Fishing" in told
    assert "🏅 Ann B has reached 200M XP" in told
    assert "🏅 Ann B has maxed" in told
    assert "🏅 Ann B has reached Base 90 Stats" in told
    assert "🏅 Ann B has reached 5,000 Vorkath" in told
    assert not [line for line in told if "13M" in line or "6.3M" in line], "thresholds of a skill are no XP"
    assert "⬆ Ann B is Onyx now" in told
    assert "👋 welcome Eve" in told
    assert not [line for line in told if "Magic" in line or "Agility" in line]
    await later(foundry)
    assert lines(channel) == told


async def test_each_stay_is_welcomed_once_though_wom_dates_its_beginning_twice(foundry: Foundry) -> None:
    officers = await colleagues(foundry)
    channel = await told_of(foundry, FeedKind.JOINS, FeedKind.LEAVERS)
    wom = restored_wom(Clock(NOW))
    eve, soon = wom.add_player("Eve", at=NOW), NOW + MINUTES / 2
    wom.join(GROUP, eve, "member", soon)
    wom.groups[GROUP].members[eve].created_at = soon - timedelta(milliseconds=20)
    await later(foundry, wom)
    assert lines(channel) == ["👋 welcome Eve"]
    wom.leave(GROUP, eve, soon + MINUTES)
    for hours in (1, 25, 25):
        await later(foundry, wom, timedelta(hours=hours))
    assert "🚪 Eve has left, Member" in lines(officers)
    assert lines(channel) == ["👋 welcome Eve"]
    wom.join(GROUP, eve, "captain", NOW + timedelta(hours=52))
    await later(foundry, wom)
    assert lines(channel) == ["👋 welcome Eve", "👋 welcome back Eve"]


async def test_what_was_told_is_not_told_again_of_whom_somebody_is_merged_into_nor_after_an_undo(
    foundry: Foundry,
) -> None:
    channel = await told_of(foundry, FeedKind.NINETY_NINES, FeedKind.RENAMES, FeedKind.JOINS)
    wom = restored_wom(Clock(NOW))
    soon, gone = NOW + MINUTES / 2, wom.add_player("Eve", at=NOW - timedelta(days=9))
    wom.join(GROUP, gone, "member", soon)
    wom.achieve(gone, "99 Fishing", "fishing", 13_034_431, soon, accuracy=1_000)
    await later(foundry, wom)
    told = lines(channel)
    assert sorted(told) == ["🎉 Eve has reached 99 Fishing", "👋 welcome Eve"]
    wom.leave(GROUP, gone, soon + MINUTES)
    for _ in range(3):
        await later(foundry, wom, timedelta(hours=25))
    ask = foundry.places.officer.slash
    await foundry.restart()
    preview = await ask(foundry.commands, "member identity merge", member="Eve", into=ANN)
    await foundry.places.officer.click(message_of(preview), label="Do it")
    assert text_of(preview).startswith("Decided")
    await later(foundry)
    assert lines(channel) == told
    await foundry.places.officer.click(message_of(preview), label="Undo")
    await later(foundry)
    assert lines(channel) == told


async def test_drops_are_told_from_a_worth_on_and_best_times_as_the_game_writes_them(
    foundry: Foundry,
) -> None:
    channel = await told_of(foundry, FeedKind.DROPS, FeedKind.BESTS, least=5_000_000)
    await say(
        foundry,
        "Jo hn received a drop: Twisted bow (1,600,000,000 coins) from Chambers of Xeric.",
        "Ann B received a drop: Bones (120 coins).",
        "Ann B received special loot from a raid: Avernic defender hilt.",
        "Cy has achieved a new Zulrah personal best: 1:02.40",
        "Cy has achieved a new Theatre of Blood (Team Size: 3 players) personal best: 20:00",
        "Cy has achieved a new Chambers of Xeric (Team Size: 24+ players) personal best: 25:00",
        "Cy has achieved a new Tombs of Amascut (Team Size: Solo) personal best: 30:00",
        "Somebody else received a drop: Twisted bow (1,600,000,000 coins).",
    )
    await later(foundry)
    assert lines(channel) == [
        "💎 Jo hn: Twisted bow (1.6B coins)",
        "💎 Ann B: Avernic defender hilt",
        "⏱ Cy: Zulrah in 1:02.40",
        "⏱ Cy: Theatre of Blood in 20:00 (team of 3)",
        "⏱ Cy: Chambers of Xeric in 25:00 (team of 24+)",
        "⏱ Cy: Tombs of Amascut in 30:00 (solo)",
    ]


async def test_pets_and_other_achievements_are_told_but_not_each_diary_and_item_of_a_log(
    foundry: Foundry,
) -> None:
    channel = await told_of(foundry, FeedKind.PETS, FeedKind.ACHIEVEMENTS)
    await say(
        foundry,
        "Jo hn has a funny feeling like he's being followed: Vorki at 1,234 kills.",
        "Ann B has a funny feeling like she's being followed: Heron.",
        "Cy has completed the Master combat achievements.",
        "Cy has completed a Hard combat task: Whack-a-Mole.",
        "Cy has completed the Easy Ardougne diary.",
        "Cy has completed the Elite Ardougne diary.",
        "Cy has completed a quest: Song of the Elves",
        "Cy received a new collection log item: Bones (399/1,520)",
        "Cy received a new collection log item: Abyssal whip (400/1,520)",
    )
    await later(foundry)
    assert lines(channel) == [
        "🐾 Jo hn: Vorki at 1,234 kills",
        "🐾 Ann B: Heron",
        "📜 Cy has completed the Master combat achievements",
        "📜 Cy has completed the Elite Ardougne diary",
        "📜 Cy has completed Song of the Elves",
        "📜 Cy has 400 of 1,520 items in the collection log: Abyssal whip",
    ]


async def test_an_expulsion_is_told_to_officers_and_not_as_a_leave_beside_it(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    by, clan = UserId(foundry.places.manager.id), await foundry.clan()
    with as_bot(foundry.env):
        await foundry.services.feed.switch_on(clan, FeedKind.LEAVERS, ChannelId(desk.id), by)
    wom = restored_wom(Clock(NOW))
    await later(foundry, wom)
    await foundry.restart()
    await say(foundry, "Dee has been expelled from the clan by Jo hn.")
    for name in (DEE, CY):
        wom.leave(GROUP, player_id(wom, name), NOW + 3 * MINUTES)
    for _ in range(3):
        await later(foundry, wom, timedelta(hours=25))
    told = [line for line in lines(desk) if line.startswith("🚪")]
    assert told == ["🚪 Dee was expelled by Jo hn", "🚪 Cy has left, Member"]


async def test_milestones_of_xp_are_told_from_an_amount_on(foundry: Foundry) -> None:
    channel = await told_of(foundry, FeedKind.MILESTONES, least=50_000_000)
    wom, soon = restored_wom(Clock(NOW)), NOW + MINUTES / 2
    for name, metric, threshold, measure in (
        ("25m Fishing", "fishing", 25_000_000, "experience"),
        ("50m Fishing", "fishing", 50_000_000, "experience"),
        ("Maxed Overall", "overall", 13_034_431, "experience"),
        ("500 Vorkath kills", "vorkath", 500, "kills"),
    ):
        wom.achieve(player_id(wom, ANN), name, metric, threshold, soon, measure=measure, accuracy=1_000)
    await later(foundry, wom)
    assert sorted(lines(channel)) == [
        "🏅 Ann B has maxed",
        "🏅 Ann B has reached 500 Vorkath",
        "🏅 Ann B has reached 50M Fishing",
    ]


async def test_a_record_is_told_once_its_day_is_over_where_there_is_something_to_compare_it_with(
    foundry: Foundry,
) -> None:
    channel = await told_of(foundry, FeedKind.RECORDS)
    wom, clan = restored_wom(Clock(NOW)), await foundry.clan()
    ann, general = relay_source(name_key(ANN), ANN), ChannelId(foundry.general.id)
    said = [(NOW - timedelta(days=36), 1), (NOW + timedelta(hours=1), 30), (NOW + timedelta(days=1), 9)]
    with as_bot(foundry.env):
        async with foundry.services.database.write() as session:
            for moment, number in said:
                for one in range(number):
                    message = MessageId(snowflake_at(moment) + one)
                    fact = MessageFact(message, general, MessageKind.GAME, ann, 5)
                    await store(session, clan.id, [Heard(general, message, fact)], {})

    async def passes(by: timedelta) -> None:
        async with wom.serve() as url:
            await foundry.restart(wom_url=url, later=by)
            await foundry.env.settle()
            # What the poll found is told a minute later.
            await foundry.env.advance_time(61)
            await foundry.bot.close()

    await passes(timedelta(hours=2))
    assert not lines(channel), "the day is not over"
    await passes(timedelta(days=1, hours=20))
    assert lines(channel) == ["🏆 Ann B: 30 messages, the best day since 10 Dec 2025"], (
        "the bot was down for a day"
    )
    await passes(timedelta(hours=2))
    await passes(timedelta(days=1))
    assert len(lines(channel)) == 1, "nothing is told twice, and what is less is no record"


async def test_competitions_are_told_of_when_they_begin_in_their_last_hours_and_when_they_are_over(
    foundry: Foundry,
) -> None:
    channel = await told_of(foundry, FeedKind.COMPETITIONS)
    wom = restored_wom(Clock(NOW))
    soon, day = NOW + MINUTES / 2, timedelta(days=1)
    wom.compete(GROUP, "Begins", "overall", soon, NOW + 7 * day)
    wom.compete(GROUP, "Long begun", "overall", NOW - 2 * day, NOW + 5 * day)
    wom.compete(GROUP, "Ends_soon", "vorkath", POLLS[3], soon + timedelta(hours=6))
    wom.compete(GROUP, "Too short", "overall", NOW - timedelta(hours=1), soon + timedelta(hours=6))
    wom.compete(GROUP, "Over", "overall", POLLS[3], soon)
    # She joined days after it began: how much more she gained nobody knows, but she is ahead.
    wom.record(player_id(wom, DEE), {"overall": 300_000_000}, NOW + timedelta(minutes=1))
    wom.compete(GROUP, "Long over", "overall", POLLS[3], NOW - MINUTES)
    wom.compete(GROUP, "Not read to its end", "ehb", POLLS[3], NOW + MINUTES + timedelta(seconds=30))
    wom.compete(GROUP, "Teams", "overall", POLLS[3], soon, kind="team")

    async def passes(by: timedelta) -> None:
        async with wom.serve() as url:
            await foundry.restart(wom_url=url, later=by)
            await foundry.env.settle()
            # What the poll found is told a minute later.
            await foundry.env.advance_time(61)
            await foundry.bot.close()

    await passes(MINUTES)
    told, at_wom = sorted(lines(channel)), "https://wiseoldman.net/competitions"
    assert told == [
        "≈ Dee 200M · 🥈 WWWWWWWWWWWW 120M · 🥉 Ann B 9M",
        f"⏳ [Ends_soon]({at_wom}/3) ends <t>",
        f"🏁 [Begins]({at_wom}/1) has begun: XP, ends <t>",
        f"🏆 [Over]({at_wom}/5) is over: XP",
        f"🏆 [Teams]({at_wom}/8) is over: XP · Wise Old Man has the standings",
        "🥇 Jo hn 21 · 🥈 a_b_c 3 · 🥈 Ann B 3 · 🥈 Cy 3 · 🥈 First One 3 and 19 more",
    ]
    await passes(MINUTES)
    late = [f"🏆 [Not read to its end]({at_wom}/7) is over: EHB · nobody gained anything"]
    assert sorted(lines(channel)) == sorted(told + late), (
        "nothing is told twice, and a result once it is read"
    )
    await passes(timedelta(hours=6))
    assert f"🏆 [Ends_soon]({at_wom}/3) is over: Vorkath" in lines(channel)
    await passes(timedelta(days=9))
    assert not [line for line in lines(channel) if "[Begins]" in line and "over" in line], "that was days ago"
    asked = [path for _, path in wom.requests if path.endswith("/competitions")]
    assert len(asked) == 4, "one request to a poll"
    await foundry.services.feed.switch_off(await foundry.clan(), FeedKind.COMPETITIONS, None)
    await passes(MINUTES)
    assert [path for _, path in wom.requests if path.endswith("/competitions")] == asked


async def test_with_several_clans_each_is_named_and_what_is_wrong_with_one_keeps_nothing_else(
    foundry: Foundry,
) -> None:
    channel = await told_of(foundry, FeedKind.JOINS, FeedKind.DROPS)
    first, by = await foundry.clan(), UserId(foundry.places.manager.id)
    board = foundry.places.guild.create_text_channel("board")
    wom, soon = restored_wom(Clock(NOW)), NOW + MINUTES / 2
    await second_clan(foundry, wom, channel)
    with as_bot(foundry.env):
        await foundry.services.boards.switch_on(first, BoardKind.ROSTER, ChannelId(board.id), by)
    wom.join(GROUP, wom.add_player("Eve", at=soon), "member", soon)
    await later(foundry, wom)
    assert lines(channel) == ["Iron Foundry", "👋 welcome Eve"]
    said = MessageId(snowflake_at(NOW + MINUTES))
    ann = relay_source(name_key(ANN), ANN)
    nonsense = BroadcastFact(BroadcastKind.DROP, {"item": "Bones", "coins": "many"}, "")
    async with foundry.services.database.write() as session:
        fact = MessageFact(said, ChannelId(channel.id), MessageKind.BROADCAST, ann, 5, nonsense)
        await store(session, first.id, [Heard(ChannelId(channel.id), said, fact)], {})
    wom.join(456, wom.add_player("Zed", at=soon), "member", soon + 2 * MINUTES)
    await later(foundry, wom, 3 * MINUTES)
    assert lines(channel)[-2:] == ["Second_Smithy", "👋 welcome Zed"]
    assert len(posts(board)) == 1


async def second_clan(foundry: Foundry, wom: SimulatedWom, channel: simcord.ChannelHandle) -> None:
    """Another clan of the server, whose joins are told in this channel."""
    guild, by = GuildId(foundry.places.guild.id), UserId(foundry.places.manager.id)
    wom.add_group(456, "Second_Smithy", ("owner", "member"), at=NOW - timedelta(days=9))
    async with foundry.services.database.write() as session:
        number = await clans.add_clan(session, guild, GroupId(456), "Second_Smithy", AMSTERDAM, NOW)
    second = await foundry.services.clans.by_id(number, guild)
    with as_bot(foundry.env):
        await foundry.services.feed.switch_on(second, FeedKind.JOINS, ChannelId(channel.id), by)


async def sisters(foundry: Foundry, wom: SimulatedWom, channel: simcord.ChannelHandle) -> None:
    """The same, and Eve, who joins both clans."""
    await second_clan(foundry, wom, channel)
    soon = NOW + MINUTES / 2
    eve = wom.add_player("Eve", at=soon)
    for group in (GROUP, 456):
        wom.join(group, eve, "member", soon)


EVE_IN_BOTH = ["Iron Foundry", "👋 welcome Eve", "Second_Smithy", "👋 welcome Eve"]


async def test_what_discord_takes_once_is_of_one_clan_and_channel(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The simulator takes whatever it is sent; Discord answers with the message that has the nonce."""
    channel, wom = await told_of(foundry, FeedKind.JOINS), restored_wom(Clock(NOW))
    await sisters(foundry, wom, channel)
    send, sent = discord.PartialMessageable.send, dict[Any, Any]()

    async def once(self: discord.PartialMessageable, **given: Any) -> Any:
        nonce = given.get("nonce")
        if nonce not in sent:
            sent[nonce] = await send(self, **given)
        return sent[nonce]

    monkeypatch.setattr(discord.PartialMessageable, "send", once)
    await later(foundry, wom)
    assert sorted(lines(channel)) == sorted(EVE_IN_BOTH)


async def test_another_clans_equal_news_is_not_taken_for_what_never_arrived(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, wom = await told_of(foundry, FeedKind.JOINS), restored_wom(Clock(NOW))
    await sisters(foundry, wom, channel)
    send = discord.PartialMessageable.send

    async def fails(self: discord.PartialMessageable, *, embed: discord.Embed, **given: Any) -> Any:
        if embed.author.name == "Second_Smithy":
            raise aiohttp.ClientConnectionError("not sent")
        return await send(self, embed=embed, **given)

    with monkeypatch.context() as context:
        context.setattr(discord.PartialMessageable, "send", fails)
        await later(foundry, wom)
    assert lines(channel) == EVE_IN_BOTH[:2]
    await later(foundry)
    assert lines(channel) == EVE_IN_BOTH


async def test_leavers_are_told_in_the_officers_channel_of_now_and_wait_while_there_is_none(
    foundry: Foundry,
) -> None:
    before = await colleagues(foundry)
    by = UserId(foundry.places.manager.id)
    clan, after = await foundry.clan(), foundry.places.guild.create_text_channel("new-officers")
    with as_bot(foundry.env):
        await foundry.services.feed.switch_on(clan, FeedKind.LEAVERS, ChannelId(before.id), by)
    await officers_meet_in(foundry, None)
    wom = restored_wom(Clock(NOW))
    await later(foundry, wom)
    wom.leave(GROUP, player_id(wom, DEE), NOW + 2 * MINUTES)
    for _ in range(3):
        await later(foundry, wom, timedelta(hours=25))
    assert not [line for line in lines(before) if "left" in line]
    await foundry.restart()
    await officers_meet_in(foundry, after)
    await later(foundry)
    assert lines(after) == ["🚪 Dee has left, Member"]
    assert not [line for line in lines(before) if "left" in line]


@pytest.mark.both_databases
async def test_what_arrived_before_the_bot_was_killed_is_not_told_again_beside_what_is_new(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        """Nothing is stored any more: the process is gone."""

    channel = await told_of(foundry, FeedKind.JOINS)
    wom = restored_wom(Clock(NOW))
    wom.join(GROUP, wom.add_player("Eve_*x*", at=NOW), "member", NOW + MINUTES / 2)
    with monkeypatch.context() as context:
        context.setattr(Feed, "settle", never)
        await later(foundry, wom)
    assert lines(channel) == ["👋 welcome Eve_*x*"]
    wom.join(GROUP, wom.add_player("Zed", at=NOW), "member", NOW + 2 * MINUTES)
    await later(foundry, wom)
    await later(foundry, by=timedelta(minutes=1))
    assert lines(channel) == ["👋 welcome Eve_*x*", "👋 welcome Zed"]


@pytest.mark.both_databases
@pytest.mark.parametrize("lost", [False, True])
async def test_what_was_found_before_it_was_told_and_comes_after_it_is_not_told_again(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    """Whether Discord's answer is known, or was lost and is still to be looked for."""
    channel, wom = await told_of(foundry, FeedKind.JOINS), restored_wom(Clock(NOW))
    wom.join(GROUP, wom.add_player("Eve", at=NOW), "member", NOW + MINUTES / 2)
    with monkeypatch.context() as context:
        found = noted(context)
        if lost:
            lose_answers(context, discord.PartialMessageable)
        await later(foundry, wom)
    assert lines(channel) == ["👋 welcome Eve"]
    await comes_late(foundry, monkeypatch, found[0])
    assert lines(channel) == ["👋 welcome Eve"]
    await later(foundry)
    assert lines(channel) == ["👋 welcome Eve"]


async def test_what_was_found_before_something_else_was_sent_does_not_settle_that(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, wom = await told_of(foundry, FeedKind.JOINS), restored_wom(Clock(NOW))
    wom.join(GROUP, wom.add_player("Eve", at=NOW), "member", NOW + MINUTES / 2)
    with monkeypatch.context() as context:
        lose_answers(context, discord.PartialMessageable)
        await later(foundry, wom)
        found = noted(context)
        await later(foundry)
        wom.join(GROUP, wom.add_player("Zed", at=NOW), "member", NOW + 3 * MINUTES)
        await later(foundry, wom)
    both = ["👋 welcome Eve", "👋 welcome Zed"]
    assert lines(channel) == both
    assert found[0].tried is not None
    await comes_late(foundry, monkeypatch, found[0])
    for _ in range(2):
        await later(foundry)
    assert lines(channel) == both


def noted(monkeypatch: pytest.MonkeyPatch) -> list[News]:
    """Whatever looks find from now on."""
    look, found = Feed.news, list[News]()

    async def looked(self: Feed, guilds: Collection[GuildId]) -> list[News]:
        new = await look(self, guilds)
        found.extend(new)
        return new

    monkeypatch.setattr(Feed, "news", looked)
    return found


async def comes_late(foundry: Foundry, monkeypatch: pytest.MonkeyPatch, found: News) -> None:
    """What a look found is handled only now, and no other look finds anything meanwhile."""

    async def nothing(*_: object) -> list[News]:
        return []

    with monkeypatch.context() as context:
        context.setattr(Feed, "news", nothing)
        await foundry.restart()
        with as_bot(foundry.env):
            foundry.bot.dispatch("feed_news", found)
        await foundry.env.settle()


async def test_where_nobody_may_look_what_may_have_arrived_is_not_told_again(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the permission Discord answers with an empty history."""
    channel, wom = await told_of(foundry, FeedKind.JOINS), restored_wom(Clock(NOW))
    deny(foundry, channel, discord.Permissions(read_message_history=True))
    wom.join(GROUP, wom.add_player("Eve", at=NOW), "member", NOW + MINUTES / 2)
    with monkeypatch.context() as context:
        lose_answers(context, discord.PartialMessageable)
        await later(foundry, wom)
    await later(foundry)
    await later(foundry)
    assert lines(channel) == ["👋 welcome Eve"]


async def test_what_never_arrived_is_told_with_what_is_new_and_where_officers_want_it_then(
    foundry: Foundry,
) -> None:
    channel = await told_of(foundry, FeedKind.JOINS)
    foundry.env.inject_error("POST", f"/channels/{channel.id}/messages", status=503, times=None)
    wom = restored_wom(Clock(NOW))
    wom.join(GROUP, wom.add_player("Eve", at=NOW), "member", NOW + MINUTES / 2)
    await later(foundry, wom)
    await later(foundry, wom)
    await foundry.restart()
    other = await told_of(foundry, FeedKind.JOINS)
    wom.join(GROUP, wom.add_player("Zed", at=NOW), "member", NOW + 3 * MINUTES)
    await later(foundry, wom)
    await later(foundry, by=timedelta(minutes=1))
    assert not lines(channel)
    assert sorted(lines(other)) == ["👋 welcome Eve", "👋 welcome Zed"]


async def test_while_discord_fails_nothing_is_lost_and_nothing_is_told_twice(foundry: Foundry) -> None:
    channel = await told_of(foundry, FeedKind.NINETY_NINES)
    foundry.env.inject_error("POST", f"/channels/{channel.id}/messages", status=503, times=2)
    wom = restored_wom(Clock(NOW))
    wom.achieve(player_id(wom, JOHN), "99 Fishing", "fishing", 13_034_431, NOW + MINUTES / 2, accuracy=1_000)
    await later(foundry, wom)
    assert not lines(channel)
    await later(foundry)
    await later(foundry)
    assert lines(channel) == ["🎉 Jo hn has reached 99 Fishing"]


async def test_a_burst_is_one_message(foundry: Foundry) -> None:
    channel = await told_of(foundry, FeedKind.JOINS)
    wom = restored_wom(Clock(NOW))
    soon = NOW + timedelta(minutes=5)
    for number in range(20):
        wom.join(GROUP, wom.add_player(f"New {number}", at=soon), "member", soon)
    await later(foundry, wom)
    (message,) = posts(channel)
    assert "and 5 more" in text_of(message)


@pytest.mark.both_databases
async def test_where_it_cannot_be_told_it_ends_and_officers_hear_of_it_once(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    channel = await told_of(foundry, FeedKind.JOINS, FeedKind.NINETY_NINES)
    foundry.env.backend.delete_channel(channel.id)
    wom = restored_wom(Clock(NOW))
    soon = NOW + timedelta(minutes=5)
    wom.join(GROUP, wom.add_player("Eve", at=soon), "member", soon)
    await later(foundry, wom)
    await later(foundry)
    told = [text_of(one) for one in posts(desk) if "Events feed" in text_of(one)]
    assert len(told) == 1
    assert (
        "99s, New and returning members: its channel is gone. `/setup` → Posts → Events… chooses another."
        in told[0]
    )
    assert not await foundry.services.feed.settings(await foundry.clan())


async def test_officers_are_told_which_permission_the_feed_lacks(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    channel = await told_of(foundry, FeedKind.JOINS)
    deny(foundry, channel, discord.Permissions(send_messages=True))
    wom = restored_wom(Clock(NOW))
    wom.join(GROUP, wom.add_player("Eve", at=NOW + MINUTES / 2), "member", NOW + MINUTES / 2)
    await later(foundry, wom)
    (told,) = [text_of(one) for one in posts(desk) if "Events feed" in text_of(one)]
    assert "my role lacks *Send Messages*, *Embed Links*. Give it back" in told


async def test_officers_choose_in_setup_what_is_told_where(foundry: Foundry) -> None:
    manager = foundry.places.manager
    desk = await colleagues(foundry)
    channel = foundry.places.guild.create_text_channel("feed")
    shown = await manager.slash(foundry.commands, "setup")

    async def choose(start: str, *values: Any) -> None:
        ids = [one["custom_id"] for one in components_of(shown)]
        id_ = next(id_ for id_ in ids if id_.startswith(start))
        await manager.select(message_of(shown), list(values), custom_id=id_)

    await choose("su:menu", "posts")
    await manager.click(message_of(shown), label="Events…")
    assert "⚪ Drops and raids' loot" in text_of(shown)
    await choose("su:fkinds", "drops")
    await choose("su:fchan", channel)
    modal: Any = await manager.click(message_of(shown), label="At least…")
    field = modal.modal["components"][0]["component"]["custom_id"]
    await manager.submit_modal(modal, {field: "2.5m"})
    assert "Worth at least 2.5M coins" in text_of(shown)
    await manager.click(message_of(shown), label="Back")
    await choose("su:fkinds", "leavers")
    await manager.click(message_of(shown), label="Switch on")
    settings = await foundry.services.feed.settings(await foundry.clan())
    assert {kind: one.channel for kind, one in settings.items()} == {
        FeedKind.DROPS: channel.id,
        FeedKind.LEAVERS: desk.id,
    }
    await manager.click(message_of(shown), label="Switch off")
    assert FeedKind.LEAVERS not in await foundry.services.feed.settings(await foundry.clan())
