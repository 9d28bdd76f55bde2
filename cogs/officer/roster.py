"""``/officer roster``: everybody by rank, a page at a time, and all of it as csv."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final, Self, TypeVar

import discord
from discord import Interaction, SelectOption, app_commands
from discord.ui import Button, Item, Select, View

from bot.domain.clan_roster import RosterFilter, RosterRow, chosen
from bot.domain.clans import Clan
from bot.domain.errors import RankUnknown
from bot.domain.ids import ClanId
from bot.domain.names import nearest
from bot.present.roster import TITLES, pages, roster_csv, roster_page
from bot.present.text import cut_units, rank_name
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, may_turn
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.member.command import officers_command
from cogs.officers import OfficersItem, is_private_here, require_officer

ItemT = TypeVar("ItemT", bound=Item[Any])

ANY_RANK: Final = "-"
CHOICES: Final = 25
"""The most that a select and autocomplete hold."""
_STATE = (
    rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<which>[a-z]+)"
    rf":(?P<role>-|[a-z0-9_]{{1,40}}):(?P<page>{NUMBER})"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """Which page of which list a message shows, and who asked for it. ``role`` is WOM's, None for any."""

    asker: int
    clan: ClanId
    which: RosterFilter = RosterFilter.ALL
    role: str | None = None
    page: int = 0

    def __str__(self) -> str:
        return ":".join(
            (pack(self.asker), pack(self.clan), self.which, self.role or ANY_RANK, pack(self.page))
        )

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        role = None if match["role"] == ANY_RANK else match["role"]
        clan, which = ClanId(unpack(match["clan"])), RosterFilter(match["which"])
        return cls(unpack(match["asker"]), clan, which, role, unpack(match["page"]))


async def screen(services: Services, clan: Clan, shown: Shown) -> tuple[discord.Embed, View | None]:
    """A page as it is now; one past the end is the last one."""
    everybody, now = await services.roster.rows(clan), services.clock()
    rows = chosen(everybody, shown.which, shown.role, clan.role_order, now)
    embed = roster_page(rows, shown.page, shown.which, shown.role, now)
    roles = _roles(everybody, clan, shown)
    return embed, view_of(WhichSelect(shown), RankSelect(shown, roles), *_ways(shown, len(rows)))


def _roles(everybody: Sequence[RosterRow], clan: Clan, shown: Shown) -> list[str]:
    """The ranks that somebody present holds, in the clan's order: as many as a select holds."""
    held = {row.role for row in everybody if row.role and row.left_at is None}
    ordered = [role for role in clan.role_order if role in held]
    ordered += sorted(held.difference(ordered))
    first = [shown.role] if shown.role and shown.role not in ordered[: CHOICES - 1] else []
    return [*first, *ordered][: CHOICES - 1]


def _ways(shown: Shown, number: int) -> Iterator["RosterButton"]:
    last = pages(number) - 1
    page = min(shown.page, last)
    yield RosterButton(replace(shown, page=max(page - 1, 0)), "back", "◀", disabled=page == 0)
    yield RosterButton(replace(shown, page=page), "here", f"{page + 1}/{last + 1}", disabled=True)
    yield RosterButton(replace(shown, page=min(page + 1, last)), "on", "▶", disabled=page == last)
    yield RosterButton(replace(shown, page=page), "csv", "CSV", disabled=not number)


class RosterItem(OfficersItem[ItemT], template=r"(?!)"):
    """What all of them share: they are for officers, and turn the asker's message; others get their own."""

    shown: Shown

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Do what the item is for."""
        await self.turn(interaction, clan, self.shown)

    async def turn(self, interaction: Interaction[Any], clan: Clan, shown: Shown) -> None:
        """Show a page in the message, or privately to whoever did not ask for it."""
        if may_turn(interaction, shown.asker):
            embed, view = await screen(self.services, clan, shown)
            await interaction.response.edit_message(embed=embed, view=view)
            return
        embed, view = await screen(self.services, clan, replace(shown, asker=interaction.user.id))
        await answer(interaction, private=True, embed=embed, view=view)


class RosterButton(RosterItem[Button[View]], template=rf"or:{_STATE}:(?P<way>back|here|on|csv)"):
    """Leads to a page, or gives all pages as csv."""

    def __init__(self, shown: Shown, way: str, label: str = "…", *, disabled: bool = False) -> None:
        super().__init__(Button(label=label, custom_id=f"or:{shown}:{way}", disabled=disabled, row=2))
        self.shown, self.clan = shown, shown.clan
        self.way = way

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        if self.way != "csv":
            await self.turn(interaction, clan, self.shown)
            return
        now = self.services.clock()
        everybody = await self.services.roster.rows(clan)
        rows = chosen(everybody, self.shown.which, self.shown.role, clan.role_order, now)
        name = f"roster-{now:%Y-%m-%d}.csv"
        file = discord.File(BytesIO(roster_csv(rows, now)), name)
        await answer(interaction, private=True, file=file)


class WhichSelect(RosterItem[Select[View]], template=rf"ow:{_STATE}"):
    """Chooses among the lists."""

    def __init__(self, shown: Shown) -> None:
        options = [
            SelectOption(label=title, value=which, default=which is shown.which)
            for which, title in TITLES.items()
        ]
        super().__init__(Select(custom_id=f"ow:{shown}", options=options, row=0))
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        which = RosterFilter(self.item.values[0])
        await self.turn(interaction, clan, replace(self.shown, which=which, page=0))


class RankSelect(RosterItem[Select[View]], template=rf"ok:{_STATE}"):
    """Narrows a list to one rank."""

    def __init__(self, shown: Shown, roles: Sequence[str] = ()) -> None:
        options = [SelectOption(label="Every rank", value=ANY_RANK, default=shown.role is None)]
        options += [
            SelectOption(label=cut_units(rank_name(role), 100), value=role, default=role == shown.role)
            for role in roles
        ]
        super().__init__(Select(custom_id=f"ok:{shown}", options=options, row=1))
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        value = self.item.values[0]
        role = None if value == ANY_RANK else value
        await self.turn(interaction, clan, replace(self.shown, role=role, page=0))


ROSTER_ITEMS = (RosterButton, WhichSelect, RankSelect)


def roster_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command."""

    async def ranks(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        clans = await services.clans.of_guild(guild_of(interaction))
        order = clans[0].role_order if clans else ()
        fits = [role for role in order if current.casefold() in rank_name(role).casefold()]
        return [app_commands.Choice(name=rank_name(role), value=role) for role in fits[:CHOICES]]

    @app_commands.rename(which="filter")
    @app_commands.describe(which="Which members; everyone, if you leave it out", rank="Only this rank")
    @app_commands.choices(
        which=[app_commands.Choice(name=title, value=one.value) for one, title in TITLES.items()]
    )
    @app_commands.autocomplete(rank=ranks)
    async def roster(
        interaction: Interaction[Any], which: str = RosterFilter.ALL.value, rank: str | None = None
    ) -> None:
        """Members by rank: tenure, last seen in the game and in Discord, links; csv."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        role = None if rank is None else _read_rank(rank, clan)
        shown = Shown(interaction.user.id, clan.id, RosterFilter(which), role)
        embed, view = await screen(services, clan, shown)
        await answer(
            interaction, private=await is_private_here(services, interaction), embed=embed, view=view
        )

    return officers_command(roster)


def _read_rank(text: str, clan: Clan) -> str:
    """The clan's rank of that name, however it is written.

    Raises:
        RankUnknown: the clan has none like it.
    """
    wanted = text.strip().casefold().replace(" ", "_")
    role = next((one for one in clan.role_order if one.casefold() == wanted), None)
    if role is None:
        raise RankUnknown(text.strip(), nearest(text, map(rank_name, clan.role_order)))
    return role
