"""``/away``: I am away until then, because of that."""

import re
from typing import Any, Self

import discord
from discord import ButtonStyle, Interaction, app_commands
from discord.ext import commands
from discord.ui import Button, View

from bot.domain.absences import LONGEST_REASON, OFFERED, read_until
from bot.domain.ids import ClanId
from bot.present.absences import my_absence
from bot.services.absences import MyAbsence
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, require_asker, user_of
from cogs.buttons import NUMBER, Stateful, pack, unpack, view_of


def until_choices(current: str) -> list[app_commands.Choice[str]]:
    """What is offered while somebody types until when they are away."""
    typed = current.strip()
    usual = [
        app_commands.Choice(name=label, value=value)
        for label, value in OFFERED
        if typed.casefold() in label.casefold() or typed.casefold() in value
    ]
    own = [app_commands.Choice(name=typed[:100], value=typed[:100])] if typed else []
    return [*own, *(one for one in usual if one.value != typed)]


class BackButton(Stateful[Button[View]], template=rf"qm:(?P<asker>{NUMBER}):(?P<clan>{NUMBER})"):
    """*I'm back*: ends the asker's absence."""

    def __init__(self, asker: int, clan: ClanId) -> None:
        custom_id = f"qm:{pack(asker)}:{pack(clan)}"
        super().__init__(Button(label="I'm back", style=ButtonStyle.success, custom_id=custom_id))
        self.asker = asker
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(unpack(match["asker"]), ClanId(unpack(match["clan"])))

    async def press(self, interaction: Interaction[Any]) -> None:
        require_asker(interaction, self.asker)
        clan = await self.services.clans.by_id(self.clan, guild_of(interaction))
        user = user_of(interaction)
        await self.services.absences.end(clan.id, user)
        mine = await self.services.absences.mine(clan, user, interaction.user.display_name)
        await interaction.response.edit_message(embed=_page(mine), view=None)


class AwayCog(commands.Cog):
    """A member's own absence. Only they and officers see it."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        until="2026-12-24, tomorrow, in 2 weeks; leave it out to see or end your absence",
        because="Why, for the officers, if you like",
    )
    async def away(
        self,
        interaction: Interaction[Any],
        until: str | None = None,
        because: app_commands.Range[str, 1, LONGEST_REASON] | None = None,
    ) -> None:
        """I am away until then: it never counts as quiet."""
        clan, user = await clan_of(self.services, interaction), user_of(interaction)
        name, absences = interaction.user.display_name, self.services.absences
        if until is None:
            mine = await absences.mine(clan, user, name)
        else:
            moment = read_until(until, now=self.services.clock(), zone=clan.zone)
            mine = await absences.note(clan, user, name, moment, because or "")
        view = None if mine.absence is None else view_of(BackButton(interaction.user.id, clan.id))
        await answer(interaction, private=True, embed=_page(mine), view=view)

    @away.autocomplete("until")
    async def _untils(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return until_choices(current)


def _page(mine: MyAbsence) -> discord.Embed:
    return my_absence(mine.absence, mine.verified, mine.claimed)
