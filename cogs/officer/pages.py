"""Pages that officers turn: whoever asked turns the message, anybody else gets one of their own."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self, TypeVar

import discord
from discord import Interaction
from discord.ui import Button, Item, View

from bot.domain.clans import Clan
from bot.domain.errors import Outdated
from bot.domain.ids import ClanId
from bot.services.registry import Services
from cogs.answers import answer, clan_of, may_turn, think
from cogs.buttons import NUMBER, pack, unpack
from cogs.officers import OfficersItem, is_private_here, require_officer

ItemT = TypeVar("ItemT", bound=Item[Any])
Shown = tuple[discord.Embed, View | None]


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of what a message shows, and who asked for it. ``what`` is a letter of :data:`SCREENS`."""

    what: str
    asker: int
    clan: ClanId
    page: int = 0

    def __str__(self) -> str:
        return f"{self.what}:{pack(self.asker)}:{pack(self.clan)}:{pack(self.page)}"

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        return cls(
            match["what"], unpack(match["asker"]), ClanId(unpack(match["clan"])), unpack(match["page"])
        )


PAGE: Final = rf"(?P<what>[a-z]):(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<page>{NUMBER})"
"""A page in a custom id, as a pattern."""
Screen = Callable[[Services, Interaction[Any], Clan, Page], Awaitable[Shown]]
SCREENS: dict[str, Screen] = {}
"""What can be turned, by its letter."""
SLOW: set[str] = set()
"""Which of these may take longer than Discord waits for a first answer."""


class PageButton(OfficersItem[Button[View]], template=rf"op:{PAGE}:(?P<way>back|here|on)"):
    """Leads to a page."""

    def __init__(
        self, page: Page, way: str, label: str = "…", *, disabled: bool = False, row: int = 1
    ) -> None:
        super().__init__(Button(label=label, custom_id=f"op:{page}:{way}", disabled=disabled, row=row))
        self.page, self.clan, self.way = page, page.clan, way

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Page.read(match), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await turn(self.services, interaction, clan, self.page)


async def turn(services: Services, interaction: Interaction[Any], clan: Clan, page: Page) -> None:
    """Show a page in the message, or privately to whoever did not ask for it.

    Raises:
        Outdated: there are no such pages any more.
    """
    screen = SCREENS.get(page.what)
    if screen is None:
        raise Outdated
    mine = may_turn(interaction, page.asker)
    if page.what in SLOW:
        await (interaction.response.defer() if mine else think(interaction, private=True))
    if not mine:
        embed, view = await screen(services, interaction, clan, replace(page, asker=interaction.user.id))
        await answer(interaction, private=True, embed=embed, view=view)
        return
    embed, view = await screen(services, interaction, clan, page)
    if interaction.response.is_done():
        await interaction.edit_original_response(embed=embed, view=view)
    else:
        await interaction.response.edit_message(embed=embed, view=view)


def ways(page: Page, pages: int, row: int = 1) -> Iterator[PageButton]:
    """Back, where one is, and on. A page past the end is the last one."""
    here = min(page.page, pages - 1)
    yield PageButton(replace(page, page=max(here - 1, 0)), "back", "◀", disabled=here == 0, row=row)
    yield PageButton(replace(page, page=here), "here", f"{here + 1}/{pages}", disabled=True, row=row)
    on = replace(page, page=min(here + 1, pages - 1))
    yield PageButton(on, "on", "▶", disabled=here == pages - 1, row=row)


async def show_first(services: Services, interaction: Interaction[Any], what: str) -> None:
    """Answer a command by the first page, for officers only."""
    await require_officer(services, interaction)
    clan = await clan_of(services, interaction)
    private = await is_private_here(services, interaction)
    if what in SLOW:
        await think(interaction, private=private)
    embed, view = await SCREENS[what](services, interaction, clan, Page(what, interaction.user.id, clan.id))
    await answer(interaction, private=private, embed=embed, view=view)


def offered(screens: Mapping[str, Screen], *, slow: bool = False) -> None:
    """Let these be turned. A ``slow`` one is promised first, so nothing may be refused while it is made."""
    SCREENS.update(screens)
    if slow:
        SLOW.update(screens)
