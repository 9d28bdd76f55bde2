"""Posts as a server sees them where Discord's answer is lost, or another part of the work fails."""

from datetime import timedelta

import discord
import pytest
import simcord
from sqlalchemy import insert

from bot.domain.boards import BoardKind
from bot.domain.feed import FeedKind
from bot.domain.ids import ChannelId, GroupId, GuildId, UserId
from bot.domain.post_errors import UnreadableCoins
from bot.domain.schedules import LATE_BY
from bot.services.refreshing import Refreshing
from bot.wom.errors import WomError
from cogs.setup.feed import read_amount
from db.models import BoardRow, FeedRow
from db.queries import clans
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues, deny, lose_answers, officers_meet_in
from tests.cogs.reading import components_of, message_of, text_of
from tests.cogs.test_boards import HALF_AN_HOUR, boards, kept
from tests.cogs.test_boards import later as look_at_boards
from tests.cogs.test_feed import later as poll
from tests.cogs.test_feed import lines, say, told_of
from tests.cogs.test_posts import MINUTES, killed_after_sending, later, posted
from tests.cogs.world import AMSTERDAM, DEE, GROUP, NOW, Clock, player_id, restored_wom
from tests.simulator import as_bot


async def test_a_deleted_board_whose_answer_was_lost_is_not_posted_twice(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await kept(foundry, BoardKind.ROSTER)
    (board,) = boards(channel)
    foundry.env.backend.delete_message(channel.id, board.id)
    with monkeypatch.context() as context:
        lose_answers(context, discord.PartialMessageable)
        await look_at_boards(foundry, HALF_AN_HOUR)
    assert len(boards(channel)) == 1
    await look_at_boards(foundry, HALF_AN_HOUR)
    assert len(boards(channel)) == 1


async def test_what_arrived_before_the_bot_was_down_for_days_is_not_said_to_be_missing(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await colleagues(foundry)
    await killed_after_sending(foundry, monkeypatch)
    await later(foundry, LATE_BY + MINUTES)
    assert not [text_of(one) for one in posted(desk) if "not posted" in text_of(one)]


async def test_competitions_are_looked_for_though_wom_does_not_update_the_clan(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await told_of(foundry, FeedKind.COMPETITIONS)
    wom = restored_wom(Clock(NOW))
    wom.compete(GROUP, "Slayer week", "slayer", NOW + MINUTES / 2, NOW + timedelta(days=7))

    async def refused(*_: object) -> None:
        raise WomError("POST /groups/123/update-all", "the code is not right", status=403)

    monkeypatch.setattr(Refreshing, "update_clan_if_due", refused)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, later=MINUTES)
        await foundry.env.settle()
        # What a poll found is told a minute later, by the same process: the list is kept in memory.
        await foundry.env.advance_time(61)
        await foundry.bot.close()
    assert [line for line in lines(channel) if "Slayer week" in line]


async def test_what_is_for_officers_waits_for_another_channel_where_theirs_was_deleted(
    foundry: Foundry,
) -> None:
    before = await colleagues(foundry)
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    after = foundry.places.guild.create_text_channel("new-officers")
    with as_bot(foundry.env):
        await foundry.services.boards.switch_on(clan, BoardKind.WORKLIST, ChannelId(before.id), by)
    await look_at_boards(foundry, HALF_AN_HOUR)
    assert boards(before)
    foundry.env.backend.delete_channel(before.id)
    await look_at_boards(foundry, HALF_AN_HOUR)
    await officers_meet_in(foundry, after)
    await look_at_boards(foundry, HALF_AN_HOUR)
    assert boards(after), "the worklist follows the officers' channel, or they are told why not"


async def told_to_officers(foundry: Foundry) -> simcord.ChannelHandle:
    """Their channel, with the worklist in it, and leavers told of from now on."""
    desk = await colleagues(foundry)
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    with as_bot(foundry.env):
        await foundry.services.boards.switch_on(clan, BoardKind.WORKLIST, ChannelId(desk.id), by)
        await foundry.services.feed.switch_on(clan, FeedKind.LEAVERS, ChannelId(desk.id), by)
    return desk


@pytest.mark.both_databases
async def test_what_is_for_officers_waits_while_their_channel_is_closed(foundry: Foundry) -> None:
    desk = await told_to_officers(foundry)
    wom = restored_wom(Clock(NOW))
    await poll(foundry, wom)
    for board in boards(desk):
        foundry.env.backend.delete_message(desk.id, board.id)
    wom.leave(GROUP, player_id(wom, DEE), NOW + 2 * MINUTES)
    deny(foundry, desk, discord.Permissions(send_messages=True))
    for _ in range(3):
        await poll(foundry, wom, timedelta(hours=25))
    assert not boards(desk)
    await foundry.restart()
    shown = await screen(foundry, "Boards…")
    assert (
        "✅ Worklist: for officers · I lack *Send Messages*, *Embed Links* in the officers' channel" in shown
    )
    deny(foundry, desk, discord.Permissions.none())
    await look_at_boards(foundry, HALF_AN_HOUR)
    assert "🚪 Dee has left, Member" in lines(desk)
    assert len(boards(desk)) == 2, "the worklist, and what is told of"


async def screen(foundry: Foundry, name: str) -> str:
    """What a screen of the posts in /setup says; of "" what its first one says."""
    manager = foundry.places.manager
    shown = await manager.slash(foundry.commands, "setup")
    if not name:
        return text_of(shown)
    ids = [one["custom_id"] for one in components_of(shown)]
    menu = next(id_ for id_ in ids if id_.startswith("su:menu"))
    await manager.select(message_of(shown), ["posts"], custom_id=menu)
    await manager.click(message_of(shown), label=name)
    return text_of(shown)


async def test_setup_says_what_waits_for_another_officers_channel(foundry: Foundry) -> None:
    desk = await told_to_officers(foundry)
    assert f"✅ Worklist: for officers · <#{desk.id}>" in await screen(foundry, "Boards…")
    foundry.env.backend.delete_channel(desk.id)
    assert "❌ Officers' channel: it is gone, and what I would post there waits" in await screen(foundry, "")
    for name, kind in (("Boards…", "Worklist"), ("Events…", "Leavers")):
        shown = await screen(foundry, name)
        assert f"✅ {kind}: for officers · waits: the officers' channel is gone" in shown
    await officers_meet_in(foundry, None)
    assert "Leavers: for officers · waits: there is no officers' channel" in await screen(foundry, "Events…")


async def test_what_somebody_reached_before_they_joined_is_no_news_of_the_clan(foundry: Foundry) -> None:
    channel = await told_of(foundry, FeedKind.NINETY_NINES)
    wom = restored_wom(Clock(NOW))
    await poll(foundry, wom, timedelta(days=3))
    eve = wom.add_player("Eve", at=NOW)
    wom.achieve(eve, "99 Fishing", "fishing", 13_034_431, NOW + timedelta(days=1), accuracy=1_000)
    wom.join(GROUP, eve, "member", NOW + timedelta(days=3, hours=1))
    await poll(foundry, wom, timedelta(hours=2))
    assert not lines(channel)


@pytest.mark.both_databases
async def test_a_kind_of_a_newer_version_keeps_no_other_clans_posts(foundry: Foundry) -> None:
    """As a summary's part that this version does not know is left out."""
    channel = await kept(foundry, BoardKind.ROSTER)
    (board,) = boards(channel)
    feed = await told_of(foundry, FeedKind.JOINS)
    guild = GuildId(foundry.places.guild.id)
    async with foundry.services.database.write() as session:
        other = await clans.add_clan(session, guild, GroupId(456), "Second", AMSTERDAM, NOW)
        await session.execute(
            insert(BoardRow).values(clan_id=other, kind="newer", channel_id=channel.id, minutes=30)
        )
        await session.execute(
            insert(FeedRow).values(clan_id=other, kind="newer", channel_id=feed.id, since=NOW)
        )
    foundry.env.backend.delete_message(channel.id, board.id)
    await look_at_boards(foundry, HALF_AN_HOUR)
    assert boards(channel)
    wom, soon = restored_wom(Clock(NOW)), NOW + HALF_AN_HOUR
    wom.join(GROUP, wom.add_player("Eve", at=soon), "member", soon)
    await poll(foundry, wom)
    assert "👋 welcome Eve" in lines(feed)


@pytest.mark.both_databases
@pytest.mark.parametrize("days", [1, 6])
async def test_a_rename_is_told_when_wom_approves_it_however_long_that_took(
    foundry: Foundry, days: int
) -> None:
    channel = await told_of(foundry, FeedKind.RENAMES)
    wom = restored_wom(Clock(NOW))
    dee = player_id(wom, DEE)
    await poll(foundry, wom)
    change = wom.submit_rename(dee, "Delta", NOW + 2 * MINUTES)
    wom.sync_rename_as_leave_and_join(GROUP, dee, "Delta", NOW + 2 * MINUTES)
    await poll(foundry, wom, 2 * MINUTES)
    await poll(foundry, wom, timedelta(days=days))
    wom.approve_rename(change, NOW + timedelta(days=days, hours=1))
    await poll(foundry, wom, timedelta(hours=2))
    assert lines(channel) == ["✏ Dee is called Delta now"]


async def test_renames_that_are_found_after_nobody_looked_for_long_are_old(foundry: Foundry) -> None:
    channel = await told_of(foundry, FeedKind.RENAMES)
    wom = restored_wom(Clock(NOW))
    await poll(foundry, wom)
    approved = NOW + timedelta(days=1)
    wom.approve_rename(wom.submit_rename(player_id(wom, DEE), "Delta", approved), approved)
    await poll(foundry, wom, timedelta(days=6))
    await poll(foundry, wom)
    assert not lines(channel)


@pytest.mark.both_databases
@pytest.mark.parametrize("apart", [-5, 0, 5], ids=["earlier", "same", "later"])
async def test_what_was_reached_on_a_profile_that_became_another_is_told_once(
    foundry: Foundry, apart: int
) -> None:
    channel = await told_of(foundry, FeedKind.NINETY_NINES)
    wom = restored_wom(Clock(NOW))
    dee, reached = player_id(wom, DEE), NOW + 3 * MINUTES
    change = wom.submit_rename(dee, "Delta", NOW + MINUTES)
    delta = wom.sync_rename_as_leave_and_join(GROUP, dee, "Delta", NOW + MINUTES)
    wom.achieve(delta, "99 Fishing", "fishing", 13_034_431, reached, accuracy=1_000)
    await poll(foundry, wom, 4 * MINUTES)
    assert [line for line in lines(channel) if "Fishing" in line]
    wom.approve_rename(change, NOW + timedelta(hours=5))
    # WOM works the achievements of the profile that stays out of the looks that it was given.
    listed = reached + timedelta(minutes=apart)
    wom.achieve(dee, "99 Fishing", "fishing", 13_034_431, listed, accuracy=600_000)
    await poll(foundry, wom, timedelta(hours=6))
    assert len([line for line in lines(channel) if "Fishing" in line]) == 1, lines(channel)


async def test_leavers_wait_for_another_officers_channel_where_theirs_was_deleted(foundry: Foundry) -> None:
    before = await colleagues(foundry)
    by = UserId(foundry.places.manager.id)
    clan, after = await foundry.clan(), foundry.places.guild.create_text_channel("new-officers")
    with as_bot(foundry.env):
        await foundry.services.feed.switch_on(clan, FeedKind.LEAVERS, ChannelId(before.id), by)
    wom = restored_wom(Clock(NOW))
    await poll(foundry, wom)
    wom.leave(GROUP, player_id(wom, DEE), NOW + 2 * MINUTES)
    foundry.env.backend.delete_channel(before.id)
    for _ in range(3):
        await poll(foundry, wom, timedelta(hours=25))
    await foundry.restart()
    await officers_meet_in(foundry, after)
    await poll(foundry, None)
    assert lines(after) == ["🚪 Dee has left, Member"]


async def test_officers_are_told_which_permission_a_board_lacks(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    channel = await kept(foundry, BoardKind.ROSTER)
    deny(foundry, channel, discord.Permissions(read_message_history=True))
    await look_at_boards(foundry, HALF_AN_HOUR)
    (notice,) = [text_of(one) for one in boards(desk) if "switched off" in text_of(one)]
    assert "I may not post in its channel" not in notice, "it may"
    assert "I lack *Read Message History* in <#" in notice
    assert "View Channel" not in notice


@pytest.mark.parametrize("written", ["500,000", "500.000"])
def test_thousands_are_not_read_as_a_fraction_of_a_coin(written: str) -> None:
    assert read_amount(written) == 500_000


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("0", 0),
        ("5000000000", 5_000_000_000),
        ("1,200,000", 1_200_000),
        ("1.600.000.000", 1_600_000_000),
        ("500k", 500_000),
        ("2.5m", 2_500_000),
        ("2,5 M", 2_500_000),
        ("1.29k", 1_290),
        ("1.5B", 1_500_000_000),
    ],
)
def test_an_amount_is_read_as_people_write_it(written: str, amount: int) -> None:
    assert read_amount(written) == amount


@pytest.mark.parametrize(
    "written", ["1.5", "0,50", "0,500", "1,2000", "1.200,000", "1,500k", "1.2.5m", "k", "-1"]
)
def test_what_may_be_meant_in_two_ways_is_no_amount(written: str) -> None:
    with pytest.raises(UnreadableCoins):
        read_amount(written)


async def test_a_lower_limit_counts_from_when_it_is_chosen(foundry: Foundry) -> None:
    channel = await told_of(foundry, FeedKind.DROPS, least=50_000_000)
    await say(foundry, "Jo hn received a drop: Dragon warhammer (30,000,000 coins).")
    await poll(foundry, None)
    await poll(foundry, None, timedelta(days=2))
    assert not lines(channel)
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    with as_bot(foundry.env):
        await foundry.services.feed.switch_on(
            clan, FeedKind.DROPS, ChannelId(channel.id), by, least=1_000_000
        )
    await poll(foundry, None)
    assert not lines(channel), "that was two days ago, and not wanted then"


async def test_another_limit_counts_back_where_it_lets_nothing_in_that_was_not_wanted(
    foundry: Foundry,
) -> None:
    """What was wanted under both, and could not be told yet, is news still."""
    channel = await told_of(foundry, FeedKind.DROPS, FeedKind.ACHIEVEMENTS, least=100)
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    await say(
        foundry,
        "Jo hn received a drop: Dragon warhammer (30,000,000 coins).",
        "Cy received a new collection log item: Bones (150/1,520)",
        "Cy received a new collection log item: Abyssal whip (400/1,520)",
    )
    with as_bot(foundry.env):
        for kind, least in ((FeedKind.DROPS, 1_000_000), (FeedKind.ACHIEVEMENTS, 200)):
            await foundry.services.feed.switch_on(clan, kind, ChannelId(channel.id), by, least=least)
    await poll(foundry, None)
    told = lines(channel)
    assert [line for line in told if "warhammer" in line]
    assert [line for line in told if "400 of 1,520" in line]
    with as_bot(foundry.env):
        await foundry.services.feed.switch_on(
            clan, FeedKind.ACHIEVEMENTS, ChannelId(channel.id), by, least=150
        )
    await poll(foundry, None)
    assert lines(channel) == told, "150 items of a log were reached before 150 counted"
