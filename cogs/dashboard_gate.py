"""What the dashboard's pages ask of Discord: where the bot is, who is an officer now, who has which roles."""

import discord

from bot.domain.ids import GuildId, UserId
from bot.services.eligibility.loading import Presence
from bot.services.inactivity import Roles
from bot.services.registry import Services
from cogs.inactivity.shown import roles_in
from cogs.officers import is_officer
from cogs.presence import presence_of


class DashboardGate:
    """Asks the bot's own knowledge first, and Discord for who is not known."""

    def __init__(self, bot: discord.Client, services: Services) -> None:
        self._bot = bot
        self._services = services

    def is_on(self, guild: GuildId) -> bool:
        """Whether the bot is on a server, as far as it knows: not before Discord told it after a start."""
        return self._bot.get_guild(guild) is not None

    async def is_officer(self, guild: GuildId, user: UserId) -> bool:
        """Whether somebody is an officer of a server now; False where that cannot be told."""
        server = self._bot.get_guild(guild)
        if server is None:
            return False
        try:
            member = server.get_member(user) or await server.fetch_member(user)
        except discord.HTTPException:
            return False
        return is_officer(member, await self._services.clans.settings(guild))

    async def people(self, guild: GuildId) -> tuple[Presence | None, Roles]:
        """Who is on a server with which roles; None where Discord does not tell of everybody."""
        server = self._bot.get_guild(guild)
        return await presence_of(server), roles_in(server, told=self._bot.intents.members)
