"""``/help``: what the asker can do here."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import Interaction, app_commands
from discord.ext import commands

from bot.present.help import Audience, CommandHelp, help_pages
from bot.services.commands import CommandSync
from bot.services.registry import Services
from cogs.answers import answer, guild_of, user_of
from cogs.officers import is_officer


class HelpCog(commands.Cog):
    """Help by role."""

    def __init__(self, services: Services, tree: app_commands.CommandTree[Any], sync: CommandSync) -> None:
        self.services = services
        self.tree = tree
        self.sync_commands = sync

    def listed(self, ids: Mapping[str, int]) -> list[CommandHelp]:
        """Every command, read off the tree, so that help forgets none; with its id it can be clicked."""
        slash = [
            CommandHelp(one.qualified_name, one.description, _audience(root), id=ids.get(root.name))
            for root in self.tree.get_commands(type=discord.AppCommandType.chat_input)
            for one in _pressable(root)
        ]
        menus = [
            CommandHelp(menu.name, menu.extras["does"], _audience(menu), menu=True)
            for kind in (discord.AppCommandType.user, discord.AppCommandType.message)
            for menu in self.tree.get_commands(type=kind)
        ]
        return [*slash, *menus]

    @app_commands.command()
    @app_commands.guild_only()
    async def help(self, interaction: Interaction[Any]) -> None:
        """What I can do here."""
        guild = guild_of(interaction)
        clans = await self.services.clans.of_guild(guild)
        settings = await self.services.clans.settings(guild)
        linked = bool(clans) and bool(await self.services.links.accounts(clans[0], user_of(interaction)))
        audience = Audience.OFFICER if is_officer(interaction.user, settings) else Audience.MEMBER
        if interaction.permissions.manage_guild:
            audience = Audience.MANAGER
        listed = self.listed(await self.sync_commands.ids())
        pages = help_pages(listed, audience, clan_name=clans[0].name if clans else None, linked=linked)
        await answer(interaction, private=True, embeds=pages)


def _pressable(
    root: app_commands.Command[Any, ..., Any] | app_commands.Group,
) -> list[app_commands.Command[Any, ..., Any]]:
    """What can be clicked of a command: itself, or what is in the group."""
    if isinstance(root, app_commands.Command):
        return [root]
    return [one for one in root.walk_commands() if isinstance(one, app_commands.Command)]


def _audience(
    command: app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu,
) -> Audience:
    """Who may use it, as its default permissions and its extras say."""
    needed = command.default_permissions
    if needed is not None and needed.manage_guild:
        return Audience.MANAGER
    return Audience(command.extras.get("audience", Audience.MEMBER))
