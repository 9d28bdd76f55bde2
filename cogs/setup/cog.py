"""``/setup``: link this server to its clan, and see what works."""

from typing import Any

import discord
from discord import Interaction, app_commands
from discord.ext import commands

from bot.domain.ids import GuildId
from bot.logs import new_trace
from bot.present.setup_screens import OPTION_LIMIT, group_option
from bot.services.registry import Services
from cogs.answers import guild_of
from cogs.setup.boards import BOARD_SETUP_ITEMS
from cogs.setup.desk import Desk, PollNow
from cogs.setup.feed import FEED_SETUP_ITEMS
from cogs.setup.items import CHOICES, ITEMS, require_manager
from cogs.setup.past import PastSpan
from cogs.setup.posts import POST_SETUP_ITEMS
from cogs.setup.relay_items import RELAY_ITEMS
from cogs.setup.role_sync_items import ROLE_SYNC_ITEMS

ALL_ITEMS = (
    *ITEMS,
    *RELAY_ITEMS,
    *ROLE_SYNC_ITEMS,
    *POST_SETUP_ITEMS,
    *FEED_SETUP_ITEMS,
    *BOARD_SETUP_ITEMS,
    PastSpan,
)


class SetupCog(commands.Cog):
    """The command, and the first server's settings. The screens are the desk's.

    Whatever listens is told by ``bot.dispatch("tracking_changed", guild)``; more history is
    asked for by ``bot.dispatch("history_wanted", guild, clan_id, days)``, and a job that reads
    WOM's history is told of by ``bot.dispatch("past_wanted", clan, channel_id)``.
    """

    def __init__(
        self, bot: commands.Bot | commands.AutoShardedBot, services: Services, *, poll_now: PollNow
    ) -> None:
        self.bot = bot
        self.services = services
        self.desk = Desk(bot, services, poll_now)

    async def cog_load(self) -> None:
        """Answer the buttons of earlier runs too, and tell of changes."""
        self.bot.add_dynamic_items(*ALL_ITEMS)
        self.services.setting_up.on_change.append(self._tell)

    async def cog_unload(self) -> None:
        """Leave nothing behind."""
        self.bot.remove_dynamic_items(*ALL_ITEMS)
        self.services.setting_up.on_change.remove(self._tell)

    async def _tell(self, guild: GuildId) -> None:
        found = self.bot.get_guild(guild)
        if found is not None:
            self.bot.dispatch("tracking_changed", found)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.describe(
        group="Your clan at Wise Old Man: its name, its number or its address there",
        time_zone="Where its days and weeks begin at midnight: Europe/Amsterdam, New York, UTC",
    )
    async def setup(
        self,
        interaction: Interaction[Any],
        group: app_commands.Range[str, 1, 80] | None = None,
        time_zone: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        """Link this server to its clan, and see what works."""
        require_manager(interaction)
        await self.desk.open(interaction, group, time_zone)

    @setup.autocomplete("group")
    async def _groups(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        linked = await self.services.clans.of_guild(guild_of(interaction))
        typed = current.strip().casefold()
        here = {
            str(clan.group): f"{clan.name[:60]} · followed here"
            for clan in linked
            if typed in clan.name.casefold() or typed == str(clan.group)
        }
        found = {
            str(choice.group): group_option(choice)
            for choice in await self.services.setting_up.suggest_groups(current)
        }
        if typed.isdecimal():
            found[typed] = f"WOM group {typed}"
        offered = {**found, **here}
        return [
            app_commands.Choice(name=name[:OPTION_LIMIT], value=value) for value, name in offered.items()
        ][:CHOICES]

    @setup.autocomplete("time_zone")
    async def _zones(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        zones = self.services.setting_up.suggest_time_zones(current)
        return [app_commands.Choice(name=zone, value=zone) for zone in zones]

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """The first server may be set up from the process's settings."""
        with new_trace(job="first_server"):
            await self.desk.set_up_first()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The same, where the bot was in no server yet."""
        with new_trace(job="first_server", guild_id=guild.id):
            await self.desk.set_up_first()
