"""The bot's owner's own command, by mention: it re-syncs the slash commands."""

from typing import Any

from discord.ext import commands

from bot.services.commands import CommandSync


class OwnerCog(commands.Cog):
    """For who runs the bot."""

    def __init__(self, sync: CommandSync) -> None:
        self.sync_commands = sync

    @commands.command()
    @commands.is_owner()
    async def sync(self, context: commands.Context[Any]) -> None:
        """Send every command to Discord again, changed or not."""
        number = await self.sync_commands(force=True)
        await context.send(f"{number} commands sent to Discord. It shows them within a minute.")
