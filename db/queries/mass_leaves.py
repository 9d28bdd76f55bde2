"""Mass leaves that were not believed: what was seen, where officers were told, what they said."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, ClanId, MessageId, UserId
from bot.domain.mass_leaves import LeaveVerdict, MassLeave
from db.models import MassLeaveRow, Member


async def add(session: AsyncSession, clan: Clan, missing: int, active: int, now: datetime) -> MassLeave:
    """So many of the active members are missing since now."""
    row = MassLeaveRow(clan_id=clan.id, seen_at=now, missing=missing, active=active)
    session.add(row)
    await session.flush()
    return await _read(session, clan, row)


async def lasting(session: AsyncSession, clan: Clan) -> MassLeave | None:
    """The one that lasts; there is never more than one."""
    row = await session.scalar(
        select(MassLeaveRow).where(MassLeaveRow.clan_id == clan.id, MassLeaveRow.ended_at.is_(None))
    )
    return None if row is None else await _read(session, clan, row)


async def seen_at(session: AsyncSession, clan: Clan, moment: datetime) -> MassLeave | None:
    """The one that began at a moment, whatever became of it."""
    row = await session.get(MassLeaveRow, (clan.id, moment), populate_existing=True)
    return None if row is None else await _read(session, clan, row)


async def end(session: AsyncSession, clan: ClanId, moment: datetime, now: datetime) -> None:
    """It is over."""
    await _update(session, clan, moment, ended_at=now)


async def note_posted(
    session: AsyncSession, clan: ClanId, moment: datetime, channel: ChannelId, message: MessageId
) -> None:
    """Officers were told of it here."""
    await _update(session, clan, moment, channel_id=channel, message_id=message)


async def decide(
    session: AsyncSession, clan: ClanId, moment: datetime, verdict: LeaveVerdict, by: UserId, now: datetime
) -> None:
    """An officer said what it is."""
    await _update(session, clan, moment, verdict=verdict.value, decided_by=by, decided_at=now)


async def _update(session: AsyncSession, clan: ClanId, moment: datetime, **columns: Any) -> None:
    await session.execute(
        update(MassLeaveRow)
        .where(MassLeaveRow.clan_id == clan, MassLeaveRow.seen_at == moment)
        .values(columns)
        .execution_options(synchronize_session=False)
    )


async def _read(session: AsyncSession, clan: Clan, row: MassLeaveRow) -> MassLeave:
    names = await session.scalars(
        select(Member.name)
        .where(Member.clan_id == clan.id, Member.leave_seen_at <= row.seen_at, Member.left_at.is_(None))
        .order_by(Member.name)
    )
    return MassLeave(
        clan=clan.id,
        clan_name=clan.name,
        guild=clan.guild,
        seen_at=row.seen_at,
        missing=row.missing,
        active=row.active,
        names=tuple(names),
        channel=None if row.channel_id is None else ChannelId(row.channel_id),
        message=None if row.message_id is None else MessageId(row.message_id),
        verdict=None if row.verdict is None else LeaveVerdict(row.verdict),
        decided_by=None if row.decided_by is None else UserId(row.decided_by),
        decided_at=row.decided_at,
        ended_at=row.ended_at,
    )
