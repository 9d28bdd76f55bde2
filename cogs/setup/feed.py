"""The part of ``/setup`` that is about the events feed."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final, Self

from discord import ButtonStyle, Interaction
from discord.ui import Button, ChannelSelect, Select, TextInput, View

from bot.domain.clans import Clan
from bot.domain.feed import FOR_OFFICERS, LEAST, FeedKind, least_of
from bot.domain.ids import ChannelId, ClanId
from bot.domain.post_errors import NoChannelChosen, UnreadableCoins
from bot.present.feed import KINDS, feed_screen, kind_screen
from cogs.answers import guild_of, user_of
from cogs.buttons import pack, unpack, view_of
from cogs.officers import progress_channel
from cogs.posts.rights import SENT
from cogs.setup.items import CLAN, Go, SetupItem, channel_select, kind_select
from cogs.setup.modals import SetupModal
from cogs.setup.posts import officers_hindered, require_may_post
from cogs.setup.showing import defer, server_of, show

if TYPE_CHECKING:
    from cogs.setup.desk import Desk

_KIND: Final = r"(?P<kind>99s|[a-z_]{3,12})"
_WHOLE: Final = re.compile(r"[0-9]{1,12}|[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3}){0,2}")
_SHORT: Final = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?\s*([kmb])", re.IGNORECASE)
_UNITS: Final = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}


class FeedDesk:
    """Shows what is told where, and lets officers choose."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._feed = desk.services.feed

    async def ask(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Show every kind."""
        await defer(interaction)
        on = await self._feed.settings(clan)
        view = view_of(FeedKinds(clan.id), Go(clan.id, "posts", "Back", row=1))
        hindered = await officers_hindered(self._desk.services, interaction, clan, SENT)
        await show(interaction, feed_screen(clan, on, hindered), view)

    async def ask_kind(self, interaction: Interaction[Any], clan: Clan, kind: FeedKind) -> None:
        """Show one kind."""
        await defer(interaction)
        setting = (await self._feed.settings(clan)).get(kind)
        items: list[Any] = []
        if kind not in FOR_OFFICERS:
            items.append(FeedChannel(clan.id, kind, [setting.channel] if setting else []))
        elif setting is None:
            items.append(FeedSwitch(clan.id, kind, "on"))
        if setting is not None:
            items.append(FeedSwitch(clan.id, kind, "off"))
        if setting is not None and kind in LEAST:
            items.append(FeedSwitch(clan.id, kind, "least"))
        hindered = await officers_hindered(self._desk.services, interaction, clan, SENT)
        view = view_of(*items, Go(clan.id, "feed", "Back", row=1))
        await show(interaction, kind_screen(kind, setting, hindered), view)

    async def switch_on(
        self,
        interaction: Interaction[Any],
        clan: ClanId,
        kind: FeedKind,
        channel: ChannelId,
        least: int | None = None,
    ) -> None:
        """Tell of it there."""
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        require_may_post(server_of(interaction), channel)
        await self._feed.switch_on(found, kind, channel, user_of(interaction), least=least)
        await self.ask_kind(interaction, found, kind)

    async def switch(self, interaction: Interaction[Any], clan: ClanId, kind: FeedKind, way: str) -> None:
        """Off; or on in the officers' channel; or ask from what on it is told.

        Raises:
            NoChannelChosen: there is no officers' channel.
        """
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        setting = (await self._feed.settings(found)).get(kind)
        if way == "least" and setting is not None:
            modal = LeastModal(self._desk, found, kind, setting.channel, least_of(kind, setting))
            await interaction.response.send_modal(modal)
            return
        if way == "on":
            channel = await progress_channel(self._desk.services, found)
            if channel is None:
                raise NoChannelChosen
            await self.switch_on(interaction, clan, kind, channel)
            return
        await self._feed.switch_off(found, kind, user_of(interaction))
        await self.ask_kind(interaction, found, kind)


class FeedKinds(SetupItem[Select[View]], template=rf"su:fkinds:{CLAN}"):
    """Chooses the kind that is to be changed."""

    def __init__(self, clan: ClanId) -> None:
        super().__init__(kind_select(f"su:fkinds:{pack(clan)}", KINDS))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        clan = await desk.services.clans.by_id(self.clan, guild_of(interaction))
        await desk.feed.ask_kind(interaction, clan, FeedKind(self.item.values[0]))


class FeedChannel(SetupItem[ChannelSelect[View]], template=rf"su:fchan:{CLAN}:{_KIND}"):
    """Chooses where a kind is told of."""

    def __init__(self, clan: ClanId, kind: FeedKind, chosen: Collection[int] = ()) -> None:
        super().__init__(channel_select(f"su:fchan:{pack(clan)}:{kind.value}", chosen))
        self.clan, self.kind = clan, kind

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), FeedKind(match["kind"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        channel = ChannelId(self.item.values[0].id)
        await desk.feed.switch_on(interaction, self.clan, self.kind, channel)


class FeedSwitch(SetupItem[Button[View]], template=rf"su:fway:{CLAN}:{_KIND}:(?P<way>on|off|least)"):
    """Switches a kind on or off, or asks from what on it is told."""

    def __init__(self, clan: ClanId, kind: FeedKind, way: str) -> None:
        label = {
            "on": "Switch on",
            "off": "Switch off",
            "least": "Which…" if kind is FeedKind.ACHIEVEMENTS else "At least…",
        }[way]
        style = {"on": ButtonStyle.success, "off": ButtonStyle.danger}.get(way, ButtonStyle.secondary)
        custom_id = f"su:fway:{pack(clan)}:{kind.value}:{way}"
        super().__init__(Button(label=label, style=style, custom_id=custom_id, row=1))
        self.clan, self.kind, self.way = clan, kind, way

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), FeedKind(match["kind"]), match["way"])

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.feed.switch(interaction, self.clan, self.kind, self.way)


_ASKED: Final = {
    FeedKind.DROPS: ("Drops", "Worth at least, in coins", "500k, 5M, 1.5B"),
    FeedKind.MILESTONES: ("Milestones", "XP from which they are told", "0 for all, 50M, 200M"),
    FeedKind.ACHIEVEMENTS: ("Collection logs", "One in how many items is told", "1 for every item, 100"),
}


class LeastModal(SetupModal):
    """Asks from what on a kind of :data:`LEAST` is told, or how often."""

    def __init__(self, desk: "Desk", clan: Clan, kind: FeedKind, channel: ChannelId, least: int) -> None:
        field = TextInput[Any](placeholder="5M", default=str(least), min_length=1, max_length=14)
        title, question, hint = _ASKED[kind]
        super().__init__(desk, title, question, field, hint)
        self.clan, self.kind, self.channel = clan, kind, channel

    async def take(self, interaction: Interaction[Any], text: str) -> None:
        least = read_amount(text)
        await self.desk.feed.switch_on(interaction, self.clan.id, self.kind, self.channel, least)


def read_amount(text: str) -> int:
    """An amount of coins or XP as people write it: ``500k``, ``5M``, ``1.5b``, ``1200000``, ``1,200,000``.

    Without k, m or b there is no fraction, and a point or comma parts thousands. With one it is the
    fraction's, of two digits at most: three, as in ``1,500k``, may be meant either way.

    Raises:
        UnreadableCoins: it is none.
    """
    written = text.strip()
    if _WHOLE.fullmatch(written):
        return int(re.sub(r"[.,]", "", written))
    found = _SHORT.fullmatch(written)
    if found is None:
        raise UnreadableCoins(text)
    whole, hundredths, unit = found[1], found[2] or "", _UNITS[found[3].lower()]
    return int(f"{whole}{hundredths:0<2}") * unit // 100


FEED_SETUP_ITEMS = (FeedKinds, FeedChannel, FeedSwitch)
