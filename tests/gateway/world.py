"""What the fake Discord knows: one guild, its people, channels and messages, as Discord writes them."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import discord

Json = dict[str, Any]

EPOCH_MS = 1_420_070_400_000
TEXT_CHANNEL = 0
PUBLIC_THREAD = 11
PRIVATE_THREAD = 12

# Everything that an ordinary member may do; no more, so that a missing permission shows.
EVERYONE = discord.Permissions(
    view_channel=True,
    read_message_history=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    use_external_emojis=True,
    use_application_commands=True,
)


def now() -> datetime:
    """The real time: over real sockets nothing is virtual."""
    return datetime.now(UTC)


def time_of(snowflake: int) -> datetime:
    """When Discord made this id."""
    return datetime.fromtimestamp(((snowflake >> 22) + EPOCH_MS) / 1000, UTC)


@dataclass
class World:
    """One guild. Ids are ints here and strings in the JSON, as at Discord."""

    bot_name: str = "ClanStats"
    guild_name: str = "A clan"
    members: dict[int, Json] = field(default_factory=dict[int, Json])
    channels: dict[int, Json] = field(default_factory=dict[int, Json])
    threads: dict[int, Json] = field(default_factory=dict[int, Json])
    messages: dict[int, Json] = field(default_factory=dict[int, Json])
    history: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    hidden: set[int] = field(default_factory=set[int])
    _used: set[int] = field(default_factory=set[int])

    def __post_init__(self) -> None:
        self.guild_id = self.new_id()
        self.owner_id = self.add_member("Owner")
        self.bot_id = self.add_member(self.bot_name, bot=True)

    def new_id(self, at: datetime | None = None) -> int:
        """An id of this moment that nothing else has; ids of one moment grow."""
        milliseconds = int((at or now()).timestamp() * 1000) - EPOCH_MS
        snowflake = milliseconds << 22
        while snowflake in self._used:
            snowflake += 1
        self._used.add(snowflake)
        return snowflake

    def add_member(self, name: str, *, bot: bool = False, nick: str | None = None) -> int:
        """A user of the guild; the answer is the user's id."""
        user_id = self.new_id()
        user = {
            "id": str(user_id),
            "username": name,
            "global_name": None,
            "discriminator": "0",
            "avatar": None,
        }
        self.members[user_id] = {
            "user": {**user, "bot": bot},
            "nick": nick,
            "roles": [],
            "joined_at": now().isoformat(),
            "deaf": False,
            "mute": False,
            "flags": 0,
        }
        return user_id

    def add_channel(self, name: str, *, hidden: bool = False, at: datetime | None = None) -> int:
        """A text channel, made now or then, which the bot may not see when it is ``hidden``."""
        channel_id = self.new_id(at)
        deny = {"id": str(self.guild_id), "type": 0, "allow": "0", "deny": str(1 << 10)}
        self.channels[channel_id] = {
            "id": str(channel_id),
            "guild_id": str(self.guild_id),
            "type": TEXT_CHANNEL,
            "name": name,
            "position": len(self.channels),
            "permission_overwrites": [deny] if hidden else [],
            "nsfw": False,
            "parent_id": None,
        }
        self.history[channel_id] = []
        if hidden:
            self.hidden.add(channel_id)
        return channel_id

    def add_thread(self, parent: int, name: str, *, private: bool = False, archived: bool = False) -> int:
        """A thread of a text channel."""
        thread_id = self.new_id()
        self.threads[thread_id] = {
            "id": str(thread_id),
            "guild_id": str(self.guild_id),
            "parent_id": str(parent),
            "owner_id": str(self.owner_id),
            "type": PRIVATE_THREAD if private else PUBLIC_THREAD,
            "name": name,
            "message_count": 0,
            "member_count": 1,
            "thread_metadata": {
                "archived": archived,
                "auto_archive_duration": 1440,
                "archive_timestamp": now().isoformat(),
                "locked": False,
                "create_timestamp": now().isoformat(),
            },
        }
        self.history[thread_id] = []
        return thread_id

    def archive(self, thread_id: int) -> Json:
        """Close a thread, now; the answer is the thread."""
        self.threads[thread_id]["thread_metadata"].update(archived=True, archive_timestamp=now().isoformat())
        return self.threads[thread_id]

    def add_message(
        self,
        channel: int,
        author: int,
        content: str,
        *,
        embeds: Sequence[Mapping[str, object]] = (),
        webhook: str | None = None,
        at: datetime | None = None,
    ) -> Json:
        """Store a message; one of a ``webhook`` has its name and no member, and ``author`` is its id."""
        message_id = self.new_id(at)
        data: Json = {
            "id": str(message_id),
            "channel_id": str(channel),
            "type": 0,
            "content": content,
            "timestamp": time_of(message_id).isoformat(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [{"type": "rich", **embed} for embed in embeds],
            "components": [],
            "pinned": False,
            "flags": 0,
        }
        if webhook is None:
            data["author"] = self.members[author]["user"]
        else:
            user = {
                "id": str(author),
                "username": webhook,
                "discriminator": "0000",
                "avatar": None,
                "bot": True,
            }
            data |= {"author": user, "webhook_id": str(author)}
        self.messages[message_id] = data
        insort(self.history[channel], message_id)
        return data

    def remove_message(self, message_id: int) -> Json | None:
        """Forget a message; None where there is none."""
        data = self.messages.pop(message_id, None)
        if data is not None:
            self.history[int(data["channel_id"])].remove(message_id)
        return data

    def page(
        self, channel: int, limit: int, *, before: int | None = None, after: int | None = None
    ) -> list[Json]:
        """A page of a channel as Discord gives it: newest first, whichever end it was cut from.

        ``after`` gives the messages right after that id, not the newest of the channel.
        """
        ids = self.history[channel]
        if after is not None:
            start = bisect_right(ids, after)
            chosen = ids[start : start + limit]
        else:
            end = len(ids) if before is None else bisect_left(ids, before)
            chosen = ids[max(0, end - limit) : end]
        return [self.messages[message_id] for message_id in reversed(chosen)]

    def event_of(self, message: Json) -> Json:
        """A message as the gateway sends it: with the guild, and with its author's member."""
        member = self.members.get(int(message["author"]["id"]))
        event = {**message, "guild_id": str(self.guild_id)}
        if member is not None and "webhook_id" not in message:
            event["member"] = {key: value for key, value in member.items() if key != "user"}
        return event

    def guild(self, *, all_members: bool) -> Json:
        """The guild as GUILD_CREATE tells it: without the members intent only the bot is in it."""
        known = self.members.values() if all_members else [self.members[self.bot_id]]
        return {
            "id": str(self.guild_id),
            "name": self.guild_name,
            "owner_id": str(self.owner_id),
            "roles": [self._everyone()],
            "emojis": [],
            "stickers": [],
            "features": [],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "system_channel_flags": 0,
            "unavailable": False,
            "large": False,
            "member_count": len(self.members),
            "members": list(known),
            "channels": list(self.channels.values()),
            "threads": [thread for thread in self.threads.values() if self.is_active(thread)],
            "presences": [],
            "voice_states": [],
        }

    def is_active(self, thread: Json) -> bool:
        """Whether a thread is open."""
        return not thread["thread_metadata"]["archived"]

    def _everyone(self) -> Json:
        return {
            "id": str(self.guild_id),
            "name": "@everyone",
            "permissions": str(EVERYONE.value),
            "position": 0,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
