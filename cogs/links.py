"""``/link``: my accounts."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import Interaction, app_commands
from discord.ext import commands
from discord.ui import Button, View

from bot.domain.accounts import Account
from bot.domain.ids import ClanId, MemberId
from bot.present.accounts import accounts_page
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, require_asker, user_of
from cogs.buttons import NUMBER, Stateful, pack, unpack, view_of
from cogs.stats import player_choices

_SHOWN = 5
"""Accounts that have buttons: as many rows as a message has."""


def account_buttons(asker: int, clan: ClanId, accounts: Sequence[Account]) -> View | None:
    """For each account Make main and Remove."""
    buttons = [
        AccountButton(asker, clan, one.member, action, one.name, row)
        for row, one in enumerate(accounts[:_SHOWN])
        for action in (("remove",) if one.is_main else ("main", "remove"))
    ]
    return view_of(*buttons)


class AccountButton(
    Stateful[Button[View]],
    template=rf"ln:(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<member>{NUMBER}):(?P<action>main|remove)",
):
    """Makes an account the main one, or gives it up."""

    def __init__(
        self, asker: int, clan: ClanId, member: MemberId, action: str, name: str = "", row: int | None = None
    ) -> None:
        label = f"{name}: make main" if action == "main" else f"{name}: remove"
        super().__init__(
            Button(
                label=label,
                row=row,
                style=discord.ButtonStyle.secondary,
                custom_id=f"ln:{pack(asker)}:{pack(clan)}:{pack(member)}:{action}",
            )
        )
        self.asker = asker
        self.clan = clan
        self.member = member
        self.action = action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        member = MemberId(unpack(match["member"]))
        return cls(unpack(match["asker"]), ClanId(unpack(match["clan"])), member, match["action"])

    async def press(self, interaction: Interaction[Any]) -> None:
        require_asker(interaction, self.asker)
        clan = await self.services.clans.by_id(self.clan, guild_of(interaction))
        links = self.services.links
        change = links.make_main if self.action == "main" else links.remove
        accounts = await change(clan, user_of(interaction), self.member)
        view = account_buttons(self.asker, clan.id, accounts)
        await interaction.response.edit_message(embed=accounts_page(accounts), view=view)


class LinksCog(commands.Cog):
    """Which accounts are whose."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(name="Your name in the game; leave it out to see what you have linked")
    async def link(self, interaction: Interaction[Any], name: str | None = None) -> None:
        """My accounts: add one, choose the main one, remove one."""
        clan = await clan_of(self.services, interaction)
        user = user_of(interaction)
        links = self.services.links
        accounts = await (links.accounts(clan, user) if name is None else links.claim(clan, user, name))
        view = account_buttons(interaction.user.id, clan.id, accounts)
        await answer(interaction, private=True, embed=accounts_page(accounts), view=view)

    @link.autocomplete("name")
    async def _names(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(self.services, interaction, current)
