"""The part of ``/setup`` that is about the relays of the in-game chat."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import Interaction

from bot.domain.clans import Clan
from bot.domain.doubles import RelayId
from bot.domain.errors import MissingPermissions
from bot.domain.ids import ChannelId, ClanId, GuildId, UserId
from bot.domain.relay_search import judge_relays
from bot.domain.setup import RelayShare
from bot.present import relay_screens as screens
from cogs.answers import guild_of, user_of
from cogs.setup import views
from cogs.setup.facts import bot_lines, can_read
from cogs.setup.showing import defer, server_of, show

if TYPE_CHECKING:
    from cogs.setup.desk import Desk


class RelayDesk:
    """Finds, uses and drops relays, and lists what they wrote that nobody knows."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._services = desk.services

    async def ask(self, interaction: Interaction[Any], clan: Clan, silent: ChannelId | None = None) -> None:
        """Show which relays are read, and ask for another channel. ``silent`` is one that has none."""
        relays = await self._services.setting_up.relays(clan)
        content = self._desk.with_content
        embed = screens.relay_screen(relays, clan.doubles_within, silent=silent, content=content)
        guild = server_of(interaction)
        named = [
            (one.id, screens.relay_option(_called(guild, one.channel), one.author_name)) for one in relays
        ]
        await show(interaction, embed, views.relay_view(clan, named))

    async def choose(self, interaction: Interaction[Any], clan: ClanId, channel: ChannelId) -> None:
        """Use a channel's relay; where several bots write chat there, ask which.

        Raises:
            MissingPermissions: the bot may not read there.
        """
        await defer(interaction)
        found = await self._services.clans.by_id(clan, guild_of(interaction))
        guild = server_of(interaction)
        judged = await self._judge(guild, channel)
        if not judged:
            await self.ask(interaction, found, silent=channel)
        elif len(judged) == 1:
            await self._use(interaction, found, judged)
        else:
            called = _called(guild, channel)
            named = [(id_, screens.relay_option(called, one.author_name, one)) for id_, one in judged.items()]
            embed = screens.which_relay(channel, len(judged))
            await show(interaction, embed, views.authors_view(clan, named))

    async def use(self, interaction: Interaction[Any], clan: ClanId, relays: Sequence[RelayId]) -> None:
        """Use these relays, beside those that are used already.

        Raises:
            MissingPermissions: the bot may not read their channel.
        """
        await defer(interaction)
        found = await self._services.clans.by_id(clan, guild_of(interaction))
        judged: dict[RelayId, RelayShare] = {}
        for channel in dict.fromkeys(relay.channel for relay in relays):
            judged |= await self._judge(server_of(interaction), channel)
        chosen = {relay: share for relay, share in judged.items() if relay in relays}
        if chosen:
            await self._use(interaction, found, chosen)
        else:
            await self.ask(interaction, found, silent=relays[0].channel)

    async def _use(
        self, interaction: Interaction[Any], clan: Clan, relays: Mapping[RelayId, RelayShare]
    ) -> None:
        for relay, share in relays.items():
            await self._services.setting_up.use_relay(clan, relay.author, share, user_of(interaction))
        await self._desk.show_main(interaction, clan)

    async def _judge(self, guild: discord.Guild, channel: ChannelId) -> dict[RelayId, RelayShare]:
        """Whoever writes chat in a channel, whoever writes most of it first."""
        there = guild.get_channel(channel)
        if not isinstance(there, discord.TextChannel) or not can_read(there):
            raise MissingPermissions(("view_channel", "read_message_history"), f"<#{channel}>")
        shares = judge_relays(channel, await bot_lines(there))
        return {RelayId(channel, share.author): share for share in shares if share.author is not None}

    async def drop(self, interaction: Interaction[Any], clan: ClanId, relays: Sequence[RelayId]) -> None:
        """Read these relays no more."""
        found = await self._services.clans.by_id(clan, guild_of(interaction))
        await self._services.setting_up.drop_relays(found, relays, user_of(interaction))
        await self._desk.show_main(interaction, found)

    async def set_within(self, interaction: Interaction[Any], clan: ClanId, seconds: int) -> None:
        """Choose how far apart two relays write the same line."""
        guild = guild_of(interaction)
        found = await self._services.clans.by_id(clan, guild)
        await self._services.setting_up.set_doubles_within(found, seconds, user_of(interaction))
        await self.ask(interaction, await self._services.clans.by_id(clan, guild))

    async def show_unknown(self, interaction: Interaction[Any], clan: ClanId, page: int = 0) -> None:
        """List the forms that nobody knows, a page of them."""
        found = await self._services.clans.by_id(clan, guild_of(interaction))
        unknown = await self._services.unknown_forms.of(found)
        pages = screens.unknown_pages(unknown)
        page = min(page, pages - 1)
        embed = screens.unknown_screen(found.guild, unknown, page)
        await show(interaction, embed, views.unknown_view(found.id, page, pages))

    async def use_first(self, guild: discord.Guild, channel: ChannelId, by: UserId) -> None:
        """Use whoever relays in the channel that the process's settings name, if somebody does."""
        with contextlib.suppress(MissingPermissions):
            judged = await self._judge(guild, channel)
            clan = await self._services.clans.default(GuildId(guild.id))
            for relay, share in list(judged.items())[:1]:
                await self._services.setting_up.use_relay(clan, relay.author, share, by)


def _called(guild: discord.Guild, channel: ChannelId) -> str:
    there = guild.get_channel(channel)
    return str(channel) if there is None else there.name
