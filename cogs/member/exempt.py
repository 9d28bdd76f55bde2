"""``/member exempt``: whom the rank rules pass over, altogether or at one rank."""

import re
from collections.abc import Iterator
from typing import Any, Self

import discord
from discord import Interaction, app_commands
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.desk_errors import NoRules
from bot.domain.ids import ClanId, MemberId
from bot.present.exempting import exempt_page
from bot.present.text import cut_units, rank_name
from bot.services.eligibility.exempting import Exempted
from bot.services.registry import Services
from cogs.answers import clan_of, guild_of, reply_private, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.member.command import officers_command
from cogs.officers import OfficersItem, is_officer, require_officer
from cogs.stats import player_choices

CHOICES = 25
LONGEST_NOTE = 200
_MOST_BUTTONS = 20


class ExemptNoMore(
    OfficersItem[Button[View]],
    template=rf"mx:(?P<clan>{NUMBER}):(?P<member>{NUMBER}):(?P<rank>-|[a-z0-9_]{{1,32}})",
):
    """Ends what passes a member over: at every rank, or at one."""

    def __init__(self, clan: ClanId, member: MemberId, rank: str | None, label: str = "…") -> None:
        custom_id = f"mx:{pack(clan)}:{pack(member)}:{rank or '-'}"
        super().__init__(Button(label=cut_units(label, 80), custom_id=custom_id))
        self.clan, self.member, self.rank = clan, member, rank

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        rank = None if match["rank"] == "-" else match["rank"]
        return cls(ClanId(unpack(match["clan"])), MemberId(unpack(match["member"])), rank)

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        found = (await self.services.lookup.by_id(clan, self.member)).member
        await self.services.exempting.end(clan, found, user_of(interaction), self.rank)
        embed, view = _screen(clan, await self.services.exempting.of(clan, found))
        await interaction.response.edit_message(embed=embed, view=view)


EXEMPT_ITEMS = (ExemptNoMore,)


def _screen(clan: Clan, found: Exempted) -> tuple[discord.Embed, View | None]:
    embed = exempt_page(found.member.name, found.hold, found.ranks)
    buttons = list(_buttons(clan, found))
    return embed, view_of(*buttons) if buttons else None


def _buttons(clan: Clan, found: Exempted) -> Iterator[ExemptNoMore]:
    if found.hold is not None:
        said = "Exempt no more" if found.hold.until is None else "Hold no more"
        yield ExemptNoMore(clan.id, found.member.id, None, said)
    for rank in found.ranks[:_MOST_BUTTONS]:
        yield ExemptNoMore(clan.id, found.member.id, rank, f"No more from {rank_name(rank)}")


def exempt_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command. It begins by :func:`cogs.officers.require_officer`."""

    @app_commands.describe(
        member="Whom the rank rules pass over",
        rank="From this rank alone; from every one, if you leave it out",
        because="Why, for colleagues",
        show="Only look at what holds, and end it",
    )
    async def exempt(
        interaction: Interaction[Any],
        member: str,
        rank: str | None = None,
        because: app_commands.Range[str, 1, LONGEST_NOTE] | None = None,
        show: bool = False,
    ) -> None:
        """Exempt a member from rank rules: neither promoted nor demoted by them."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        found = (await services.lookup.by_name(clan, member)).member
        if not show:
            await services.exempting.exempt(clan, found, user_of(interaction), because or "", rank)
        embed, view = _screen(clan, await services.exempting.of(clan, found))
        await reply_private(interaction, embed=embed, view=view)

    async def names(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(services, interaction, current)

    async def ranks(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        clans = await services.clans.of_guild(guild_of(interaction))
        if not clans or not is_officer(interaction.user, await services.clans.settings(clans[0].guild)):
            return []
        try:
            known = (await services.eligibility.rules(clans[0])).rules.ranks
        except NoRules:
            return []
        typed = current.strip().casefold()
        fits = [one.name for one in reversed(known) if typed in rank_name(one.name).casefold()]
        return [app_commands.Choice(name=rank_name(one), value=one) for one in fits[:CHOICES]]

    made = officers_command(exempt)
    made.autocomplete("member")(names)
    made.autocomplete("rank")(ranks)
    return made
