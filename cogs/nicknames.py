"""Lets nicknames follow names in the game, where officers switched that on."""

import discord
import structlog
from discord.ext import commands

from bot.domain.clans import Clan
from bot.domain.nicknames import renamed
from bot.domain.notices import Renamed
from bot.logs import new_trace
from bot.services.registry import Services

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class NicknamesCog(commands.Cog):
    """Follows each poll, which ``bot.dispatch("clan_polled", clan)`` tells of.

    Only a nickname that says the former name is changed, and only of who is verified as the
    account's owner: a claim would let anybody have another one renamed.
    """

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services

    @commands.Cog.listener()
    async def on_clan_polled(self, clan: Clan) -> None:
        """Change what follows from the renames that the poll found."""
        with new_trace(job="nicknames", clan_id=clan.id):
            settings = await self.services.clans.settings(clan.guild)
            guild = self.bot.get_guild(clan.guild)
            if not settings.nicknames_follow or guild is None:
                return
            for one in await self.services.notices.renames(clan.id):
                await self._follow(guild, one)
                await self.services.notices.note_followed(clan, one)

    async def _follow(self, guild: discord.Guild, one: Renamed) -> None:
        try:
            # Discord may not have told of every member yet.
            member = guild.get_member(one.user) or await guild.fetch_member(one.user)
            nickname = renamed(member.display_name, one.before, one.after)
            if nickname is not None:
                reason = f"{one.before} is called {one.after} in the game now"
                await member.edit(nick=nickname, reason=reason)
        except discord.HTTPException as failure:
            # Gone from the server, or above the bot: owners choose their own nickname.
            log.info("nickname_not_changed", user_id=one.user, reason=str(failure))
