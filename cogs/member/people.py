"""Whom Discord shows of a server, and who asks."""

import asyncio
import contextlib
from typing import Any, Final

import discord
from discord import Interaction

from bot.domain.errors import NotSetUp
from bot.domain.ids import UserId
from bot.domain.link_review import Officer
from cogs.answers import user_of

SECONDS_TO_ASK: Final = 1.5


def server_of(interaction: Interaction[Any]) -> discord.Guild:
    """The server that a command came from, with its members."""
    if interaction.guild is None:
        raise NotSetUp
    return interaction.guild


async def people_of(interaction: Interaction[Any]) -> tuple[dict[UserId, str], bool]:
    """The nicknames of the server's users, and whether those are all; bots are nobody's account.

    Discord tells of members only with the members intent. Where it has not told of all of them
    yet it is asked, for as long as an answer may wait.
    """
    guild, told = server_of(interaction), interaction.client.intents.members
    if told and not guild.chunked:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(guild.chunk(), SECONDS_TO_ASK)
    people = {UserId(one.id): one.display_name for one in guild.members if not one.bot}
    return people, told and guild.chunked


def officer_of(interaction: Interaction[Any]) -> Officer:
    """Who decides, once :func:`cogs.officers.require_officer` has let them."""
    return Officer(user_of(interaction), manages=interaction.permissions.manage_guild)
