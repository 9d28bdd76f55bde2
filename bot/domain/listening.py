"""Which Discord messages become facts, and which facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.clans import GuildSettings, Relay
from bot.domain.facts import BroadcastFact, MessageFact, MessageKind, SourceRef, discord_source, relay_source
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId, UserId
from bot.domain.names import name_key
from bot.domain.relay import ChatLine, EmbedText, UnknownLine, read_line

UNKNOWN_FORM = "unknown"
"""The kind of a relay's line that no form fits; its text is kept for a while."""


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message of a server as it was seen, live or in the history.

    ``parent`` is the channel of a thread. ``said`` is whether somebody wrote it, as a
    message or a reply: joins, pins, boosts and the copy that starts a thread are not said.
    """

    guild: GuildId
    channel: ChannelId
    message: MessageId
    author: UserId
    author_name: str
    content: str
    parent: ChannelId | None = None
    is_bot: bool = False
    webhook: int | None = None
    embeds: Sequence[EmbedText] = ()
    said: bool = True


@dataclass(frozen=True, slots=True)
class Ears:
    """What is listened to in a server: its clans, the officers' choice of channels, the relays."""

    settings: GuildSettings
    clans: tuple[ClanId, ...]
    relays: tuple[Relay, ...] = ()
    relay_channels: frozenset[int] = field(init=False)
    _relays: Mapping[tuple[int, int], tuple[ClanId, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        listening: dict[tuple[int, int], tuple[ClanId, ...]] = {}
        for relay in self.relays:
            key = (relay.channel, relay.author)
            listening[key] = (*listening.get(key, ()), relay.clan)
        object.__setattr__(self, "_relays", listening)
        object.__setattr__(self, "relay_channels", frozenset(relay.channel for relay in self.relays))

    def hears(self, channel: int, parent: int | None = None) -> bool:
        """Whether anything said there matters: a tracked channel or thread, or a relay's channel."""
        return channel in self.relay_channels or self.settings.tracks(channel, parent)

    def relayed_to(self, channel: int, authors: Sequence[int | None]) -> tuple[ClanId, ...]:
        """The clans whose relay one of these authors is in that channel."""
        for author in authors:
            if author is not None and (clans := self._relays.get((channel, author))):
                return clans
        return ()


def read_message(seen: SeenMessage, ears: Ears) -> list[tuple[ClanId, MessageFact]]:
    """What a message is to each clan of its server; empty where it is nothing to any.

    A person's message counts for every clan of the server where the channel is tracked.
    Of bots and webhooks only a configured relay is read, by its user's or webhook's id
    alone, and only for its clan; its channel need not be tracked.
    """
    clans = ears.relayed_to(seen.channel, (seen.author, seen.webhook)) if ears.relays else ()
    if clans:
        relayed = _relayed(seen)
        return [(clan, relayed) for clan in clans] if relayed else []
    if seen.is_bot or seen.webhook is not None or not seen.said:
        return []
    if not ears.settings.tracks(seen.channel, seen.parent):
        return []
    source = discord_source(seen.author, _storable(seen.author_name))
    fact = MessageFact(seen.message, seen.channel, MessageKind.DISCORD, source, len(seen.content))
    return [(clan, fact) for clan in ears.clans]


def _relayed(seen: SeenMessage) -> MessageFact | None:
    line = read_line(seen.content, seen.embeds)
    if line is None:
        return None
    if isinstance(line, ChatLine):
        source = relay_source(name_key(line.name), _storable(line.name))
        return MessageFact(seen.message, seen.channel, MessageKind.GAME, source, line.text_length)
    if isinstance(line, UnknownLine):
        unknown = BroadcastFact(UNKNOWN_FORM, {}, _storable(line.text))
        return _announced(seen, None, unknown)
    said = {key: _storable(value) if isinstance(value, str) else value for key, value in line.detail.items()}
    subject = relay_source(name_key(line.name), _storable(line.name))
    return _announced(seen, subject, BroadcastFact(line.kind.value, said))


def _announced(seen: SeenMessage, source: SourceRef | None, broadcast: BroadcastFact) -> MessageFact:
    return MessageFact(
        seen.message, seen.channel, MessageKind.BROADCAST, source, len(seen.content), broadcast
    )


def _storable(text: str) -> str:
    """Text that a database takes: JSON may hold half a character pair or a NUL, PostgreSQL may not."""
    if text.isprintable():
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
