"""A clan's history as loaded at once, against what the rules' own loading says on each of its days."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import event, insert, select, update

from bot.domain.facts import SourceRef
from bot.domain.ids import UserId
from bot.domain.metrics import EHP, OVERALL, Metric
from bot.domain.rules.bounds import Gap, at_least
from bot.domain.rules.needs import Atom
from bot.domain.rules.terms import Own
from bot.domain.simulation.columns import moments_of
from bot.services.eligibility.archive import Archive, load_archive
from bot.services.eligibility.loading import Loaded, Loading
from db.models import Attribution, DiscordLink, MemberEvent, Profile
from db.session import Database
from tests.services.laid import Laid, game, lay, person

END = datetime(2026, 4, 10, 12, 15, tzinfo=UTC)
DAYS = 20
"""The clocks of Amsterdam change in between, on 29 March."""
ATOMS = [
    *(
        Atom(metric, over)
        for metric in ("overall", "ehp")
        for over in ("lifetime", "7d", "30d", "joining", "rank")
    ),
    *(Atom(Own.MESSAGES, over) for over in ("lifetime", "7d", "30d", "joining", "rank")),
    *(Atom(Own.ACTIVE_DAYS, over, least) for over in ("5d", "14d") for least in ("1", "2")),
    *(Atom(Own.DAYS_SINCE_SEEN, "lifetime", where) for where in ("game", "discord", "anywhere")),
    Atom(Own.DAYS_IN_CLAN),
    Atom(Own.DAYS_IN_RANK),
    Atom(Own.EVIDENCE, "lifetime", "quest_cape"),
    Atom("never_heard_of"),
]
CHATTY = (Own.MESSAGES, Own.DAYS_SINCE_SEEN)


def ago(days: float) -> datetime:
    """Times that are no whole quarters of an hour."""
    moment = END - timedelta(days=days)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000) + timedelta(milliseconds=7)


@dataclass(frozen=True)
class Fact:
    """Something that is known from a time on."""

    at: datetime
    act: Callable[[], Awaitable[object]]


def facts(laid: Laid) -> Iterator[Fact]:
    """Readings, messages and ranks of six weeks, most of them in the middle of something."""
    seen: list[tuple[int, float, dict[Metric, int | None]]] = [
        (1, 45, {OVERALL: 1_000, EHP: 5}),
        (1, 20.3, {OVERALL: 2_000, EHP: 5}),
        (1, 19, {OVERALL: 2_000, EHP: 5}),
        (1, 11.1, {OVERALL: 2_500, EHP: None}),
        (1, 1.4, {OVERALL: 9_000, EHP: 7}),
        (2, 13, {OVERALL: 50, EHP: None}),
        (2, 12.9, {OVERALL: 80, EHP: 1}),
        (3, 41, {OVERALL: 10, EHP: 1}),
        (3, 16.2, {OVERALL: 20, EHP: 2}),
        (4, 9.5, {OVERALL: 30, EHP: 3}),
        (4, 2, {OVERALL: 45, EHP: 4}),
        (5, 35, {OVERALL: 1_500, EHP: 4}),
        (5, 27, {OVERALL: 25, EHP: 2}),
    ]
    for profile, days, values in seen:
        yield Fact(ago(days), partial(_see, laid, profile, ago(days), values))
    said: list[tuple[SourceRef, list[float]]] = [
        (game("Ann"), [40.2, 19.61, 19.6, 12.05, 12.04, 12.03, 5.001, 5, 0.2, 0.01]),
        (person(77), [33, 14.2, 14.1, 13, 12.51, 12.501, 6, 4.7, 4.69]),
        (game("Passed"), [18, 17.6, 15.0001, 15, 14.9999, 14.2, 3]),
    ]
    for source, times in said:
        for days in times:
            yield Fact(ago(days), partial(laid.hear, source, [ago(days)]))
    for days, before, after in ((30, "a", "b"), (8.2, "b", "c")):
        yield Fact(ago(days), partial(_rank, laid, 1, ago(days), before, after))


async def _see(laid: Laid, profile: int, at: datetime, values: dict[Metric, int | None]) -> None:
    await laid.see(profile, at, values)
    first = {1: 45, 2: 13, 3: 41, 4: 9.5, 5: 35}[profile]
    gained = {} if at in (ago(first), ago(19)) else {"changed_at": at}
    async with laid.database.write() as session:
        source = laid.profiles[profile]
        of = (Profile.clan_id == laid.id) & (Profile.source_id == source)
        await session.execute(update(Profile).where(of).values(updated_at=at, **gained))


async def _rank(laid: Laid, member: int, at: datetime, before: str, after: str) -> None:
    async with laid.database.write() as session:
        row = {"clan_id": laid.id, "key": f"rank:{at}", "member_id": member, "kind": "rank_changed", "at": at}
        await session.execute(insert(MemberEvent), [row | {"before": before, "after": after}])


async def founded(database: Database) -> Laid:
    """The clan before anything was observed."""
    laid = await lay(database, "Europe/Amsterdam")
    # Their profiles are 1, then 2 and 3 together, then 4. What is Cy's fifth was Ann's.
    await laid.member(1, "Ann", 1, 5, joined_at=ago(100), created_at=ago(90))
    await laid.member(2, "Bea", 2, 3, created_at=ago(50))
    await laid.member(3, "Cy", 4, joined_at=ago(30.7), created_at=ago(30.5))
    await _pass_on(laid, 5, 3, ago(30))
    await laid.hold((1, "Ann", None, None), (2, "Passed", None, ago(15)), (3, "Passed", ago(15), None))
    async with database.write() as session:
        row = {"clan_id": laid.id, "user_id": 77, "member_id": 2, "verified": True, "is_main": True}
        await session.execute(insert(DiscordLink), [row | {"linked_at": ago(60), "linked_by": 77}])
    return laid


async def _pass_on(laid: Laid, profile: int, member: int, at: datetime) -> None:
    of = (Attribution.clan_id == laid.id) & (Attribution.source_id == laid.profiles[profile])
    async with laid.database.write() as session:
        (row,) = (await session.scalars(select(Attribution).where(of))).all()
        values = {column.name: getattr(row, column.name) for column in Attribution.__table__.columns}
        await session.execute(update(Attribution).where(of).values(to_at=at))
        own = (Profile.clan_id == laid.id) & (Profile.source_id == laid.profiles[profile])
        await session.execute(update(Profile).where(own).values(member_id=member))
        await session.execute(insert(Attribution), [values | {"member_id": member, "from_at": at}])


async def live(laid: Laid, start: datetime, end: datetime) -> None:
    """What is observed between two moments."""
    for since, until in ((40.0, 25.0), (24.9, 13.5), (13.2, 4.0), (3.99, -1.0)):
        if ago(since) < end and ago(until) > start:
            await laid.observe(ago(since), min(ago(until), end))
    for one in sorted(facts(laid), key=lambda one: one.at):
        if start <= one.at < end:
            await one.act()


async def loaded_at(laid: Laid, now: datetime) -> Loaded:
    async with laid.database.read() as session:
        ids = await laid.statistics.metric_ids()
        return await Loading(session, await laid.clan(), ids, now).load(ATOMS, {UserId(77): frozenset()})


async def archive_of(laid: Laid, moments: list[datetime], atoms: Sequence[Atom] = ATOMS) -> Archive:
    ids = await laid.statistics.metric_ids()
    return await load_archive(
        laid.database, await laid.clan(), ids, atoms, {UserId(77): frozenset()}, moments
    )


@pytest.mark.slow_on_postgres
async def test_a_day_of_the_past_is_known_as_it_was_on_that_day(database: Database) -> None:
    laid, moments = await founded(database), moments_of(END, DAYS)
    assert moments[-1] == END
    known: dict[datetime, Loaded] = {}
    lived = ago(99)
    for back in (19, 13, 12, 9, 5, 2, 1, 0):
        now = moments[-1 - back]
        await live(laid, lived, now)
        known[now] = await loaded_at(laid, now)
        lived = now
    # Without windows of a member's own, only what the others reach is loaded.
    bounded = [one for one in ATOMS if one.over in ("lifetime", "7d") and one.field not in CHATTY]
    for atoms in (ATOMS, bounded):
        archive = await archive_of(laid, moments, atoms)
        for now, loaded in known.items():
            compare(archive, now, loaded)
        subjects = [replace(one, role="short_green_guy") for one in archive.subjects.values()]
        assert subjects == list(known[END].subjects)


def compare(archive: Archive, now: datetime, loaded: Loaded) -> None:
    """Every number that the archive has of a day is the one that was loaded on it."""
    places = archive.roster.present(now)
    since = {member: place.since(now) for member, place in places.items()}
    assert since == dict(loaded.since), now
    for atom, column in archive.columns.items():
        column.turn(now, since)
        of_then = loaded.readings.get(atom, {})
        assert set(column) == set(places)
        for member in places:
            assert column[member] == of_then.get(member, at_least(0, Gap.NO_READING)), (now, atom, member)


async def test_the_statements_are_as_many_for_one_day_as_for_many(database: Database) -> None:
    laid = await founded(database)
    await laid.statistics.metric_ids()

    async def statements(days: int) -> int:
        count = 0

        def note(*_: object) -> None:
            nonlocal count
            count += 1

        engine = laid.database._reader.sync_engine  # pyright: ignore[reportPrivateUsage] -- every statement is to be seen
        event.listen(engine, "before_cursor_execute", note)
        try:
            await archive_of(laid, moments_of(END, days))
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return count

    assert await statements(1) == await statements(60) < 25


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_nothing_is_loaded_that_is_not_asked(database: Database) -> None:
    laid = await founded(database)
    await live(laid, ago(99), END)
    clan, ids = await laid.clan(), await laid.statistics.metric_ids()
    tenure = await load_archive(laid.database, clan, ids, [Atom(Own.DAYS_IN_CLAN)], None, [END])
    assert tenure.measured_since is None
    assert tenure.heard_since == ago(40)
