"""What was observed over a long time, to judge rules on many days of it. One statement each.

There are hundreds of thousands of numbers, and making a row of each takes longer than reading
them: they come as texts, one for each series, for the caller to take apart by :func:`numbers_in`
beside the event loop. Times are milliseconds since 1970.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Select, String, case, cast, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import COUNTED, SourceKind
from bot.domain.ids import ClanId, MemberId, MetricId, SourceId, UserId
from db.bulk import INTEGER
from db.models import Activity, Attribution, Message, MetricRow, MetricValue, Profile, SnapshotRow, Source
from db.queries.attributions import is_verified
from db.types import (
    DISCORD_EPOCH_MS,
    IDS_A_MILLISECOND,
    OPEN_START,
    QUARTER_MS,
    Greatest,
    Least,
    Millis,
    Moment,
    snowflake,
    to_millis,
)


class Owner(NamedTuple):
    """A profile was a member's in ``[start, end)``."""

    source: SourceId
    member: MemberId
    start: int
    end: int


class Series(NamedTuple):
    """A profile's values of a metric, and since when each, in no order; an empty value is unranked."""

    source: SourceId
    metric: MetricId
    times: str
    values: str


class Spoken(NamedTuple):
    """Messages of a member by quarters of an hour, in no order."""

    member: MemberId
    kind: SourceKind
    quarters: str
    messages: str


def numbers_in(text: str) -> list[int]:
    """The numbers of a series without unknown ones."""
    return [int(one) for one in text.split(_COMMA)]


def values_in(text: str) -> list[int | None]:
    """The numbers of a series; what is unknown is None."""
    return [int(one) if one else None for one in text.split(_COMMA)]


_COMMA = ","


def _listed(numbers: Any) -> Any:
    return func.aggregate_strings(func.coalesce(cast(numbers, String), ""), _COMMA)


async def owners(session: AsyncSession, clan: ClanId) -> list[Owner]:
    """Whose each profile was."""
    rows = await session.execute(
        select(
            Attribution.source_id,
            Attribution.member_id,
            Millis(Attribution.from_at),
            Millis(Attribution.to_at),
        )
        .join_from(
            Profile,
            Attribution,
            (Attribution.clan_id == Profile.clan_id) & (Attribution.source_id == Profile.source_id),
        )
        .where(Profile.clan_id == clan)
        .order_by(Attribution.member_id, Attribution.from_at)
    )
    return [Owner(SourceId(source), MemberId(member), start, end) for source, member, start, end in rows]


async def snapshot_times(
    session: AsyncSession, clan: ClanId, since: datetime, until: datetime
) -> dict[SourceId, str]:
    """Each profile's snapshots: the last one at or before ``since``, and all up to ``until``."""
    before = (
        select(func.max(SnapshotRow.taken_at))
        .where(
            SnapshotRow.clan_id == clan,
            SnapshotRow.source_id == Profile.source_id,
            SnapshotRow.taken_at <= since,
        )
        .correlate(Profile)
        .scalar_subquery()
    )
    read = (
        select(Profile.source_id, _earliest(before, since).label("since"))
        .where(Profile.clan_id == clan)
        .cte("read")
        # Else PostgreSQL looks for it anew at every snapshot.
        .prefix_with("MATERIALIZED")
    )
    rows = await session.execute(
        select(SnapshotRow.source_id, _listed(Millis(SnapshotRow.taken_at)))
        .join_from(read, SnapshotRow, SnapshotRow.source_id == read.c.source_id)
        .where(
            SnapshotRow.clan_id == clan, SnapshotRow.taken_at >= read.c.since, SnapshotRow.taken_at <= until
        )
        .group_by(SnapshotRow.source_id)
    )
    return {SourceId(source): times for source, times in rows}


def _earliest(before: Any, since: datetime) -> ColumnElement[datetime]:
    """From where a profile is read; of one that was several members', all of it."""
    holders = (
        select(func.count())
        .where(Attribution.clan_id == Profile.clan_id, Attribution.source_id == Profile.source_id)
        .correlate(Profile)
        .scalar_subquery()
    )
    moment = literal(since, Moment())
    return case((holders > 1, literal(OPEN_START, Moment())), else_=func.coalesce(before, moment))


async def values(
    session: AsyncSession, clan: ClanId, metrics: Sequence[MetricId], since: datetime, until: datetime
) -> list[Series]:
    """The same of a few metrics' values, which are stored where they changed."""
    before = (
        select(func.max(MetricValue.taken_at))
        .where(
            MetricValue.clan_id == clan,
            MetricValue.source_id == Profile.source_id,
            MetricValue.metric_id == MetricRow.id,
            MetricValue.taken_at <= since,
        )
        .correlate(Profile, MetricRow)
        .scalar_subquery()
    )
    read = (
        select(Profile.source_id, MetricRow.id.label("metric_id"), _earliest(before, since).label("since"))
        .join_from(Profile, MetricRow, MetricRow.id.in_(metrics))
        .where(Profile.clan_id == clan)
        .cte("read")
        .prefix_with("MATERIALIZED")
    )
    rows = await session.execute(
        select(
            MetricValue.source_id,
            MetricValue.metric_id,
            _listed(Millis(MetricValue.taken_at)),
            _listed(MetricValue.value),
        )
        .join_from(
            read,
            MetricValue,
            (MetricValue.source_id == read.c.source_id) & (MetricValue.metric_id == read.c.metric_id),
        )
        .where(
            MetricValue.clan_id == clan, MetricValue.taken_at >= read.c.since, MetricValue.taken_at <= until
        )
        .group_by(MetricValue.source_id, MetricValue.metric_id)
    )
    return [Series(*row) for row in rows]


async def gains_seen(session: AsyncSession, clan: ClanId, until: datetime) -> dict[SourceId, str]:
    """The snapshots of each profile at which any value grew: the first of all is no gain."""
    first = (
        select(func.min(SnapshotRow.taken_at))
        .where(SnapshotRow.clan_id == clan, SnapshotRow.source_id == MetricValue.source_id)
        .correlate(MetricValue)
        .scalar_subquery()
    )
    grew = (
        select(MetricValue.source_id, Millis(MetricValue.taken_at).label("at"))
        .where(
            MetricValue.clan_id == clan,
            MetricValue.taken_at <= until,
            MetricValue.value.is_not(None),
            MetricValue.taken_at > first,
        )
        .distinct()
        .subquery()
    )
    rows = await session.execute(select(grew.c.source_id, _listed(grew.c.at)).group_by(grew.c.source_id))
    return {SourceId(source): times for source, times in rows}


async def spoken(session: AsyncSession, clan: ClanId, first: int, past: int) -> list[Spoken]:
    """Messages in the quarters of an hour that were wholly a member's, in ``[first, past)``."""
    held_from = (Millis(Attribution.from_at) + QUARTER_MS - 1) // QUARTER_MS
    held_to = Millis(Attribution.to_at) // QUARTER_MS
    rows = await session.execute(
        select(Attribution.member_id, Source.kind, _listed(Activity.quarter), _listed(Activity.messages))
        .join_from(
            Attribution,
            Source,
            (Source.clan_id == Attribution.clan_id) & (Source.id == Attribution.source_id),
        )
        .join(
            Activity,
            (Activity.clan_id == Attribution.clan_id)
            & (Activity.source_id == Attribution.source_id)
            & (Activity.quarter >= Greatest(held_from, literal(first, INTEGER)))
            & (Activity.quarter < Least(held_to, literal(past, INTEGER))),
        )
        .where(
            Attribution.clan_id == clan,
            Source.kind != SourceKind.WOM,
            Activity.messages > 0,
            is_verified(),
        )
        .group_by(Attribution.member_id, Source.kind)
    )
    return [Spoken(*row) for row in rows]


class Written(NamedTuple):
    """Messages of a Discord user by quarters of an hour, in no order."""

    user: UserId
    quarters: str
    messages: str


async def written(session: AsyncSession, clan: ClanId, first: int, past: int) -> list[Written]:
    """What Discord users wrote in the quarters of an hour of ``[first, past)``, under any nickname."""
    rows = await session.execute(
        select(Source.user_id, _listed(Activity.quarter), _listed(Activity.messages))
        .join_from(
            Source,
            Activity,
            (Activity.clan_id == Source.clan_id)
            & (Activity.source_id == Source.id)
            & (Activity.quarter >= first)
            & (Activity.quarter < past),
        )
        .where(
            Source.clan_id == clan,
            Source.kind == SourceKind.DISCORD,
            Source.user_id.is_not(None),
            Activity.messages > 0,
        )
        .group_by(Source.user_id)
    )
    return [Written(*row) for row in rows]


async def spoken_at_edges(session: AsyncSession, clan: ClanId, since: datetime) -> list[Spoken]:
    """Messages in the quarters in which a source became a member's, or theirs no longer: counted singly.

    Only what lies after ``since`` matters.
    """
    low, high = Millis(Attribution.from_at), Millis(Attribution.to_at)
    clip = (
        select(
            Attribution.source_id,
            Attribution.member_id,
            Source.kind,
            low.label("low"),
            high.label("high"),
            Least((low + QUARTER_MS - 1) // QUARTER_MS * QUARTER_MS, high).label("first_end"),
        )
        .join(Source, (Source.clan_id == Attribution.clan_id) & (Source.id == Attribution.source_id))
        .where(
            Attribution.clan_id == clan,
            Source.kind != SourceKind.WOM,
            Attribution.to_at > since,
            is_verified(),
        )
        .cte("clip")
    )
    c = clip.c
    last_start: ColumnElement[int] = Greatest(c.high // QUARTER_MS * QUARTER_MS, c.first_end)
    edges = union_all(
        _edge(clip, c.low, c.first_end).where(c.first_end > c.low, c.low > to_millis(since)),
        _edge(clip, last_start, c.high).where(c.high > last_start),
    ).subquery("edges")
    e = edges.c
    said_at = Message.message_id // IDS_A_MILLISECOND + DISCORD_EPOCH_MS
    quarter = (said_at // QUARTER_MS).label("quarter")
    counted = (
        select(e.member_id, e.kind, quarter, func.count().label("messages"))
        .join_from(
            edges,
            Message,
            (Message.source_id == e.source_id)
            & (Message.message_id >= snowflake(e.low))
            & (Message.message_id < snowflake(e.high)),
        )
        .where(Message.clan_id == clan, Message.kind.in_([int(one) for one in COUNTED]))
        .group_by(e.member_id, e.kind, quarter)
        .subquery()
    )
    n = counted.c
    rows = await session.execute(
        select(n.member_id, n.kind, _listed(n.quarter), _listed(n.messages)).group_by(n.member_id, n.kind)
    )
    return [Spoken(*row) for row in rows]


def _edge(clip: CTE, low: ColumnElement[int], high: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    return select(clip.c.source_id, clip.c.member_id, clip.c.kind, low.label("low"), high.label("high"))
