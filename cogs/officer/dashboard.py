"""``/officer dashboard``: the clan's pages, whether everybody may see them, and officers' own."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ButtonStyle, Interaction, SelectOption, app_commands
from discord.ui import Button, Select, View

from bot.domain.clans import Clan
from bot.domain.errors import NotPermitted
from bot.domain.ids import ClanId
from bot.present.dashboard import dashboard_page
from bot.services.registry import Services
from cogs.answers import answer, clan_of, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.leaderboard import CHOICES
from cogs.member.command import officers_command
from cogs.officers import OfficersItem, require_officer


async def dashboard_screen(
    services: Services, interaction: Interaction[Any], clan: Clan
) -> tuple[discord.Embed, View | None]:
    """The state as it is now, with the asker's own link."""
    state = await services.dashboards.state(clan)
    if not state.served:
        return dashboard_page(clan.name, state, None), None
    link = None
    if state.public_since is not None:
        link = await services.dashboards.officers_link(clan, user_of(interaction))
    switch = DashboardSwitch(clan.id, on=state.public_since is None)
    linked = await services.clans.of_guild(clan.guild)
    others = [PagesOf(clan.id, linked)] if len(linked) > 1 else []
    return dashboard_page(clan.name, state, link), view_of(switch, *others)


class DashboardSwitch(OfficersItem[Button[View]], template=rf"da:(?P<clan>{NUMBER}):(?P<to>on|off)"):
    """Makes the pages public, or lets nobody see them any more. For whoever may manage the server."""

    def __init__(self, clan: ClanId, *, on: bool) -> None:
        label, style = ("Switch on", ButtonStyle.primary) if on else ("Switch off", ButtonStyle.secondary)
        super().__init__(
            Button(label=label, style=style, custom_id=f"da:{pack(clan)}:{'on' if on else 'off'}")
        )
        self.clan = clan
        self.on = on

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), on=match["to"] == "on")

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        if not interaction.permissions.manage_guild:
            raise NotPermitted("manage_server")
        await self.services.dashboards.switch(clan, user_of(interaction), on=self.on)
        embed, view = await dashboard_screen(self.services, interaction, clan)
        await interaction.response.edit_message(embed=embed, view=view)


class PagesOf(OfficersItem[Select[View]], template=rf"dc:(?P<clan>{NUMBER})"):
    """Shows the state of another clan of the server. ``clan`` is the one that is shown."""

    def __init__(self, clan: ClanId, linked: Sequence[Clan] = ()) -> None:
        options = [
            SelectOption(label=one.name[:100], value=pack(one.id), default=one.id == clan)
            for one in linked[:CHOICES]
        ]
        super().__init__(Select(custom_id=f"dc:{pack(clan)}", options=options or [SelectOption(label="…")]))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        chosen = await self.services.clans.by_id(ClanId(unpack(self.item.values[0])), clan.guild)
        embed, view = await dashboard_screen(self.services, interaction, chosen)
        await interaction.response.edit_message(embed=embed, view=view)


def dashboard_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command. Its answer is private everywhere: the link in it is one officer's."""

    async def dashboard(interaction: Interaction[Any]) -> None:
        """The clan's web pages: where they are, on or off, and a private link to the officers' pages."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        embed, view = await dashboard_screen(services, interaction, clan)
        await answer(interaction, private=True, embed=embed, view=view)

    return officers_command(dashboard)


DASHBOARD_ITEMS = (DashboardSwitch, PagesOf)
