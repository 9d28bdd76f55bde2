"""How one message was read, for whom it counts, and why: what officers are told of any line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.accounts import Account
from bot.domain.activity import time_of
from bot.domain.facts import MessageKind
from bot.domain.identity import Held
from bot.domain.ids import ChannelId, GuildId, MemberId, MessageId, UserId
from bot.domain.listening import UNKNOWN_FORM, Ignored
from bot.domain.relay import Line


class Outcome(StrEnum):
    """What became of a message; each of :class:`bot.domain.listening.Ignored` has one too."""

    COUNTED = "counted"
    EVENT = "event"
    UNKNOWN = "unknown"
    DOUBLE = "double"
    DELETED = "deleted"
    BOT = "bot"
    NOTICE = "notice"
    UNTRACKED = "untracked"
    NO_TEXT = "no_text"
    UNREAD = "unread"
    """The channel was not read as of then."""
    PASSED_OVER = "passed_over"
    """It was, but did not count then, or the bot was no relay yet."""


_STORED = {
    MessageKind.DISCORD: Outcome.COUNTED,
    MessageKind.GAME: Outcome.COUNTED,
    MessageKind.BROADCAST: Outcome.EVENT,
    MessageKind.GAME_DOUBLE: Outcome.DOUBLE,
    MessageKind.BROADCAST_DOUBLE: Outcome.DOUBLE,
    MessageKind.DELETED: Outcome.DELETED,
}


def outcome_of(
    stored: MessageKind | None,
    announced: str | None,
    ignored: Ignored | None,
    observed: Iterable[tuple[datetime, datetime]],
    at: datetime,
) -> Outcome:
    """What became of a message written at a time.

    What is stored stands, whatever officers chose since; ``announced`` is the kind of what a relay
    told, ``observed`` the spans, closed at both ends, in which the channel was read.
    """
    if stored is not None:
        return Outcome.UNKNOWN if announced == UNKNOWN_FORM else _STORED[stored]
    if ignored is not None:
        return Outcome(ignored.value)
    read = any(start <= at <= end for start, end in observed)
    return Outcome.PASSED_OVER if read else Outcome.UNREAD


@dataclass(frozen=True, slots=True)
class Owner:
    """The member that a message is attributed to, over ``[start, end)``; None is open.

    ``origin`` is what says so: ``alias`` (who held the name), ``link``, an officer.
    """

    member: MemberId
    name: str
    start: datetime | None
    end: datetime | None
    origin: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message is to one clan.

    ``line`` is what a relay's line says, None for what a person or another bot wrote. ``held`` is
    who held the name in it at its time, ``link`` the author's link to the ``owner``; ``repeats``
    the line that counts in its place. ``observed_since`` is when the channel was first read.
    """

    clan_name: str
    guild: GuildId
    channel: ChannelId
    message: MessageId
    author: UserId
    outcome: Outcome
    line: Line | None = None
    owner: Owner | None = None
    held: Held | None = None
    link: Account | None = None
    repeats: tuple[ChannelId, MessageId] | None = None
    observed_since: datetime | None = None

    @property
    def at(self) -> datetime:
        """When it was written."""
        return time_of(self.message)
