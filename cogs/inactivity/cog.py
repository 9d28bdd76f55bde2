"""``/inactive``, and what goes on beside it: notices, refreshes, reminders, cases that end by themselves."""

from typing import Any

import discord
import structlog
from discord import Interaction, app_commands
from discord.ext import commands, tasks

from bot.domain.clans import Clan
from bot.domain.ids import GuildId
from bot.domain.ladder import FEWEST_DAYS, MOST_DAYS
from bot.logs import new_trace
from bot.present.absences import reminder
from bot.present.quiet_notices import recalled
from bot.services.absences import Reminder
from bot.services.registry import Services
from cogs.answers import answer, clan_of
from cogs.inactivity.items import screen
from cogs.inactivity.replies import reminder_view
from cogs.inactivity.sending import Sender
from cogs.inactivity.shown import Shown, roles_in
from cogs.officers import FOR_OFFICERS, is_private_here, require_officer

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

MINUTES_TO_REMIND = 10
"""How late the end of an absence is told at most."""


class InactivityCog(commands.Cog):
    """Shows officers who is quiet, and does what they press."""

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.sender = Sender(bot, services)

    async def cog_load(self) -> None:
        """Go on with what an earlier process left."""
        self.sender.start()
        self._remind.start()

    async def cog_unload(self) -> None:
        """Leave nothing behind."""
        self.sender.stop()
        self._remind.cancel()

    @app_commands.command(extras=FOR_OFFICERS)
    @app_commands.guild_only()
    @app_commands.describe(days="Days without a sign, for everybody; left out, each rank's own limit")
    async def inactive(
        self,
        interaction: Interaction[Any],
        days: app_commands.Range[int, FEWEST_DAYS, MOST_DAYS] | None = None,
    ) -> None:
        """Who is quiet in the game and in Discord, by person, with the evidence."""
        await require_officer(self.services, interaction)
        clan = await clan_of(self.services, interaction)
        embed, view = await screen(
            self.services, interaction, clan, Shown(interaction.user.id, clan.id, days=days)
        )
        private = await is_private_here(self.services, interaction)
        await answer(interaction, private=private, embed=embed, view=view)

    @commands.Cog.listener()
    async def on_clan_polled(self, clan: Clan) -> None:
        """Whoever was seen is on the ladder no more."""
        with new_trace(job="inactivity", clan_id=clan.id):
            guild = self.bot.get_guild(clan.guild)
            roles = roles_in(guild, told=self.bot.intents.members)
            names = await self.services.ladder.follow(clan, roles)
            settings = await self.services.clans.settings(clan.guild)
            if not names or settings.officer_channel is None:
                return
            try:
                await self.bot.get_partial_messageable(settings.officer_channel).send(
                    embed=recalled(clan.name, names),
                    silent=True,
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            except discord.HTTPException as failure:
                # The step is gone from the list, and the person's own page says why.
                log.warning("officers_not_told", reason=str(failure))

    @tasks.loop(minutes=MINUTES_TO_REMIND)
    async def _remind(self) -> None:
        """Tell whose absence ended. Nothing that fails ends it."""
        if not self.bot.is_ready():
            return
        with new_trace(job="reminders"):
            try:
                guilds = [GuildId(guild.id) for guild in self.bot.guilds]
                for one in await self.services.absences.reminders(guilds):
                    await self._tell(one)
            except Exception:  # a loop of discord.py ends for good at the first error it does not know
                log.exception("reminders_not_sent")

    async def _tell(self, one: Reminder) -> None:
        try:
            user = self.bot.get_user(one.user) or await self.bot.fetch_user(one.user)
            await user.send(
                embed=reminder(one.clan_name, one.until),
                view=reminder_view(one.clan, one.id),
                nonce=f"away:{one.id}",
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as failure:
            # Who takes no private messages is not reminded; the absence is over all the same.
            log.info("reminder_not_delivered", user_id=one.user, reason=str(failure))
        await self.services.absences.note_reminded(one.id)
