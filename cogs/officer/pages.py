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
from cogs.answers import answer, clan_of, may_turn
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
        screen = SCREENS.get(self.page.what)
        if screen is None:
            raise Outdated
        if may_turn(interaction, self.page.asker):
            embed, view = await screen(self.services, interaction, clan, self.page)
            await interaction.response.edit_message(embed=embed, view=view)
            return
        own = replace(self.page, asker=interaction.user.id)
        embed, view = await screen(self.services, interaction, clan, own)
        await answer(interaction, private=True, embed=embed, view=view)


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
    embed, view = await SCREENS[what](services, interaction, clan, Page(what, interaction.user.id, clan.id))
    await answer(interaction, private=await is_private_here(services, interaction), embed=embed, view=view)


def offered(screens: Mapping[str, Screen]) -> None:
    """Let these be turned."""
    SCREENS.update(screens)
