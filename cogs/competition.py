"""``/competition``: the clan's competitions, with standings and a countdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import discord
from discord import ButtonStyle, Interaction, SelectOption, app_commands
from discord.ext import commands
from discord.ui import Button, Select, View

from bot.domain.clans import Clan
from bot.domain.competitions import Contest
from bot.domain.errors import Outdated
from bot.domain.ids import ClanId
from bot.present.competitions import competition_page, my_standing, no_competitions, options
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, is_bot_channel, may_turn, think, user_of
from cogs.buttons import NUMBER, Stateful, pack, unpack, view_of

_STATE = rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<contest>{NUMBER})"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the buttons know; ``contest`` is WOM's number."""

    asker: int
    clan: ClanId
    contest: int

    def __str__(self) -> str:
        return f"{pack(self.asker)}:{pack(self.clan)}:{pack(self.contest)}"

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        return cls(unpack(match["asker"]), ClanId(unpack(match["clan"])), unpack(match["contest"]))


async def screen(services: Services, clan: Clan, shown: Shown) -> tuple[discord.Embed, View | None]:
    """A competition as it stands now.

    Raises:
        Outdated: it is long over, or was deleted.
    """
    contests = await services.competitions.of(clan)
    found = _find(contests, shown.contest)
    standings = await services.competitions.standings(clan, found)
    buttons: list[Any] = [] if standings.board is None else [ContestButton(shown, "mine")]
    buttons.append(ContestButton(shown, "refresh"))
    if len(contests) > 1:
        listed = [
            SelectOption(label=label, description=below, value=pack(one.id), default=one.id == found.id)
            for one, label, below in options(contests, services.clock())
        ]
        buttons.append(ContestSelect(shown, listed))
    return competition_page(standings), view_of(*buttons)


def _find(contests: Sequence[Contest], number: int) -> Contest:
    found = next((one for one in contests if one.id == number), None)
    if found is None:
        raise Outdated
    return found


async def turn(services: Services, interaction: Interaction[Any], shown: Shown) -> None:
    """Show it in the message to whoever asked; anybody else gets a private copy."""
    clan = await services.clans.by_id(shown.clan, guild_of(interaction))
    if may_turn(interaction, shown.asker):
        await interaction.response.defer()
        embed, view = await screen(services, clan, shown)
        await interaction.edit_original_response(embed=embed, view=view)
        return
    await think(interaction, private=True)
    embed, view = await screen(services, clan, replace(shown, asker=interaction.user.id))
    await answer(interaction, private=True, embed=embed, view=view)


class ContestButton(Stateful[Button[View]], template=rf"co:{_STATE}:(?P<action>mine|refresh)"):
    """Tells whoever presses their own place, or shows how it stands now."""

    def __init__(self, shown: Shown, action: str) -> None:
        label = "My place" if action == "mine" else "Refresh"
        super().__init__(
            Button(label=label, style=ButtonStyle.secondary, custom_id=f"co:{shown}:{action}", row=0)
        )
        self.shown, self.action = shown, action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["action"])

    async def press(self, interaction: Interaction[Any]) -> None:
        if self.action == "refresh":
            await turn(self.services, interaction, self.shown)
            return
        clan = await self.services.clans.by_id(self.shown.clan, guild_of(interaction))
        found = await self.services.lookup.of_user(clan, user_of(interaction), interaction.user.display_name)
        await think(interaction, private=True)
        contest = _find(await self.services.competitions.of(clan), self.shown.contest)
        standings = await self.services.competitions.standings(clan, contest)
        await answer(interaction, private=True, content=my_standing(standings, found.member.id))


class ContestSelect(Stateful[Select[View]], template=rf"cq:{_STATE}"):
    """Another of the clan's competitions."""

    def __init__(self, shown: Shown, listed: Sequence[SelectOption] = ()) -> None:
        choices = list(listed) or [SelectOption(label="…")]
        super().__init__(Select(custom_id=f"cq:{shown}", options=choices, row=1))
        self.shown = shown

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def press(self, interaction: Interaction[Any]) -> None:
        await turn(self.services, interaction, replace(self.shown, contest=unpack(self.item.values[0])))


class CompetitionCog(commands.Cog):
    """The clan's competitions."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    async def competition(self, interaction: Interaction[Any]) -> None:
        """The clan's competitions at Wise Old Man: who leads, and how long they go on."""
        clan = await clan_of(self.services, interaction)
        settings = await self.services.clans.settings(clan.guild)
        private = not is_bot_channel(interaction, settings)
        await think(interaction, private=private)
        contests = await self.services.competitions.of(clan)
        if not contests:
            await answer(interaction, private=private, embed=no_competitions())
            return
        shown = Shown(interaction.user.id, clan.id, contests[0].id)
        embed, view = await screen(self.services, clan, shown)
        await answer(interaction, private=private, embed=embed, view=view)


ITEMS = (ContestButton, ContestSelect)
