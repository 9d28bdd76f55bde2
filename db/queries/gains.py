"""What the snapshots say of a period: readings at its two ends, for any number of metrics at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MemberId, MetricId
from bot.domain.periods import Period, Rule
from db.models import Attribution, MetricRow, MetricValue, Profile, SnapshotRow


class Ends(NamedTuple):
    """What one profile of a member shows at a period's two ends, for one metric.

    ``first_at`` is the time of the reading the gain starts from: by WOM's rule the first
    snapshot inside the period; by the covering rule the last one at or before its start,
    else the first one after it. ``last_at`` is the last snapshot inside, or by the covering
    rule the last one at or before the end. Values are as of those times; None is unranked.
    """

    member: MemberId
    metric: MetricId
    first_at: datetime
    last_at: datetime
    first: int | None
    last: int | None


async def readings(
    session: AsyncSession,
    clan: ClanId,
    metrics: Sequence[MetricId],
    period: Period,
    member: MemberId | None = None,
) -> list[Ends]:
    """The ends of every member's profiles (or one member's) for the metrics, in one statement.

    A profile without a snapshot in reach is absent: unknown, not zero. A member with
    several profiles over time has a row for each; the caller joins them.
    """
    bounds = _bounds(clan, period, member)
    rows = await session.execute(
        select(
            bounds.c.member_id,
            MetricRow.id,
            bounds.c.first_at,
            bounds.c.last_at,
            _value_at(clan, bounds, bounds.c.first_at).label("first"),
            _value_at(clan, bounds, bounds.c.last_at).label("last"),
        )
        .join_from(bounds, MetricRow, MetricRow.id.in_(metrics))
        .where(bounds.c.first_at.is_not(None), bounds.c.last_at.is_not(None))
    )
    return [
        Ends(MemberId(member_id), MetricId(metric), first_at, last_at, first, last)
        for member_id, metric, first_at, last_at, first, last in rows
    ]


class Value(NamedTuple):
    """A value since a time."""

    at: datetime
    value: int | None


async def series(
    session: AsyncSession, clan: ClanId, member: MemberId, metric: MetricId, start: datetime, end: datetime
) -> list[Value]:
    """A member's readings of one metric: the last at or before ``start``, and all up to ``end``.

    In one statement, oldest first. Between two readings nothing is known.
    """
    base = (
        select(func.max(SnapshotRow.taken_at))
        .where(*_of_profile(clan), SnapshotRow.taken_at <= start)
        .correlate(Attribution)
        .scalar_subquery()
    )
    taken = (
        select(Attribution.source_id, SnapshotRow.taken_at)
        .join_from(Attribution, SnapshotRow, and_(*_of_profile(clan)))
        .where(
            Attribution.clan_id == clan,
            Attribution.member_id == member,
            SnapshotRow.taken_at >= func.coalesce(base, start),
            SnapshotRow.taken_at <= end,
        )
        .cte("taken")
    )
    value = (
        select(MetricValue.value)
        .where(
            MetricValue.clan_id == clan,
            MetricValue.source_id == taken.c.source_id,
            MetricValue.metric_id == metric,
            MetricValue.taken_at <= taken.c.taken_at,
        )
        .order_by(MetricValue.taken_at.desc())
        .limit(1)
        .correlate(taken)
        .scalar_subquery()
    )
    rows = await session.execute(select(taken.c.taken_at, value).order_by(taken.c.taken_at))
    return [Value(at, number) for at, number in rows]


async def last_checks(session: AsyncSession, clan: ClanId, until: datetime) -> dict[MemberId, datetime]:
    """When each member's statistics were last seen at or before a time. Absent: never."""
    of_profile = (
        select(
            Attribution.member_id,
            select(func.max(SnapshotRow.taken_at))
            .where(*_of_profile(clan), SnapshotRow.taken_at <= until)
            .correlate(Attribution)
            .scalar_subquery()
            .label("at"),
        )
        .where(Attribution.clan_id == clan)
        .subquery()
    )
    rows = await session.execute(
        select(of_profile.c.member_id, func.max(of_profile.c["at"]))
        .where(of_profile.c["at"].is_not(None))
        .group_by(of_profile.c.member_id)
    )
    return {MemberId(member): at for member, at in rows}


def _of_profile(clan: ClanId) -> tuple[ColumnElement[bool], ...]:
    """A snapshot of the attribution's source, taken while the attribution held."""
    return (
        SnapshotRow.clan_id == clan,
        SnapshotRow.source_id == Attribution.source_id,
        SnapshotRow.taken_at >= Attribution.from_at,
        SnapshotRow.taken_at < Attribution.to_at,
    )


def _bounds(clan: ClanId, period: Period, member: MemberId | None) -> CTE:
    """Each profile's first and last reading for the period, by its rule; null where there is none."""

    def taken(pick: Any, *conditions: ColumnElement[bool]) -> Any:
        return (
            select(pick(SnapshotRow.taken_at))
            .where(*_of_profile(clan), *conditions)
            .correlate(Attribution)
            .scalar_subquery()
        )

    inside = SnapshotRow.taken_at >= period.start
    until = SnapshotRow.taken_at <= period.end
    first = taken(func.min, inside, until)
    if period.rule is Rule.WOM:
        last = taken(func.max, inside, until)
    else:
        first = func.coalesce(taken(func.max, SnapshotRow.taken_at <= period.start), first)
        last = taken(func.max, until)
    of_member = () if member is None else (Attribution.member_id == member,)
    return (
        select(Attribution.source_id, Attribution.member_id, first.label("first_at"), last.label("last_at"))
        .join_from(
            Profile,
            Attribution,
            (Attribution.clan_id == Profile.clan_id) & (Attribution.source_id == Profile.source_id),
        )
        .where(Profile.clan_id == clan, Attribution.clan_id == clan, *of_member)
        .cte("bounds")
        # Each bound is found once, not again for every value that is read at it.
        .prefix_with("MATERIALIZED")
    )


def _value_at(clan: ClanId, bounds: CTE, at: ColumnElement[datetime]) -> Any:
    return (
        select(MetricValue.value)
        .where(
            MetricValue.clan_id == clan,
            MetricValue.source_id == bounds.c.source_id,
            MetricValue.metric_id == MetricRow.id,
            MetricValue.taken_at <= at,
        )
        .order_by(MetricValue.taken_at.desc())
        .limit(1)
        .correlate(bounds, MetricRow)
        .scalar_subquery()
    )
