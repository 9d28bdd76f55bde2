"""``/link``: my accounts."""

import re
from collections.abc import Sequence
from typing import Any, Self

from discord import Interaction, SelectOption, app_commands
from discord.ext import commands
from discord.ui import Select, View

from bot.domain.accounts import Account
from bot.domain.ids import ClanId, MemberId
from bot.present.accounts import accounts_page
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, require_asker, user_of
from cogs.buttons import NUMBER, Stateful, pack, unpack, view_of
from cogs.leaderboard import CHOICES
from cogs.stats import player_choices

_PROMPTS = {"main": "Count my messages for…", "remove": "Remove…"}


def account_choices(asker: int, clan: ClanId, accounts: Sequence[Account]) -> View | None:
    """What the asker can change: which of several is the main one, and whether one is theirs at all."""
    others = [one for one in accounts if not one.is_main]
    offered = (("main", others), ("remove", accounts))
    return view_of(*(AccountSelect(asker, clan, action, chosen) for action, chosen in offered if chosen))


class AccountSelect(
    Stateful[Select[View]],
    template=rf"ln:(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<action>main|remove)",
):
    """Makes an account the main one, or gives it up."""

    def __init__(self, asker: int, clan: ClanId, action: str, accounts: Sequence[Account] = ()) -> None:
        options = [
            SelectOption(label=one.name, value=pack(one.member), emoji="⭐" if one.is_main else None)
            for one in accounts[:CHOICES]
        ]
        custom_id = f"ln:{pack(asker)}:{pack(clan)}:{action}"
        super().__init__(Select(custom_id=custom_id, placeholder=_PROMPTS[action], options=options))
        self.asker = asker
        self.clan = clan
        self.action = action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(unpack(match["asker"]), ClanId(unpack(match["clan"])), match["action"])

    async def press(self, interaction: Interaction[Any]) -> None:
        require_asker(interaction, self.asker)
        clan = await self.services.clans.by_id(self.clan, guild_of(interaction))
        links = self.services.links
        change = links.make_main if self.action == "main" else links.remove
        accounts = await change(clan, user_of(interaction), MemberId(unpack(self.item.values[0])))
        view = account_choices(self.asker, clan.id, accounts)
        await interaction.response.edit_message(embed=accounts_page(accounts), view=view)


class LinksCog(commands.Cog):
    """Which accounts are whose."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(name="Your name in the game; leave it out to see what you have linked")
    async def link(self, interaction: Interaction[Any], name: str | None = None) -> None:
        """My accounts: add, choose the main, remove."""
        clan = await clan_of(self.services, interaction)
        user = user_of(interaction)
        links = self.services.links
        accounts = await (links.accounts(clan, user) if name is None else links.claim(clan, user, name))
        view = account_choices(interaction.user.id, clan.id, accounts)
        await answer(interaction, private=True, embed=accounts_page(accounts), view=view)

    @link.autocomplete("name")
    async def _names(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(self.services, interaction, current)
