"""How many messages: whole UTC days, then quarters of an hour, then single messages at the edges.

Read that way the cost depends on the clan's size, not on the length of the period, and
any time zone's days are exact. Each attribution is clipped to the period first, so a
name that changed hands within a quarter is still counted to the millisecond.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Select, exists, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.facts import COUNTED, SourceKind
from bot.domain.ids import ClanId, MemberId
from db.bulk import INTEGER
from db.models import Activity, ActivityDay, Attribution, Message, Source
from db.types import DAY_MS, DISCORD_EPOCH_MS, QUARTER_MS, Greatest, Least, Millis, snowflake, to_millis

_QUARTERS_A_DAY = DAY_MS // QUARTER_MS
_COUNTED = [int(kind) for kind in COUNTED]


class MemberCount(NamedTuple):
    """Messages of one member."""

    member: MemberId
    messages: int


class SlotCount(NamedTuple):
    """Messages of one member in one quarter of an hour, by kind of source."""

    kind: SourceKind
    quarter: int
    messages: int


async def message_counts(
    session: AsyncSession, clan: ClanId, start: datetime, end: datetime
) -> list[MemberCount]:
    """Each member's messages in ``[start, end)``, relayed ones included, in one statement.

    A member without one is absent: whether that is silence or a lack of observation is
    told by coverage.
    """
    cuts = _cuts(_clip(clan, start, end))
    parts = union_all(
        _days(clan, cuts),
        _quarters(clan, cuts, "q0", "run_end"),
        _quarters(clan, cuts, "second_run", "q1"),
        *(_edge(clan, cuts, low, high) for low, high in _EDGES),
    ).subquery()
    rows = await session.execute(
        select(parts.c.member_id, func.sum(parts.c.messages)).group_by(parts.c.member_id)
    )
    return [MemberCount(MemberId(member), int(number)) for member, number in rows if number]


async def member_slots(
    session: AsyncSession, clan: ClanId, member: MemberId, start: datetime, end: datetime
) -> list[SlotCount]:
    """One member's messages in ``[start, end)`` by quarter of an hour and kind of source, in one statement.

    Every local day of any time zone begins with a quarter, so that days can be cut from these.
    """
    cuts = _cuts(_clip(clan, start, end, member))
    whole = select(cuts.c.source_id, Activity.quarter.label("quarter"), Activity.messages).join_from(
        cuts,
        Activity,
        (Activity.clan_id == clan)
        & (Activity.source_id == cuts.c.source_id)
        & (Activity.quarter >= cuts.c.q0)
        & (Activity.quarter < cuts.c.q1),
    )
    edges = [
        select(
            cuts.c.source_id, _quarter_of(Message.message_id).label("quarter"), literal(1, INTEGER)
        ).join_from(cuts, Message, _within(clan, cuts, low, high))
        for low, high in _EDGES
    ]
    parts = union_all(whole, *edges).subquery()
    rows = await session.execute(
        select(Source.kind, parts.c.quarter, func.sum(parts.c.messages))
        .join_from(parts, Source, (Source.clan_id == clan) & (Source.id == parts.c.source_id))
        .group_by(Source.kind, parts.c.quarter)
    )
    return [SlotCount(SourceKind(kind), quarter, int(number)) for kind, quarter, number in rows if number]


async def unattributed_messages(session: AsyncSession, clan: ClanId, start: datetime, end: datetime) -> int:
    """Messages in ``[start, end)`` by sources that belong to no member at the end, by UTC day's precision."""
    nobody = ~exists().where(
        Attribution.clan_id == clan, Attribution.source_id == ActivityDay.source_id, Attribution.to_at >= end
    )
    number = await session.scalar(
        select(func.sum(ActivityDay.messages)).where(
            ActivityDay.clan_id == clan,
            ActivityDay.source_id.in_(
                select(Source.id).where(Source.clan_id == clan, Source.kind != SourceKind.WOM)
            ),
            ActivityDay.day >= to_millis(start) // DAY_MS,
            ActivityDay.day <= to_millis(end) // DAY_MS,
            nobody,
        )
    )
    return int(number or 0)


_EDGES = (("lo", "first_edge_end"), ("last_edge_start", "hi"))


def _clip(clan: ClanId, start: datetime, end: datetime, member: MemberId | None = None) -> CTE:
    """Each attribution of the period, cut to it: ``[lo, hi)`` in milliseconds."""
    of_member = () if member is None else (Attribution.member_id == member,)
    return (
        select(
            Attribution.source_id,
            Attribution.member_id,
            Greatest(Millis(Attribution.from_at), literal(to_millis(start), INTEGER)).label("lo"),
            Least(Millis(Attribution.to_at), literal(to_millis(end), INTEGER)).label("hi"),
        )
        .where(Attribution.clan_id == clan, Attribution.from_at < end, Attribution.to_at > start, *of_member)
        .cte("clip")
    )


def _cuts(clip: CTE) -> CTE:
    """Where each clipped span passes from single messages to quarters to days and back.

    The same cuts as :func:`bot.domain.activity.cuts`. A span within one quarter is all
    first edge; one without a whole day has no days, and its second run of quarters is empty.
    """
    lo, hi = clip.c.lo, clip.c.hi
    whole = select(
        clip.c.source_id,
        clip.c.member_id,
        lo,
        hi,
        ((lo + QUARTER_MS - 1) // QUARTER_MS).label("q0"),
        (hi // QUARTER_MS).label("q1"),
        ((lo + DAY_MS - 1) // DAY_MS).label("d0"),
        (hi // DAY_MS).label("d1"),
    ).cte("whole")
    run_end = Least(whole.c.d0 * _QUARTERS_A_DAY, whole.c.q1)
    edge_end = Least(whole.c.q0 * QUARTER_MS, whole.c.hi)
    return select(
        *whole.c,
        run_end.label("run_end"),
        Greatest(whole.c.d1 * _QUARTERS_A_DAY, run_end).label("second_run"),
        edge_end.label("first_edge_end"),
        Greatest(whole.c.q1 * QUARTER_MS, edge_end).label("last_edge_start"),
    ).cte("cuts")


def _days(clan: ClanId, cuts: CTE) -> Select[Any, Any]:
    return select(cuts.c.member_id, ActivityDay.messages).join_from(
        cuts,
        ActivityDay,
        (ActivityDay.clan_id == clan)
        & (ActivityDay.source_id == cuts.c.source_id)
        & (ActivityDay.day >= cuts.c.d0)
        & (ActivityDay.day < cuts.c.d1),
    )


def _quarters(clan: ClanId, cuts: CTE, low: str, high: str) -> Select[Any, Any]:
    return select(cuts.c.member_id, Activity.messages).join_from(
        cuts,
        Activity,
        (Activity.clan_id == clan)
        & (Activity.source_id == cuts.c.source_id)
        & (Activity.quarter >= cuts.c[low])
        & (Activity.quarter < cuts.c[high]),
    )


def _edge(clan: ClanId, cuts: CTE, low: str, high: str) -> Select[Any, Any]:
    return select(cuts.c.member_id, literal(1, INTEGER)).join_from(
        cuts, Message, _within(clan, cuts, low, high)
    )


def _within(clan: ClanId, cuts: CTE, low: str, high: str) -> ColumnElement[bool]:
    """A counted message of the source between two of the cuts; they are less than a quarter apart."""
    return (
        (Message.clan_id == clan)
        & (Message.message_id >= snowflake(cuts.c[low]))
        & (Message.message_id < snowflake(cuts.c[high]))
        & (Message.source_id == cuts.c.source_id)
        & Message.kind.in_(_COUNTED)
    )


def _quarter_of(message_id: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return (message_id.op(">>", return_type=INTEGER)(22) + DISCORD_EPOCH_MS) // QUARTER_MS
