"""A Discord server as promotions ask for it."""

from dataclasses import replace

import discord
from discord import Interaction

from bot.domain.errors import NotSetUp
from bot.domain.giving import Giver
from bot.services.promotions.proposing import Server
from cogs.guild_people import giver_of, named_roles, people_of


async def server_of(interaction: Interaction) -> Server:
    """The server a press came from, and what whoever pressed could give there."""
    if interaction.guild is None:
        raise NotSetUp
    return replace(await server(interaction.guild), giver=giver_of(interaction))


async def server(guild: discord.Guild) -> Server:
    """Who is in a server, with its roles as the bot itself gives them."""
    return Server(await people_of(guild), Giver(named_roles(guild)))
