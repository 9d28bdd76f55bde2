"""How long the prints of relayed lines are needed."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MessageId
from db.models import Coverage, IngestCursor, Relay, RelayPrint


class ReadSoFar(NamedTuple):
    """How far a relay's channel is read. While ``filling`` only up to ``after``, else also ``observed``."""

    after: MessageId
    filling: bool
    observed: datetime | None


async def clans_with_prints(session: AsyncSession) -> list[ClanId]:
    """The clans of whose relays something is remembered."""
    rows = await session.scalars(select(RelayPrint.clan_id).distinct())
    return [ClanId(clan) for clan in rows]


async def relays_read(session: AsyncSession, clan: ClanId) -> list[ReadSoFar | None]:
    """How far each relay of the clan is read, in one statement; None where its channel is not read at all."""
    observed = (
        select(func.max(Coverage.to_at))
        .where(Coverage.clan_id == Relay.clan_id, Coverage.channel_id == Relay.channel_id)
        .correlate(Relay)
        .scalar_subquery()
    )
    here = (IngestCursor.clan_id == Relay.clan_id) & (IngestCursor.channel_id == Relay.channel_id)
    rows = await session.execute(
        select(IngestCursor.after_id, IngestCursor.filling, observed)
        .outerjoin_from(Relay, IngestCursor, here)
        .where(Relay.clan_id == clan)
    )
    return [
        None if after is None else ReadSoFar(MessageId(after), bool(filling), until)
        for after, filling, until in cast("Iterable[tuple[int | None, bool | None, datetime | None]]", rows)
    ]


async def forget_prints(session: AsyncSession, clan: ClanId, before: MessageId, limit: int) -> int:
    """Forget what was last written before a message, at most so many prints; returns how many lines.

    A print goes with all its lines: which of them repeat which depends on the first.
    """
    old = (
        select(RelayPrint.print)
        .where(RelayPrint.clan_id == clan)
        .group_by(RelayPrint.print)
        .having(func.max(RelayPrint.message_id) < before)
        .limit(limit)
    )
    gone = await session.scalars(
        delete(RelayPrint)
        .where(RelayPrint.clan_id == clan, RelayPrint.print.in_(old))
        .returning(RelayPrint.message_id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
