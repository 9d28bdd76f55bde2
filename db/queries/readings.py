"""What is known of a single message: its kind, its source, and whose it is."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.facts import MessageKind, SourceKind
from bot.domain.identity import Held
from bot.domain.ids import ChannelId, ClanId, MemberId, MessageId, NameKey
from bot.domain.readings import Owner
from db.models import Alias, Attribution, Broadcast, Coverage, Member, Message, Source
from db.types import OPEN_END, OPEN_START


class StoredLine(NamedTuple):
    """A message as it is stored. ``key`` is its source's; ``repeats`` the line that counts in its place."""

    kind: MessageKind
    announced: str | None
    source: SourceKind | None
    key: str | None
    repeats: tuple[ChannelId, MessageId] | None
    owner: Owner | None


async def stored_line(
    session: AsyncSession, clan: ClanId, message: MessageId, at: datetime
) -> StoredLine | None:
    """A message of the clan and whose it was at its time, in one statement; None where it is not stored."""
    first = aliased(Message)
    found = await session.execute(
        select(
            Message.kind,
            Broadcast.kind.label("announced"),
            Source.kind.label("source"),
            Source.key,
            first.channel_id.label("first_channel"),
            first.message_id.label("first_message"),
            Member.id.label("member"),
            Member.name,
            Attribution.from_at,
            Attribution.to_at,
            Attribution.origin,
        )
        .select_from(Message)
        .outerjoin(
            Broadcast, (Broadcast.clan_id == Message.clan_id) & (Broadcast.message_id == Message.message_id)
        )
        .outerjoin(Source, (Source.clan_id == Message.clan_id) & (Source.id == Message.source_id))
        .outerjoin(
            Attribution,
            (Attribution.clan_id == Message.clan_id)
            & (Attribution.source_id == Message.source_id)
            & (Attribution.from_at <= at)
            & (Attribution.to_at > at),
        )
        .outerjoin(Member, (Member.clan_id == Attribution.clan_id) & (Member.id == Attribution.member_id))
        .outerjoin(first, (first.clan_id == Message.clan_id) & (first.message_id == Message.double_of))
        .where(Message.clan_id == clan, Message.message_id == message)
    )
    row = found.one_or_none()
    return None if row is None else _stored(row)


def _stored(row: Any) -> StoredLine:
    first = None
    if row.first_message is not None:
        first = (ChannelId(row.first_channel), MessageId(row.first_message))
    source = None if row.source is None else SourceKind(row.source)
    return StoredLine(MessageKind(row.kind), row.announced, source, row.key, first, _owner(row))


def _owner(row: Any) -> Owner | None:
    if row.member is None:
        return None
    return Owner(MemberId(row.member), row.name, _start(row.from_at), _end(row.to_at), row.origin)


async def holder_at(session: AsyncSession, clan: ClanId, key: NameKey, at: datetime) -> Held | None:
    """Who held a name at a time, and from when to when; None where nobody is known to have."""
    row = await session.scalar(
        select(Alias).where(
            Alias.clan_id == clan, Alias.name_key == key, Alias.from_at <= at, Alias.to_at > at
        )
    )
    if row is None:
        return None
    start, end = _start(row.from_at), _end(row.to_at)
    return Held(MemberId(row.member_id), key, row.display_name, start, end, row.origin)


async def observed(
    session: AsyncSession, clan: ClanId, channel: ChannelId
) -> list[tuple[datetime, datetime]]:
    """The spans in which a channel was read, the earliest first."""
    rows = await session.execute(
        select(Coverage.from_at, Coverage.to_at)
        .where(Coverage.clan_id == clan, Coverage.channel_id == channel)
        .order_by(Coverage.from_at)
    )
    return [(start, end) for start, end in rows]


def _start(moment: datetime) -> datetime | None:
    return None if moment <= OPEN_START else moment


def _end(moment: datetime) -> datetime | None:
    return None if moment >= OPEN_END else moment
