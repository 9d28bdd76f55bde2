"""Summaries as a server sees them: set up, tried in private, posted once whatever fails."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import discord
import pytest
import simcord
from sqlalchemy import insert, literal, select

from bot.domain.ids import ChannelId, GroupId, GuildId, UserId
from bot.domain.schedules import LATE_BY, Cadence
from bot.domain.setup import RelayShare
from bot.services.posts import Posts
from bot.services.summaries import Summaries
from db.models import Profile, ScheduleRow, SnapshotRow
from db.queries import clans
from db.types import Moment
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues, deny, lose_answers
from tests.cogs.reading import buttons_of, components_of, is_private, message_of, text_of
from tests.cogs.world import AMSTERDAM, ANN, CY, JOHN, NOW, Clock, player_id, restored_wom
from tests.simulator import as_bot

THURSDAY, HALF_PAST_ONE = 3, time(13, 35)
"""Five minutes after the tests begin, in Amsterdam."""
MINUTES = timedelta(minutes=10)


async def scheduled(
    foundry: Foundry, cadence: Cadence = Cadence.WEEKLY, *, day: int = THURSDAY
) -> simcord.ChannelHandle:
    """A channel in which a summary is switched on."""
    channel = foundry.places.guild.create_text_channel("news")
    clan, posts, by = await foundry.clan(), foundry.services.posts, UserId(foundry.places.manager.id)
    with as_bot(foundry.env):
        await posts.choose(clan, cadence, by, channel=ChannelId(channel.id), day=day, at=HALF_PAST_ONE)
        await posts.switch(clan, cadence, by, on=True)
    return channel


async def later(foundry: Foundry, by: timedelta) -> None:
    """The bot ends, and starts again after a while."""
    await foundry.restart(later=by)
    await foundry.env.settle()


def posted(channel: simcord.ChannelHandle) -> list[Any]:
    return list(channel.history())


async def looked_at(foundry: Foundry, at: datetime) -> None:
    """WOM looked at everybody then, and nothing had changed."""
    clan = await foundry.clan()
    read = select(literal(clan.id), Profile.source_id, literal(at, Moment())).where(
        Profile.clan_id == clan.id
    )
    async with foundry.services.database.write() as session:
        await session.execute(insert(SnapshotRow).from_select(["clan_id", "source_id", "taken_at"], read))


@pytest.mark.both_databases
async def test_a_manager_sets_it_up_tries_it_and_switches_it_on(foundry: Foundry) -> None:
    manager = foundry.places.manager
    # Without a reading shortly before the week nobody knows what is of it, and what of the one before.
    await looked_at(foundry, datetime(2026, 1, 7, 20, tzinfo=UTC))
    channel = foundry.places.guild.create_text_channel("news")
    fans = foundry.places.guild.create_role("Fans")
    shown = await manager.slash(foundry.commands, "setup")

    async def choose(start: str, *values: Any) -> None:
        ids = [one["custom_id"] for one in components_of(shown)]
        id_ = next(id_ for id_ in ids if id_.startswith(start))
        await manager.select(message_of(shown), list(values), custom_id=id_)

    async def type_time(text: str) -> Any:
        modal: Any = await manager.click(message_of(shown), label="Time…")
        field = modal.modal["components"][0]["component"]["custom_id"]
        return await manager.submit_modal(modal, {field: text})

    await choose("su:menu", "posts")
    assert "⚪ Weekly summary: off" in text_of(shown)
    await manager.click(message_of(shown), label="Weekly…")
    refused = await manager.click(message_of(shown), label="Switch on")
    assert "Choose a channel first" in text_of(refused)
    await choose("su:pchan", channel)
    await choose("su:pday", "3")
    await choose("su:prole", fans)
    await choose("su:pparts", "totals", "xp", "chat")
    wrong = await type_time("25:00")
    assert "no time of a day" in text_of(wrong)
    await type_time("13:35")
    assert "Thursdays 13:35" in text_of(shown)
    tried = await manager.click(message_of(shown), label="Try it")
    assert is_private(tried)
    assert "8–14 Jan" in text_of(tried)
    assert not posted(channel)
    await manager.click(message_of(shown), label="Switch on")
    assert buttons_of(shown)["Switch off"]
    await later(foundry, MINUTES)
    (post,) = posted(channel)
    assert post.content == f"<@&{fans.id}>"
    lines = text_of(post).splitlines()
    assert lines[1:4] == ["Iron Foundry · 8–14 Jan", lines[2], "XP WWWWWWWWWWWW 120M · Ann B 9M · Cy 6M"]
    # Everybody gained at one poll of the week before, and at three of this one.
    assert lines[2].endswith(" XP, +200 % (same 24 members)")
    assert lines[-1].endswith("covering rule"), "as everywhere, how it was counted"
    assert lines[4] == "Chat Jo hn 10 · Ann B 3"
    assert "24 of 26 measured" in lines[5]


async def test_it_is_posted_once_however_often_the_bot_starts(foundry: Foundry) -> None:
    channel = await scheduled(foundry)
    await later(foundry, timedelta(minutes=1))
    assert not posted(channel), "it is not time yet"
    await later(foundry, MINUTES)
    for _ in range(3):
        await later(foundry, MINUTES)
    assert len(posted(channel)) == 1
    await later(foundry, timedelta(days=7))
    assert len(posted(channel)) == 2


async def killed_after_sending(foundry: Foundry, monkeypatch: pytest.MonkeyPatch) -> simcord.ChannelHandle:
    """A channel in which a summary stands of which the bot does not know that it arrived."""
    channel = await scheduled(foundry)

    async def never(*_: object) -> None:
        """Nothing is stored: the process is gone."""

    with monkeypatch.context() as context:
        context.setattr(Posts, "sent", never)
        await later(foundry, MINUTES)
    assert len(posted(channel)) == 1
    return channel


async def test_what_arrived_before_the_bot_was_killed_is_not_posted_again(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await killed_after_sending(foundry, monkeypatch)
    await later(foundry, MINUTES)
    assert len(posted(channel)) == 1
    clan = await foundry.clan()
    with as_bot(foundry.env):
        assert not await foundry.services.posts.due([clan.guild]), "it was found, and is known to be there"


@pytest.mark.parametrize("gone", [False, True])
async def test_where_an_answer_was_lost_it_is_looked_for_though_another_channel_is_chosen(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    channel = await scheduled(foundry)
    other, third = (foundry.places.guild.create_text_channel(name) for name in ("other", "third"))

    async def never(*_: object) -> None:
        """Nothing is stored: the process is gone."""

    async def move(to: simcord.ChannelHandle) -> None:
        clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
        with as_bot(foundry.env):
            await foundry.services.posts.choose(clan, Cadence.WEEKLY, by, channel=ChannelId(to.id))

    await move(other)
    with monkeypatch.context() as context:
        context.setattr(Posts, "sent", never)
        await later(foundry, MINUTES)
    (arrived,) = posted(other)
    assert not posted(channel), "the channel of the first attempt is the one that was chosen then"
    if gone:
        foundry.env.backend.delete_channel(other.id)
    await move(third)
    await later(foundry, MINUTES)
    assert len(posted(third)) == (1 if gone else 0)
    assert gone or posted(other) == [arrived]


async def test_where_nobody_may_look_what_may_have_arrived_is_not_posted_again_and_officers_are_told(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the permission Discord answers with an empty history."""
    desk, channel = await colleagues(foundry), await scheduled(foundry)
    deny(foundry, channel, discord.Permissions(read_message_history=True))
    with monkeypatch.context() as context:
        lose_answers(context, discord.TextChannel)
        await later(foundry, MINUTES)
    assert len(posted(channel)) == 1
    await later(foundry, MINUTES)
    await later(foundry, MINUTES)
    assert len(posted(channel)) == 1
    (notice,) = [text_of(one) for one in posted(desk) if "switched off" in text_of(one)]
    assert "may not post" not in notice, "it may"
    lacking = (
        f"In <#{channel.id}> my role lacks *Read Message History*. Give it back, or choose another channel"
    )
    assert lacking in notice
    screen = text_of(await choose(foundry, "Weekly…", "su:pday", str(THURSDAY)))
    assert "I may not look in its channel whether it is there" in screen


async def test_what_was_found_days_later_is_not_told_again_on_another_weekday(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await killed_after_sending(foundry, monkeypatch)
    await later(foundry, LATE_BY + MINUTES)
    await choose(foundry, "Weekly…", "su:pday", "6")
    await later(foundry, timedelta(days=2))
    assert len(posted(channel)) == 1, "Sunday's week has days in it that were told"
    await later(foundry, timedelta(days=7))
    assert "18–24 Jan" in text_of(posted(channel)[-1])


async def test_while_discord_does_not_say_what_arrived_nobody_is_told_that_it_did_not(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await colleagues(foundry)
    channel = await killed_after_sending(foundry, monkeypatch)
    foundry.env.inject_error("GET", f"/channels/{channel.id}/messages", status=503)
    await later(foundry, LATE_BY + MINUTES)
    assert not posted(desk)
    await later(foundry, MINUTES)
    assert not posted(desk)
    clan = await foundry.clan()
    with as_bot(foundry.env):
        assert not await foundry.services.posts.late([clan.guild]), "it was found"


async def test_where_nobody_may_look_days_later_officers_are_told_that_it_may_be_there(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await colleagues(foundry)
    channel = await killed_after_sending(foundry, monkeypatch)
    deny(foundry, channel, discord.Permissions(read_message_history=True))
    await later(foundry, LATE_BY + MINUTES)
    await later(foundry, MINUTES)
    (told,) = [text_of(one) for one in posted(desk)]
    assert f"2026-01-15 may have been posted in <#{channel.id}>" in told
    assert "not posted" not in told
    await choose(foundry, "Weekly…", "su:pday", "6")
    await later(foundry, timedelta(days=2))
    assert len(posted(channel)) == 1, "Sunday's week has days in it that may have been told"


async def test_where_its_channel_was_deleted_meanwhile_officers_are_told_so(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await colleagues(foundry)
    channel = await killed_after_sending(foundry, monkeypatch)
    foundry.env.backend.delete_channel(channel.id)
    await later(foundry, LATE_BY + MINUTES)
    (told,) = [text_of(one) for one in posted(desk)]
    assert "2026-01-15 could not be posted within 36 hours: its channel is gone" in told


async def test_a_schedule_that_cannot_be_read_keeps_no_other_clans_posts(foundry: Foundry) -> None:
    channel = await scheduled(foundry)
    guild = GuildId(foundry.places.guild.id)
    async with foundry.services.database.write() as session:
        other = await clans.add_clan(session, guild, GroupId(456), "Second", AMSTERDAM, NOW)
        # One of a newer version, which told of days, and one that a hand has made: no month has a day 0.
        for cadence, day in (("daily", 1), ("monthly", 0)):
            added = insert(ScheduleRow).values(clan_id=other, cadence=cadence, day=day, minute=0, parts=[])
            await session.execute(added.values(channel_id=channel.id, since=NOW))
    await later(foundry, MINUTES)
    assert len(posted(channel)) == 1


async def test_while_discord_fails_it_is_tried_again(foundry: Foundry) -> None:
    channel = await scheduled(foundry)
    foundry.env.inject_error("POST", f"/channels/{channel.id}/messages", status=503)
    await later(foundry, MINUTES)
    assert not posted(channel)
    await later(foundry, MINUTES)
    assert len(posted(channel)) == 1


async def test_a_bot_that_was_down_posts_late_up_to_a_limit(foundry: Foundry) -> None:
    channel = await scheduled(foundry)
    await later(foundry, LATE_BY - timedelta(minutes=5))
    (post,) = posted(channel)
    assert "8–14 Jan" in text_of(post), "of the same week, however late"
    other = await scheduled(foundry, day=6)
    await later(foundry, timedelta(days=3) + LATE_BY)
    assert not posted(other)


async def test_what_discord_never_took_is_given_up_and_officers_are_told_once(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    channel = await scheduled(foundry)
    foundry.env.inject_error("POST", f"/channels/{channel.id}/messages", status=503)
    await later(foundry, MINUTES)
    await later(foundry, LATE_BY + MINUTES)
    await later(foundry, MINUTES)
    assert not posted(channel)
    told = [text_of(one) for one in posted(desk) if "not posted" in text_of(one)]
    assert len(told) == 1
    assert "2026-01-15" in told[0]
    assert "Try it shows you the seven days before today" in told[0]
    tried = await try_weekly(foundry)
    assert "10–16 Jan" in text_of(tried), "today is the 17th"


@pytest.mark.both_databases
async def test_what_was_due_while_the_bot_was_away_is_given_up_and_officers_are_told_once(
    foundry: Foundry,
) -> None:
    desk = await colleagues(foundry)
    channel = await scheduled(foundry)
    await later(foundry, timedelta(days=11))
    await later(foundry, MINUTES)
    told = [text_of(one) for one in posted(desk) if "not posted" in text_of(one)]
    days = sorted(re.findall("The one of ([0-9-]+)", "\n".join(told)))
    assert (days, posted(channel)) == (["2026-01-15", "2026-01-22"], [])
    assert all("I was away when it was due" in one for one in told)
    await later(foundry, timedelta(days=3))
    assert "22–28 Jan" in text_of(posted(channel)[-1]), "the next one comes as usual"


async def test_a_summary_that_cannot_be_read_is_tried_ever_more_rarely_and_officers_are_told(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await colleagues(foundry)
    channel = await scheduled(foundry)

    async def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Summaries, "of", fails)
    await later(foundry, MINUTES)
    await foundry.env.advance_time(2 * 60 * 60)
    await later(foundry, LATE_BY)
    assert not posted(channel)
    (told,) = [text_of(one) for one in posted(desk) if "not posted" in text_of(one)]
    # After 1, 2, 4, 8 and 16 minutes, then every half hour.
    assert "8 attempts failed" in told


async def test_what_is_due_stays_due_when_its_day_is_changed_and_not_when_it_is_switched_off(
    foundry: Foundry,
) -> None:
    channel = await scheduled(foundry)
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    foundry.env.inject_error("POST", f"/channels/{channel.id}/messages", status=503)
    await later(foundry, MINUTES)
    with as_bot(foundry.env):
        await foundry.services.posts.choose(clan, Cadence.WEEKLY, by, day=THURSDAY + 1)
    await later(foundry, MINUTES)
    assert "8–14 Jan" in text_of(posted(channel)[-1])
    foundry.env.inject_error("POST", f"/channels/{channel.id}/messages", status=503)
    await later(foundry, timedelta(days=8))
    clan, posts = await foundry.clan(), foundry.services.posts
    with as_bot(foundry.env):
        await posts.switch(clan, Cadence.WEEKLY, by, on=False)
        await posts.switch(clan, Cadence.WEEKLY, by, on=True)
    await later(foundry, MINUTES)
    assert len(posted(channel)) == 1


@pytest.mark.parametrize("gone", [True, False])
async def test_where_it_cannot_be_posted_officers_are_told_and_setup_says_so(
    foundry: Foundry, gone: bool
) -> None:
    desk = await colleagues(foundry)
    channel = await scheduled(foundry)
    if gone:
        foundry.env.backend.delete_channel(channel.id)
    else:
        foundry.env.inject_error("POST", f"/channels/{channel.id}/messages", status=403, code=50013)
    await later(foundry, MINUTES)
    await later(foundry, MINUTES)
    told = [text_of(one) for one in posted(desk) if "switched off" in text_of(one)]
    assert len(told) == 1
    assert ("channel is gone" if gone else "may not post") in told[0]
    one = await foundry.services.posts.schedule(await foundry.clan(), Cadence.WEEKLY)
    assert one.stopped is not None
    # Another channel, and what was due is posted there.
    other = foundry.places.guild.create_text_channel("other")
    by = UserId(foundry.places.manager.id)
    clan = await foundry.clan()
    with as_bot(foundry.env):
        await foundry.services.posts.choose(clan, Cadence.WEEKLY, by, channel=ChannelId(other.id))
        await foundry.services.posts.switch(clan, Cadence.WEEKLY, by, on=True)
    await later(foundry, MINUTES)
    assert len(posted(other)) == 1


async def choose(foundry: Foundry, screen: str, start: str, *values: Any) -> Any:
    """A manager opens a summary's screen in ``/setup`` and chooses something of it; returns the screen."""
    manager = foundry.places.manager
    shown = await manager.slash(foundry.commands, "setup")

    def item(start: str) -> str:
        return next(one["custom_id"] for one in components_of(shown) if one["custom_id"].startswith(start))

    await manager.select(message_of(shown), ["posts"], custom_id=item("su:menu"))
    await manager.click(message_of(shown), label=screen)
    await manager.select(message_of(shown), list(values), custom_id=item(start))
    return shown


async def try_weekly(foundry: Foundry) -> Any:
    """What a manager sees who tries the weekly summary."""
    shown = await choose(foundry, "Weekly…", "su:pday", str(THURSDAY))
    return await foundry.places.manager.click(message_of(shown), label="Try it")


async def test_another_weekday_is_posted_when_a_whole_week_is_new_and_not_at_once(foundry: Foundry) -> None:
    channel = await scheduled(foundry)
    await later(foundry, MINUTES)
    await later(foundry, timedelta(days=1, hours=2))
    # Friday afternoon: Friday 13:35 is hours ago, and its week would be the one that is there already.
    shown = await choose(foundry, "Weekly…", "su:pday", "4")
    assert "Fridays 13:35" in text_of(shown)
    await later(foundry, MINUTES)
    assert len(posted(channel)) == 1
    await later(foundry, timedelta(days=7))
    assert "16–22 Jan" in text_of(posted(channel)[-1])
    assert len(posted(channel)) == 2
    await choose(foundry, "Weekly…", "su:pday", "1")
    await later(foundry, timedelta(days=4))
    assert len(posted(channel)) == 2, "Tuesday's week has days in it that were told"
    await later(foundry, timedelta(days=7))
    assert "27 Jan – 2 Feb" in text_of(posted(channel)[-1])
    assert len(posted(channel)) == 3


async def test_a_month_is_posted_once_though_its_day_is_changed_after_it(foundry: Foundry) -> None:
    channel = await scheduled(foundry, Cadence.MONTHLY, day=15)
    await later(foundry, MINUTES)
    await choose(foundry, "Monthly…", "su:pday", "16")
    await later(foundry, timedelta(days=1))
    assert len(posted(channel)) == 1
    await later(foundry, timedelta(days=31))
    assert "January 2026" in text_of(posted(channel)[-1])
    assert len(posted(channel)) == 2


async def test_a_time_that_is_over_when_it_is_chosen_is_of_the_next_week(foundry: Foundry) -> None:
    channel = await scheduled(foundry, day=THURSDAY + 1)
    await later(foundry, timedelta(hours=20))
    clan, posts, by = await foundry.clan(), foundry.services.posts, UserId(foundry.places.manager.id)
    with as_bot(foundry.env):
        await posts.choose(clan, Cadence.WEEKLY, by, at=time(9))
    await later(foundry, MINUTES)
    assert not posted(channel), "nobody meant it to be posted now"
    await later(foundry, timedelta(days=7))
    assert "16–22 Jan" in text_of(posted(channel)[-1])


async def test_a_role_that_i_cannot_mention_is_named_on_its_screen(foundry: Foundry) -> None:
    channel, guild = await scheduled(foundry), foundry.places.guild
    deny(foundry, channel, discord.Permissions(mention_everyone=True))
    fans, open_ = guild.create_role("Fans"), guild.create_role("Open", mentionable=True)
    warned = f"I cannot mention <@&{fans.id}>: make it mentionable, or give my role *Mention Everyone*"
    assert warned in text_of(await choose(foundry, "Weekly…", "su:prole", fans))
    assert "I cannot mention" not in text_of(await choose(foundry, "Weekly…", "su:prole", open_))
    assert "I cannot mention" not in text_of(await choose(foundry, "Weekly…", "su:prole"))


async def test_a_role_that_is_gone_is_left_out(foundry: Foundry) -> None:
    channel = await scheduled(foundry)
    fans = foundry.places.guild.create_role("Fans", mentionable=True)
    await choose(foundry, "Weekly…", "su:prole", fans)
    foundry.env.backend.delete_role(foundry.places.guild.id, fans.id)
    assert "That role is gone" in text_of(await choose(foundry, "Weekly…", "su:pday", str(THURSDAY)))
    await later(foundry, MINUTES)
    assert posted(channel)[-1].content == ""


async def test_its_buttons_show_whoever_presses_their_own_week_in_private(foundry: Foundry) -> None:
    channel = await scheduled(foundry)
    await later(foundry, MINUTES)
    (post,) = posted(channel)
    mine = await foundry.john.click(post, label="My week")
    assert is_private(mine)
    assert JOHN in text_of(mine)
    assert "8–14 Jan" in text_of(mine)
    everybody = await foundry.places.stranger.click(post, label="Everybody")
    assert is_private(everybody)
    assert ANN in text_of(everybody)


async def test_a_month_tells_of_the_month_before(foundry: Foundry) -> None:
    channel = await scheduled(foundry, Cadence.MONTHLY, day=15)
    await later(foundry, MINUTES)
    (post,) = posted(channel)
    assert "Iron Foundry · December 2025" in text_of(post)


@pytest.mark.both_databases
async def test_what_is_of_all_skills_is_called_what_it_is(foundry: Foundry) -> None:
    """WOM counts it under the same metric as XP, with the XP of the level that every skill reached."""
    channel = await scheduled(foundry)
    wom, at = restored_wom(Clock(NOW)), NOW - timedelta(days=2)
    ann, john, cy = (player_id(wom, name) for name in (ANN, JOHN, CY))
    wom.achieve(john, "Base 90 Stats", "overall", 5_346_332, at, measure="levels", accuracy=1_000)
    wom.achieve(cy, "100m Overall Exp.", "overall", 100_000_000, at, accuracy=1_000)
    wom.achieve(ann, "Maxed Overall", "overall", 13_034_431, at, measure="levels", accuracy=1_000)
    wom.achieve(ann, "99 Fishing", "fishing", 13_034_431, at, accuracy=1_000)
    wom.achieve(cy, "500 Zulrah kills", "zulrah", 500, at, measure="kills", accuracy=1_000)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url)
        await foundry.env.settle()
    await later(foundry, MINUTES)
    lines = text_of(posted(channel)[-1]).splitlines()
    assert "🎉 99s: Ann B Fishing" in lines
    assert "🏅 Ann B maxed · Cy 100M XP · Jo hn Base 90 Stats · Cy 500 Zulrah" in lines


async def test_pets_are_told_and_best_times_of_each_team_size(foundry: Foundry) -> None:
    channel = await scheduled(foundry)
    relay = foundry.places.guild.create_text_channel("clan-chat")
    hook = foundry.places.guild.create_webhook(relay, "Relay")
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    with as_bot(foundry.env):
        share = RelayShare(ChannelId(relay.id), 1, 1)
        await foundry.services.setting_up.use_relay(clan, UserId(hook.id), share, by)
    for text in (
        "Ann B has a funny feeling like she's being followed: Olmlet at 120 completions.",
        "Cy has achieved a new Chambers of Xeric (Team size: Solo) personal best: 31:20",
        "Cy has achieved a new Chambers of Xeric (Team size: Solo) personal best: 30:10",
        "Cy has achieved a new Chambers of Xeric (Team size: 5 players) personal best: 18:00",
        "Cy has achieved a new Zulrah personal best: 1:02.40",
    ):
        await hook.send(text)
    await foundry.services.ingest.flush()
    await later(foundry, timedelta(days=7, minutes=10))
    lines = text_of(posted(channel)[-1]).splitlines()
    assert "🐾 Ann B: Olmlet" in lines
    xeric = "Cy Chambers of Xeric (solo) 30:10 · Cy Chambers of Xeric (team of 5) 18:00"
    assert f"⏱ {xeric} · Cy Zulrah 1:02.40" in lines


async def test_nothing_is_posted_that_nobody_switched_on(foundry: Foundry) -> None:
    channel = await scheduled(foundry)
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    await foundry.services.posts.switch(clan, Cadence.WEEKLY, by, on=False)
    await later(foundry, MINUTES)
    assert not posted(channel)
