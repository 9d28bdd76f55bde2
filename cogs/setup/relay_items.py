"""What is pressed and chosen about the relays of the in-game chat."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

from discord import ButtonStyle, Interaction, SelectOption
from discord.ui import Button, Select, View

from bot.domain.doubles import RelayId
from bot.domain.ids import ChannelId, ClanId, UserId
from bot.present.relay_screens import WITHIN, within_option
from cogs.buttons import NUMBER, pack, unpack
from cogs.setup.items import CHOICES, CLAN, SetupItem

if TYPE_CHECKING:
    from cogs.setup.desk import Desk

Option = tuple[RelayId, str]
"""A relay, and how it is called in a list."""


def _options(relays: Iterable[Option]) -> list[SelectOption]:
    options = [
        SelectOption(label=name, value=f"{pack(relay.channel)}:{pack(relay.author)}")
        for relay, name in relays
    ]
    return options[:CHOICES] or [SelectOption(label="…")]


def _chosen(values: Sequence[str]) -> list[RelayId]:
    parts = [value.partition(":") for value in values]
    return [RelayId(ChannelId(unpack(channel)), UserId(unpack(author))) for channel, _, author in parts]


class UseRelay(
    SetupItem[Button[View]],
    template=rf"su:relay:{CLAN}:(?P<channel>{NUMBER}):(?P<author>{NUMBER})",
):
    """Uses the relay that was found."""

    def __init__(self, clan: ClanId, channel: ChannelId, author: UserId) -> None:
        super().__init__(
            Button(
                label="Use it",
                style=ButtonStyle.primary,
                custom_id=f"su:relay:{pack(clan)}:{pack(channel)}:{pack(author)}",
                row=0,
            )
        )
        self.clan = clan
        self.relay = RelayId(channel, author)

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        clan, channel, author = (unpack(match[name]) for name in ("clan", "channel", "author"))
        return cls(ClanId(clan), ChannelId(channel), UserId(author))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.relays.use(interaction, self.clan, [self.relay])


class ChooseRelays(SetupItem[Select[View]], template=rf"su:authors:{CLAN}"):
    """Which of several bots that write chat in one channel are relays."""

    def __init__(self, clan: ClanId, relays: Iterable[Option] = ()) -> None:
        options = _options(relays)
        super().__init__(
            Select(
                custom_id=f"su:authors:{pack(clan)}",
                placeholder="Read what these write…",
                options=options,
                max_values=len(options),
                row=1,
            )
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.relays.use(interaction, self.clan, _chosen(self.item.values))


class DropRelays(SetupItem[Select[View]], template=rf"su:drop:{CLAN}"):
    """Stops reading relays."""

    def __init__(self, clan: ClanId, relays: Iterable[Option] = ()) -> None:
        options = _options(relays)
        super().__init__(
            Select(
                custom_id=f"su:drop:{pack(clan)}",
                placeholder="Stop reading…",
                options=options,
                max_values=len(options),
                row=2,
            )
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.relays.drop(interaction, self.clan, _chosen(self.item.values))


class Within(SetupItem[Select[View]], template=rf"su:within:{CLAN}"):
    """How far apart two relays write the same line."""

    def __init__(self, clan: ClanId, seconds: int | None = None) -> None:
        offered = set(WITHIN) if seconds is None else {*WITHIN, seconds}
        options = [
            SelectOption(label=within_option(one), value=str(one), default=one == seconds)
            for one in sorted(offered)
        ]
        super().__init__(Select(custom_id=f"su:within:{pack(clan)}", options=options, row=3))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.relays.set_within(interaction, self.clan, int(self.item.values[0]))


class UnknownPage(SetupItem[Button[View]], template=rf"su:unknown:{CLAN}:(?P<page>{NUMBER})"):
    """A page of the forms that nobody knows."""

    def __init__(self, clan: ClanId, page: int, label: str = "…") -> None:
        super().__init__(
            Button(
                label=label,
                style=ButtonStyle.secondary,
                custom_id=f"su:unknown:{pack(clan)}:{pack(page)}",
                row=0,
            )
        )
        self.clan = clan
        self.page = page

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), unpack(match["page"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.relays.show_unknown(interaction, self.clan, self.page)


RELAY_ITEMS = (UseRelay, ChooseRelays, DropRelays, Within, UnknownPage)
