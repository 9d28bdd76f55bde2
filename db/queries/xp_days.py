"""Days in a row with XP gained, from the readings of a clan's profiles."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CTE, and_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MemberId, MetricId
from bot.domain.local_days import Offset
from db.models import MetricValue, SnapshotRow
from db.queries.local_days import local_day
from db.queries.talk import People, people_table, profiles_table
from db.types import QUARTER_MS, Greatest, Millis, Moment


async def streaks(
    session: AsyncSession,
    clan: ClanId,
    people: People,
    metric: MetricId,
    start: datetime,
    end: datetime,
    shifts: Sequence[Offset],
) -> dict[MemberId, int]:
    """Each member's longest run of local days with a gain, in one statement.

    A gain is of the day of the reading that shows it. A day without a reading neither ends a run nor
    lengthens it. The first gain is since the last reading at or before ``start``, of when the profile
    was the member's; without one it is since the first after it. Who was not read twice is absent.
    """
    profiles = _profiles_read(profiles_table(people_table(session, people), clan), clan, start)
    p = profiles.c
    # Values are stored where they changed only: a reading without one shows no gain.
    changed = MetricValue.taken_at
    readings = (
        select(
            p.source_id,
            p.from_at,
            p.member_id,
            SnapshotRow.taken_at,
            MetricValue.value,
            case((changed.is_(None), 0), else_=1).label("changed"),
        )
        .join_from(
            profiles,
            SnapshotRow,
            and_(
                SnapshotRow.clan_id == clan,
                SnapshotRow.source_id == p.source_id,
                SnapshotRow.taken_at >= p.read_from,
                SnapshotRow.taken_at < p.to_at,
                SnapshotRow.taken_at <= end,
                Millis(SnapshotRow.taken_at) >= p.since,
            ),
        )
        .outerjoin(
            MetricValue,
            and_(
                MetricValue.clan_id == clan,
                MetricValue.source_id == SnapshotRow.source_id,
                MetricValue.metric_id == metric,
                MetricValue.taken_at == SnapshotRow.taken_at,
            ),
        )
        .cte("readings")
        .prefix_with("MATERIALIZED")
    )
    r = readings.c
    held = (
        select(MetricValue.value)
        .where(
            MetricValue.clan_id == clan,
            MetricValue.source_id == r.source_id,
            MetricValue.metric_id == metric,
            MetricValue.taken_at < r.taken_at,
        )
        .order_by(MetricValue.taken_at.desc())
        .limit(1)
        .correlate(readings)
        .scalar_subquery()
    )
    first = func.min(r.taken_at).over(partition_by=(r.source_id, r.from_at))
    seen = select(
        r.member_id,
        local_day(Millis(r.taken_at) // QUARTER_MS, shifts).label("day"),
        case((r.taken_at > first, 1), else_=0).label("known"),
        case((and_(r.changed == 1, r.taken_at > first, r.value > held), 1), else_=0).label("gained"),
    ).subquery()
    days = (
        select(seen.c.member_id, seen.c.day, func.max(seen.c.gained).label("gained"))
        .where(seen.c.known == 1)
        .group_by(seen.c.member_id, seen.c.day)
        .cte("days")
    )
    d = days.c
    ended = case((d.gained == 0, 1), else_=0)
    runs = select(
        d.member_id,
        d.gained,
        func.sum(ended).over(partition_by=d.member_id, order_by=d.day).label("run"),
    ).subquery()
    lengths = (
        select(runs.c.member_id, runs.c.run, func.sum(runs.c.gained).label("length"))
        .group_by(runs.c.member_id, runs.c.run)
        .subquery()
    )
    rows = await session.execute(
        select(lengths.c.member_id, func.max(lengths.c.length)).group_by(lengths.c.member_id)
    )
    return {MemberId(member): int(longest) for member, longest in rows}


def _profiles_read(profiles: CTE, clan: ClanId, start: datetime) -> CTE:
    """The profiles, and from where on each is read: once a profile, or PostgreSQL looks at every snapshot."""
    p = profiles.c
    before = (
        select(func.max(SnapshotRow.taken_at))
        .where(
            SnapshotRow.clan_id == clan,
            SnapshotRow.source_id == p.source_id,
            SnapshotRow.taken_at <= literal(start, Moment()),
            SnapshotRow.taken_at >= p.from_at,
            SnapshotRow.taken_at < p.to_at,
            Millis(SnapshotRow.taken_at) >= p.since,
        )
        .correlate(profiles)
        .scalar_subquery()
    )
    read_from = func.coalesce(before, Greatest(p.from_at, literal(start, Moment())))
    return select(*p, read_from.label("read_from")).cte("profiles_read").prefix_with("MATERIALIZED")
