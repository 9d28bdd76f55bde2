"""What is stored of a message: who, where and when. Never its content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from bot.domain.doubles import Told
from bot.domain.ids import ChannelId, MessageId, NameKey, PlayerId, UserId


class SourceKind(StrEnum):
    """What can be observed."""

    DISCORD = "discord"
    RELAY = "relay"
    WOM = "wom"


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A source before it has an id: unique by ``kind`` and ``key``.

    A Discord user under another nickname is another source, so that what a nickname
    says about its owner's accounts can be decided later without touching a fact.
    """

    kind: SourceKind
    key: str
    label: str = field(compare=False)
    user: UserId | None = field(default=None, compare=False)


def discord_source(user: UserId, nickname: str) -> SourceRef:
    """The source of a Discord user under a nickname; capitals make no difference."""
    return SourceRef(SourceKind.DISCORD, f"{user}:{nickname.casefold()}", nickname, user)


def relay_source(key: NameKey, display_name: str) -> SourceRef:
    """The source of a name seen in the in-game chat."""
    return SourceRef(SourceKind.RELAY, key, display_name)


def wom_source(player: PlayerId, display_name: str) -> SourceRef:
    """The source of a profile at Wise Old Man."""
    return SourceRef(SourceKind.WOM, str(player), display_name)


class MessageKind(IntEnum):
    """Chat is counted; a broadcast is a clan event; a deleted message is a tombstone.

    The doubles repeat what another relay wrote: they are kept, and are neither counted nor events.
    """

    DISCORD = 0
    GAME = 1
    BROADCAST = 2
    DELETED = 3
    GAME_DOUBLE = 4
    BROADCAST_DOUBLE = 5


COUNTED = frozenset({MessageKind.DISCORD, MessageKind.GAME})
DOUBLE_OF: Mapping[MessageKind, MessageKind] = {
    MessageKind.GAME: MessageKind.GAME_DOUBLE,
    MessageKind.BROADCAST: MessageKind.BROADCAST_DOUBLE,
}
"""What a relay's line is called where another relay's counts in its place."""


@dataclass(frozen=True, slots=True)
class BroadcastFact:
    """What a relay announced. ``raw`` is kept for unknown forms only, for officers to look at."""

    kind: str
    detail: Mapping[str, str | int]
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class MessageFact:
    """One message. ``source`` is None for lines that name nobody; ``length`` is in characters.

    ``told`` is set for a line of a clan's relay that another relay of the clan may repeat.
    ``code`` is the one-time code that a relayed line says; it is compared and never stored.
    ``rank`` is the name of the rank emoji that a relay showed beside the speaker's name.
    """

    message: MessageId
    channel: ChannelId
    kind: MessageKind
    source: SourceRef | None
    length: int
    broadcast: BroadcastFact | None = None
    told: Told | None = None
    code: str | None = field(default=None, repr=False)
    rank: str | None = None
