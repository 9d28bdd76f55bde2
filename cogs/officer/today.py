"""``/officer today``: everything that awaits an officer."""

import re
from typing import Any, Protocol, Self, cast

import discord
from discord import Interaction, app_commands
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.ids import ClanId
from bot.present.today import today_page
from bot.services.commands import CommandSync
from bot.services.registry import Services
from cogs.answers import answer, clan_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.inactivity.shown import roles_of
from cogs.member.command import officers_command
from cogs.member.people import people_of
from cogs.officers import OfficersItem, is_private_here, require_officer


class HasCommands(Protocol):
    """The bot, as far as Discord's numbers of its commands go."""

    sync_commands: CommandSync


async def today_screen(
    services: Services, interaction: Interaction[Any], clan: Clan
) -> tuple[discord.Embed, View | None]:
    """The list as it is now."""
    people, _ = await people_of(interaction)
    found = await services.today.of(clan, people, roles_of(interaction))
    ids = await cast("HasCommands", interaction.client).sync_commands.ids()
    return today_page(clan.name, found, ids, clan.polled_at), view_of(TodayButton(clan.id))


class TodayButton(OfficersItem[Button[View]], template=rf"to:(?P<clan>{NUMBER})"):
    """Brings the list up to date: it is every officer's."""

    def __init__(self, clan: ClanId) -> None:
        super().__init__(Button(label="Refresh", emoji="🔄", custom_id=f"to:{pack(clan)}"))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        embed, view = await today_screen(self.services, interaction, clan)
        await interaction.response.edit_message(embed=embed, view=view)


TODAY_ITEMS = (TodayButton,)


def today_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command."""

    async def today(interaction: Interaction[Any]) -> None:
        """Everything that waits for an officer, and where to go."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        embed, view = await today_screen(services, interaction, clan)
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, embed=embed, view=view)

    return officers_command(today)
