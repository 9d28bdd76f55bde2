"""Who is on a Discord server and which roles they have, as rules ask for it."""

import discord

from bot.domain.ids import UserId
from bot.services.eligibility.loading import Presence


def presence_of(guild: discord.Guild | None) -> Presence | None:
    """Everybody's roles, as ids and as folded names; None where Discord has not told of everybody."""
    if guild is None or not guild.chunked:
        return None
    return {UserId(one.id): _roles(one) for one in guild.members if not one.bot}


def _roles(member: discord.Member) -> frozenset[str]:
    named = (role for role in member.roles if not role.is_default())
    return frozenset(text for role in named for text in (str(role.id), role.name.casefold()))
