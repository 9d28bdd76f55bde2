"""Whose pages everybody may see. One statement each."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, GuildId, UserId
from db.bulk import inserting
from db.models import Clan, DashboardRow


async def public_since(session: AsyncSession, clan: ClanId) -> datetime | None:
    """Since when a clan's pages are public; None where they are not."""
    return await session.scalar(select(DashboardRow.since).where(DashboardRow.clan_id == clan))


async def public_clans(session: AsyncSession) -> list[ClanId]:
    """Every linked clan whose pages are public."""
    rows = await session.scalars(
        select(Clan.id)
        .join_from(Clan, DashboardRow, DashboardRow.clan_id == Clan.id)
        .where(Clan.active)
        .order_by(Clan.id)
    )
    return [ClanId(row) for row in rows]


async def switch_on(session: AsyncSession, clan: ClanId, by: UserId, now: datetime) -> None:
    """Make a clan's pages public; where they are, nothing changes."""
    adding = inserting(session, DashboardRow).values(clan_id=clan, since=now, switched_on_by=by)
    await session.execute(adding.on_conflict_do_nothing())


async def switch_off(session: AsyncSession, clan: ClanId) -> None:
    """Let nobody see a clan's pages any more."""
    await session.execute(delete(DashboardRow).where(DashboardRow.clan_id == clan))


async def switch_off_all(session: AsyncSession, guild: GuildId) -> None:
    """The same of every clan of a server, linked or not."""
    of_guild = select(Clan.id).where(Clan.guild_id == guild)
    await session.execute(delete(DashboardRow).where(DashboardRow.clan_id.in_(of_guild)))
