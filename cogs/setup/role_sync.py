"""The part of ``/setup`` that is about Discord roles that follow ranks."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

import discord
from discord import Interaction

from bot.domain.change_sets import GuildPeople
from bot.domain.clans import Clan
from bot.domain.errors import MissingPermissions, NotPermitted, Outdated
from bot.domain.ids import ClanId, UserId
from bot.domain.role_sync import RoleSyncOptions
from bot.domain.setup import RankMatch
from bot.present import role_sync as screens
from bot.present.change_sets import preview_csv
from cogs.answers import answer, guild_of, user_of
from cogs.guild_people import is_given, may_give, people_of
from cogs.officers import progress_channel
from cogs.setup import views
from cogs.setup.role_sync_items import RANK
from cogs.setup.showing import defer, server_of, show

if TYPE_CHECKING:
    from cogs.setup.desk import Desk


class RoleSyncDesk:
    """Shows which roles follow what, lets officers choose, and switches it on and off."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._sync = desk.services.role_sync

    async def ask(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Show each rank with its role."""
        await defer(interaction)
        options = await self._sync.options(clan)
        matches = await self._matches(interaction, clan)
        held = server_of(interaction).me.guild_permissions
        embed = screens.ranks_screen(matches, options, may_manage=held.manage_roles)
        await show(interaction, embed, views.ranks_view(clan.id, matches, options))

    async def use_names(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Give each rank the role of its name."""
        await defer(interaction)
        await self._sync.use_names(clan, user_of(interaction), await self._matches(interaction, clan))
        await self.ask(interaction, clan)

    async def ask_role(self, interaction: Interaction[Any], clan: ClanId, what: str) -> None:
        """Ask for the role of a rank, of linked members or of guests."""
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        options = await self._sync.options(found)
        rank = what.removeprefix(RANK) if what.startswith(RANK) else None
        chosen = _chosen(options, what)
        there = [chosen] if chosen is not None and server_of(interaction).get_role(chosen) else []
        await show(
            interaction, screens.choose_role_screen(what, rank), views.one_role_view(clan, what, there)
        )

    async def choose_role(
        self, interaction: Interaction[Any], clan: ClanId, what: str, role: discord.Role | None
    ) -> None:
        """Keep a choice of a role.

        Raises:
            NotPermitted: with ``role``, for a role that is nobody's to give, or above whoever chooses.
        """
        if role is not None:
            require_may_give(interaction, role)
        await defer(interaction)
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        by, chosen = user_of(interaction), None if role is None else role.id
        if what.startswith(RANK):
            await self._sync.choose_rank(found, by, what.removeprefix(RANK), chosen)
        elif what in {screens.LINKED, screens.GUEST}:
            await self._sync.choose(found, by, **{what: chosen})
        else:
            raise Outdated
        await self.ask(interaction, found)

    async def ask_days(self, interaction: Interaction[Any], clan: ClanId) -> None:
        """Ask how long a role is kept."""
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        options = await self._sync.options(found)
        await show(interaction, screens.choose_days_screen(options), views.removal_view(clan, options))

    async def choose_days(self, interaction: Interaction[Any], clan: ClanId, days: int) -> None:
        """Keep how long a role is kept."""
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        await self._sync.choose(found, user_of(interaction), removal_days=days)
        await self.ask(interaction, found)

    async def toggle_strict(self, interaction: Interaction[Any], clan: ClanId) -> None:
        """Also take away what the bot did not give, or not any more."""
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        strict = (await self._sync.options(found)).strict
        await self._sync.choose(found, user_of(interaction), strict=not strict)
        await self.ask(interaction, found)

    async def preview(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Show what switching it on would change."""
        await defer(interaction)
        shown = await self._sync.preview(clan, await people_of(server_of(interaction)))
        await show(interaction, screens.sync_preview(shown), views.sync_preview_view(clan.id, shown))

    async def csv(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Give all of the preview as a file."""
        guild = server_of(interaction)
        shown = await self._sync.preview(clan, await people_of(guild))
        names = {UserId(one.id): one.display_name for one in guild.members}
        roles = {role.id: role.name for role in guild.roles}
        file = discord.File(BytesIO(preview_csv(shown.preview, names, roles)), "role-sync.csv")
        await answer(interaction, private=True, file=file)

    async def switch_on(self, interaction: Interaction[Any], clan: ClanId, seen: int) -> None:
        """Let roles follow from now on."""
        await defer(interaction)
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        channel = await progress_channel(self._desk.services, found)
        people: GuildPeople = await people_of(server_of(interaction))
        await self._sync.switch_on(found, people, user_of(interaction), seen, channel)
        await self.ask(interaction, found)

    async def switch_off(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Change no roles any more."""
        await self._sync.switch_off(clan, user_of(interaction))
        await self.ask(interaction, clan)

    async def _matches(self, interaction: Interaction[Any], clan: Clan) -> tuple[RankMatch, ...]:
        facts = await self._desk.facts(server_of(interaction), clan)
        return await self._desk.services.setting_up.ranks(clan, facts)


def require_may_give(interaction: Interaction[Any], role: discord.Role) -> None:
    """Refuse a role that whoever chooses could not give by hand.

    Raises:
        MissingPermissions: it is a bot's, boosters' or everyone's role.
        NotPermitted: with ``role``.
    """
    if not is_given(role):
        raise MissingPermissions(("manage_roles",), role.name)
    if not may_give(interaction.user, role):
        raise NotPermitted("role")


def _chosen(options: RoleSyncOptions, what: str) -> int | None:
    if what.startswith(RANK):
        return options.ranks.get(what.removeprefix(RANK))
    return options.linked if what == screens.LINKED else options.guest
