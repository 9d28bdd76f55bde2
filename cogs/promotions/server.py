"""A Discord server as promotions ask for it."""

import discord
from discord import Interaction

from bot.domain.errors import NotSetUp
from bot.services.promotions.proposing import Server
from cogs.guild_people import is_given, people_of


async def server_of(interaction: Interaction) -> Server:
    """Who is in the server a press came from, and which roles it has."""
    guild = interaction.guild
    if guild is None:
        raise NotSetUp
    return await server(guild)


async def server(guild: discord.Guild) -> Server:
    """Who is in a server, and its roles by folded name; of several of one name the highest counts."""
    named = {role.name.casefold(): role.id for role in guild.roles if is_given(role)}
    return Server(await people_of(guild), named)
