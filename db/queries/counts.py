"""How many messages: whole UTC days, then quarters of an hour, then single messages at the edges.

Read that way the cost depends on the clan's size, not on the length of the period, and
any time zone's days are exact. Each attribution is clipped to the period first, so a
name that changed hands within a quarter is still counted to the millisecond.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Select, Subquery, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.facts import COUNTED, SourceKind
from bot.domain.ids import ClanId, MemberId
from db.bulk import INTEGER
from db.models import Activity, ActivityDay, Attribution, Message, Source
from db.types import (
    DAY_MS,
    DISCORD_EPOCH_MS,
    IDS_A_MILLISECOND,
    QUARTER_MS,
    Greatest,
    Least,
    Millis,
    snowflake,
    to_millis,
)

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
    parts = _parts(clan, _cuts(_clip(clan, start, end)))
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


async def all_messages(session: AsyncSession, clan: ClanId, start: datetime, end: datetime) -> int:
    """Every counted message in ``[start, end)``, whoever it is by, in one statement."""
    parts = _parts(clan, _cuts(_every_source(clan, start, end)))
    return int(await session.scalar(select(func.sum(parts.c.messages))) or 0)


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


def _every_source(clan: ClanId, start: datetime, end: datetime) -> CTE:
    """Each source that can chat over the whole span, as if it were one nameless member's."""
    return (
        select(
            Source.id.label("source_id"),
            literal(0, INTEGER).label("member_id"),
            literal(to_millis(start), INTEGER).label("lo"),
            literal(to_millis(end), INTEGER).label("hi"),
        )
        .where(Source.clan_id == clan, Source.kind != SourceKind.WOM)
        .cte("clip")
    )


def _parts(clan: ClanId, cuts: CTE) -> Subquery:
    """The counts of every piece, still to be added up."""
    return union_all(
        _days(clan, cuts),
        _quarters(clan, cuts, "q0", "run_end"),
        _quarters(clan, cuts, "second_run", "q1"),
        *(_edge(clan, cuts, low, high) for low, high in _EDGES),
    ).subquery()


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
    return (message_id // IDS_A_MILLISECOND + DISCORD_EPOCH_MS) // QUARTER_MS
