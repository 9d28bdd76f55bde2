"""What a whole clan gained of many metrics at once, added up inside the database."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MemberId, MetricId
from bot.domain.periods import Period, PeriodKind, Rule
from db.bulk import INTEGER, rows_as_table
from db.models import MetricRow
from db.queries.gains import WHILE, bounds_since, given_of, rows_while, value_at
from db.queries.talk import People


async def diversity(
    session: AsyncSession,
    clan: ClanId,
    members: Collection[MemberId],
    metrics: Sequence[MetricId],
    period: Period,
) -> dict[MemberId, int | None]:
    """Of how many of many bosses each of these members gained kills over the period, by its rule.

    In one statement. None where of no boss it is known; who has no reading in reach is absent. All time
    is what they have.
    """
    g = _gained(session, dict.fromkeys(members), metrics, period).c
    killed = func.count(case((g.gain > 0, g.metric)))
    rows = await session.execute(
        select(g.member_id, killed, func.count(g.gain)).group_by(g.member_id), given_of(clan, period)
    )
    return {MemberId(member): int(number) if known else None for member, number, known in rows}


async def kills(
    session: AsyncSession, clan: ClanId, people: People, metrics: Sequence[MetricId], period: Period
) -> dict[MetricId, tuple[int, int]]:
    """How many kills of each boss these people gained together, and how many of them did; in one statement.

    Of each what was read since they count, as :func:`db.queries.gains.rows_while` says. All time is what they
    have. A boss that nobody gained a kill of is absent.
    """
    g = _gained(session, people, metrics, period).c
    rows = await session.execute(
        select(g.metric, func.sum(g.gain), func.count(g.member_id)).where(g.gain > 0).group_by(g.metric),
        given_of(clan, period),
    )
    return {MetricId(metric): (int(number), int(members)) for metric, number, members in rows}


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
    ends = _ends(session, dict.fromkeys(members), period, Rule.COVERING)
    r = _read(ends, metrics, with_first=False).c
    rows = await session.execute(
        select(r.metric, func.count(case((r.last >= least, r.member_id))), func.count(r.member_id))
        .where(r.last.is_not(None))
        .group_by(r.metric),
        given_of(clan, period),
    )
    return {MetricId(metric): (int(number), int(known)) for metric, number, known in rows}


def _gained(session: AsyncSession, people: People, metrics: Sequence[MetricId], period: Period) -> CTE:
    """A row for each member and metric with the gain; null is unknown."""
    is_total = period.kind is PeriodKind.TOTAL
    # Of all time it does not matter when somebody came.
    counted = dict.fromkeys(people) if is_total else people
    read = _read(_ends(session, counted, period, period.rule), metrics, with_first=not is_total)
    return select(read.c.member_id, read.c.metric, _gain(read.c, period).label("gain")).cte("gained")


def _ends(session: AsyncSession, people: People, period: Period, rule: Rule) -> CTE:
    """A row for each member: of which profiles their first and last reading are, and when those were.

    Of all profiles that were theirs, chosen as :func:`bot.services.measured.span_of` does.
    """
    starts = rows_as_table(session, WHILE, rows_while(people, period.start), "starts")
    bounds = bounds_since(starts, rule)
    b = bounds.c
    before = b.first_at <= b.start
    covering = (case((before, 0), else_=1), case((before, b.first_at)).desc())
    first_order = (*(covering if rule is Rule.COVERING else ()), b.first_at, b.source_id)
    last_order = (b.last_at.desc(), b.source_id)
    ordered = (
        select(
            *b,
            func.row_number().over(partition_by=b.member_id, order_by=first_order).label("as_first"),
            func.row_number().over(partition_by=b.member_id, order_by=last_order).label("as_last"),
        )
        .where(b.first_at.is_not(None), b.last_at.is_not(None))
        .subquery()
    )
    o = ordered.c
    return (
        select(
            o.member_id,
            *(
                func.max(case((o[f"as_{end}"] == 1, column))).label(name)
                for end, name, column in (
                    ("first", "first_source", o.source_id),
                    ("first", "first_at", o.first_at),
                    ("last", "last_source", o.source_id),
                    ("last", "last_at", o.last_at),
                )
            ),
        )
        .group_by(o.member_id)
        .cte("ends")
        .prefix_with("MATERIALIZED")
    )


def _read(ends: CTE, metrics: Sequence[MetricId], *, with_first: bool) -> CTE:
    """The values at both ends, a row for each member and metric."""
    c = ends.c
    first = value_at(ends, c.first_at, MetricRow.id, c.first_source) if with_first else null()
    return (
        select(
            c.member_id,
            c.first_at,
            c.last_at,
            MetricRow.id.label("metric"),
            first.label("first"),
            value_at(ends, c.last_at, MetricRow.id, c.last_source).label("last"),
        )
        .join_from(ends, MetricRow, MetricRow.id.in_(metrics))
        .cte("read")
        .prefix_with("MATERIALIZED")
    )


def _gain(c: Any, period: Period) -> ColumnElement[int]:
    """The same as :mod:`bot.domain.gains`, and all that there is for all time; null is unknown."""
    if period.kind is PeriodKind.TOTAL:
        return c.last
    first = func.coalesce(c.first, 0) if period.rule is Rule.WOM else c.first
    unknown = or_(c.first_at >= c.last_at, c.last.is_(None), first.is_(None))
    return case((unknown, None), (and_(c.last > first), c.last - first), else_=literal(0, INTEGER))
