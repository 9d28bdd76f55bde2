"""What is pressed and chosen in ``/setup``. Everything lives in its custom id, and outlives a restart."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import discord
from discord import ButtonStyle, ChannelType, Interaction, SelectDefaultValue, SelectOption
from discord.ui import Button, ChannelSelect, Item, RoleSelect, Select, View

from bot.domain.clans import Clan
from bot.domain.errors import NotPermitted
from bot.domain.ids import ChannelId, ClanId, GroupId
from bot.domain.setup import GroupChoice
from bot.present.setup_screens import days_option, group_option
from cogs.buttons import NUMBER, Stateful, pack, unpack

if TYPE_CHECKING:
    from cogs.setup.cog import SetupCog
    from cogs.setup.desk import Desk

ItemT = TypeVar("ItemT", bound=Item[Any])

COG = "SetupCog"
CHOICES = 25
HISTORY_CHOICES = (0, 7, 30, 90, 365)
"""Days of messages that can be chosen to be read back, beside what is chosen now."""
CLAN = rf"(?P<clan>{NUMBER})"
"""A clan in a custom id, as a pattern."""
_ZONE = r"(?P<zone>[\w/+-]*)"
_TEXT_CHANNELS = [ChannelType.text, ChannelType.news]
_COUNTED_CHANNELS = [*_TEXT_CHANNELS, ChannelType.voice, ChannelType.stage_voice, ChannelType.forum]


def require_manager(interaction: Interaction[Any]) -> None:
    """Refuse whoever may not manage the server.

    Raises:
        NotPermitted: with ``manage_server``.
    """
    if not interaction.permissions.manage_guild:
        raise NotPermitted("manage_server")


class SetupItem(Stateful[ItemT], template=r"(?!)"):
    """What all of them share: only people with Manage Server may use them."""

    async def press(self, interaction: Interaction[Any]) -> None:
        require_manager(interaction)
        cog = cast("SetupCog", interaction.client.get_cog(COG))
        await self.act(interaction, cog.desk)

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        """Do what the item is for."""
        raise NotImplementedError


def channel_select(custom_id: str, chosen: Collection[int]) -> ChannelSelect[View]:
    """Asks for one text channel."""
    return ChannelSelect(
        custom_id=custom_id,
        placeholder="In which channel?",
        channel_types=_TEXT_CHANNELS,
        default_values=[SelectDefaultValue.from_channel(discord.Object(one)) for one in chosen],
        row=0,
    )


def kind_select(custom_id: str, kinds: Mapping[Any, tuple[str, str]]) -> Select[View]:
    """Asks which of several things, each with an emoji and a label, is to be changed."""
    options = [
        SelectOption(label=label, value=kind.value, emoji=emoji) for kind, (emoji, label) in kinds.items()
    ]
    return Select(custom_id=custom_id, placeholder="Change…", options=options, row=0)


class Go(SetupItem[Button[View]], template=rf"su:go:{CLAN}:(?P<where>\w+)"):
    """A button that leads somewhere or does something for a clan; see :meth:`Desk.go`."""

    def __init__(
        self,
        clan: ClanId,
        where: str,
        label: str = "…",
        style: ButtonStyle = ButtonStyle.secondary,
        row: int = 0,
    ) -> None:
        super().__init__(Button(label=label, style=style, custom_id=f"su:go:{pack(clan)}:{where}", row=row))
        self.clan = clan
        self.where = where

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), match["where"])

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.go(interaction, self.clan, self.where)


class Menu(SetupItem[Select[View]], template=rf"su:menu:{CLAN}"):
    """Everything that can be changed, in one list."""

    def __init__(self, clan: ClanId, options: Sequence[SelectOption] = ()) -> None:
        super().__init__(
            Select(
                custom_id=self.id_of(clan),
                placeholder="Change a setting…",
                options=list(options) or [SelectOption(label="…")],
                row=2,
            )
        )
        self.clan = clan

    @staticmethod
    def id_of(clan: ClanId) -> str:
        """The custom id, by which a message that shows a clan's checklist is known."""
        return f"su:menu:{pack(clan)}"

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.go(interaction, self.clan, self.item.values[0])


class OtherClan(SetupItem[Select[View]], template=r"su:clan"):
    """Shows another clan of the server."""

    def __init__(self, clans: Sequence[Clan] = (), shown: ClanId | None = None) -> None:
        options = [
            SelectOption(label=clan.name[:100], value=pack(clan.id), default=clan.id == shown)
            for clan in clans[:CHOICES]
        ]
        super().__init__(Select(custom_id="su:clan", options=options or [SelectOption(label="…")], row=3))

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        del match
        return cls()

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.go(interaction, ClanId(unpack(self.item.values[0])), "main")


class Roles(SetupItem[RoleSelect[View]], template=rf"su:roles:{CLAN}"):
    """Chooses the officers' roles."""

    def __init__(self, clan: ClanId, chosen: Collection[int] = ()) -> None:
        super().__init__(
            RoleSelect(
                custom_id=f"su:roles:{pack(clan)}",
                placeholder="Choose roles…",
                min_values=0,
                max_values=CHOICES,
                default_values=[SelectDefaultValue.from_role(discord.Object(role)) for role in chosen],
                row=1,
            )
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.choose(interaction, self.clan, "officer_roles", [role.id for role in self.item.values])


class Days(SetupItem[Select[View]], template=rf"su:days:{CLAN}"):
    """Chooses how many days of messages are read back."""

    def __init__(self, clan: ClanId, chosen: int = 0) -> None:
        options = [
            SelectOption(label=days_option(days), value=str(days), default=days == chosen)
            for days in sorted({*HISTORY_CHOICES, chosen})
        ]
        super().__init__(Select(custom_id=f"su:days:{pack(clan)}", options=options, row=1))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.choose_days(interaction, self.clan, int(self.item.values[0]))


class Channels(SetupItem[ChannelSelect[View]], template=rf"su:channels:{CLAN}:(?P<what>\w+)"):
    """Chooses channels: the relay's, the officers', the bot's, those that count or do not."""

    def __init__(self, clan: ClanId, what: str, chosen: Collection[int] = ()) -> None:
        counted = what in {"included", "excluded"}
        super().__init__(
            ChannelSelect(
                custom_id=f"su:channels:{pack(clan)}:{what}",
                placeholder="Choose a channel…"
                if what in {"relay", "officer_channel"}
                else "Choose channels…",
                channel_types=_COUNTED_CHANNELS if counted else _TEXT_CHANNELS,
                min_values=1 if what == "relay" else 0,
                max_values=1 if what in {"relay", "officer_channel"} else CHOICES,
                default_values=[SelectDefaultValue.from_channel(discord.Object(one)) for one in chosen],
                row=1,
            )
        )
        self.clan = clan
        self.what = what

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), match["what"])

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        chosen = [channel.id for channel in self.item.values]
        if self.what == "relay":
            await desk.relays.choose(interaction, self.clan, ChannelId(chosen[0]))
        else:
            await desk.choose(interaction, self.clan, self.what, chosen)


class PickGroup(SetupItem[Select[View]], template=rf"su:pick:{_ZONE}"):
    """Chooses among the groups that were found."""

    def __init__(self, zone: str, choices: Sequence[GroupChoice] = ()) -> None:
        options = [
            SelectOption(label=group_option(choice), value=str(choice.group)) for choice in choices[:CHOICES]
        ]
        super().__init__(
            Select(
                custom_id=f"su:pick:{zone}",
                placeholder="Choose your clan…",
                options=options or [SelectOption(label="…")],
                row=1,
            )
        )
        self.zone = zone

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(match["zone"])

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.find(interaction, self.item.values[0], self.zone)


class LinkGroup(SetupItem[Button[View]], template=rf"su:link:(?P<group>{NUMBER}):{_ZONE}"):
    """Yes, this is the clan."""

    def __init__(self, group: GroupId, zone: str) -> None:
        super().__init__(
            Button(
                label="Yes",
                style=ButtonStyle.success,
                custom_id=f"su:link:{pack(group)}:{zone}",
                row=0,
            )
        )
        self.group = group
        self.zone = zone

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(GroupId(unpack(match["group"])), match["zone"])

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.link(interaction, self.group, self.zone)


class Search(SetupItem[Button[View]], template=rf"su:search:{_ZONE}"):
    """Asks for the clan's name or number."""

    def __init__(
        self, zone: str, label: str = "Search again", style: ButtonStyle = ButtonStyle.secondary, row: int = 0
    ) -> None:
        super().__init__(
            Button(
                label=label,
                style=style,
                custom_id=f"su:search:{zone}",
                row=row,
            )
        )
        self.zone = zone

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(match["zone"])

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.ask_group(interaction, self.zone)


ITEMS = (Go, Menu, OtherClan, Roles, Days, Channels, PickGroup, LinkGroup, Search)
