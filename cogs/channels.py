"""Discord's channels, threads and messages as the listening services take them."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Final

import aiohttp
import discord
import structlog
from discord.abc import Messageable

from bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from bot.domain.listening import Ears, SeenMessage
from bot.domain.relay import EmbedText
from bot.services.history import NotAnswered, Unreadable

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

PAGE: Final = 100
_SAID: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})
"""A thread's first message is a copy of one in its parent, of a type of its own, and counted there."""

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""What messages are in; a forum's are in its threads."""


def seen_of(message: discord.Message) -> SeenMessage | None:
    """A message as plain values; None for a direct message."""
    if message.guild is None:
        return None
    channel, author = message.channel, message.author
    parent = ChannelId(channel.parent_id) if isinstance(channel, discord.Thread) else None
    return SeenMessage(
        guild=GuildId(message.guild.id),
        channel=ChannelId(channel.id),
        message=MessageId(message.id),
        author=UserId(author.id),
        author_name=author.display_name,
        content=message.content,
        parent=parent,
        is_bot=author.bot,
        webhook=message.webhook_id,
        embeds=[EmbedText(embed.author.name, embed.title, embed.description) for embed in message.embeds],
        said=message.type in _SAID,
    )


class DiscordPlace:
    """A channel or thread whose history is asked of Discord."""

    def __init__(self, channel: Readable) -> None:
        self._channel = channel

    @property
    def channel(self) -> ChannelId:
        """Its id."""
        return ChannelId(self._channel.id)

    async def after(self, message: MessageId) -> Sequence[SeenMessage]:
        """One request's messages, oldest first; see :meth:`bot.services.history.Place.after`."""
        # Without this permission Discord answers with an empty page, as if there were nothing to read.
        if not _permissions(self._channel).read_message_history:
            raise Unreadable(gone=False)
        try:
            page = [one async for one in _page(self._channel, message)]
        except discord.NotFound as error:
            raise Unreadable(gone=True) from error
        except discord.Forbidden as error:
            raise Unreadable(gone=False) from error
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            raise NotAnswered from error
        return [seen for seen in map(seen_of, page) if seen is not None]


def _page(channel: Messageable, after: int) -> AsyncIterator[discord.Message]:
    return channel.history(limit=PAGE, after=discord.Object(after), oldest_first=True)


def _permissions(channel: discord.abc.GuildChannel | discord.Thread) -> discord.Permissions:
    return channel.permissions_for(channel.guild.me)


def open_places(guild: discord.Guild, ears: Ears, *, with_content: bool) -> list[DiscordPlace]:
    """The channels and active threads that matter and can be seen.

    Without the message content intent a relay's channel is left out, so that its lines
    are read, from where reading ended, once the intent is there.
    """
    return [DiscordPlace(one) for one in _channels(guild) if _matters(one, ears, with_content=with_content)]


def unseen_places(guild: discord.Guild, ears: Ears) -> frozenset[ChannelId]:
    """The channels and active threads that matter and are hidden from the bot."""
    return frozenset(
        ChannelId(one.id)
        for one in _channels(guild)
        if ears.hears(one.id, _parent(one)) and not _permissions(one).view_channel
    )


def _channels(guild: discord.Guild) -> Iterable[Readable]:
    return (*guild.text_channels, *guild.voice_channels, *guild.stage_channels, *guild.threads)


def _parent(channel: Readable) -> int | None:
    return channel.parent_id if isinstance(channel, discord.Thread) else None


def _matters(channel: Readable, ears: Ears, *, with_content: bool) -> bool:
    if channel.id in ears.relay_channels and not with_content:
        return False
    return ears.hears(channel.id, _parent(channel)) and _permissions(channel).view_channel


async def archived_places(
    guild: discord.Guild, ears: Ears, since: datetime, *, with_content: bool
) -> list[DiscordPlace]:
    """The archived threads that may hold messages since a time; private ones as far as permitted."""
    found: dict[int, discord.Thread] = {}
    for channel in (*guild.text_channels, *guild.forums):
        allowed = _permissions(channel)
        if ears.hears(channel.id) and allowed.view_channel and allowed.read_message_history:
            try:
                found |= {thread.id: thread async for thread in _archived(channel, since)}
            except (discord.Forbidden, discord.NotFound):
                # Taken away, or deleted just now: the other channels are read all the same.
                log.info("archived_threads_skipped", channel_id=channel.id)
    return [
        DiscordPlace(thread) for thread in found.values() if _matters(thread, ears, with_content=with_content)
    ]


async def _archived(
    channel: discord.TextChannel | discord.ForumChannel, since: datetime
) -> AsyncGenerator[discord.Thread]:
    async for thread in channel.archived_threads(limit=None):  # the last archived first
        if thread.archive_timestamp < since:
            break
        yield thread
    if isinstance(channel, discord.ForumChannel) or channel.is_news():
        return  # they have no private threads
    if _permissions(channel).manage_threads:
        async for thread in channel.archived_threads(private=True, limit=None):
            if thread.archive_timestamp < since:
                break
            yield thread
        return
    async for thread in channel.archived_threads(private=True, joined=True, limit=None):
        if thread.archive_timestamp >= since:  # these come by id
            yield thread


async def fetch_place(
    guild: discord.Guild, ears: Ears, channel: int, *, with_content: bool
) -> DiscordPlace | None:
    """A channel or thread that the cache does not know; None where it is not for us.

    Raises:
        Unreadable: it is gone for good.
    """
    try:
        found = guild.get_channel_or_thread(channel) or await guild.fetch_channel(channel)
    except discord.NotFound as error:
        raise Unreadable(gone=True) from error
    except discord.Forbidden:
        return None
    if not isinstance(found, Readable) or not _matters(found, ears, with_content=with_content):
        return None
    return DiscordPlace(found)
