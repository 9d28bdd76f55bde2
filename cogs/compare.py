"""``/compare``: up to five members side by side."""

import re
from dataclasses import dataclass, replace
from typing import Any, Self

import discord
from discord import Interaction, app_commands
from discord.ext import commands
from discord.ui import Button, View

from bot.domain.cards import Comparison
from bot.domain.clans import Clan
from bot.domain.ids import ClanId, MemberId
from bot.domain.periods import read_period
from bot.present.clan_charts import Panel, compare_chart
from bot.present.compare import comparison
from bot.present.numbers import COVERS_LESS, label
from bot.present.theme import SEPARATOR
from bot.present.times import period_label
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, is_bot_channel, is_private, may_turn
from cogs.buttons import NUMBER, POST, POSTED, Stateful, pack, unpack, view_of
from cogs.charts import show_chart
from cogs.leaderboard import period_choices
from cogs.stats import DEFAULT_PERIOD, PERIODS, player_choices

_MORE = "Another member"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a comparison's buttons know."""

    asker: int
    clan: ClanId
    members: tuple[MemberId, ...]
    period: str

    def __str__(self) -> str:
        members = ".".join(pack(member) for member in self.members)
        return f"{pack(self.asker)}:{pack(self.clan)}:{members}:{self.period}"

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        return cls(
            asker=unpack(match["asker"]),
            clan=ClanId(unpack(match["clan"])),
            members=tuple(MemberId(unpack(packed)) for packed in match["members"].split(".")),
            period=match["period"],
        )


def comparison_page(
    clan: Clan, compared: Comparison, shown: Shown, *, private: bool, posted: bool = False
) -> tuple[discord.Embed, View | None]:
    """The tables with the usual periods, and for a private answer Post here, once."""
    buttons = [
        CompareButton(replace(shown, period=code), "show", disabled=code == shown.period) for code in PERIODS
    ]
    if private:
        buttons.append(CompareButton(shown, "post", label=POSTED if posted else None, disabled=posted))
    buttons.append(CompareButton(shown, "chart"))
    return comparison(compared, clan.zone), view_of(*buttons)


class CompareButton(
    Stateful[Button[View]],
    template=rf"cp:(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<members>[0-9a-z.]+):(?P<period>[\w.-]+)"
    r":(?P<action>show|post|chart)",
):
    """A button under a comparison."""

    def __init__(
        self, shown: Shown, action: str, *, label: str | None = None, disabled: bool = False
    ) -> None:
        is_post = action == "post"
        own = {"post": POST, "chart": "Chart"}.get(action)
        super().__init__(
            Button(
                label=label or own or PERIODS.get(shown.period, shown.period),
                style=discord.ButtonStyle.primary if is_post else discord.ButtonStyle.secondary,
                custom_id=f"cp:{shown}:{action}",
                disabled=disabled,
            )
        )
        self.shown = shown
        self.action = action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["action"])

    async def press(self, interaction: Interaction[Any]) -> None:
        clan = await self.services.clans.by_id(self.shown.clan, guild_of(interaction))
        period = read_period(self.shown.period, now=self.services.clock(), zone=clan.zone)
        compared = await self.services.comparisons.compare_again(clan, self.shown.members, period)
        if self.action == "chart":
            rows = tuple(
                Panel(
                    label(one),
                    one.measure,
                    values,
                    [(one.key, who) in compared.partial for who in compared.members],
                )
                for one, values in compared.rows
            )
            small = period_label(period, clan.zone)
            if compared.partial:
                small += f"{SEPARATOR}{COVERS_LESS}"
            await show_chart(
                self.services, interaction, clan, small, compare_chart, compared.names, rows, "Side by side"
            )
        elif self.action == "post":
            _, left = comparison_page(clan, compared, self.shown, private=True, posted=True)
            await interaction.response.edit_message(view=left)
            embed, view = comparison_page(clan, compared, self.shown, private=False)
            await answer(interaction, private=False, embed=embed, view=view)
        elif may_turn(interaction, self.shown.asker):
            embed, view = comparison_page(clan, compared, self.shown, private=is_private(interaction))
            await interaction.response.edit_message(embed=embed, view=view)
        else:
            own = replace(self.shown, asker=interaction.user.id)
            embed, view = comparison_page(clan, compared, own, private=True)
            await answer(interaction, private=True, embed=embed, view=view)


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
        shown = Shown(interaction.user.id, clan.id, compared.members, read.code)
        embed, view = comparison_page(clan, compared, shown, private=private)
        await answer(interaction, private=private, embed=embed, view=view)

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
