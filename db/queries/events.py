"""What happened in a clan over a time, each to whom it belonged then. One statement each."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import snowflake_at, time_of
from bot.domain.facts import MessageKind
from bot.domain.ids import ClanId, MemberId, MessageId, SourceId
from db.models import Achievement, Attribution, Broadcast, Member, MemberEvent, Message
from db.queries.members import ROOT
from db.types import DISCORD_EPOCH_MS, IDS_A_MILLISECOND, Millis, Moment


class Happening(NamedTuple):
    """Something that happened to a member. ``key`` stays the same whoever the member is found to be."""

    key: str
    at: datetime
    member: MemberId
    kind: str
    before: str | None
    after: str | None


class Achieved(NamedTuple):
    """A threshold of a metric that a member reached; WOM saw it at most ``accuracy_ms`` late.

    ``source`` and ``name`` stay the same whoever the member is found to be.
    """

    source: SourceId
    at: datetime
    member: MemberId
    name: str
    metric: str
    threshold: int
    accuracy_ms: int


class Announced(NamedTuple):
    """What the game announced of a member; ``detail`` is :class:`bot.domain.broadcasts.Broadcast`'s."""

    at: datetime
    message: MessageId
    member: MemberId
    kind: str
    detail: Mapping[str, Any]


async def happenings(session: AsyncSession, clan: ClanId, start: datetime, end: datetime) -> list[Happening]:
    """What happened to members in ``[start, end)``, the oldest first; a merged one's under whom they show."""
    of, at = MemberEvent.clan_id == clan, MemberEvent.at
    return await _happened(session, at, of & (at >= start) & (at < end))


async def news(session: AsyncSession, clan: ClanId, start: datetime, end: datetime) -> list[Happening]:
    """The same of what became known in ``[start, end)``: a rename when it was found, all else when it was.

    WOM may approve a rename long after the old name was last seen.
    """
    of, at, noted = MemberEvent.clan_id == clan, MemberEvent.at, MemberEvent.noted_at
    # The clan in both, so that SQLite reads each from its index, and not all that ever happened.
    within = or_(
        of & noted.is_(None) & (at >= start) & (at < end),
        of & (noted >= start) & (noted < end),
    )
    return await _happened(session, func.coalesce(noted, at, type_=Moment()), within)


async def _happened(
    session: AsyncSession, at: SQLColumnExpression[datetime], within: ColumnElement[bool]
) -> list[Happening]:
    rows = await session.execute(
        select(MemberEvent.key, at, ROOT, MemberEvent.kind, MemberEvent.before, MemberEvent.after)
        .join_from(
            MemberEvent,
            Member,
            (Member.clan_id == MemberEvent.clan_id) & (Member.id == MemberEvent.member_id),
        )
        .where(within)
        .order_by(at, MemberEvent.key)
    )
    return [
        Happening(key, at, MemberId(member), kind, before, after)
        for key, at, member, kind, before, after in rows
    ]


async def achieved(session: AsyncSession, clan: ClanId, start: datetime, end: datetime) -> list[Achieved]:
    """What members reached in ``[start, end)``, the oldest first; when it is not known is left out."""
    rows = await session.execute(
        select(
            Achievement.source_id,
            Achievement.achieved_at,
            Attribution.member_id,
            Achievement.name,
            Achievement.metric_key,
            Achievement.threshold,
            Achievement.accuracy_ms,
        )
        .join_from(
            Achievement,
            Attribution,
            (Attribution.clan_id == Achievement.clan_id)
            & (Attribution.source_id == Achievement.source_id)
            & (Attribution.from_at <= Achievement.achieved_at)
            & (Attribution.to_at > Achievement.achieved_at),
        )
        .where(
            Achievement.clan_id == clan,
            Achievement.achieved_at >= start,
            Achievement.achieved_at < end,
            # Null, or -1: WOM does not know when.
            Achievement.accuracy_ms >= 0,
        )
        .order_by(Achievement.achieved_at, Achievement.name, Achievement.source_id)
    )
    return [
        Achieved(SourceId(source), at, MemberId(member), name, metric, threshold, accuracy)
        for source, at, member, name, metric, threshold, accuracy in rows
        if accuracy is not None
    ]


async def announced(
    session: AsyncSession, clan: ClanId, kinds: Collection[str], start: datetime, end: datetime
) -> list[Announced]:
    """What the game announced of members in ``[start, end)``, the oldest first.

    Of two relays' doubles one counts; what was deleted does not.
    """
    said_at = Broadcast.message_id // IDS_A_MILLISECOND + DISCORD_EPOCH_MS
    rows = await session.execute(
        select(Broadcast.message_id, Attribution.member_id, Broadcast.kind, Broadcast.detail)
        .join_from(
            Broadcast,
            Message,
            (Message.clan_id == Broadcast.clan_id) & (Message.message_id == Broadcast.message_id),
        )
        .join(
            Attribution,
            (Attribution.clan_id == Broadcast.clan_id)
            & (Attribution.source_id == Broadcast.source_id)
            & (Millis(Attribution.from_at) <= said_at)
            & (Millis(Attribution.to_at) > said_at),
        )
        .where(
            Broadcast.clan_id == clan,
            Broadcast.message_id >= snowflake_at(start),
            Broadcast.message_id < snowflake_at(end),
            Broadcast.kind.in_(kinds),
            Message.kind == MessageKind.BROADCAST,
        )
        .order_by(Broadcast.message_id)
    )
    return [
        Announced(time_of(message), MessageId(message), MemberId(member), kind, detail)
        for message, member, kind, detail in rows
    ]
