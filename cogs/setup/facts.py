"""What Discord says about a server, as plain values for the checklist."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import discord

from bot.domain.clans import GuildSettings
from bot.domain.ids import ChannelId, UserId
from bot.domain.relay import EmbedText
from bot.domain.setup import ChannelLine, GuildFacts, GuildRole
from bot.invitation import PERMISSIONS
from cogs.guild_people import is_given

LINES: Final = 200
"""The newest messages that are looked at in a channel that may be a relay's: two requests."""
CHANNELS: Final = 6
"""The channels that are looked at, those with the likeliest names."""
_NAMES: Final = ("relay", "clan-chat", "clanchat", "in-game", "ingame", "cc", "game", "osrs", "clan", "chat")


def facts_of(
    guild: discord.Guild,
    settings: GuildSettings,
    relays: Collection[int],
    *,
    message_content: bool,
    lines: Mapping[ChannelId, Sequence[ChannelLine]],
) -> GuildFacts:
    """What matters of a server. ``relays`` are the channels that are read as relays."""
    held = guild.me.guild_permissions
    return GuildFacts(
        roles=roles_in(guild),
        lacking=tuple(name for name, needed in PERMISSIONS if needed and not getattr(held, name)),
        unreadable=tuple(_unreadable(guild, settings, relays)),
        unwritable=tuple(_unwritable(guild, settings)),
        officers_gone=settings.officer_channel is not None
        and guild.get_channel(settings.officer_channel) is None,
        message_content=message_content,
        may_rename=held.manage_nicknames,
        lines=lines,
    )


def roles_in(guild: discord.Guild) -> list[GuildRole]:
    """The roles that members can be given, the highest first."""
    top = guild.me.top_role
    return [GuildRole(role.id, role.name, role < top) for role in reversed(guild.roles) if is_given(role)]


def _unreadable(
    guild: discord.Guild, settings: GuildSettings, relays: Collection[int]
) -> Iterable[ChannelId]:
    """Channels whose history is closed. One that is hidden whole is meant to be, unless officers chose it."""
    chosen = settings.included.union(relays)
    for channel in guild.text_channels:
        allowed = channel.permissions_for(guild.me)
        if not allowed.view_channel:
            closed = channel.id in chosen
        else:
            closed = not allowed.read_message_history and (
                channel.id in relays or settings.tracks(channel.id)
            )
        if closed:
            yield ChannelId(channel.id)


def _unwritable(guild: discord.Guild, settings: GuildSettings) -> Iterable[ChannelId]:
    channel = guild.get_channel(settings.officer_channel or 0)
    if channel is not None:
        allowed = channel.permissions_for(guild.me)
        if not (allowed.view_channel and allowed.send_messages and allowed.embed_links):
            yield ChannelId(channel.id)


def can_read(channel: discord.abc.GuildChannel) -> bool:
    """Whether the bot may see a channel and its history."""
    allowed = channel.permissions_for(channel.guild.me)
    return allowed.view_channel and allowed.read_message_history


async def bot_lines(channel: discord.TextChannel) -> list[ChannelLine]:
    """What other bots and webhooks wrote last in a channel, of its newest 200 messages."""
    return [
        _line(message)
        async for message in channel.history(limit=LINES)
        if message.author.bot and message.author != channel.guild.me
    ]


def _line(message: discord.Message) -> ChannelLine:
    embeds = [EmbedText(embed.author.name, embed.title, embed.description) for embed in message.embeds]
    author = UserId(message.webhook_id or message.author.id)
    return ChannelLine(author, message.author.display_name, message.content, tuple(embeds))


async def likely_lines(guild: discord.Guild, first: int | None) -> dict[ChannelId, list[ChannelLine]]:
    """What bots wrote in the channels that are likeliest a relay's: ``first``, then by their names."""
    readable = sorted(
        filter(can_read, guild.text_channels), key=lambda one: (one.id != first, *_likeness(one))
    )
    readable = readable[:CHANNELS]
    found = await asyncio.gather(*map(bot_lines, readable))
    return {ChannelId(channel.id): lines for channel, lines in zip(readable, found, strict=True) if lines}


def _likeness(channel: discord.TextChannel) -> tuple[int, int]:
    name = channel.name.casefold()
    place = next((at for at, part in enumerate(_NAMES) if part in name), len(_NAMES))
    return place, channel.position
