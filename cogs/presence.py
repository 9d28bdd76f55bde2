"""Who is on a Discord server and which roles they have, as rules ask for it."""

import discord

from bot.domain.ids import UserId
from bot.services.eligibility.loading import Presence
from cogs.guild_people import is_given, told


async def presence_of(guild: discord.Guild | None) -> Presence | None:
    """Everybody's roles, as ids and as folded names; None where Discord does not tell of everybody."""
    if guild is None or not await told(guild):
        return None
    return {UserId(one.id): _roles(one) for one in guild.members if not one.bot}


def _roles(member: discord.Member) -> frozenset[str]:
    held = filter(is_given, member.roles)
    return frozenset(text for role in held for text in (str(role.id), role.name.casefold()))
