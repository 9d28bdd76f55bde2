"""How many messages: whole UTC days, then quarters of an hour, then single messages at the edges.

Read that way the cost depends on the clan's size, not on the length of the period, and
any time zone's days are exact. Each attribution is clipped to the period first, so a
name that changed hands within a quarter is still counted to the millisecond.
"""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain import activity
from bot.domain.facts import COUNTED, SourceKind
from bot.domain.ids import ClanId, MemberId, UserId
from db.bulk import INTEGER
from db.models import Activity, ActivityDay, Attribution, Message, Source
from db.queries.attributions import is_verified
from db.types import (
    DAY_MS,
    DISCORD_EPOCH_MS,
    IDS_A_MILLISECOND,
    QUARTER_MS,
    Greatest,
    Least,
    Millis,
    Moment,
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


class SourceCount(NamedTuple):
    """Messages of one source; ``user`` is set for a Discord user, whose nickname the label is."""

    kind: SourceKind
    user: UserId | None
    label: str
    messages: int


async def message_counts(
    session: AsyncSession, clan: ClanId, start: datetime, end: datetime, *, is_sure: bool = False
) -> list[MemberCount]:
    """Each member's messages in ``[start, end)``, relayed ones included, in one statement.

    Those that are a member's by a claimed link alone are left out where ``is_sure``.

    A member without one is absent: whether that is silence or a lack of observation is
    told by coverage.
    """
    rows = await session.execute(_counts_statement(is_sure=is_sure), _given(clan, start, end))
    return [MemberCount(MemberId(member), int(number)) for member, number in rows if number]


async def unattributed_messages(session: AsyncSession, clan: ClanId, start: datetime, end: datetime) -> int:
    """Messages in ``[start, end)`` that belonged to no member at their time, in one statement.

    Only sources that one attribution does not cover throughout can have any: theirs are
    counted whole, less what is attributed of them.
    """
    return int(await session.scalar(_unattributed_statement(), _given(clan, start, end)) or 0)


async def unattributed_by_source(
    session: AsyncSession, clan: ClanId, start: datetime, end: datetime
) -> list[SourceCount]:
    """The messages of :func:`unattributed_messages` by who said them, in one statement.

    A source without any is absent.
    """
    rows = await session.execute(_unattributed_by_source_statement(), _given(clan, start, end))
    return [
        SourceCount(SourceKind(kind), None if user is None else UserId(user), label, int(number))
        for kind, user, label, number in rows
    ]


async def member_slots(
    session: AsyncSession, clan: ClanId, member: MemberId, start: datetime, end: datetime
) -> list[SlotCount]:
    """One member's messages in ``[start, end)`` by quarter of an hour and kind of source, in one statement.

    Every local day of any time zone begins with a quarter, so that days can be cut from these.
    """
    rows = await session.execute(_slots_statement(), {**_given(clan, start, end), "member": member})
    return [SlotCount(SourceKind(kind), quarter, int(number)) for kind, quarter, number in rows if number]


# The statements are large, and building one takes as long as running it: each is built once.
_CLAN = bindparam("clan", type_=INTEGER)
_START, _END = bindparam("start", type_=Moment()), bindparam("end", type_=Moment())
_START_MS, _END_MS = bindparam("start_ms", type_=INTEGER), bindparam("end_ms", type_=INTEGER)
_FIRST_EDGE_END = bindparam("first_edge_end", type_=INTEGER)
_LAST_EDGE_START = bindparam("last_edge_start", type_=INTEGER)
_MEMBER = bindparam("member", type_=INTEGER)


def _given(clan: ClanId, start: datetime, end: datetime) -> dict[str, Any]:
    cut = activity.cuts(start, end)
    return {
        "clan": clan,
        "start": start,
        "end": end,
        "start_ms": to_millis(start),
        "end_ms": to_millis(end),
        "first_edge_end": to_millis(cut.first_edge[1]),
        "last_edge_start": to_millis(cut.last_edge[0]),
    }


@cache
def _counts_statement(*, is_sure: bool) -> Select[Any, Any]:
    narrowed = (is_verified(),) if is_sure else ()
    cuts = _cuts(_clip(*narrowed))
    spans = select(cuts.c.member_id, _apart_from_edges(cuts).label("messages"))
    counted = union_all(spans, _in_common_edges(*narrowed)).subquery()
    return select(counted.c.member_id, func.sum(counted.c.messages)).group_by(counted.c.member_id)


@cache
def _unattributed_statement() -> Select[Any]:
    open_sources = _open_sources()
    whole = _cuts(open_sources, "all")
    owned = _cuts(_clip(Attribution.source_id.in_(select(open_sources.c.source_id))), "owned")
    total = select(func.sum(_messages(whole))).select_from(whole).scalar_subquery()
    less = select(func.sum(_messages(owned))).select_from(owned).scalar_subquery()
    return select(func.coalesce(total, 0) - func.coalesce(less, 0))


@cache
def _unattributed_by_source_statement() -> Select[Any, Any, Any, Any]:
    open_sources = _open_sources()
    whole = _cuts(open_sources, "all")
    owned = _cuts(_clip(Attribution.source_id.in_(select(open_sources.c.source_id))), "owned")
    parts = union_all(
        select(whole.c.source_id, _messages(whole).label("messages")),
        select(owned.c.source_id, -_messages(owned)),
    ).subquery()
    number = func.sum(parts.c.messages)
    return (
        select(Source.kind, Source.user_id, Source.label, number)
        .join_from(parts, Source, (Source.clan_id == _CLAN) & (Source.id == parts.c.source_id))
        .group_by(Source.id, Source.kind, Source.user_id, Source.label)
        .having(number > 0)
    )


@cache
def _slots_statement() -> Select[Any, Any, Any]:
    cuts = _cuts(_clip(Attribution.member_id == _MEMBER))
    c = cuts.c
    whole = select(c.kind, Activity.quarter.label("quarter"), Activity.messages).join_from(
        cuts,
        Activity,
        (Activity.clan_id == _CLAN)
        & (Activity.source_id == c.source_id)
        & (Activity.quarter >= c.q0)
        & (Activity.quarter < c.q1),
    )
    first = select(c.kind, c.lo // QUARTER_MS, _in_edge(cuts, c.lo, c.first_edge_end))
    last = select(c.kind, c.q1, _in_edge(cuts, c.last_edge_start, c.hi))
    parts = union_all(whole, first, last).subquery()
    return select(parts.c.kind, parts.c.quarter, func.sum(parts.c.messages)).group_by(
        parts.c.kind, parts.c.quarter
    )


def _clip(*narrowed: ColumnElement[bool]) -> CTE:
    """Each attribution of the period to a source that chats, cut to it: ``[lo, hi)`` in milliseconds."""
    return (
        select(
            Attribution.source_id,
            Attribution.member_id,
            Source.kind,
            Greatest(Millis(Attribution.from_at), _START_MS).label("lo"),
            Least(Millis(Attribution.to_at), _END_MS).label("hi"),
        )
        .join_from(
            Attribution,
            Source,
            (Source.clan_id == Attribution.clan_id) & (Source.id == Attribution.source_id),
        )
        .where(
            Attribution.clan_id == _CLAN,
            Attribution.from_at < _END,
            Attribution.to_at > _START,
            Source.kind != SourceKind.WOM,
            *narrowed,
        )
        .cte("clip")
    )


def _open_sources() -> CTE:
    """Each source that chats and is not one member's over the whole span, as if it were a nameless one's."""
    covered = exists().where(
        Attribution.clan_id == Source.clan_id,
        Attribution.source_id == Source.id,
        Attribution.from_at <= _START,
        Attribution.to_at >= _END,
    )
    return (
        select(
            Source.id.label("source_id"),
            literal(0, INTEGER).label("member_id"),
            Source.kind,
            type_coerce(_START_MS, INTEGER).label("lo"),
            type_coerce(_END_MS, INTEGER).label("hi"),
        )
        .where(Source.clan_id == _CLAN, Source.kind != SourceKind.WOM, ~covered)
        .cte("open_sources")
    )


def _cuts(clip: CTE, name: str = "cuts") -> CTE:
    """Where each clipped span passes from single messages to quarters to days and back.

    The same cuts as :func:`bot.domain.activity.cuts`. A span within one quarter is all
    first edge; one without a whole day has no days, and its second run of quarters is empty.
    """
    lo, hi = clip.c.lo, clip.c.hi
    whole = select(
        clip.c.source_id,
        clip.c.member_id,
        clip.c.kind,
        lo,
        hi,
        ((lo + QUARTER_MS - 1) // QUARTER_MS).label("q0"),
        (hi // QUARTER_MS).label("q1"),
        ((lo + DAY_MS - 1) // DAY_MS).label("d0"),
        (hi // DAY_MS).label("d1"),
    ).cte(f"{name}_whole")
    run_end = Least(whole.c.d0 * _QUARTERS_A_DAY, whole.c.q1)
    edge_end = Least(whole.c.q0 * QUARTER_MS, whole.c.hi)
    return (
        select(
            *whole.c,
            run_end.label("run_end"),
            Greatest(whole.c.d1 * _QUARTERS_A_DAY, run_end).label("second_run"),
            edge_end.label("first_edge_end"),
            Greatest(whole.c.q1 * QUARTER_MS, edge_end).label("last_edge_start"),
        )
        .cte(name)
        .prefix_with("MATERIALIZED")
    )


def _messages(cuts: CTE) -> ColumnElement[int]:
    """The messages of a clipped span, piece by piece.

    Each piece is a subquery of its own: joined, SQLite would read all messages first.
    """
    c = cuts.c
    return (
        _in_days(cuts)
        + _in_quarters(cuts, c.q0, c.run_end)
        + _in_quarters(cuts, c.second_run, c.q1)
        + _in_edge(cuts, c.lo, c.first_edge_end)
        + _in_edge(cuts, c.last_edge_start, c.hi)
    )


def _apart_from_edges(cuts: CTE) -> ColumnElement[int]:
    """The same without what lies in the period's own two edges, which are counted for all at once.

    Only a span that begins or ends inside the period has edges elsewhere.
    """
    c = cuts.c
    begins_inside = (c.lo >= _FIRST_EDGE_END) & (c.lo < _LAST_EDGE_START)
    ends_inside = c.hi <= _LAST_EDGE_START
    return (
        _in_days(cuts)
        + _in_quarters(cuts, c.q0, c.run_end)
        + _in_quarters(cuts, c.second_run, c.q1)
        + case((begins_inside, _in_edge(cuts, c.lo, c.first_edge_end)), else_=0)
        + case((ends_inside, _in_edge(cuts, c.last_edge_start, c.hi)), else_=0)
    )


def _in_common_edges(*narrowed: ColumnElement[bool]) -> Select[Any, Any]:
    """Single messages between the period's ends and the next quarters, each for whom it belonged to then."""
    said_at = Message.message_id // IDS_A_MILLISECOND + DISCORD_EPOCH_MS
    edges = or_(
        *(
            (Message.message_id >= snowflake(low)) & (Message.message_id < snowflake(high))
            for low, high in ((_START_MS, _FIRST_EDGE_END), (_LAST_EDGE_START, _END_MS))
        )
    )
    return (
        select(Attribution.member_id, func.count())
        .join_from(
            Message,
            Attribution,
            (Attribution.clan_id == Message.clan_id)
            & (Attribution.source_id == Message.source_id)
            & (Millis(Attribution.from_at) <= said_at)
            & (Millis(Attribution.to_at) > said_at),
        )
        .where(Message.clan_id == _CLAN, edges, Message.kind.in_(_COUNTED), *narrowed)
        .group_by(Attribution.member_id)
    )


def _in_days(cuts: CTE) -> ColumnElement[int]:
    return (
        select(func.coalesce(func.sum(ActivityDay.messages), 0))
        .where(
            ActivityDay.clan_id == _CLAN,
            ActivityDay.source_id == cuts.c.source_id,
            ActivityDay.day >= cuts.c.d0,
            ActivityDay.day < cuts.c.d1,
        )
        .correlate(cuts)
        .scalar_subquery()
    )


def _in_quarters(cuts: CTE, low: ColumnElement[int], high: ColumnElement[int]) -> ColumnElement[int]:
    return (
        select(func.coalesce(func.sum(Activity.messages), 0))
        .where(
            Activity.clan_id == _CLAN,
            Activity.source_id == cuts.c.source_id,
            Activity.quarter >= low,
            Activity.quarter < high,
        )
        .correlate(cuts)
        .scalar_subquery()
    )


def _in_edge(cuts: CTE, low: ColumnElement[int], high: ColumnElement[int]) -> ColumnElement[int]:
    """Single messages between two cuts that are less than a quarter apart."""
    return (
        select(func.count())
        .select_from(Message)
        .where(
            Message.clan_id == _CLAN,
            Message.message_id >= snowflake(low),
            Message.message_id < snowflake(high),
            Message.source_id == cuts.c.source_id,
            Message.kind.in_(_COUNTED),
        )
        .correlate(cuts)
        .scalar_subquery()
    )
