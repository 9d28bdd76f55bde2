"""What is pressed and chosen about the Discord roles that follow ranks."""

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ButtonStyle, Interaction, SelectDefaultValue, SelectOption
from discord.ui import Button, RoleSelect, Select, View

from bot.domain.ids import ClanId
from bot.domain.role_sync import RoleSyncOptions
from bot.domain.setup import RankMatch
from bot.present.role_sync import GUEST, LINKED, removal_choices, removal_option
from bot.present.text import cut_units, rank_name
from cogs.buttons import NUMBER, pack, unpack
from cogs.setup.items import CHOICES, CLAN, SetupItem

if TYPE_CHECKING:
    from cogs.setup.desk import Desk

_LABEL = 100
RANK = "rank."
"""What stands before a rank's key where roles are chosen."""


class RankSelect(SetupItem[Select[View]], template=rf"su:srank:{CLAN}"):
    """Chooses the rank whose role is to be changed."""

    def __init__(self, clan: ClanId, matches: Sequence[RankMatch] = ()) -> None:
        options = [
            SelectOption(label=cut_units(rank_name(one.rank), _LABEL), value=one.rank)
            for one in matches[:CHOICES]
        ]
        super().__init__(
            Select(
                custom_id=f"su:srank:{pack(clan)}",
                placeholder="Change a rank's role…",
                options=options or [SelectOption(label="…")],
                row=0,
            )
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.role_sync.ask_role(interaction, self.clan, f"{RANK}{self.item.values[0]}")


class OtherSelect(SetupItem[Select[View]], template=rf"su:sother:{CLAN}"):
    """Everything else that can be changed of it."""

    def __init__(self, clan: ClanId, options: RoleSyncOptions | None = None) -> None:
        strict = options is not None and options.strict
        lines = [
            SelectOption(label="Role for linked members", value=LINKED, emoji="🔗"),
            SelectOption(label="Role for guests", value=GUEST, emoji="👋"),
            SelectOption(label="When I take roles away", value="days", emoji="⏳"),
            SelectOption(
                label=f"Take away what I did not give: {'on' if strict else 'off'}",
                value="strict",
                emoji="✂️",
            ),
        ]
        super().__init__(
            Select(custom_id=f"su:sother:{pack(clan)}", placeholder="Change…", options=lines, row=1)
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        what = self.item.values[0]
        if what == "strict":
            await desk.role_sync.toggle_strict(interaction, self.clan)
        elif what == "days":
            await desk.role_sync.ask_days(interaction, self.clan)
        else:
            await desk.role_sync.ask_role(interaction, self.clan, what)


class OneRole(SetupItem[RoleSelect[View]], template=rf"su:srole:{CLAN}:(?P<what>[\w.]{{1,60}})"):
    """Chooses one role, or none."""

    def __init__(self, clan: ClanId, what: str, chosen: Collection[int] = ()) -> None:
        super().__init__(
            RoleSelect(
                custom_id=f"su:srole:{pack(clan)}:{what}",
                placeholder="Choose a role, or none…",
                min_values=0,
                max_values=1,
                default_values=[SelectDefaultValue.from_role(discord.Object(role)) for role in chosen],
                row=1,
            )
        )
        self.clan, self.what = clan, what

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), match["what"])

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        role = next(iter(self.item.values), None)
        await desk.role_sync.choose_role(interaction, self.clan, self.what, role)


class RemovalDays(SetupItem[Select[View]], template=rf"su:sdays:{CLAN}"):
    """Chooses how long a role is kept."""

    def __init__(self, clan: ClanId, options: RoleSyncOptions | None = None) -> None:
        now = options or RoleSyncOptions()
        lines = [
            SelectOption(label=removal_option(days), value=str(days), default=days == now.removal_days)
            for days in removal_choices(now)
        ]
        super().__init__(Select(custom_id=f"su:sdays:{pack(clan)}", options=lines, row=1))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.role_sync.choose_days(interaction, self.clan, int(self.item.values[0]))


class SyncOn(SetupItem[Button[View]], template=rf"su:son:{CLAN}:(?P<seen>{NUMBER})"):
    """Switches it on as it was shown."""

    def __init__(self, clan: ClanId, seen: int) -> None:
        super().__init__(
            Button(
                label="Switch on",
                style=ButtonStyle.success,
                custom_id=f"su:son:{pack(clan)}:{pack(seen)}",
                row=0,
            )
        )
        self.clan, self.seen = clan, seen

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), unpack(match["seen"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.role_sync.switch_on(interaction, self.clan, self.seen)


ROLE_SYNC_ITEMS = (RankSelect, OtherSelect, OneRole, RemovalDays, SyncOn)
