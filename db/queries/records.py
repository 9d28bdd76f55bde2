"""A clan's best days, weeks and months. One statement each, whatever the number of members."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MemberId, MetricId
from bot.domain.local_days import QUARTERS_A_DAY, Offset
from db.bulk import INTEGER, rows_as_table
from db.models import SnapshotRow
from db.queries.gains import value_at
from db.queries.talk import People, people_table, profiles_table, spoken_by_day
from db.types import FromMillis, Greatest, Least, Millis, to_millis

HOLDERS = 5
"""So many of those that share a record are named."""
_DAYS_A_WEEK = 7
_MONDAY = 3
"""1970 began on a Thursday: with so many days more each seven are a week from Monday."""


class Best(NamedTuple):
    """One of the members with the most of a metric in a slot of a span.

    ``slot`` is as it was given, the first with so much; ``shared`` is how many members have the same in it.
    ``since`` is the first slot of this span and metric that anybody was measured in.
    """

    span: int
    metric: int
    slot: int
    member: MemberId
    value: int
    shared: int
    since: int


async def best_gains(
    session: AsyncSession,
    clan: ClanId,
    people: People,
    metrics: Sequence[MetricId],
    boundaries: Sequence[tuple[int, int, datetime, datetime]],
) -> list[Best]:
    """The largest covering gains between boundaries that follow each other, in one statement.

    A boundary is a span, its number, since when a reading counts for it, and its time; the slot of a
    number begins there. The two readings are of one profile, while it was the member's. ``metric`` is
    the place in ``metrics``. Nothing gained is no record.
    """
    edges = (
        select(
            rows_as_table(
                session,
                {"span": INTEGER, "number": INTEGER, "low": INTEGER, "at": INTEGER},
                [(span, number, to_millis(low), to_millis(at)) for span, number, low, at in boundaries],
                "edges_given",
            )
        )
        .cte("edges")
        .prefix_with("MATERIALIZED")
    )
    profiles = profiles_table(people_table(session, people), clan)
    read_at = (
        select(func.max(SnapshotRow.taken_at))
        .where(
            SnapshotRow.clan_id == clan,
            SnapshotRow.source_id == profiles.c.source_id,
            SnapshotRow.taken_at >= FromMillis(Greatest(edges.c.low, Millis(profiles.c.from_at))),
            SnapshotRow.taken_at < FromMillis(Least(edges.c["at"] + 1, Millis(profiles.c.to_at))),
        )
        .correlate(profiles, edges)
        .scalar_subquery()
    )
    reads = (
        select(*profiles.c, *edges.c, read_at.label("read_at"))
        .join_from(profiles, edges, literal(1) == 1)
        .where(profiles.c.since <= edges.c["at"])
        .cte("reads")
        .prefix_with("MATERIALIZED")
    )
    values = (
        select(
            *reads.c,
            *(
                value_at(reads, reads.c.read_at, literal(metric, INTEGER)).label(f"value_{place}")
                for place, metric in enumerate(metrics)
            ),
        )
        .where(reads.c.read_at.is_not(None))
        .cte("values_read")
        .prefix_with("MATERIALIZED")
    )
    gained = union_all(*(_between(values, place) for place in range(len(metrics)))).cte("gained")
    return await _best(session, gained, {"clan": clan})


def _between(values: CTE, place: int) -> Select[*tuple[Any, ...]]:
    """What was gained of one metric in the slot that begins at the boundary before each."""
    v = values.c
    profile = (v.source_id, v.from_at, v.span)
    value = v[f"value_{place}"]
    pairs = select(
        v.span,
        v.member_id,
        v.number,
        func.lag(v.number).over(partition_by=profile, order_by=v.number).label("before"),
        (value - func.lag(value).over(partition_by=profile, order_by=v.number)).label("gain"),
    ).subquery()
    return select(
        pairs.c.span,
        literal(place, INTEGER).label("metric"),
        pairs.c.before.label("slot"),
        pairs.c.member_id,
        pairs.c.gain.label("value"),
    ).where(pairs.c.before == pairs.c.number - 1, pairs.c.gain.is_not(None))


async def best_talk(
    session: AsyncSession,
    clan: ClanId,
    people: People,
    shifts: Sequence[Offset],
    months: Sequence[tuple[int, int]],
    last_monday: int,
) -> list[Best]:
    """The most messages in a local day, week and month, in one statement; spans as of ``RecordSpan``.

    A slot is the number of its first day. Weeks are those before ``last_monday``; months are their
    first days and the ones after their last. What was not observed is not counted: it is so many at least.
    """
    talk = spoken_by_day(people_table(session, people), clan, shifts)
    given = rows_as_table(session, {"first": INTEGER, "past": INTEGER}, months, "months")
    monday = (talk.c.day + _MONDAY) // _DAYS_A_WEEK * _DAYS_A_WEEK - _MONDAY
    number = func.sum(talk.c.messages)
    spans = (
        select(
            literal(0, INTEGER).label("span"), talk.c.day.label("slot"), talk.c.member_id, talk.c.messages
        ),
        select(literal(1, INTEGER), monday, talk.c.member_id, number)
        .where(talk.c.day < last_monday, monday >= _first_day(shifts))
        .group_by(monday, talk.c.member_id),
        select(literal(2, INTEGER), given.c.first, talk.c.member_id, number)
        .join_from(talk, given, (given.c.first <= talk.c.day) & (talk.c.day < given.c.past))
        .group_by(given.c.first, talk.c.member_id),
    )
    said = union_all(*spans).subquery()
    gained = select(
        said.c.span,
        literal(0, INTEGER).label("metric"),
        said.c.slot,
        said.c.member_id,
        said.c.messages.label("value"),
    ).cte("gained")
    return await _best(session, gained, {})


async def _best(session: AsyncSession, gained: CTE, given: dict[str, Any]) -> list[Best]:
    """The first largest of each span and metric: only those few are put in order, not all that was gained."""
    g = gained.prefix_with("MATERIALIZED").c
    most = (
        select(g.span, g.metric, func.max(g.value).label("value"), func.min(g.slot).label("since"))
        .group_by(g.span, g.metric)
        .subquery()
    )
    m = most.c
    each = (g.span, g.metric)
    # A member with two profiles may have it twice.
    tied = (
        select(*each, g.slot, g.member_id, g.value, m.since)
        .join(most, (m.span == g.span) & (m.metric == g.metric) & (m.value == g.value))
        .where(m.value > 0)
        .distinct()
        .subquery()
    )
    t = tied.c
    slot = (t.span, t.metric, t.slot)
    ranked = select(
        *t,
        func.min(t.slot).over(partition_by=(t.span, t.metric)).label("first"),
        func.row_number().over(partition_by=slot, order_by=t.member_id).label("row"),
        func.count().over(partition_by=slot).label("shared"),
    ).subquery()
    r = ranked.c
    rows = await session.execute(
        select(r.span, r.metric, r.slot, r.member_id, r.value, r.shared, r.since)
        .where(r.slot == r.first, r.row <= HOLDERS)
        .order_by(r.span, r.metric, r.row),
        given,
    )
    return [
        Best(span, metric, int(slot), MemberId(member), int(value), int(shared), int(since))
        for span, metric, slot, member, value, shared, since in rows
    ]


def _first_day(shifts: Sequence[Offset]) -> int:
    return (shifts[0].first + shifts[0].shift) // QUARTERS_A_DAY
