"""``/rules export`` and ``/rules import``: the rules as one file, down and up."""

import contextlib
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import discord
from discord import Interaction, app_commands

from bot.domain.desk_errors import NoVersion, RuleProblem, RulesUnreadable
from bot.domain.rules.files import LARGEST
from bot.present.rules import FILE, SCHEMA, rules_file, schema_file
from bot.present.text import cut_units
from bot.present.theme import SEPARATOR
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, think, user_of
from cogs.guild_people import giver_of
from cogs.member.command import officers_command
from cogs.officers import is_officer, is_private_here, require_officer
from cogs.rules import screens

CHOICES: Final = 25
LARGEST_FILE: Final = 4 * LARGEST
"""Bytes: a character has four at most."""


def file_commands(services: Services) -> list[app_commands.Command[Any, ..., None]]:
    """The two commands."""

    async def versions(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[int]]:
        clans = await services.clans.of_guild(guild_of(interaction))
        if not clans or not is_officer(interaction.user, await services.clans.settings(clans[0].guild)):
            return []
        known = await services.eligibility.versions(clans[0], limit=100)
        fits = [one for one in known if current.strip() in str(one.number)]
        return [_choice(interaction, one.number, one.saved_at, one.saved_by) for one in fits[:CHOICES]]

    @app_commands.describe(
        version="Which version; the one that counts, if you leave it out",
        schema="Also a file by which editors check while you type",
    )
    @app_commands.autocomplete(version=versions)
    async def export(interaction: Interaction[Any], version: int | None = None, schema: bool = False) -> None:
        """The rank rules as a file, of now or of an earlier version."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        rules = await services.eligibility.rules(clan)
        if version is not None:
            if not 1 <= version <= rules.number:
                raise NoVersion(version)
            rules = await services.eligibility.version(clan, version)
        by = await _name(interaction, rules.saved_by)
        text = rules_file(rules.rules, clan.name, rules.number, by, rules.saved_at)
        files = [discord.File(BytesIO(text), FILE)]
        if schema:
            files.append(discord.File(BytesIO(schema_file()), SCHEMA))
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, content=f"Version {rules.number}", files=files)

    @app_commands.describe(file="A file as /rules export gives it; it becomes your draft")
    async def import_(interaction: Interaction[Any], file: discord.Attachment) -> None:
        """Rank rules from a file: checked, then shown as your draft before anything counts."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        await think(interaction, private=await is_private_here(services, interaction))
        replaced = await services.drafts.write(
            clan, user_of(interaction), await _read(file), giver_of(interaction)
        )
        embed, view = await screens.preview(services, interaction, clan, replaced=replaced)
        await answer(interaction, private=True, embed=embed, view=view)

    # A name that Python keeps for itself.
    import_.__name__ = "import"
    return [officers_command(export), officers_command(import_)]


async def _read(file: discord.Attachment) -> str:
    """The text of an attachment.

    Raises:
        RulesUnreadable: it is too large, or no text.
    """
    if file.size > LARGEST_FILE:
        raise _unreadable(f"longer than {LARGEST:,} characters")
    try:
        return (await file.read()).decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise _unreadable("no text in UTF-8") from failure


def _unreadable(reason: str) -> RulesUnreadable:
    return RulesUnreadable((RuleProblem(0, "", reason),))


async def _name(interaction: Interaction[Any], user: int) -> str:
    """What somebody is called on the server, or was known by there."""
    member = _member(interaction, user)
    if member is None and interaction.guild is not None:
        # Who left the server is known by their number.
        with contextlib.suppress(discord.HTTPException):
            member = await interaction.guild.fetch_member(user)
    return member.display_name if member else str(user)


def _member(interaction: Interaction[Any], user: int) -> discord.Member | None:
    return interaction.guild.get_member(user) if interaction.guild else None


def _choice(
    interaction: Interaction[Any], number: int, saved_at: datetime, saved_by: int
) -> app_commands.Choice[int]:
    member = _member(interaction, saved_by)
    parts = [str(number), f"{saved_at:%d %b %Y}", *([member.display_name] if member else [])]
    return app_commands.Choice(name=cut_units(SEPARATOR.join(parts), 100), value=number)
