"""Lines of relays that no form fits, whose text is kept for a while."""

from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ChannelId, ClanId, MessageId
from db.models import Broadcast, Message


class UnknownLineRow(NamedTuple):
    """One line, as it came."""

    message: MessageId
    channel: ChannelId
    raw: str


async def unknown_lines(
    session: AsyncSession, clan: ClanId, since: MessageId, limit: int
) -> list[UnknownLineRow]:
    """The newest lines of the clan's relays that no form fitted, newest first, in one statement."""
    here = (Message.clan_id == Broadcast.clan_id) & (Message.message_id == Broadcast.message_id)
    rows = await session.execute(
        select(Broadcast.message_id, Message.channel_id, Broadcast.raw)
        .join_from(Broadcast, Message, here)
        .where(Broadcast.clan_id == clan, Broadcast.raw.is_not(None), Broadcast.message_id >= since)
        .order_by(Broadcast.message_id.desc())
        .limit(limit)
    )
    return [UnknownLineRow(MessageId(id_), ChannelId(channel), raw or "") for id_, channel, raw in rows]


async def count_unknown_lines(session: AsyncSession, clan: ClanId, since: MessageId) -> int:
    """How many such lines there are."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(Broadcast)
            .where(Broadcast.clan_id == clan, Broadcast.raw.is_not(None), Broadcast.message_id >= since)
        )
        or 0
    )


async def forget_unknown_text(session: AsyncSession, before: MessageId, limit: int) -> int:
    """Forget the text of lines older than a message, of all clans, at most so many; returns how many.

    That there was a line stays.
    """
    old = (
        select(Broadcast.clan_id, Broadcast.message_id)
        .where(Broadcast.raw.is_not(None), Broadcast.message_id < before)
        .limit(limit)
        .subquery()
    )
    gone = await session.scalars(
        update(Broadcast)
        .where(Broadcast.clan_id == old.c.clan_id, Broadcast.message_id == old.c.message_id)
        .values(raw=None)
        .returning(Broadcast.message_id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
