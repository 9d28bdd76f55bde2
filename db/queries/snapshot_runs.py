"""Many snapshots of one profile at once, anywhere in its past."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MetricId, SourceId
from db.bulk import INTEGER, inserting, rows_as_table
from db.models import MetricRow, MetricValue, SnapshotRow
from db.queries.snapshots import TRUE, Seen, lock_profiles
from db.types import FromMillis, to_millis

Values = dict[MetricId, int | None]
"""What is known of each metric; None, and a metric that is absent, are unknown."""
Changes = dict[tuple[MetricId, datetime], int | None]
"""A value since a snapshot, where it differs from the one before."""


async def add_run(session: AsyncSession, clan: ClanId, seen: Sequence[Seen]) -> None:
    """Store snapshots of one profile; of their values only those that changed.

    What was stored of the time between them stays true: a value that relied on one before is
    written where it would change, and one that repeats the one before is taken out.

    Raises:
        ValueError: snapshots of several profiles.
    """
    if len({one.source for one in seen}) > 1:
        raise ValueError("one profile at a time")
    if not seen:
        return
    source = seen[0].source
    await lock_profiles(session, clan, [source])
    given = {one.taken_at: one.values for one in seen}
    first, last = min(given), max(given)
    times = await _stored_times(session, clan, source, first, last)
    stored = await _stored_changes(session, clan, source, first, max([last, *times]))
    before = await _before(session, clan, source, first)
    wanted = changes_of(before, stored, times, given)
    await _remove(session, clan, source, stored.keys() - wanted.keys())
    await _add(session, clan, source, {key: value for key, value in wanted.items() if key not in stored})
    await _add_times(session, clan, source, given)


def changes_of(
    before: Mapping[MetricId, int | None],
    stored: Changes,
    times: Collection[datetime],
    given: Mapping[datetime, Mapping[MetricId, int | None]],
) -> Changes:
    """The changes that tell both what is ``stored`` at ``times`` and what is ``given``.

    ``before`` is what was known before all of it. Where both tell of one moment the stored one stays.
    """
    old, new, wanted = dict(before), dict(before), Changes()
    changed: dict[datetime, Values] = {}
    for (metric, at), value in stored.items():
        changed.setdefault(at, {})[metric] = value
    known = frozenset(times)
    for at in sorted(known | given.keys()):
        old.update(changed.get(at, {}))
        values = old if at in known else given[at]
        for metric in new.keys() | values.keys():
            value = values.get(metric)
            if value != new.get(metric):
                new[metric] = wanted[metric, at] = value
    return wanted


async def _stored_times(
    session: AsyncSession, clan: ClanId, source: SourceId, first: datetime, last: datetime
) -> list[datetime]:
    """The stored snapshots from the first to the last, and the next one after it."""
    following = (
        select(func.min(SnapshotRow.taken_at))
        .where(SnapshotRow.clan_id == clan, SnapshotRow.source_id == source, SnapshotRow.taken_at > last)
        .scalar_subquery()
    )
    rows = await session.scalars(
        select(SnapshotRow.taken_at).where(
            SnapshotRow.clan_id == clan,
            SnapshotRow.source_id == source,
            SnapshotRow.taken_at >= first,
            (SnapshotRow.taken_at <= last) | (SnapshotRow.taken_at == following),
        )
    )
    return list(rows)


async def _stored_changes(
    session: AsyncSession, clan: ClanId, source: SourceId, first: datetime, last: datetime
) -> Changes:
    rows = await session.execute(
        select(MetricValue.metric_id, MetricValue.taken_at, MetricValue.value).where(
            MetricValue.clan_id == clan,
            MetricValue.source_id == source,
            # By name, so that each metric's values are sought where they are.
            MetricValue.metric_id.in_(select(MetricRow.id)),
            MetricValue.taken_at.between(first, last),
        )
    )
    return {(MetricId(metric), at): value for metric, at, value in rows}


async def _before(session: AsyncSession, clan: ClanId, source: SourceId, first: datetime) -> Values:
    newest = (
        select(MetricValue.value)
        .where(
            MetricValue.clan_id == clan,
            MetricValue.source_id == source,
            MetricValue.metric_id == MetricRow.id,
            MetricValue.taken_at < first,
        )
        .order_by(MetricValue.taken_at.desc())
        .limit(1)
        .correlate(MetricRow)
        .scalar_subquery()
    )
    rows = await session.execute(select(MetricRow.id, newest))
    return {MetricId(metric): value for metric, value in rows if value is not None}


async def _remove(
    session: AsyncSession, clan: ClanId, source: SourceId, keys: Collection[tuple[MetricId, datetime]]
) -> None:
    if not keys:
        return
    given = rows_as_table(
        session,
        {"metric_id": INTEGER, "taken_at": INTEGER},
        [(metric, to_millis(at)) for metric, at in keys],
    )
    await session.execute(
        delete(MetricValue)
        .where(
            MetricValue.clan_id == clan,
            MetricValue.source_id == source,
            tuple_(MetricValue.metric_id, MetricValue.taken_at).in_(
                select(given.c.metric_id, FromMillis(given.c.taken_at))
            ),
        )
        .execution_options(synchronize_session=False)
    )


async def _add(session: AsyncSession, clan: ClanId, source: SourceId, changes: Changes) -> None:
    rows = [(metric, to_millis(at), value) for (metric, at), value in changes.items()]
    await _insert(session, clan, source, MetricValue, ["metric_id", "taken_at", "value"], rows)


async def _add_times(
    session: AsyncSession, clan: ClanId, source: SourceId, times: Iterable[datetime]
) -> None:
    await _insert(session, clan, source, SnapshotRow, ["taken_at"], [(to_millis(at),) for at in times])


async def _insert(
    session: AsyncSession,
    clan: ClanId,
    source: SourceId,
    table: Any,
    columns: Sequence[str],
    rows: Sequence[tuple[int | None, ...]],
) -> None:
    if not rows:
        return
    given = rows_as_table(session, dict.fromkeys(columns, INTEGER), rows)
    picked = [FromMillis(given.c[name]) if name == "taken_at" else given.c[name] for name in columns]
    fixed = [literal(clan, INTEGER), literal(source, INTEGER)]
    await session.execute(
        inserting(session, table)
        .from_select(["clan_id", "source_id", *columns], select(*fixed, *picked).where(TRUE))
        .on_conflict_do_nothing()
    )
