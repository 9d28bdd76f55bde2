"""``/records``: the clan's best days, weeks and months, what it kills, its 99s and its habits."""

import re
from dataclasses import dataclass, replace
from typing import Any, Self

import discord
from discord import Interaction, SelectOption, app_commands
from discord.ext import commands
from discord.ui import Select, View

from bot.domain.clans import Clan
from bot.domain.ids import ClanId
from bot.domain.metrics import BOSS_KILLS, CHAT_STREAK, DIVERSITY, MESSAGES, OVERALL, RAIDS, SCORE, XP_STREAK
from bot.domain.periods import Period, read_period
from bot.present.records import PAGES, RecordsPage, bosses_page, habits_page, nines_page, records_page
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, is_bot_channel, may_turn, think
from cogs.buttons import NUMBER, Stateful, pack, unpack, view_of

_PAGES = "|".join(page.value for page in RecordsPage)
_HABITS = (MESSAGES, CHAT_STREAK, XP_STREAK, RAIDS, DIVERSITY, SCORE)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the list of pages knows."""

    asker: int
    clan: ClanId
    page: RecordsPage = RecordsPage.RECORDS

    def __str__(self) -> str:
        return f"{pack(self.asker)}:{pack(self.clan)}:{self.page.value}"

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        return cls(unpack(match["asker"]), ClanId(unpack(match["clan"])), RecordsPage(match["page"]))


async def screen(services: Services, clan: Clan, shown: Shown) -> tuple[discord.Embed, View | None]:
    """A page as it is now."""
    return await _page(services, clan, shown.page), view_of(PageSelect(shown))


async def _page(services: Services, clan: Clan, page: RecordsPage) -> discord.Embed:
    month = read_period("this-month", now=services.clock(), zone=clan.zone)
    match page:
        case RecordsPage.RECORDS:
            return records_page(await services.questions.records(clan))
        case RecordsPage.BOSSES:
            kills = await services.leaderboards.top(clan, BOSS_KILLS, month)
            return bosses_page(kills, await services.questions.bosses(clan, month), clan.zone)
        case RecordsPage.NINES:
            xp = await services.leaderboards.top(clan, OVERALL, month)
            return nines_page(clan.name, await services.questions.nines(clan, month), xp.checked_at)
        case RecordsPage.HABITS:
            return await _habits(services, clan, month)


async def _habits(services: Services, clan: Clan, month: Period) -> discord.Embed:
    boards = [await services.leaderboards.top(clan, one, month) for one in _HABITS]
    hour = await services.questions.favourite_hour(clan, month)
    return habits_page(boards, hour, clan.zone)


class PageSelect(
    Stateful[Select[View]],
    template=rf"rc:(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<page>{_PAGES})",
):
    """Another page, in the message for whoever asked; anybody else gets a private copy."""

    def __init__(self, shown: Shown) -> None:
        options = [
            SelectOption(label=label, description=below, value=page.value, default=page is shown.page)
            for page, (label, below) in PAGES.items()
        ]
        super().__init__(Select(custom_id=f"rc:{shown}", options=options))
        self.shown = shown

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def press(self, interaction: Interaction[Any]) -> None:
        clan = await self.services.clans.by_id(self.shown.clan, guild_of(interaction))
        after = replace(self.shown, page=RecordsPage(self.item.values[0]))
        if may_turn(interaction, self.shown.asker):
            await interaction.response.defer()
            embed, view = await screen(self.services, clan, after)
            await interaction.edit_original_response(embed=embed, view=view)
            return
        await think(interaction, private=True)
        embed, view = await screen(self.services, clan, replace(after, asker=interaction.user.id))
        await answer(interaction, private=True, embed=embed, view=view)


class RecordsCog(commands.Cog):
    """The clan's records."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    async def records(self, interaction: Interaction[Any]) -> None:
        """The clan's best days, weeks and months, with holder and date; its bosses, skills and habits."""
        clan = await clan_of(self.services, interaction)
        settings = await self.services.clans.settings(clan.guild)
        private = not is_bot_channel(interaction, settings)
        await think(interaction, private=private)
        embed, view = await screen(self.services, clan, Shown(interaction.user.id, clan.id))
        await answer(interaction, private=private, embed=embed, view=view)


ITEMS = (PageSelect,)
