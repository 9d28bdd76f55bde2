"""The apps-menu commands on a message: how it was read, and the card of whoever speaks in it."""

from typing import Any

import discord
from discord import Interaction, app_commands

from bot.domain.errors import NotLinked, NotSetUp
from bot.domain.listening import SeenMessage
from bot.present.reading import reading_page
from bot.services.registry import Services
from cogs.answers import guild_of, reply_private
from cogs.channels import seen_of
from cogs.officers import FOR_OFFICERS, require_officer
from cogs.stats import DEFAULT_PERIOD, Shown, show_card


def how_read_menu(services: Services) -> app_commands.ContextMenu:
    """How a message was read, for officers alone."""

    @app_commands.guild_only()
    async def how_read(interaction: Interaction[Any], message: discord.Message) -> None:
        await require_officer(services, interaction)
        clans = await services.clans.of_guild(guild_of(interaction))
        await reply_private(
            interaction, embed=reading_page(await services.readings.of(clans, seen_in(message)))
        )

    extras = {**FOR_OFFICERS, "does": "for whom a message counts, and why"}
    return app_commands.ContextMenu(name="How was this read?", callback=how_read, extras=extras)


def speaker_menu(services: Services) -> app_commands.ContextMenu:
    """The card of whoever speaks in a message, for the asker alone."""

    @app_commands.guild_only()
    async def speaker(interaction: Interaction[Any], message: discord.Message) -> None:
        clans = await services.clans.of_guild(guild_of(interaction))
        seen = seen_in(message)
        try:
            clan, found = await services.readings.speaker(clans, seen)
        except NotLinked as error:
            raise NotLinked(error.user_name, is_asker=seen.author == interaction.user.id) from error
        shown = Shown(interaction.user.id, clan.id, found.member.id, DEFAULT_PERIOD)
        await show_card(services, interaction, shown, found, private=True)

    extras = {"does": "the card of whoever speaks in a message, in the relayed chat too"}
    return app_commands.ContextMenu(name="Stats of speaker", callback=speaker, extras=extras)


def seen_in(message: discord.Message) -> SeenMessage:
    """The message that was pressed; its text is with it, whatever the bot may read otherwise."""
    seen = seen_of(message)
    if seen is None:
        raise NotSetUp
    return seen
