"""``/member whois``, ``joined`` and ``note``, and *Who is this?*: what is known of one member."""

from typing import Any

import discord
from discord import Interaction, app_commands

from bot.domain.clans import Clan
from bot.domain.dossiers import Asked
from bot.domain.errors import NotLinked
from bot.domain.ids import MemberId, UserId
from bot.domain.periods import read_beginning, read_moment
from bot.present.dossier import dossier_page, join_corrected, nobody_page, noted
from bot.services.registry import Services
from cogs.answers import answer, clan_of, user_of
from cogs.leaderboard import moment_choices
from cogs.member.command import officers_command
from cogs.officers import FOR_OFFICERS, is_private_here, require_officer
from cogs.stats import player_choices

LONGEST_NOTE = 300


async def show_dossier(
    services: Services,
    interaction: Interaction[Any],
    clan: Clan,
    member: MemberId,
    asked: Asked | None = None,
    *,
    private: bool,
) -> None:
    """Answer with a member's dossier."""
    dossier = await services.dossiers.of(clan, member)
    await answer(interaction, private=private, embed=dossier_page(dossier, asked))


def about_commands(services: Services) -> list[app_commands.Command[Any, ..., None]]:
    """The commands. Each begins by :func:`cogs.officers.require_officer`."""

    async def names(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(services, interaction, current)

    async def moments(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return moment_choices(current)

    @app_commands.describe(
        name="A name in the game, of today or of the past", when="Who held it then: 2026-11-03, 3 days ago"
    )
    @app_commands.autocomplete(name=names, when=moments)
    async def whois(interaction: Interaction[Any], name: str, when: str | None = None) -> None:
        """Who holds or held a name: dates, where that comes from, Discord, notes."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        private = await is_private_here(services, interaction)
        if when is None:
            found = await services.lookup.by_name(clan, name)
            await show_dossier(services, interaction, clan, found.member.id, private=private)
            return
        moment = read_moment(when, now=services.clock(), zone=clan.zone)
        asked = await services.dossiers.held_at(clan, name, moment)
        if asked.held is None:
            await answer(interaction, private=private, embed=nobody_page(asked))
            return
        await show_dossier(services, interaction, clan, asked.held.member, asked, private=private)

    @app_commands.describe(
        member="Whose date is wrong", date="When they joined: 2025-03-14; leave it out to go back to WOM's"
    )
    @app_commands.autocomplete(member=names)
    async def joined(interaction: Interaction[Any], member: str, date: str | None = None) -> None:
        """Correct when a member joined: WOM often knows only when they were added there."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        found = (await services.lookup.by_name(clan, member)).member
        moment = None if date is None else read_beginning(date, now=services.clock(), zone=clan.zone)
        await services.dossiers.correct_join(clan, found.id, moment, user_of(interaction))
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, content=join_corrected(found.name, moment))

    @app_commands.describe(member="About whom", text="What colleagues should know; members never see it")
    @app_commands.autocomplete(member=names)
    async def note(
        interaction: Interaction[Any], member: str, text: app_commands.Range[str, 1, LONGEST_NOTE]
    ) -> None:
        """Note something about a member, for officers."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        found = (await services.lookup.by_name(clan, member)).member
        await services.dossiers.note(clan, found.id, text, user_of(interaction))
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, content=noted(found.name, services.clock()))

    return [officers_command(one) for one in (whois, joined, note)]


def who_is_this_menu(services: Services) -> app_commands.ContextMenu:
    """The apps-menu command on a user: the dossier of their main account, for one officer's eyes."""

    @app_commands.guild_only()
    async def who_is_this(interaction: Interaction[Any], user: discord.Member) -> None:
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        try:
            found = await services.lookup.of_user(clan, UserId(user.id), user.display_name)
        except NotLinked as error:
            raise NotLinked(error.user_name, is_asker=False) from error
        await show_dossier(services, interaction, clan, found.member.id, private=True)

    return app_commands.ContextMenu(
        name="Who is this?",
        callback=who_is_this,
        extras={**FOR_OFFICERS, "does": "names, links and notes of their main account"},
    )
