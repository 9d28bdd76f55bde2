"""The part of ``/setup`` that is about live boards."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final, Self

from discord import ButtonStyle, Interaction, SelectOption
from discord.ui import Button, ChannelSelect, Label, Select, TextInput, View

from bot.domain.boards import FOR_OFFICERS, INTERVALS, OWN, BoardKind
from bot.domain.clans import Clan
from bot.domain.errors import Outdated
from bot.domain.ids import ChannelId, ClanId
from bot.domain.post_errors import NoChannelChosen
from bot.present.live_boards import KINDS, board_screen, boards_screen
from cogs.answers import guild_of, user_of
from cogs.buttons import pack, unpack, view_of
from cogs.officers import progress_channel
from cogs.posts.rights import FOUND_AGAIN
from cogs.setup.items import CLAN, Go, SetupItem, channel_select, kind_select
from cogs.setup.modals import SetupModal
from cogs.setup.posts import officers_hindered, require_may_post
from cogs.setup.showing import defer, server_of, show

if TYPE_CHECKING:
    from cogs.setup.desk import Desk

_KIND: Final = r"(?P<kind>[a-z]{3,12})"


class BoardsDesk:
    """Shows which boards there are, and lets officers choose."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._boards = desk.services.boards

    async def ask(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Show every board."""
        await defer(interaction)
        on = await self._boards.of(clan)
        hindered = await officers_hindered(self._desk.services, interaction, clan, FOUND_AGAIN)
        embed = boards_screen(clan, on, hindered)
        await show(interaction, embed, view_of(BoardKinds(clan.id), Go(clan.id, "posts", "Back", row=1)))

    async def ask_one(self, interaction: Interaction[Any], clan: Clan, kind: BoardKind) -> None:
        """Show one."""
        await defer(interaction)
        one = (await self._boards.of(clan)).get(kind)
        items: list[Any] = []
        if kind not in FOR_OFFICERS:
            items.append(BoardChannel(clan.id, kind, [one.channel] if one else []))
        elif one is None:
            items.append(BoardSwitch(clan.id, kind, "on"))
        if one is not None:
            items += [BoardEvery(clan.id, kind, one.minutes), BoardSwitch(clan.id, kind, "off")]
        if one is not None and kind in OWN:
            items.append(BoardSwitch(clan.id, kind, "what"))
        back = Go(clan.id, "boards", "Back", row=2)
        hindered = await officers_hindered(self._desk.services, interaction, clan, FOUND_AGAIN)
        await show(interaction, board_screen(kind, one, hindered), view_of(*items, back))

    async def switch_on(
        self,
        interaction: Interaction[Any],
        clan: ClanId,
        kind: BoardKind,
        channel: ChannelId | None,
        minutes: int | None,
        asked: tuple[str, str] | None = None,
    ) -> None:
        """Keep it there; None is where it is, or for officers their channel.

        Raises:
            NoChannelChosen: there is none.
        """
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        one = (await self._boards.of(found)).get(kind)
        if channel is None and one is not None:
            channel = one.channel
        if kind in FOR_OFFICERS:
            channel = await progress_channel(self._desk.services, found)
        if channel is None:
            raise NoChannelChosen
        require_may_post(server_of(interaction), channel)
        by = user_of(interaction)
        await self._boards.switch_on(found, kind, channel, by, minutes=minutes, asked=asked)
        await self.ask_one(interaction, found, kind)

    async def ask_what(self, interaction: Interaction[Any], clan: ClanId, kind: BoardKind) -> None:
        """Ask which metric and which period a board of their own shows."""
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        one = (await self._boards.of(found)).get(kind)
        if one is None or one.asked is None:
            raise Outdated
        await interaction.response.send_modal(WhatModal(self._desk, found, kind, *one.asked))

    async def switch_off(self, interaction: Interaction[Any], clan: ClanId, kind: BoardKind) -> None:
        """Keep it no more."""
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        await self._boards.switch_off(found, kind, user_of(interaction))
        await self.ask_one(interaction, found, kind)


class BoardKinds(SetupItem[Select[View]], template=rf"su:bkinds:{CLAN}"):
    """Chooses the board that is to be changed."""

    def __init__(self, clan: ClanId) -> None:
        super().__init__(kind_select(f"su:bkinds:{pack(clan)}", KINDS))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        clan = await desk.services.clans.by_id(self.clan, guild_of(interaction))
        await desk.boards.ask_one(interaction, clan, BoardKind(self.item.values[0]))


class BoardChannel(SetupItem[ChannelSelect[View]], template=rf"su:bchan:{CLAN}:{_KIND}"):
    """Chooses where a board stands."""

    def __init__(self, clan: ClanId, kind: BoardKind, chosen: Collection[int] = ()) -> None:
        super().__init__(channel_select(f"su:bchan:{pack(clan)}:{kind.value}", chosen))
        self.clan, self.kind = clan, kind

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), BoardKind(match["kind"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        channel = ChannelId(self.item.values[0].id)
        await desk.boards.switch_on(interaction, self.clan, self.kind, channel, None)


class BoardEvery(SetupItem[Select[View]], template=rf"su:bevery:{CLAN}:{_KIND}"):
    """Chooses how often a board is looked at."""

    def __init__(self, clan: ClanId, kind: BoardKind, chosen: int = 0) -> None:
        options = [
            SelectOption(label=f"Every {minutes} minutes", value=str(minutes), default=minutes == chosen)
            for minutes in INTERVALS
        ]
        super().__init__(Select(custom_id=f"su:bevery:{pack(clan)}:{kind.value}", options=options, row=1))
        self.clan, self.kind = clan, kind

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), BoardKind(match["kind"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.boards.switch_on(interaction, self.clan, self.kind, None, int(self.item.values[0]))


class BoardSwitch(SetupItem[Button[View]], template=rf"su:bway:{CLAN}:{_KIND}:(?P<way>on|off|what)"):
    """Switches a board on or off, or asks what it shows."""

    def __init__(self, clan: ClanId, kind: BoardKind, way: str) -> None:
        label = {"on": "Switch on", "off": "Switch off"}.get(way, "What…")
        style = {"on": ButtonStyle.success, "off": ButtonStyle.danger}.get(way, ButtonStyle.secondary)
        custom_id = f"su:bway:{pack(clan)}:{kind.value}:{way}"
        super().__init__(Button(label=label, style=style, custom_id=custom_id, row=2))
        self.clan, self.kind, self.way = clan, kind, way

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), BoardKind(match["kind"]), match["way"])

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        if self.way == "on":
            await desk.boards.switch_on(interaction, self.clan, self.kind, None, None)
        elif self.way == "what":
            await desk.boards.ask_what(interaction, self.clan, self.kind)
        else:
            await desk.boards.switch_off(interaction, self.clan, self.kind)


class WhatModal(SetupModal):
    """Asks what a board of officers' own shows."""

    def __init__(self, desk: "Desk", clan: Clan, kind: BoardKind, metric: str, period: str) -> None:
        field = TextInput[Any](default=metric, min_length=1, max_length=60)
        hint = "XP, EHP, any skill, boss or activity, messages"
        super().__init__(desk, "A leaderboard of your choice", "Metric", field, hint)
        self.period = TextInput[Any](default=period, min_length=1, max_length=40)
        hint = "this-week, this-month, 30d, 2026-10"
        self.add_item(Label(text="Period", description=hint, component=self.period))
        self.clan, self.kind = clan, kind

    async def take(self, interaction: Interaction[Any], text: str) -> None:
        asked = await self.desk.services.boards.read(self.clan, text, self.period.value)
        await self.desk.boards.switch_on(interaction, self.clan.id, self.kind, None, None, asked)


BOARD_SETUP_ITEMS = (BoardKinds, BoardChannel, BoardEvery, BoardSwitch)
