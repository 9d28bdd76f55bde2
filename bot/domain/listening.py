"""Which Discord messages become facts, and which facts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from bot.domain.clans import GuildSettings, Relay
from bot.domain.doubles import DOUBLES_WITHIN, RelayId, Told, print_of
from bot.domain.facts import BroadcastFact, MessageFact, MessageKind, SourceRef, discord_source, relay_source
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId, UserId
from bot.domain.names import name_key
from bot.domain.relay import ChatLine, EmbedText, Line, UnknownLine, read_line

UNKNOWN_FORM = "unknown"
"""The kind of a relay's line that no form fits."""
UNKNOWN_KEPT = timedelta(days=30)
"""How long the text of such a line is kept, from when it was written."""


class Ignored(StrEnum):
    """Why a message is nothing to any clan."""

    BOT = "bot"
    """A bot or webhook that is no relay here; only the configured ids are."""
    NOTICE = "notice"
    """Nobody said it: Discord tells of a join, a pin, a boost."""
    UNTRACKED = "untracked"
    """Officers chose that the channel does not count."""
    NO_TEXT = "no_text"
    """The relay wrote nothing that could be read."""


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
    """What is listened to in a server: its clans, the officers' choice of channels, the relays.

    ``within`` is how far apart the doubles of a clan's relays are written, where it is not the
    usual time; ``key`` is what the prints of their lines are made with.
    """

    settings: GuildSettings
    clans: tuple[ClanId, ...]
    relays: tuple[Relay, ...] = ()
    within: Mapping[ClanId, timedelta] = field(default_factory=dict[ClanId, timedelta])
    key: bytes = field(default=b"", repr=False)
    relay_channels: frozenset[int] = field(init=False)
    comparing: frozenset[ClanId] = field(init=False)
    """The clans that have several relays: of theirs alone prints are made."""
    _relays: Mapping[tuple[int, int], tuple[ClanId, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        listening: dict[tuple[int, int], tuple[ClanId, ...]] = {}
        for relay in self.relays:
            key = (relay.channel, relay.author)
            listening[key] = (*listening.get(key, ()), relay.clan)
        object.__setattr__(self, "_relays", listening)
        object.__setattr__(self, "relay_channels", frozenset(relay.channel for relay in self.relays))
        relays = Counter(relay.clan for relay in self.relays)
        object.__setattr__(self, "comparing", frozenset(clan for clan in relays if relays[clan] > 1))

    def hears(self, channel: int, parent: int | None = None) -> bool:
        """Whether anything said there matters: a tracked channel or thread, or a relay's channel."""
        return channel in self.relay_channels or self.settings.tracks(channel, parent)

    def doubles_within(self, clan: ClanId) -> timedelta:
        """How far apart two relays of a clan write the same line."""
        return self.within.get(clan, DOUBLES_WITHIN)

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
    clans = relayed_to(seen, ears)
    if clans:
        line = read_line(seen.content, seen.embeds)
        return [(clan, _relayed(seen, line, ears, clan)) for clan in clans] if line else []
    if _why_not_heard(seen, ears) is not None:
        return []
    source = discord_source(seen.author, _storable(seen.author_name))
    fact = MessageFact(seen.message, seen.channel, MessageKind.DISCORD, source, len(seen.content))
    return [(clan, fact) for clan in ears.clans]


def relayed_to(seen: SeenMessage, ears: Ears) -> tuple[ClanId, ...]:
    """The clans whose in-game chat a message carries; none for what a person or another bot wrote."""
    return ears.relayed_to(seen.channel, (seen.author, seen.webhook)) if ears.relays else ()


def why_ignored(seen: SeenMessage, ears: Ears) -> Ignored | None:
    """Why :func:`read_message` finds nothing in a message; None where it finds something."""
    if relayed_to(seen, ears):
        return None if read_line(seen.content, seen.embeds) else Ignored.NO_TEXT
    return _why_not_heard(seen, ears)


def _why_not_heard(seen: SeenMessage, ears: Ears) -> Ignored | None:
    if seen.is_bot or seen.webhook is not None:
        return Ignored.BOT
    if not seen.said:
        return Ignored.NOTICE
    return None if ears.settings.tracks(seen.channel, seen.parent) else Ignored.UNTRACKED


def _relayed(seen: SeenMessage, line: Line, ears: Ears, clan: ClanId) -> MessageFact:
    if isinstance(line, UnknownLine):
        unknown = BroadcastFact(UNKNOWN_FORM, {}, _storable(line.text))
        return _announced(seen, None, unknown)
    source = relay_source(name_key(line.name), _storable(line.name))
    if isinstance(line, ChatLine):
        fact = MessageFact(
            seen.message,
            seen.channel,
            MessageKind.GAME,
            source,
            line.text_length,
            code=line.code,
            rank=None if line.rank_emoji is None else _storable(line.rank_emoji),
        )
    else:
        said = {
            key: _storable(value) if isinstance(value, str) else value for key, value in line.detail.items()
        }
        fact = _announced(seen, source, BroadcastFact(line.kind.value, said))
    if clan not in ears.comparing:
        return fact
    relay = RelayId(seen.channel, seen.author)
    return replace(fact, told=Told(seen.message, relay, print_of(ears.key, line)))


def _announced(seen: SeenMessage, source: SourceRef | None, broadcast: BroadcastFact) -> MessageFact:
    return MessageFact(
        seen.message, seen.channel, MessageKind.BROADCAST, source, len(seen.content), broadcast
    )


def _storable(text: str) -> str:
    """Text that a database takes: JSON may hold half a character pair or a NUL, PostgreSQL may not."""
    if text.isprintable():
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
