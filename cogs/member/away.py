"""``/member away``: officers note that somebody is away, for who cannot or did not say so."""

import re
from typing import Any, Self

from discord import Interaction, app_commands
from discord.ui import Button, View

from bot.domain.absences import LONGEST_REASON, read_until
from bot.domain.clans import Clan
from bot.domain.ids import ClanId, MemberId
from bot.present.absences import member_absence
from bot.services.registry import Services
from cogs.answers import answer, clan_of, user_of
from cogs.away import until_choices
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.member.command import officers_command
from cogs.officers import OfficersItem, is_private_here, require_officer
from cogs.stats import player_choices


class MemberBack(OfficersItem[Button[View]], template=rf"qe:(?P<clan>{NUMBER}):(?P<member>{NUMBER})"):
    """*They are back*: ends a member's absence."""

    def __init__(self, clan: ClanId, member: MemberId) -> None:
        super().__init__(Button(label="They are back", custom_id=f"qe:{pack(clan)}:{pack(member)}"))
        self.clan = clan
        self.member = member

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), MemberId(unpack(match["member"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.services.absences.end_for(clan, self.member, user_of(interaction))
        found = await self.services.lookup.by_id(clan, self.member)
        embed = member_absence(found.member.name, None, ended=True)
        await interaction.response.edit_message(embed=embed, view=None)


AWAY_ITEMS = (MemberBack,)


def away_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command. It begins by :func:`cogs.officers.require_officer`."""

    @app_commands.describe(
        member="Who is away",
        until="2026-12-24, tomorrow, in 2 weeks; leave it out to see or end it",
        because="Why, for colleagues",
    )
    async def away(
        interaction: Interaction[Any],
        member: str,
        until: str | None = None,
        because: app_commands.Range[str, 1, LONGEST_REASON] | None = None,
    ) -> None:
        """Note that a member is away: it never counts as quiet."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        found = (await services.lookup.by_name(clan, member)).member
        if until is None:
            absence = await services.absences.of_member(clan, found.id)
        else:
            moment = read_until(until, now=services.clock(), zone=clan.zone)
            by = user_of(interaction)
            absence = await services.absences.note_for(clan, found.id, moment, because or "", by)
        view = None if absence is None else view_of(MemberBack(clan.id, found.id))
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, embed=member_absence(found.name, absence), view=view)

    async def names(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(services, interaction, current)

    async def untils(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return until_choices(current)

    made = officers_command(away)
    made.autocomplete("member")(names)
    made.autocomplete("until")(untils)
    return made
