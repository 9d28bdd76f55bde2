"""The bot's owner's own command, by mention: it re-syncs the slash commands."""

from typing import Any, Protocol

from discord.ext import commands


class Sync(Protocol):
    """Sends the commands to Discord and says how many, as :class:`bot.services.commands.CommandSync` does."""

    async def __call__(self, *, force: bool = False) -> int: ...


class OwnerCog(commands.Cog):
    """For who runs the bot."""

    def __init__(self, sync: Sync) -> None:
        self.sync_commands = sync

    @commands.command()
    @commands.is_owner()
    async def sync(self, context: commands.Context[Any]) -> None:
        """Send every command to Discord again, changed or not."""
        number = await self.sync_commands(force=True)
        await context.send(f"{number} commands sent to Discord. It shows them within a minute.")
