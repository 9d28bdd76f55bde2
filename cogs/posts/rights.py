"""What the bot may do where it posts."""

from collections.abc import Sequence
from typing import Final

import discord

from bot.domain.ids import ChannelId

SENT: Final = ("view_channel", "send_messages", "embed_links")
"""What it takes to send a message."""
FOUND_AGAIN: Final = (*SENT, "read_message_history")
"""What it takes to send one that is found again."""
WITH_FILE: Final = (*FOUND_AGAIN, "attach_files")
"""What it takes to send one with a picture that is found again."""


def lacking(guild: discord.Guild, channel: ChannelId, needed: Sequence[str]) -> tuple[str, ...] | None:
    """What of ``needed`` the bot lacks in a channel, by Discord's names; None where the channel is gone."""
    found = guild.get_channel_or_thread(channel)
    if found is None:
        return None
    held = found.permissions_for(guild.me)
    return tuple(name for name in needed if not getattr(held, name))
