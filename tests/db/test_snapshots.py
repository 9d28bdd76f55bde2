"""What is stored of snapshots, in whatever order they come, gives the same values as of every moment."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.domain.facts import wom_source
from bot.domain.ids import ClanId, GroupId, GuildId, MetricId, PlayerId, SourceId
from bot.domain.metrics import EHP, OVERALL, Metric, MetricKind
from db.models import MetricRow, MetricValue, SnapshotRow
from db.queries import clans, snapshots, sources
from db.queries.snapshot_runs import add_run
from db.queries.snapshots import Seen
from db.session import Database

T0 = datetime(2026, 1, 5, tzinfo=UTC)
METRICS = (OVERALL, EHP, Metric("new_boss", "New Boss", MetricKind.BOSS, "kills"))
_groups = count(1)

Key = tuple[SourceId, MetricId]
Stored = dict[Key, list[tuple[datetime, int | None]]]


def at(minute: int) -> datetime:
    return T0 + timedelta(minutes=minute, milliseconds=minute)


async def make_clan(database: Database) -> tuple[ClanId, list[SourceId], list[MetricId]]:
    """A clan with two profiles, and the metrics."""
    async with database.write() as session:
        group = GroupId(next(_groups))
        clan = await clans.add_clan(session, GuildId(1), group, "Clan", ZoneInfo("UTC"), T0)
        await snapshots.add_metrics(session, METRICS)
        known = await snapshots.metric_ids(session)
        refs = [wom_source(PlayerId(player), f"Player {player}") for player in (70, 71)]
        ids = await sources.add_sources(session, clan, refs)
    return clan, [ids[ref] for ref in refs], [known[one.key] for one in METRICS]


async def add(database: Database, clan: ClanId, *seen: Seen) -> None:
    async with database.write() as session:
        await snapshots.add_snapshots(session, clan, seen)


async def stored(database: Database, clan: ClanId) -> tuple[Stored, set[tuple[SourceId, datetime]]]:
    """Every value since its time, and every snapshot."""
    async with database.read() as session:
        rows = await session.scalars(
            select(MetricValue).where(MetricValue.clan_id == clan).order_by(MetricValue.taken_at)
        )
        values: Stored = {}
        for row in rows:
            key = (SourceId(row.source_id), MetricId(row.metric_id))
            values.setdefault(key, []).append((row.taken_at, row.value))
        taken = await session.scalars(select(SnapshotRow).where(SnapshotRow.clan_id == clan))
        return values, {(SourceId(row.source_id), row.taken_at) for row in taken}


def as_of(values: Sequence[tuple[datetime, int | None]], moment: datetime) -> int | None:
    index = bisect_right(values, moment, key=lambda one: one[0])
    return values[index - 1][1] if index else None


Sights = Mapping[tuple[int, int], Sequence[int | None]]
"""The values of all metrics by profile and minute."""

SIGHTS = st.dictionaries(
    st.tuples(st.integers(0, 1), st.integers(0, 9)),
    st.tuples(*(st.sampled_from([None, 0, 1, 2]) for _ in METRICS)),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
async def test_any_order_gives_the_values_that_were_seen(database: Database, data: st.DataObject) -> None:
    sights: Sights = data.draw(SIGHTS)
    order = data.draw(st.permutations(sorted(sights)))
    again = data.draw(st.lists(st.sampled_from(sorted(sights)), max_size=3))
    clan, profiles, metrics = await make_clan(database)

    def seen(profile: int, minute: int) -> Seen:
        given_values = sights[profile, minute]
        return Seen(profiles[profile], at(minute), dict(zip(metrics, given_values, strict=True)))

    queue = [seen(*key) for key in (*order, *again)]
    while queue:
        together = 2 if len(queue) > 1 and queue[0].source != queue[1].source else 1
        await add(database, clan, *queue[:together])
        queue = queue[together:]
    values, taken = await stored(database, clan)
    assert taken == {(profiles[profile], at(minute)) for profile, minute in sights}
    for (profile, minute), given_values in sights.items():
        for metric, value in zip(metrics, given_values, strict=True):
            assert as_of(values.get((profiles[profile], metric), []), at(minute)) == value
    for (source, _), rows in values.items():
        assert {(source, moment) for moment, _ in rows} <= taken, "values are known by snapshots alone"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
async def test_runs_of_the_past_between_polls_give_the_values_that_were_seen(
    database: Database, data: st.DataObject
) -> None:
    """And of two profiles, of which one is polled, nothing is stored that repeats what stands before it."""
    sights: Sights = data.draw(SIGHTS)
    polled = data.draw(st.frozensets(st.sampled_from(sorted(sights))))
    pieces = data.draw(st.lists(st.frozensets(st.sampled_from(sorted(sights))), max_size=4))
    pieces = data.draw(st.permutations([*pieces, frozenset(sights)]))
    clan, profiles, metrics = await make_clan(database)

    def seen(profile: int, minute: int) -> Seen:
        given_values = sights[profile, minute]
        return Seen(profiles[profile], at(minute), dict(zip(metrics, given_values, strict=True)))

    for key in sorted(polled):
        await add(database, clan, seen(*key))
    for piece in pieces:
        for profile in (0, 1):
            run = [seen(*key) for key in piece if key[0] == profile]
            async with database.write() as session:
                await add_run(session, clan, run)
    values, taken = await stored(database, clan)
    assert taken == {(profiles[profile], at(minute)) for profile, minute in sights}
    for (profile, minute), given_values in sights.items():
        for metric, value in zip(metrics, given_values, strict=True):
            assert as_of(values.get((profiles[profile], metric), []), at(minute)) == value
    for rows in values.values():
        assert rows[0][1] is not None
        assert all(before[1] != after[1] for before, after in pairwise(rows))


async def test_a_run_is_of_one_profile(database: Database) -> None:
    clan, (one, other), (xp, *_) = await make_clan(database)
    with pytest.raises(ValueError, match="one profile"):
        async with database.write() as session:
            await add_run(session, clan, [Seen(one, at(0), {xp: 1}), Seen(other, at(0), {xp: 1})])


async def test_in_order_only_changes_are_stored(database: Database) -> None:
    clan, (one, _), (xp, ehp, boss) = await make_clan(database)
    readings = [(5, None, None), (5, None, 3), (5, 7, 3), (6, 7, None), (6, 7, None), (6, 7, 3)]
    for minute, reading in enumerate(readings):
        await add(database, clan, Seen(one, at(minute), dict(zip((xp, ehp, boss), reading, strict=True))))
    values, taken = await stored(database, clan)
    assert len(taken) == len(readings)
    assert values == {
        (one, xp): [(at(0), 5), (at(3), 6)],
        (one, ehp): [(at(2), 7)],
        (one, boss): [(at(1), 3), (at(3), None), (at(5), 3)],
    }
    for rows in values.values():
        assert all(before[1] != after[1] for before, after in pairwise(rows))


async def test_a_snapshot_in_the_past_keeps_what_later_ones_relied_on(database: Database) -> None:
    clan, (one, other), (xp, _, boss) = await make_clan(database)
    await add(database, clan, Seen(one, at(0), {xp: 5, boss: None}))
    await add(database, clan, Seen(one, at(9), {xp: 5, boss: None}))
    await add(database, clan, Seen(other, at(9), {xp: 1, boss: None}))
    await add(database, clan, Seen(one, at(4), {xp: 4, boss: 2}))
    await add(database, clan, Seen(other, at(3), {xp: None, boss: None}))
    values, _ = await stored(database, clan)
    assert values == {
        (one, xp): [(at(0), 5), (at(4), 4), (at(9), 5)],
        (one, boss): [(at(4), 2), (at(9), None)],
        (other, xp): [(at(9), 1)],
    }


async def test_two_snapshots_of_one_profile_are_not_taken_at_once(database: Database) -> None:
    clan, (one, _), (xp, *_) = await make_clan(database)
    with pytest.raises(ValueError, match="one snapshot a profile"):
        await add(database, clan, Seen(one, at(0), {xp: 1}), Seen(one, at(1), {xp: 2}))


async def test_a_metric_that_is_known_stays_as_it_is(database: Database) -> None:
    await make_clan(database)
    async with database.write() as session:
        await snapshots.add_metrics(session, [Metric(OVERALL.key, "Else", MetricKind.BOSS, "kills")])
        await snapshots.add_metrics(session, [])
    async with database.read() as session:
        assert await snapshots.metrics(session) == list(METRICS)
        assert await session.scalar(select(MetricRow.measure).where(MetricRow.key == OVERALL.key)) == (
            OVERALL.measure
        )
