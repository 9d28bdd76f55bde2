"""``/officer drift``: ranks in the game, at WOM, in Discord and by the rules, where they disagree."""

import re
from io import BytesIO
from typing import Any, Final, Self

import discord
from discord import Interaction, app_commands
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.drift import DriftReport
from bot.domain.errors import NotSetUp
from bot.domain.ids import ClanId
from bot.present.drift import drift_csv, drift_page, pages
from bot.services.registry import Services
from cogs.answers import answer
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.guild_people import people_of
from cogs.member.command import officers_command
from cogs.officer.pages import Page, Shown, offered, show_first, ways
from cogs.officers import OfficersItem

DRIFT: Final = "d"


async def report(services: Services, interaction: Interaction[Any], clan: Clan) -> DriftReport:
    """Who disagrees now."""
    if interaction.guild is None:
        raise NotSetUp
    return await services.drifts.report(clan, (await people_of(interaction.guild)).people)


async def screen(services: Services, interaction: Interaction[Any], clan: Clan, page: Page) -> Shown:
    """A page as it is now."""
    found = await report(services, interaction, clan)
    csv = [DriftCsv(clan.id)] if found.rows else []
    return drift_page(found, page.page), view_of(*ways(page, pages(found)), *csv)


class DriftCsv(OfficersItem[Button[View]], template=rf"od:csv:(?P<clan>{NUMBER})"):
    """Gives all of them as csv."""

    def __init__(self, clan: ClanId) -> None:
        super().__init__(Button(label="CSV", custom_id=f"od:csv:{pack(clan)}", row=1))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        found = await report(self.services, interaction, clan)
        roles = {role.id: role.name for role in interaction.guild.roles} if interaction.guild else {}
        name = f"drift-{self.services.clock():%Y-%m-%d}.csv"
        await answer(interaction, private=True, file=discord.File(BytesIO(drift_csv(found, roles)), name))


def drift_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command."""

    async def drift(interaction: Interaction[Any]) -> None:
        """Ranks in the game, at Wise Old Man and in Discord, where they disagree; csv."""
        await show_first(services, interaction, DRIFT)

    return officers_command(drift)


offered({DRIFT: screen})
DRIFT_ITEMS = (DriftCsv,)
