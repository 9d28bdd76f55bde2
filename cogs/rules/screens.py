"""The screens on which rules are written."""

from typing import Any

import discord
from discord import Interaction
from discord.ui import View

from bot.domain.clans import Clan
from bot.domain.desk_errors import DraftChanged
from bot.domain.rules.changes import oddities_of
from bot.domain.rules.language import Rank
from bot.present import rules as present
from bot.services.eligibility.drafts import Desk
from bot.services.registry import Services
from cogs.answers import user_of
from cogs.buttons import view_of
from cogs.presence import presence_of
from cogs.rules.items import Shown, below_overview, below_preview, below_rank, below_versions

Screen = tuple[discord.Embed, View | None]


async def show(interaction: Interaction[Any], screen: Screen) -> None:
    """Show a screen in the message that was pressed, at first or after the press was deferred."""
    embed, view = screen
    if interaction.response.is_done():
        await interaction.edit_original_response(embed=embed, view=view)
    else:
        await interaction.response.edit_message(embed=embed, view=view)


def rank_of(desk: Desk, shown: Shown) -> Rank:
    """The rank that a screen is of.

    Raises:
        DraftChanged: it is there no longer, or the draft is another than was shown.
    """
    found = next((one for one in desk.rules.ranks if one.name == shown.rank), None)
    if found is None or seen_of(desk) != shown.seen:
        raise DraftChanged
    return found


def seen_of(desk: Desk) -> Any:
    """By what a draft is told from what it was before: None for no draft."""
    return None if desk.draft is None else desk.draft.changed_at


async def overview(services: Services, interaction: Interaction[Any], clan: Clan) -> Screen:
    """All ranks of the draft, or of what counts."""
    desk = await services.drafts.desk(clan, user_of(interaction))
    shown, draft = Shown(interaction.user.id, clan.id, seen_of(desk)), desk.draft is not None
    embed = present.overview(clan.name, desk.rules, desk.version, desk.saved_at, desk.saved_by, draft=draft)
    return embed, view_of(*below_overview(shown, desk.rules, draft=draft))


async def rank(services: Services, interaction: Interaction[Any], clan: Clan, name: str) -> Screen:
    """One rank of the draft, or of what counts; the overview where it is gone."""
    desk = await services.drafts.desk(clan, user_of(interaction))
    found = next((one for one in desk.rules.ranks if one.name == name), None)
    if found is None:
        return await overview(services, interaction, clan)
    shown = Shown(interaction.user.id, clan.id, seen_of(desk), name)
    return present.rank_page(found, draft=desk.draft is not None), view_of(*below_rank(shown, found))


async def preview(
    services: Services, interaction: Interaction[Any], clan: Clan, *, replaced: bool = False
) -> Screen:
    """What saving the draft would change.

    Raises:
        NoDraft: there is none.
    """
    found = await services.drafts.preview(clan, user_of(interaction), await presence_of(interaction.guild))
    desk = found.desk
    overtaken = None if desk.version == found.draft.basis else (desk.version, desk.saved_by)
    embed = present.preview_page(
        found.changes,
        found.today,
        found.members,
        found.names,
        oddities_of(found.draft.rules, clan.role_order, _roles_of(interaction.guild)),
        replaced=replaced,
        overtaken=overtaken,
    )
    shown = Shown(interaction.user.id, clan.id, found.draft.changed_at)
    return embed, view_of(*below_preview(shown, overtaken=overtaken is not None))


def _roles_of(guild: discord.Guild | None) -> set[str]:
    roles = () if guild is None else guild.roles
    return {text for one in roles for text in (str(one.id), one.name.casefold())}


async def versions(services: Services, interaction: Interaction[Any], clan: Clan) -> Screen:
    """What was saved."""
    desk = await services.drafts.desk(clan, user_of(interaction))
    found = await services.eligibility.versions(clan)
    listed = [(one.number, one.saved_at, one.saved_by, one.note) for one in found]
    shown = Shown(interaction.user.id, clan.id, seen_of(desk))
    return present.versions_page(listed), view_of(*below_versions(shown, listed))
