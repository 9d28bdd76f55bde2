"""Live boards."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards import BoardKind, LiveBoard
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId
from db.bulk import inserting
from db.models import BoardRow, Clan
from db.queries.kinds import of_known_kind


async def boards(session: AsyncSession, clan: ClanId) -> dict[BoardKind, LiveBoard]:
    """A clan's boards that are on."""
    rows = await session.scalars(select(BoardRow).where(BoardRow.clan_id == clan))
    return {BoardKind(row.kind): _board(row) for row in of_known_kind(rows, BoardKind)}


async def all_boards(session: AsyncSession, guilds: Collection[GuildId]) -> list[LiveBoard]:
    """The boards of every followed clan of these servers."""
    rows = await session.scalars(
        select(BoardRow)
        .join(Clan, Clan.id == BoardRow.clan_id)
        .where(Clan.guild_id.in_(guilds), Clan.active)
        .order_by(BoardRow.clan_id, BoardRow.kind)
    )
    return [_board(row) for row in of_known_kind(rows, BoardKind)]


async def save_board(session: AsyncSession, one: LiveBoard) -> None:
    """Switch a board on, or change it."""
    values = {
        "channel_id": one.channel,
        "minutes": one.minutes,
        "message_id": one.message,
        "shown": one.shown,
        "looked_at": one.looked_at,
        "checked_at": one.checked_at,
        "metric": one.metric,
        "period": one.period,
    }
    adding = inserting(session, BoardRow).values(clan_id=one.clan, kind=one.kind, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "kind"], set_=values))


async def note_shown(
    session: AsyncSession,
    one: LiveBoard,
    *,
    looked_at: datetime,
    message: MessageId | None = None,
    shown: str | None = None,
    checked_at: datetime | None = None,
) -> None:
    """It was looked at, and perhaps posted or changed; one that was switched off meanwhile stays off."""
    values: dict[str, Any] = {"looked_at": looked_at}
    if message is not None:
        values["message_id"] = message
    if shown is not None:
        values["shown"] = shown
    if checked_at is not None:
        values["checked_at"] = checked_at
    await session.execute(
        update(BoardRow)
        .where(BoardRow.clan_id == one.clan, BoardRow.kind == one.kind, BoardRow.channel_id == one.channel)
        .values(**values)
    )


async def end_board(session: AsyncSession, clan: ClanId, kind: BoardKind) -> None:
    """Switch a board off."""
    await session.execute(delete(BoardRow).where(BoardRow.clan_id == clan, BoardRow.kind == kind))


def _board(row: BoardRow) -> LiveBoard:
    return LiveBoard(
        clan=ClanId(row.clan_id),
        kind=BoardKind(row.kind),
        channel=ChannelId(row.channel_id),
        minutes=row.minutes,
        message=None if row.message_id is None else MessageId(row.message_id),
        shown=row.shown,
        looked_at=row.looked_at,
        checked_at=row.checked_at,
        metric=row.metric,
        period=row.period,
    )
