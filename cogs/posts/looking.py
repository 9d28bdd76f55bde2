"""Looks in a channel for what the bot may have sent there before."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import discord
from discord.ext import commands

from bot.domain.ids import ChannelId, GuildId

NEEDED: Final = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
"""What the bot must be allowed to do in a channel in which it posts by itself."""


class MayNotLookError(Exception):
    """What is in a channel cannot be known: the bot may not read its history."""


async def find_own(
    bot: commands.Bot | commands.AutoShardedBot,
    guild: GuildId,
    channel: ChannelId,
    fits: Callable[[discord.Message], bool],
    *,
    limit: int,
    after: datetime | None = None,
) -> discord.Message | None:
    """A message of the bot's own that fits, among a channel's newest ones or the first ``after`` a time.

    Raises:
        MayNotLookError: without the permission Discord answers as if nothing were there.
        discord.Forbidden: the bot does not see the channel.
        discord.NotFound: it is gone.
    """
    server = bot.get_guild(guild)
    if server is not None:
        known = server.get_channel_or_thread(channel) or await bot.fetch_channel(channel)
        may_look = isinstance(known, discord.abc.GuildChannel | discord.Thread) and (
            known.permissions_for(server.me).read_message_history
        )
        if not may_look:
            raise MayNotLookError
    place = bot.get_partial_messageable(channel, guild_id=guild)
    async for message in place.history(limit=limit, after=after, oldest_first=after is not None):
        if bot.user is not None and message.author.id == bot.user.id and fits(message):
            return message
    return None


def lacking_in(guild: discord.Guild, channel: ChannelId) -> tuple[str, ...]:
    """What a post takes that the bot may not do in a channel; all of it where that is gone."""
    found = guild.get_channel_or_thread(channel)
    held = discord.Permissions.none() if found is None else found.permissions_for(guild.me)
    return tuple(name for name in NEEDED if not getattr(held, name))
