"""Lets Discord roles follow ranks: after each poll, when somebody joins, when a link changes."""

import asyncio

import discord
import structlog
from discord.ext import commands

from bot.domain.accounts import LinkChange, LinkNotice
from bot.domain.clans import Clan
from bot.domain.errors import UserError
from bot.domain.ids import GuildId, UserId
from bot.logs import new_trace
from bot.services.registry import Services
from cogs.guild_people import people_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

PATIENCE = 30.0
"""Seconds that Discord has to tell who is in a server."""


class RoleSyncCog(commands.Cog):
    """Listens to what may change somebody's roles, and has the whole clan looked at.

    ``clan_polled`` and ``links_changed`` are told with a clan. Where much happens at once it looks
    once more after it, and not once for each.
    """

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self._turns: dict[int, asyncio.Lock] = {}
        self._waiting: set[int] = set()

    async def cog_load(self) -> None:
        """Listen for links that change."""
        self.services.links.on_change.append(self._links_changed)
        self.services.link_review.on_change.append(self._links_changed)
        self.services.ingest.on_link.append(self._proved)

    async def cog_unload(self) -> None:
        """Leave nothing behind."""
        self.services.links.on_change.remove(self._links_changed)
        self.services.link_review.on_change.remove(self._links_changed)
        self.services.ingest.on_link.remove(self._proved)

    def _links_changed(self, clan: Clan) -> None:
        self.bot.dispatch("links_changed", clan)

    def _proved(self, notice: LinkNotice) -> None:
        if notice.change is LinkChange.VERIFIED:
            self.bot.dispatch("link_proved", notice.user)

    @commands.Cog.listener()
    async def on_clan_polled(self, clan: Clan) -> None:
        """Ranks may have changed, and who is in the clan."""
        await self.follow(clan)

    @commands.Cog.listener()
    async def on_links_changed(self, clan: Clan) -> None:
        """An account may be somebody's, or nobody's any more."""
        await self.follow(clan)

    @commands.Cog.listener()
    async def on_link_proved(self, user: UserId) -> None:
        """Somebody proved an account in the game chat."""
        for guild in self.bot.guilds:
            if guild.get_member(user) is not None:
                await self._follow_guild(guild)

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        """A newcomer may be a member already, or is a guest."""
        if not member.bot:
            await self._follow_guild(member.guild)

    async def _follow_guild(self, guild: discord.Guild) -> None:
        for clan in await self.services.clans.of_guild(GuildId(guild.id)):
            await self.follow(clan)

    async def follow(self, clan: Clan) -> None:
        """Change what follows, unless that is about to be done anyway."""
        if clan.id in self._waiting:
            return
        self._waiting.add(clan.id)
        with new_trace(job="role_sync", clan_id=clan.id):
            async with self._turns.setdefault(clan.id, asyncio.Lock()):
                self._waiting.discard(clan.id)
                await self._sync(clan)

    async def _sync(self, clan: Clan) -> None:
        guild, me = self.bot.get_guild(clan.guild), self.bot.user
        if guild is None or guild.unavailable or me is None:
            return
        if not (await self.services.role_sync.options(clan)).enabled:
            return
        try:
            people = await people_of(guild, PATIENCE)
            await self.services.role_sync.sync(clan, people, UserId(me.id))
        except UserError as error:
            log.info("roles_not_followed", reason=type(error).__name__)
