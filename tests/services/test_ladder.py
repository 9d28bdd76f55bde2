"""The ladder over real databases: cases through merges, removals that end, answers that stand."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.engine import Engine

from bot.domain.errors import NotPermitted
from bot.domain.ids import MemberId, UserId
from bot.domain.ladder import Choice, Reply, Stage
from bot.domain.worklist import StepGroup, StepId, StepKind
from bot.services.absences import Absences
from bot.services.inactivity import Inactivity
from bot.services.ladder import Ladder
from bot.services.quiet_notices import QuietNotices, fingerprint
from bot.services.worklist import Worklist
from db.models import InactivityCase, Member
from db.queries import ladder
from db.session import Database
from tests.services.hearing import GENERAL, NOW, RELAYED
from tests.services.laid import game
from tests.services.test_inactivity import OFFICER, OWNER, SQLITE, Silent, ago, silent


class Ladders:
    """A clan in which somebody is quiet, and what officers do with it. Officers are not asked by notices."""

    def __init__(self, clan: Silent) -> None:
        self.clan = clan
        database, clock = clan.database, clan.clock
        self.ladder = Ladder(database, clock)
        self.absences = Absences(database, clock)
        self.worklist = Worklist(database, clock)
        self.inactivity = Inactivity(database, clock)
        self.notices = QuietNotices(database, clock)

    async def stage(self, number: int = 1) -> Stage | None:
        """On which list somebody is; None for nobody on the roster."""
        quiet = await self.inactivity.quiet(await self.clan.clan(), 30, {})
        placed = quiet.by_member(MemberId(number))
        return None if placed is None else placed.stage

    async def decide(self, choice: Choice, *numbers: int) -> None:
        members = [MemberId(number) for number in numbers]
        await self.ladder.decide(await self.clan.clan(), members, choice, OFFICER, 30, {})

    async def follow(self) -> list[str]:
        return await self.ladder.follow(await self.clan.clan(), {})

    async def passes(self, **parts: float) -> None:
        """Time passes in which everything was heard and looked at, and nobody quiet did anything."""
        before = self.clan.clock.now
        self.clan.clock.advance(**parts)
        now = self.clan.clock.now
        for channel in (GENERAL, RELAYED):
            await self.clan.observe(before, now, channel)
        halves = int((now - before) / timedelta(hours=12))
        await self.clan.hear(
            game("Somebody"), [before + half * timedelta(hours=12) for half in range(halves)]
        )
        for number in self.clan.profiles:
            await self.clan.look(number, ago(43), now)

    async def outcomes(self) -> list[str | None]:
        async with self.clan.database.read() as session:
            return list(await session.scalars(select(InactivityCase.outcome).order_by(InactivityCase.id)))


async def laid(database: Database, *names: str, notices: bool = False) -> Ladders:
    clan = await silent(database)
    for number, name in enumerate(names, 1):
        await clan.quiet_member(number, name)
    found = Ladders(clan)
    await found.ladder.change(await clan.clan(), OFFICER, notices=notices)
    return found


@contextmanager
def counted() -> Generator[list[str]]:
    """Every statement that is sent to a database meanwhile."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def merge(clan: Silent, gone: int, kept: int) -> None:
    """Officers said that somebody who left is somebody who is here."""
    async with clan.database.write() as session:
        mine = Member.clan_id == clan.id, Member.id == gone
        await session.execute(update(Member).where(*mine).values(left_at=NOW, same_as=kept))


async def test_a_case_and_an_absence_go_on_with_whom_their_member_was_merged_into(database: Database) -> None:
    one = await laid(database, "Old", "New")
    clan = await one.clan.clan()
    await one.decide(Choice.MORE, 1)
    await merge(one.clan, 1, 2)
    assert await one.follow() == []
    assert (await one.outcomes(), await one.stage(2)) == ([None], Stage.WAITING), "nobody left"
    steps = await one.ladder.steps(clan, [MemberId(2)])
    assert [step.what for step in steps] == ["flagged", "more"]
    await one.absences.note_for(clan, MemberId(1), NOW + timedelta(days=5), "sea", OFFICER)
    assert (await one.outcomes(), await one.stage(2)) == (["away"], Stage.EXCEPTED)
    absence = await one.absences.of_member(clan, MemberId(2))
    assert absence is not None
    assert absence.because == "sea"
    await one.absences.end_for(clan, MemberId(2), OFFICER)
    assert await one.absences.of_member(clan, MemberId(2)) is None


async def removed(database: Database) -> Ladders:
    """Somebody is to be removed."""
    one = await laid(database, "Gone")
    await one.decide(Choice.REMOVE, 1)
    assert await one.stage() is Stage.REMOVE
    assert await one.follow() == [], "nothing happened since"
    return one


async def test_who_is_dropped_from_the_worklist_is_to_be_removed_no_more(database: Database) -> None:
    one = await removed(database)
    group = StepGroup(StepKind.REMOVE)
    await one.worklist.drop(await one.clan.clan(), group, [MemberId(1)], OFFICER, seen=StepId(1))
    assert await one.stage() is Stage.DECIDE
    await one.decide(Choice.REMOVE, 1)
    assert await one.stage() is Stage.REMOVE, "and can be decided of again"


@pytest.mark.slow_on_postgres
async def test_a_removal_that_was_ticked_off_stands_while_the_leave_is_expected(database: Database) -> None:
    one = await removed(database)
    await one.worklist.tick(await one.clan.clan(), [StepId(1)], OFFICER)
    await one.passes(days=13)
    assert await one.stage() is Stage.REMOVE
    await one.passes(days=2)
    assert await one.stage() is Stage.DECIDE, "they were not removed after all"


@pytest.mark.parametrize("ticked", [True, False])
async def test_who_joins_again_is_to_be_removed_no_more(database: Database, *, ticked: bool) -> None:
    one = await removed(database)
    if ticked:
        await one.worklist.tick(await one.clan.clan(), [StepId(1)], OFFICER)
    await one.passes(days=1)
    async with database.write() as session:
        await session.execute(update(Member).where(Member.id == 1).values(joined_at=one.clan.clock.now))
    assert await one.stage() is Stage.EXCEPTED
    assert await one.follow() == ([] if ticked else ["Gone"])
    assert await one.worklist.open_steps(await one.clan.clan()) == []


async def test_who_is_away_or_safe_is_to_be_removed_no_more(database: Database) -> None:
    one = await removed(database)
    clan = await one.clan.clan()
    await one.absences.note_for(clan, MemberId(1), NOW + timedelta(days=5), "", OFFICER)
    assert await one.stage() is Stage.EXCEPTED
    assert await one.follow() == ["Gone"]
    assert await one.worklist.open_steps(clan) == []
    assert await one.follow() == []


async def test_who_was_seen_again_can_be_quiet_again(database: Database) -> None:
    one = await removed(database)
    await one.clan.hear(game("Gone"), [NOW + timedelta(minutes=20)])
    one.clan.clock.advance(hours=1)
    assert await one.stage() is Stage.ACTIVE
    assert await one.follow() == ["Gone"]
    await one.passes(days=40)
    assert await one.stage() is Stage.DECIDE


async def told(one: Ladders) -> int:
    """The owner of the first member is told; the case's number."""
    await one.clan.link(OWNER, 1)
    clan = await one.clan.clan()
    quiet = await one.inactivity.quiet(clan, 30, {})
    round_ = await one.notices.send(clan, OFFICER, 30, {}, fingerprint(quiet), "hello")
    letter = await one.notices.next(round_)
    assert letter is not None
    return letter.case.id


async def test_who_said_that_they_have_quit_waits_for_officers_whatever_they_say_later(
    database: Database,
) -> None:
    one = await laid(database, "Gone", notices=True)
    case = await told(one)
    await one.ladder.reply(one.clan.id, case, OWNER, Reply.QUIT)
    await one.clan.hear(game("Gone"), [NOW + timedelta(minutes=20)])
    one.clan.clock.advance(hours=1)
    assert await one.follow() == []
    assert (await one.outcomes(), await one.stage()) == ([None], Stage.DECIDE)
    await one.decide(Choice.REMOVE, 1)
    await one.clan.hear(game("Gone"), [NOW + timedelta(hours=2)])
    one.clan.clock.advance(hours=3)
    assert (await one.follow(), await one.stage()) == ([], Stage.REMOVE)


@SQLITE
async def test_somebody_elses_answer_is_refused(database: Database) -> None:
    one = await laid(database, "Gone", notices=True)
    case = await told(one)
    with pytest.raises(NotPermitted):
        await one.ladder.reply(one.clan.id, case, UserId(404), Reply.BACK)


@SQLITE
async def test_a_notice_that_was_begun_before_its_case_ended_is_looked_for(database: Database) -> None:
    one = await laid(database, "Gone", "Other", notices=True)
    await one.clan.link(UserId(9), 2)
    case = await told(one)
    clan = await one.clan.clan()
    for member in (1, 2):
        await one.absences.note_for(clan, MemberId(member), NOW + timedelta(days=5), "", OFFICER)
    (round_,) = await one.notices.under_way([clan.guild])
    letter = await one.notices.next(round_)
    assert letter is not None, "that it was begun is all that is known of it"
    assert (letter.case.id, letter.tried, letter.case.closed_at) == (case, True, NOW)
    progress = await one.notices.progress(round_.id)
    assert progress is not None
    assert progress.left == 1, "the other was not begun and is needed no more"


@pytest.mark.slow_on_postgres
async def test_more_people_take_no_more_statements(database: Database) -> None:
    one = await laid(database, *(f"Member {number}" for number in range(1, 31)), notices=True)
    clan = await one.clan.clan()
    sent: list[int] = []
    for last in (2, 30):
        quiet = await one.inactivity.quiet(clan, 30, {})
        assert len(quiet.of(Stage.QUIET)) == 30
        with counted() as statements:
            for choice in (Choice.MORE, Choice.KEEP):
                await one.decide(choice, *range(1, last + 1))
        sent.append(len(statements))
        async with database.write() as session:
            cases = await ladder.cases(session, clan.id, datetime.min.replace(tzinfo=NOW.tzinfo))
            await session.execute(delete(InactivityCase))
            assert len(cases) == last
        await one.ladder.change(clan, OFFICER, safe_members=frozenset())
    assert sent[0] == sent[1]
    told: list[int] = []
    for last in (2, 30):
        await one.ladder.change(
            clan, OFFICER, safe_members=frozenset(MemberId(number) for number in range(last + 1, 31))
        )
        seen = fingerprint(await one.inactivity.quiet(clan, 30, {}))
        with counted() as statements:
            round_ = await one.notices.send(clan, OFFICER, 30, {}, seen, "hello")
        told.append(len(statements))
        await one.notices.progress(round_.id)
        async with database.write() as session:
            await session.execute(delete(InactivityCase))
    assert told[0] == told[1]


async def test_after_a_poll_nothing_is_read_without_cases_and_nothing_locked_where_nothing_follows(
    database: Database,
) -> None:
    one = await laid(database, "Gone")
    with counted() as statements:
        assert await one.follow() == []
    assert len(statements) <= 5, statements
    await one.decide(Choice.MORE, 1)
    with counted() as statements:
        assert await one.follow() == []
    assert not [text for text in statements if "UPDATE" in text or "IMMEDIATE" in text], statements
