"""What the snapshots say of a period: readings at its two ends, for any number of metrics at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import CTE, ColumnElement, FromClause, Select, bindparam, func, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MemberId, MetricId
from bot.domain.periods import Period, PeriodKind, Rule
from db.bulk import INTEGER, rows_as_table
from db.models import Attribution, MetricRow, MetricValue, Profile, SnapshotRow
from db.queries.talk import People
from db.types import FromMillis, Greatest, Least, Moment, to_millis


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
    session: AsyncSession, clan: ClanId, metrics: Sequence[MetricId], period: Period
) -> list[Ends]:
    """The ends of every member's profiles for a few metrics, in one statement.

    A profile without a snapshot in reach is absent: unknown, not zero. A member with
    several profiles over time has a row for each; the caller joins them. Of all time only the
    last value is read: ``first`` is None.
    """
    given = given_of(clan, period) | {f"metric_{place}": metric for place, metric in enumerate(metrics)}
    with_first = period.kind is not PeriodKind.TOTAL
    rows = await session.execute(_of_everybody(period.rule, len(metrics), with_first=with_first), given)
    # A row to a profile, not to each of its metrics: making rows takes longer than finding them.
    return [
        Ends(member, metric, first_at, last_at, values[2 * place], values[2 * place + 1])
        for member, first_at, last_at, *values in rows
        for place, metric in enumerate(metrics)
    ]


async def readings_of(
    session: AsyncSession, clan: ClanId, metrics: Sequence[MetricId], period: Period, member: MemberId
) -> list[Ends]:
    """The same of one member, for any number of metrics, in one statement."""
    given = given_of(clan, period) | {"metrics": list(metrics), "member": member}
    rows = await session.execute(_of_one(period.rule), given)
    return [Ends(*row) for row in rows]


async def readings_since(
    session: AsyncSession,
    clan: ClanId,
    metrics: Sequence[MetricId],
    starts: Mapping[MemberId, datetime],
    end: datetime,
    rule: Rule = Rule.COVERING,
) -> list[Ends]:
    """The same from each member's own start to one end, in one statement. Who has no start is absent."""
    table = rows_as_table(
        session,
        {"member_id": INTEGER, "start": INTEGER},
        [(member, to_millis(start)) for member, start in starts.items()],
    )
    given = {"clan": clan, "end": end, "after_end": end + _MILLISECOND}
    given |= {f"metric_{place}": metric for place, metric in enumerate(metrics)}
    bounds = bounds_since(table, rule)
    values = [
        value_at(bounds, at, bindparam(f"metric_{place}", type_=INTEGER))
        for place in range(len(metrics))
        for at in (bounds.c.first_at, bounds.c.last_at)
    ]
    statement = select(bounds.c.member_id, bounds.c.first_at, bounds.c.last_at, *values).where(
        bounds.c.first_at.is_not(None), bounds.c.last_at.is_not(None)
    )
    return [
        Ends(member, metric, first_at, last_at, found[2 * place], found[2 * place + 1])
        for member, first_at, last_at, *found in await session.execute(statement, given)
        for place, metric in enumerate(metrics)
    ]


async def readings_in_slots(
    session: AsyncSession,
    clan: ClanId,
    metric: MetricId,
    slots: Sequence[tuple[datetime, datetime]],
    people: Sequence[People],
) -> list[list[Ends]]:
    """The ends of each slot by the covering rule, of what was read since each of its people counts.

    In one statement. ``people`` are those of each slot. Whom nobody read between then and the slot's start
    begins with the first reading after both: what they had gained before, however long ago, is nothing that
    they gained in it. Who counts since nobody knows when is read as far back as there is.
    """
    rows = [
        (*row, to_millis(end), number)
        for number, ((start, end), there) in enumerate(zip(slots, people, strict=True))
        for row in rows_while(there, start)
    ]
    bounds = bounds_since(
        rows_as_table(session, WHILE | {"end": INTEGER, "slot": INTEGER}, rows), Rule.COVERING
    )
    first_at, last_at = bounds.c.first_at, bounds.c.last_at
    statement = select(
        bounds.c.slot,
        bounds.c.member_id,
        first_at,
        last_at,
        value_at(bounds, first_at, _METRIC),
        value_at(bounds, last_at, _METRIC),
    ).where(first_at.is_not(None), last_at.is_not(None))
    found: list[list[Ends]] = [[] for _ in slots]
    for slot, member, began, ended, first, last in await session.execute(
        statement, {"clan": clan, "metric": metric}
    ):
        found[int(slot)].append(Ends(MemberId(member), metric, began, ended, first, last))
    return found


WHILE: Final = {"member_id": INTEGER, "start": INTEGER, "earliest": INTEGER}
"""The columns of :func:`rows_while`."""


def rows_while(people: People, start: datetime) -> list[tuple[MemberId, int, int]]:
    """What :func:`bounds_since` begins with, of people who count from a moment of their own on.

    Whom nobody read between then and the start begins with the first reading after both.
    """
    since_start = to_millis(start)
    counted = [(member, 0 if since is None else to_millis(since)) for member, since in people.items()]
    return [(member, max(since, since_start), since) for member, since in counted]


def given_of(clan: ClanId, period: Period) -> dict[str, Any]:
    """What statements over :func:`bounds_of` are given."""
    return {
        "clan": clan,
        "start": period.start,
        "end": period.end,
        "after_start": period.start + _MILLISECOND,
        "after_end": period.end + _MILLISECOND,
    }


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
    given = {
        "clan": clan,
        "member": member,
        "metric": metric,
        "start": start,
        "after_start": start + _MILLISECOND,
        "end": end,
    }
    rows = await session.execute(_series_statement(), given)
    return [Value(at, number) for at, number in rows]


# Building a statement takes as long as running it: each is built once.
_MILLISECOND = timedelta(milliseconds=1)
_CLAN, _MEMBER = bindparam("clan", type_=INTEGER), bindparam("member", type_=INTEGER)
_METRIC, _METRICS = bindparam("metric", type_=INTEGER), bindparam("metrics", type_=INTEGER, expanding=True)
_START, _AFTER_START = bindparam("start", type_=Moment()), bindparam("after_start", type_=Moment())
_END, _AFTER_END = bindparam("end", type_=Moment()), bindparam("after_end", type_=Moment())


@cache
def _series_statement() -> Select[Any, Any]:
    base = _taken(func.max, before=_AFTER_START)
    taken = (
        select(Attribution.source_id, SnapshotRow.taken_at)
        .join_from(
            Attribution,
            SnapshotRow,
            (SnapshotRow.clan_id == Attribution.clan_id)
            & (SnapshotRow.source_id == Attribution.source_id)
            & (SnapshotRow.taken_at >= Attribution.from_at)
            & (SnapshotRow.taken_at < Attribution.to_at),
        )
        .where(
            Attribution.clan_id == _CLAN,
            Attribution.member_id == _MEMBER,
            SnapshotRow.taken_at >= func.coalesce(base, _START),
            SnapshotRow.taken_at <= _END,
        )
        .cte("taken")
    )
    value = value_at(taken, taken.c.taken_at, _METRIC)
    return select(taken.c.taken_at, value).order_by(taken.c.taken_at)


@cache
def _of_everybody(rule: Rule, metrics: int, *, with_first: bool) -> Select[*tuple[Any, ...]]:
    bounds = bounds_of(rule)
    first_at, last_at = bounds.c.first_at, bounds.c.last_at
    values = [
        value_at(bounds, at, bindparam(f"metric_{place}", type_=INTEGER)) if is_read else null()
        for place in range(metrics)
        for at, is_read in ((first_at, with_first), (last_at, True))
    ]
    return select(bounds.c.member_id, first_at, last_at, *values).where(
        first_at.is_not(None), last_at.is_not(None)
    )


@cache
def _of_one(rule: Rule) -> Select[Any, Any, Any, Any, Any, Any]:
    bounds = bounds_of(rule, of_one=True)
    first_at, last_at = bounds.c.first_at, bounds.c.last_at
    return (
        select(
            bounds.c.member_id,
            MetricRow.id,
            first_at,
            last_at,
            value_at(bounds, first_at, MetricRow.id).label("first"),
            value_at(bounds, last_at, MetricRow.id).label("last"),
        )
        .join_from(bounds, MetricRow, MetricRow.id.in_(_METRICS))
        .where(first_at.is_not(None), last_at.is_not(None))
    )


def _taken(pick: Any, *beside: Any, since: Any = None, before: Any = None) -> Any:
    """A profile's first or last snapshot from ``since`` on and before ``before``, while the attribution held.

    Each side is one comparison: of two, SQLite seeks by the first and walks through the
    history for the other.
    """
    earliest: Any = Attribution.from_at if since is None else Greatest(Attribution.from_at, since)
    latest: Any = Attribution.to_at if before is None else Least(Attribution.to_at, before)
    return (
        select(pick(SnapshotRow.taken_at))
        .where(
            SnapshotRow.clan_id == _CLAN,
            SnapshotRow.source_id == Attribution.source_id,
            SnapshotRow.taken_at >= earliest,
            SnapshotRow.taken_at < latest,
        )
        .correlate(Attribution, *beside)
        .scalar_subquery()
    )


def bounds_since(starts: FromClause, rule: Rule) -> CTE:
    """Each profile's first and last reading from its member's own start on; null where there is none.

    ``starts`` has a ``member_id`` and a ``start`` in milliseconds; who is not in it is absent. Where it has
    an ``earliest``, as of :func:`rows_while`, no first reading lies before that. Of several slots it has the
    number, and the ``end`` of each.
    """
    of_slots = "slot" in starts.c
    after_end = FromMillis(starts.c.end + 1) if of_slots else _AFTER_END
    start, after_start = FromMillis(starts.c.start), FromMillis(starts.c.start + 1)
    first = _taken(func.min, starts, since=start, before=after_end)
    if rule is Rule.COVERING:
        earliest = FromMillis(starts.c.earliest) if "earliest" in starts.c else None
        first = func.coalesce(_taken(func.max, starts, since=earliest, before=after_start), first)
    # By WOM's rule too: where there is a first inside, the last before the end is inside.
    last = _taken(func.max, starts, before=after_end)
    return (
        select(
            Attribution.source_id,
            Attribution.member_id,
            start.label("start"),
            first.label("first_at"),
            last.label("last_at"),
            *((starts.c.slot,) if of_slots else ()),
        )
        .join_from(
            Profile,
            Attribution,
            (Attribution.clan_id == Profile.clan_id) & (Attribution.source_id == Profile.source_id),
        )
        .join(starts, starts.c.member_id == Attribution.member_id)
        .where(Profile.clan_id == _CLAN, Attribution.clan_id == _CLAN)
        .cte("bounds")
        .prefix_with("MATERIALIZED")
    )


def bounds_of(rule: Rule, *, of_one: bool = False) -> CTE:
    """Each profile's first and last reading for the period, by its rule; null where there is none.

    Both ends belong to the period: before the millisecond after an end is up to it.
    """
    first = _taken(func.min, since=_START, before=_AFTER_END)
    if rule is Rule.WOM:
        last = _taken(func.max, since=_START, before=_AFTER_END)
    else:
        first = func.coalesce(_taken(func.max, before=_AFTER_START), first)
        last = _taken(func.max, before=_AFTER_END)
    of_member = (Attribution.member_id == _MEMBER,) if of_one else ()
    return (
        select(Attribution.source_id, Attribution.member_id, first.label("first_at"), last.label("last_at"))
        .join_from(
            Profile,
            Attribution,
            (Attribution.clan_id == Profile.clan_id) & (Attribution.source_id == Profile.source_id),
        )
        .where(Profile.clan_id == _CLAN, Attribution.clan_id == _CLAN, *of_member)
        .cte("bounds")
        # Each bound is found once, not again for every value that is read at it.
        .prefix_with("MATERIALIZED")
    )


def value_at(taken: CTE, at: ColumnElement[datetime], metric: Any, source: Any = None) -> Any:
    """What the profile of a row of ``taken`` had as of ``at``; null for unranked.

    It is the row's ``source_id``, or the column that is given.
    """
    return (
        select(MetricValue.value)
        .where(
            MetricValue.clan_id == _CLAN,
            MetricValue.source_id == (taken.c.source_id if source is None else source),
            MetricValue.metric_id == metric,
            MetricValue.taken_at <= at,
        )
        .order_by(MetricValue.taken_at.desc())
        .limit(1)
        .correlate(taken, MetricRow)
        .scalar_subquery()
    )
