"""How ``/setup`` turns from one of its screens to the next. All of them are private."""

from typing import Any

import discord
from discord import Interaction
from discord.ui import View

from bot.domain.errors import NotSetUp


def server_of(interaction: Interaction[Any]) -> discord.Guild:
    """The server that a command came from, with its channels and roles."""
    if interaction.guild is None:
        raise NotSetUp
    return interaction.guild


async def defer(interaction: Interaction[Any]) -> None:
    """Win time to answer: what follows asks WOM or reads channels. Only ever privately."""
    if interaction.response.is_done():
        return
    if interaction.type is discord.InteractionType.application_command:
        await interaction.response.defer(ephemeral=True)
    else:
        await interaction.response.defer()


async def show(interaction: Interaction[Any], embed: discord.Embed, view: View | None) -> None:
    """Turn the message to another screen; the first screen of a command is its answer."""
    if interaction.response.is_done():
        await interaction.edit_original_response(embed=embed, view=view)
    else:
        await interaction.response.edit_message(embed=embed, view=view)
