"""Snapshots: when a profile was seen, and every value that changed since the time before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import FromClause, ScalarSelect, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MetricId, SourceId
from bot.domain.metrics import Metric, MetricKind, metric
from db.bulk import INTEGER, inserting, is_sqlite, rows_as_table
from db.models import MetricRow, MetricValue, SnapshotRow, Source
from db.types import FromMillis, to_millis


class Seen(NamedTuple):
    """A profile's statistics at a moment. ``values`` holds every metric known; None is unknown."""

    source: SourceId
    taken_at: datetime
    values: Mapping[MetricId, int | None]


async def metric_ids(session: AsyncSession) -> dict[str, MetricId]:
    """The id of every metric that was ever seen, by key."""
    rows = await session.execute(select(MetricRow.key, MetricRow.id))
    return {key: MetricId(id_) for key, id_ in rows}


async def metrics(session: AsyncSession) -> list[Metric]:
    """Every metric that was ever seen; one that this program does not know has its own name."""
    rows = await session.execute(select(MetricRow.key, MetricRow.kind).order_by(MetricRow.id))
    return [metric(key, MetricKind(kind)) for key, kind in rows]


async def add_metrics(session: AsyncSession, metrics: Iterable[Metric]) -> None:
    """Make these metrics known; those that are already stay as they are."""
    rows = [{"key": m.key, "kind": m.kind.value, "measure": m.measure} for m in metrics]
    if rows:
        await session.execute(
            inserting(session, MetricRow).values(rows).on_conflict_do_nothing(index_elements=["key"])
        )


async def lock_profiles(session: AsyncSession, clan: ClanId, sources: Collection[SourceId]) -> None:
    """Let nobody else write these profiles' snapshots meanwhile: each relies on those beside it.

    On SQLite nobody else writes at all.
    """
    if not is_sqlite(session):
        await session.execute(
            select(Source.id)
            .where(Source.clan_id == clan, Source.id.in_(sources))
            .order_by(Source.id)
            .with_for_update(key_share=True)
        )


async def add_snapshots(session: AsyncSession, clan: ClanId, seen: Sequence[Seen]) -> None:
    """Store snapshots; of their values only those that differ from what was known as of then.

    A snapshot that is older than one stored before keeps the later ones right: a value
    that they relied on is written at the next snapshot first. Reading the same one again
    changes nothing.

    Raises:
        ValueError: two snapshots of one profile; each relies on the one before being stored.
    """
    if len({one.source for one in seen}) != len(seen):
        raise ValueError("one snapshot a profile at a time")
    if not seen:
        return
    await lock_profiles(session, clan, [one.source for one in seen])
    times = rows_as_table(
        session,
        {"source_id": INTEGER, "taken_at": INTEGER},
        [(one.source, to_millis(one.taken_at)) for one in seen],
    )
    # As a subquery, since SQLite would join from the clan's snapshots, all of them, to the few given.
    later = (
        select(literal(1))
        .where(
            SnapshotRow.clan_id == clan,
            SnapshotRow.source_id == times.c.source_id,
            SnapshotRow.taken_at > FromMillis(times.c.taken_at),
        )
        .correlate(times)
        .exists()
    )
    has_later = await session.scalar(select(literal(1)).select_from(times).where(later).limit(1))
    given = rows_as_table(
        session,
        {"source_id": INTEGER, "metric_id": INTEGER, "taken_at": INTEGER, "value": INTEGER},
        [
            (one.source, metric, to_millis(one.taken_at), value)
            for one in seen
            for metric, value in one.values.items()
        ],
    )
    if has_later:
        await _carry_over(session, clan, given)
    await session.execute(
        inserting(session, SnapshotRow)
        .from_select(
            ["clan_id", "source_id", "taken_at"],
            select(literal(clan, INTEGER), times.c.source_id, FromMillis(times.c.taken_at)).where(TRUE),
        )
        .on_conflict_do_nothing()
    )
    changed = _as_of(clan, given).is_distinct_from(given.c.value)
    await session.execute(
        inserting(session, MetricValue)
        .from_select(
            _VALUE_COLUMNS,
            select(
                literal(clan, INTEGER),
                given.c.source_id,
                given.c.metric_id,
                FromMillis(given.c.taken_at),
                given.c.value,
            ).where(changed),
        )
        .on_conflict_do_nothing()
    )


TRUE = literal(1) == 1
"""SQLite needs a WHERE before ON CONFLICT, or it takes ON for a join's."""
_VALUE_COLUMNS = ["clan_id", "source_id", "metric_id", "taken_at", "value"]


def _as_of(clan: ClanId, given: FromClause) -> ScalarSelect[Any]:
    """The value that was known at the given time; null also where none was."""
    return (
        select(MetricValue.value)
        .where(
            MetricValue.clan_id == clan,
            MetricValue.source_id == given.c.source_id,
            MetricValue.metric_id == given.c.metric_id,
            MetricValue.taken_at <= FromMillis(given.c.taken_at),
        )
        .order_by(MetricValue.taken_at.desc())
        .limit(1)
        .correlate(given)
        .scalar_subquery()
    )


async def _carry_over(session: AsyncSession, clan: ClanId, given: FromClause) -> None:
    """Where a given value differs from the one before it, write that one at the next snapshot."""
    following = (
        select(SnapshotRow.taken_at)
        .where(
            SnapshotRow.clan_id == clan,
            SnapshotRow.source_id == given.c.source_id,
            SnapshotRow.taken_at > FromMillis(given.c.taken_at),
        )
        .order_by(SnapshotRow.taken_at)
        .limit(1)
        .correlate(given)
        .scalar_subquery()
    )
    before = _as_of(clan, given)
    carried = (
        select(given.c.source_id, given.c.metric_id, following.label("at"), before.label("value"))
        .where(before.is_distinct_from(given.c.value))
        .subquery("carried")
    )
    await session.execute(
        inserting(session, MetricValue)
        .from_select(
            _VALUE_COLUMNS,
            select(
                literal(clan, INTEGER),
                carried.c.source_id,
                carried.c.metric_id,
                carried.c["at"],
                carried.c.value,
            ).where(carried.c["at"].is_not(None)),
        )
        # The next snapshot changed this metric itself: it relies on nobody.
        .on_conflict_do_nothing()
    )
