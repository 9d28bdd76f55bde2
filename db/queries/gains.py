"""What the snapshots say of a period: readings at its two ends, for any number of metrics at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, and_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MemberId, MetricId
from bot.domain.periods import Period, Rule
from db.models import Attribution, MetricRow, MetricValue, Profile, SnapshotRow
from db.types import Greatest, Least, Moment


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
    base = _taken(func.max, _of_profile(clan, until=start))
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


_MILLISECOND = timedelta(milliseconds=1)


def _of_profile(
    clan: ClanId, since: datetime | None = None, until: datetime | None = None
) -> tuple[ColumnElement[bool], ...]:
    """A snapshot of the attribution's source while the attribution held, from ``since`` to ``until``.

    Both are included. Each side is one comparison: of two, SQLite seeks by the first and
    walks through the history for the other.
    """
    earliest: Any = Attribution.from_at
    latest: Any = Attribution.to_at
    if since is not None:
        earliest = Greatest(Attribution.from_at, literal(since, Moment()))
    if until is not None:
        latest = Least(Attribution.to_at, literal(until + _MILLISECOND, Moment()))
    return (
        SnapshotRow.clan_id == clan,
        SnapshotRow.source_id == Attribution.source_id,
        SnapshotRow.taken_at >= earliest,
        SnapshotRow.taken_at < latest,
    )


def _taken(pick: Any, conditions: tuple[ColumnElement[bool], ...]) -> Any:
    return select(pick(SnapshotRow.taken_at)).where(*conditions).correlate(Attribution).scalar_subquery()


def _bounds(clan: ClanId, period: Period, member: MemberId | None) -> CTE:
    """Each profile's first and last reading for the period, by its rule; null where there is none."""
    first = _taken(func.min, _of_profile(clan, period.start, period.end))
    if period.rule is Rule.WOM:
        last = _taken(func.max, _of_profile(clan, period.start, period.end))
    else:
        first = func.coalesce(_taken(func.max, _of_profile(clan, until=period.start)), first)
        last = _taken(func.max, _of_profile(clan, until=period.end))
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
