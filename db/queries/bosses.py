"""What a whole clan gained of many metrics at once, added up inside the database."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MemberId, MetricId
from bot.domain.periods import Period, PeriodKind, Rule
from db.bulk import INTEGER
from db.models import MetricRow
from db.queries.gains import bounds_of, given_of, value_at


class Diversity(NamedTuple):
    """``bosses`` is how many different ones a member killed; None where none is known. ``kills`` is
    the members' kills of each boss that was killed, and how many killed it.
    """

    bosses: dict[MemberId, int | None]
    kills: dict[MetricId, tuple[int, int]]


async def diversity(
    session: AsyncSession,
    clan: ClanId,
    members: Collection[MemberId],
    metrics: Sequence[MetricId],
    period: Period,
) -> Diversity:
    """Which of many bosses these members killed over the period, by its rule, in one statement.

    All time is what they have. Of a member with several profiles each counts by itself. Who has no
    reading in reach is absent.
    """
    bounds = bounds_of(period.rule)
    c = bounds.c
    read = (
        select(
            c.member_id,
            c.first_at,
            c.last_at,
            MetricRow.id.label("metric"),
            value_at(bounds, c.first_at, MetricRow.id).label("first"),
            value_at(bounds, c.last_at, MetricRow.id).label("last"),
        )
        .join_from(bounds, MetricRow, MetricRow.id.in_(metrics))
        .where(c.first_at.is_not(None), c.last_at.is_not(None), c.member_id.in_(members))
        .cte("read")
        .prefix_with("MATERIALIZED")
    )
    gained = select(read.c.member_id, read.c.metric, _gain(read.c, period).label("gain")).cte("gained")
    g = gained.c
    killed = case((g.gain > 0, g.metric))
    statement = union_all(
        select(
            literal(0, INTEGER).label("what"), g.member_id.label("key"),
            func.count(killed.distinct()).label("number"), func.count(g.gain).label("known"),
        ).group_by(g.member_id),
        select(
            literal(1, INTEGER), g.metric, func.sum(g.gain), func.count(g.member_id.distinct())
        ).where(g.gain > 0).group_by(g.metric),
    )  # fmt: skip
    found = Diversity({}, {})
    for what, key, number, known in await session.execute(statement, given_of(clan, period)):
        if what:
            found.kills[MetricId(key)] = int(number), int(known)
        else:
            found.bosses[MemberId(key)] = int(number) if known else None
    return found


async def reached(
    session: AsyncSession,
    clan: ClanId,
    members: Collection[MemberId],
    metrics: Sequence[MetricId],
    least: int,
    period: Period,
) -> dict[MetricId, tuple[int, int]]:
    """Of how many of these members each metric is ``least`` or more at the period's end, and known at all.

    In one statement. A metric that is known of nobody is absent.
    """
    bounds = bounds_of(Rule.COVERING)
    c = bounds.c
    read = (
        select(
            c.member_id,
            MetricRow.id.label("metric"),
            value_at(bounds, c.last_at, MetricRow.id).label("last"),
        )
        .join_from(bounds, MetricRow, MetricRow.id.in_(metrics))
        .where(c.last_at.is_not(None), c.member_id.in_(members))
        .cte("read")
        .prefix_with("MATERIALIZED")
    )
    has = func.count(case((read.c.last >= least, read.c.member_id)).distinct())
    rows = await session.execute(
        select(read.c.metric, has, func.count(read.c.member_id.distinct()))
        .where(read.c.last.is_not(None))
        .group_by(read.c.metric),
        given_of(clan, period),
    )
    return {MetricId(metric): (int(number), int(known)) for metric, number, known in rows}


def _gain(c: Any, period: Period) -> ColumnElement[int]:
    """The same as :mod:`bot.domain.gains`, and all that there is for all time; null is unknown."""
    if period.kind is PeriodKind.TOTAL:
        return c.last
    first = func.coalesce(c.first, 0) if period.rule is Rule.WOM else c.first
    unknown = or_(c.first_at >= c.last_at, c.last.is_(None), first.is_(None))
    return case((unknown, None), (and_(c.last > first), c.last - first), else_=0)
