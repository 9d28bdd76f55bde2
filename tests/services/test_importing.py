"""Under whom the bot shows what was imported: with polls, links and officers' decisions before and after."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from bot.domain.activity import snowflake_at
from bot.domain.cards import MemberCard
from bot.domain.errors import PlayerNotTracked
from bot.domain.facts import MessageKind
from bot.domain.ids import ChannelId, GroupId, GuildId, MemberId, MessageId, UserId
from bot.domain.metrics import MESSAGES, OVERALL
from bot.domain.names import name_key
from bot.domain.periods import read_period
from bot.services.decisions import Decisions
from bot.services.importing.run import ImportOvertaken
from bot.services.importing.service import Choice, Imported, Importing
from db.old_system import OldDatabase
from db.queries import clans, counts, messages, readings, roster
from db.queries.messages import StoredMessage
from db.session import Database
from tests.old_system import OldFile
from tests.services.hearing import NOW
from tests.services.stage import Stage, staged

OFFICER = UserId(77)
RELAY = 4_000
DAY = timedelta(days=1)


@pytest.fixture
async def stage(database: Database) -> AsyncGenerator[Stage]:
    async with staged(database) as opened:
        yield opened


@pytest.fixture
def old(tmp_path: Path) -> OldFile:
    """Three members: five days of readings each, 1,000 XP a day, and three relayed lines a day."""
    file = OldFile(tmp_path / "old.db")
    for number, name in enumerate(("lloi", "john", "zed"), start=1):
        file.member(number, name, str(NOW - 300 * DAY), str(NOW - 10 * DAY))
        for day in range(5):
            at = NOW - 15 * DAY + day * DAY
            file.snapshot(at, number, name, {"overall": 1_000_000 * number + 1_000 * day})
            file.message(at + timedelta(seconds=number), RELAY, name, number if day % 2 else None)
    return file


async def imported(stage: Stage, old: OldFile) -> Imported:
    with OldDatabase(old.file) as file:
        return await Importing(file, stage.database, stage.clock).run(Choice(), lambda _: None)


async def card(stage: Stage, name: str) -> MemberCard:
    clan = await stage.clan()
    found = await stage.lookup.by_name(clan, name)
    return await stage.stats.card(clan, found, read_period("30d", now=stage.clock(), zone=clan.zone))


async def numbers(stage: Stage, name: str) -> tuple[int | None, int | None]:
    """XP and messages of the last 30 days."""
    shown = await card(stage, name)
    return shown.figures[0].value, shown.chat.total


async def board(stage: Stage) -> dict[str, int | None]:
    """The members of now, by their XP of the last 30 days."""
    clan = await stage.clan()
    period = read_period("30d", now=stage.clock(), zone=clan.zone)
    return {
        row.entry.name: row.entry.value
        for row in (await stage.leaderboards.top(clan, OVERALL, period)).standings
    }


@pytest.mark.slow_on_postgres
async def test_the_first_poll_finds_who_is_still_there_with_all_their_history(
    stage: Stage, old: OldFile
) -> None:
    done = await imported(stage, old)
    assert done.state.members.taken == 3
    assert await board(stage) == {}, "nobody is on a roster yet"

    stage.joins("L Loi", overall=1_009_000)
    stage.joins("Zed", overall=3_004_000)
    await stage.poll()

    assert await numbers(stage, "L-Loi") == (9_000, 5)
    assert sorted(await board(stage)) == ["L Loi", "Zed"]
    assert await stage.names(1) == ["L Loi"]
    assert {kind for _, kind, _, _ in await stage.events()} == {"joined"}


@pytest.mark.slow_on_postgres
async def test_a_newcomer_with_less_xp_than_the_old_member_had_gets_nothing_of_theirs(
    stage: Stage, old: OldFile
) -> None:
    stage.joins("Zed", overall=2_999_999)
    await stage.poll()
    await imported(stage, old)
    stage.joins("L Loi", overall=5_000)
    await stage.later(hours=1)

    assert await numbers(stage, "L Loi") == (None, None)
    assert await numbers(stage, "Zed") == (None, None)


@pytest.mark.slow_on_postgres
async def test_who_is_on_the_roster_already_gets_their_history_at_once(stage: Stage, old: OldFile) -> None:
    stage.joins("L Loi", overall=1_009_000)
    stage.joins("Jo hn", overall=2_000_000)
    stage.joins("John", overall=5_000)
    await stage.poll()

    done = await imported(stage, old)

    assert done.state.members.attributed == 1
    assert done.state.ambiguous == ["john #4"]
    assert await numbers(stage, "l loi") == (9_000, 5)
    assert await numbers(stage, "Jo hn") == (None, None), "john may be either of the two"
    assert await numbers(stage, "John") == (None, None)
    john = (await stage.lookup.by_name(await stage.clan(), "John")).member.id
    async with stage.database.read() as session:
        held = await readings.holder_at(session, stage.id, name_key("john"), NOW - 20 * DAY)
    assert held is not None
    assert held.member == john, "a name that somebody present bears is not taken from them"
    assert await stage.lookup.suggest(await stage.clan(), "Z") == ["zed"]
    assert (await numbers(stage, "zed")) == (4_000, 5), "known from the old system only, and found by name"
    assert (await card(stage, "zed")).left_at is not None


@pytest.mark.slow_on_postgres
async def test_officers_say_whose_an_ambiguous_member_was_and_may_take_it_back(
    stage: Stage, old: OldFile
) -> None:
    stage.joins("Jo hn", overall=2_009_000)
    stage.joins("John", overall=5_000)
    await stage.poll()
    await imported(stage, old)
    clan, decisions = await stage.clan(), Decisions(stage.database, stage.clock)
    johns = [one for one in await stage.members() if one.name == "Jo hn"]

    assert await stage.lookup.suggest(clan, "john") == ["Jo hn", "John", "john #4"]
    old_john = (await stage.lookup.by_name(clan, "john #4")).member.id
    with pytest.raises(PlayerNotTracked):
        await stage.lookup.by_name(clan, "bob #4")
    decision = await decisions.merge(clan, old_john, johns[0].id, OFFICER)
    assert await numbers(stage, "Jo hn") == (9_000, 5)

    await decisions.undo(clan, decision, OFFICER)
    assert await numbers(stage, "Jo hn") == (None, None)


@pytest.mark.slow_on_postgres
async def test_whom_officers_merged_is_not_found_again_by_who_joins_under_the_name(
    stage: Stage, old: OldFile
) -> None:
    stage.joins("Robert", overall=2_009_000)
    await stage.poll()
    await imported(stage, old)
    clan, decisions = await stage.clan(), Decisions(stage.database, stage.clock)
    robert = (await stage.lookup.by_name(clan, "Robert")).member.id
    john = (await stage.lookup.by_name(clan, "john")).member.id
    await decisions.merge(clan, john, robert, OFFICER)

    stage.joins("John", overall=9_000_000)
    await stage.later(hours=1)

    assert await numbers(stage, "Robert") == (9_000, 5)
    assert await numbers(stage, "John") == (None, None)


@pytest.mark.slow_on_postgres
async def test_a_profile_of_the_old_records_is_never_out_of_date(stage: Stage, old: OldFile) -> None:
    await imported(stage, old)
    stage.joins("L Loi", overall=1_009_000)
    await stage.poll()
    async with stage.database.read() as session:
        assert await roster.outdated_members(session, stage.id, NOW - DAY) == 0


async def test_what_the_old_system_guessed_by_a_part_of_a_name_is_nobodys(stage: Stage, old: OldFile) -> None:
    old.message(NOW - 12 * DAY, RELAY, "johnny", 2)
    old.message(NOW - 11 * DAY, RELAY, "quite another", 2)

    done = await imported(stage, old)

    assert done.state.messages.unresolved == {"johnny": 1}
    assert (await numbers(stage, "john"))[1] == 6


async def test_what_was_said_and_measured_before_a_split_goes_with_it(stage: Stage, old: OldFile) -> None:
    await imported(stage, old)
    clan, decisions = await stage.clan(), Decisions(stage.database, stage.clock)
    zed = (await stage.lookup.by_name(clan, "zed")).member.id

    decision = await decisions.split(clan, zed, NOW - 13 * DAY, OFFICER)
    async with stage.database.read() as session:
        counted = dict(await counts.message_counts(session, clan.id, NOW - 30 * DAY, NOW))
    assert (counted[zed], counted[MemberId(zed + 1)]) == (3, 2)

    await decisions.undo(clan, decision, OFFICER)
    assert await numbers(stage, "zed") == (4_000, 5)


@pytest.mark.slow_on_postgres
async def test_a_user_who_links_gets_what_nobody_knew_to_be_theirs_and_nothing_else(
    stage: Stage, old: OldFile
) -> None:
    old.message(NOW - 12 * DAY, 55, "somenickname")
    old.message(NOW - 11 * DAY, 55, "zed", 3)
    stage.joins("L Loi", overall=1_009_000)
    await stage.poll()
    await imported(stage, old)

    await stage.links.claim(await stage.clan(), UserId(55), "L Loi")

    assert await numbers(stage, "L Loi") == (9_000, 6)
    assert (await numbers(stage, "zed"))[1] == 6


@pytest.mark.slow_on_postgres
async def test_messages_that_the_bot_has_heard_itself_are_not_taken_twice(stage: Stage, old: OldFile) -> None:
    heard = StoredMessage(
        MessageId(snowflake_at(NOW - 15 * DAY + timedelta(seconds=3))),
        ChannelId(1),
        None,
        MessageKind.GAME,
        1,
    )
    async with stage.database.write() as session:
        await messages.add_messages(session, stage.id, [heard])

    first = await imported(stage, old)
    old.member(4, "new")
    again = await imported(stage, old)

    assert (first.state.messages.taken, first.state.messages.known) == (14, 1)
    assert (again.state.messages.taken, again.state.messages.known) == (0, 15)
    assert (again.state.snapshots.taken, again.state.snapshots.known) == (0, 15)
    assert await numbers(stage, "zed") == (4_000, 4)


async def test_of_two_processes_that_import_the_same_file_one_gives_up_and_nothing_is_doubled(
    stage: Stage, old: OldFile, database: Database
) -> None:
    async def all_at_once() -> None:
        other = Database(database.url)
        with OldDatabase(old.file) as file:
            await Importing(file, other, stage.clock).run(Choice(), lambda _: None)
        await other.close()

    def overtake(_rows: int) -> None:
        other = Thread(target=asyncio.run, args=(all_at_once(),))
        other.start()
        other.join()

    with OldDatabase(old.file) as file, pytest.raises(ImportOvertaken):
        await Importing(file, database, stage.clock).run(Choice(), overtake)

    assert await numbers(stage, "zed") == (4_000, 5)


async def test_setting_up_takes_up_a_clan_that_was_imported_before(database: Database, old: OldFile) -> None:
    with OldDatabase(old.file) as file:
        importing = Importing(file, database, lambda: NOW)
        done = await importing.run(Choice(GroupId(123)), lambda _: None)
    assert (done.guild, done.is_followed) == (900, False)
    async with database.write() as session:
        assert await clans.clans_of(session, GuildId(900)) == []
        clan = await clans.add_clan(session, GuildId(900), GroupId(123), "Clan", ZoneInfo("UTC"), NOW)
        counted = await counts.message_counts(session, clan, NOW - 30 * DAY, NOW)
        (linked,) = await clans.clans_of(session, GuildId(900))

    assert (linked.name, linked.is_default) == ("Clan", True)
    assert sum(one.messages for one in counted) == 15


async def test_time_before_the_first_imported_message_is_unknown_and_not_silent(
    stage: Stage, old: OldFile
) -> None:
    stage.joins("L Loi")
    await stage.poll()
    await imported(stage, old)
    clan = await stage.clan()

    period = read_period("30d", now=stage.clock(), zone=clan.zone)
    shown = await stage.leaderboards.top(clan, MESSAGES, period)

    assert shown.collecting_since == NOW - 15 * DAY + timedelta(seconds=1)
