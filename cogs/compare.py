"""``/compare``: up to five members side by side."""

from typing import Any

from discord import Interaction, app_commands
from discord.ext import commands

from bot.domain.periods import read_period
from bot.present.compare import comparison
from bot.services.registry import Services
from cogs.answers import answer, clan_of, is_bot_channel
from cogs.leaderboard import period_choices
from cogs.stats import DEFAULT_PERIOD, player_choices

_MORE = "Another member"


class CompareCog(commands.Cog):
    """Comparisons."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        first="A member, by any name they ever had",
        second=_MORE,
        third=_MORE,
        fourth=_MORE,
        fifth=_MORE,
        period="How far back: 7d, month, this-week, 2026-10, all…",
    )
    async def compare(
        self,
        interaction: Interaction[Any],
        first: str,
        second: str,
        third: str | None = None,
        fourth: str | None = None,
        fifth: str | None = None,
        period: str = DEFAULT_PERIOD,
    ) -> None:
        """Two to five members side by side."""
        clan = await clan_of(self.services, interaction)
        read = read_period(period, now=self.services.clock(), zone=clan.zone)
        names = [name for name in (first, second, third, fourth, fifth) if name is not None]
        compared = await self.services.comparisons.compare(clan, names, read)
        settings = await self.services.clans.settings(clan.guild)
        private = not is_bot_channel(interaction, settings)
        await answer(interaction, private=private, embed=comparison(compared, clan.zone))

    @compare.autocomplete("first")
    @compare.autocomplete("second")
    @compare.autocomplete("third")
    @compare.autocomplete("fourth")
    @compare.autocomplete("fifth")
    async def _players(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(self.services, interaction, current)

    @compare.autocomplete("period")
    async def _periods(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return period_choices(current)
