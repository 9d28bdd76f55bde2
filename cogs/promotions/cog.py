"""``/promotions``, and what follows polls: who stands where, what is confirmed, WOM's roles."""

import asyncio
import contextlib
from typing import Any

import structlog
from discord import Interaction, app_commands
from discord.ext import commands

from bot.domain.clans import Clan
from bot.domain.errors import Outdated, UserError
from bot.domain.ids import UserId
from bot.domain.worklist import Ticked
from bot.logs import new_trace
from bot.services.registry import Services
from cogs.answers import answer, clan_of
from cogs.officers import FOR_OFFICERS, is_private_here, require_officer
from cogs.presence import presence_of
from cogs.promotions.items import Shown, screen
from cogs.promotions.server import server

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class PromotionsCog(commands.Cog):
    """Shows officers who is ready, and carries on what they approved."""

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self._turn = asyncio.Lock()

    async def cog_load(self) -> None:
        """Listen for steps that were done in the game."""
        self.services.worklist.on_ticked.append(self._ticked)

    async def cog_unload(self) -> None:
        """Leave nothing behind."""
        self.services.worklist.on_ticked.remove(self._ticked)

    def _ticked(self, ticked: Ticked) -> None:
        self.bot.dispatch("steps_ticked", ticked)

    @app_commands.command(extras=FOR_OFFICERS)
    @app_commands.guild_only()
    async def promotions(self, interaction: Interaction[Any]) -> None:
        """Who has earned which rank, why, and what to do about it."""
        await require_officer(self.services, interaction)
        clan = await clan_of(self.services, interaction)
        shown = Shown(interaction.user.id, clan.id)
        embed, view = await screen(self.services, clan, interaction.guild, shown)
        private = await is_private_here(self.services, interaction)
        await answer(interaction, private=private, embed=embed, view=view)

    @commands.Cog.listener()
    async def on_clan_polled(self, clan: Clan) -> None:
        """Note who stands where now, and what of the promotions under way is confirmed."""
        if self.bot.user is None:
            return
        by = UserId(self.bot.user.id)
        with new_trace(job="promotions", clan_id=clan.id):
            guild = self.bot.get_guild(clan.guild)
            assessed = await self.services.eligibility.note(clan, await presence_of(guild))
            await self._follow(clan, by)
            if assessed is not None and guild is not None:
                await self.services.badges.lapse(clan, assessed.rules.rules.ranks, await server(guild), by)

    @commands.Cog.listener()
    async def on_steps_ticked(self, ticked: Ticked) -> None:
        """What is done in the game is set at WOM."""
        if self.bot.user is None:
            return
        with new_trace(job="promotions", clan_id=ticked.clan), contextlib.suppress(Outdated):
            await self._follow(await self.services.clans.anywhere(ticked.clan), UserId(self.bot.user.id))

    async def _follow(self, clan: Clan, by: UserId) -> None:
        # One after the other: two would ask WOM for the same.
        async with self._turn:
            try:
                ended = await self.services.following.follow(clan, by)
            except UserError as refusal:
                log.warning("promotions_not_followed", reason=type(refusal).__name__)
                return
        if ended:
            log.info("promotions_ended", members=[one.member for one in ended])
