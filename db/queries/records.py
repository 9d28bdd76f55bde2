"""A clan's best days, weeks and months. One statement each, whatever the number of members."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, Select, case, func, literal, select, union_all
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
    number begins there. The two readings are of one profile, while it was the member's, and since the
    member counts: what was gained before joining is no record of the clan's. ``metric`` is
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
    counts_from = Greatest(Greatest(edges.c.low, Millis(profiles.c.from_at)), profiles.c.since)
    read_at = (
        select(func.max(SnapshotRow.taken_at))
        .where(
            SnapshotRow.clan_id == clan,
            SnapshotRow.source_id == profiles.c.source_id,
            SnapshotRow.taken_at >= FromMillis(counts_from),
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
    pairs = _pairs(values, len(metrics))
    spans = sorted({span for span, *_ in boundaries})
    parts: dict[tuple[int, int], Select[*tuple[Any, ...]]] = {
        (span, place): select(
            pairs.c.before.label("slot"), pairs.c.member_id, pairs.c[f"gain_{place}"].label("value")
        ).where(pairs.c.span == span, pairs.c[f"gain_{place}"].is_not(None))
        for span in spans
        for place in range(len(metrics))
    }
    return await _best(session, parts, {"clan": clan})


def _pairs(values: CTE, metrics: int) -> CTE:
    """What was gained of each metric in the slot that begins at the boundary ``before`` each."""
    v = values.c
    in_order: dict[str, Any] = {"partition_by": (v.source_id, v.from_at, v.span), "order_by": v.number}
    pairs = select(
        v.span,
        v.member_id,
        v.number,
        func.lag(v.number).over(**in_order).label("before"),
        *(
            (v[f"value_{place}"] - func.lag(v[f"value_{place}"]).over(**in_order)).label(f"gain_{place}")
            for place in range(metrics)
        ),
    ).subquery()
    return select(pairs).where(pairs.c.before == pairs.c.number - 1).cte("pairs").prefix_with("MATERIALIZED")


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
    day, member, number = talk.c.day, talk.c.member_id, func.sum(talk.c.messages).label("value")
    monday = ((day + _MONDAY) // _DAYS_A_WEEK * _DAYS_A_WEEK - _MONDAY).label("slot")
    first = case(*((day < past, literal(first, INTEGER)) for first, past in months)).label("slot")
    parts: dict[tuple[int, int], Select[*tuple[Any, ...]]] = {
        (0, 0): select(day.label("slot"), member, talk.c.messages.label("value")),
        (1, 0): select(monday, member, number)
        .where(day < last_monday, day >= _first_monday(shifts))
        .group_by(monday, member),
        (2, 0): select(first, member, number)
        .where(day >= months[0][0], day < months[-1][1])
        .group_by(first, member),
    }
    return await _best(session, parts, {})


async def _best(
    session: AsyncSession, parts: Mapping[tuple[int, int], Select[*tuple[Any, ...]]], given: dict[str, Any]
) -> list[Best]:
    """The first largest of each span and metric, whose ``parts`` have a slot, a member and a value a row.

    Each is looked through by itself: of all together a database would put everything in order.
    """
    tied = union_all(*(_largest(part, *of) for of, part in parts.items())).subquery()
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


def _largest(part: Select[*tuple[Any, ...]], span: int, metric: int) -> Select[*tuple[Any, ...]]:
    found = part.cte(f"part_{span}_{metric}").prefix_with("MATERIALIZED")
    # Materialized too: PostgreSQL takes ``found`` for one row, and would add it all up anew for each.
    most = (
        select(func.max(found.c.value).label("value"), func.min(found.c.slot).label("since"))
        .cte(f"most_{span}_{metric}")
        .prefix_with("MATERIALIZED")
    )
    # A member with two profiles may have it twice.
    return (
        select(
            literal(span, INTEGER).label("span"),
            literal(metric, INTEGER).label("metric"),
            found.c.slot,
            found.c.member_id,
            found.c.value,
            most.c.since,
        )
        .join_from(found, most, found.c.value == most.c.value)
        .where(most.c.value > 0)
        .distinct()
    )


def _first_monday(shifts: Sequence[Offset]) -> int:
    first = (shifts[0].first + shifts[0].shift) // QUARTERS_A_DAY
    return -(-(first + _MONDAY) // _DAYS_A_WEEK) * _DAYS_A_WEEK - _MONDAY
