"""Which servers are listened to at all."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import GuildId
from db.models import Clan


async def guilds_with_clans(session: AsyncSession) -> list[GuildId]:
    """The servers that have a linked clan."""
    rows = await session.scalars(select(Clan.guild_id).where(Clan.active).distinct())
    return [GuildId(guild) for guild in rows]
