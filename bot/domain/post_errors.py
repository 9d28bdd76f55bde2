"""What can go wrong when officers choose what is posted; see :mod:`bot.domain.errors`."""

from dataclasses import dataclass

from bot.domain.errors import UserError


@dataclass(unsafe_hash=True)
class NoChannelChosen(UserError):
    """Nothing can be posted nowhere."""


@dataclass(unsafe_hash=True)
class CannotPostThere(UserError):
    """The bot lacks these of Discord's permissions in the channel."""

    channel: int
    missing: tuple[str, ...]


@dataclass(unsafe_hash=True)
class UnreadableHour(UserError):
    """What was typed is no time of a day."""

    text: str


@dataclass(unsafe_hash=True)
class UnreadableWeight(UserError):
    """What was typed is no weight; ``text`` is empty where all of them were 0."""

    text: str


@dataclass(unsafe_hash=True)
class UnreadableCoins(UserError):
    """What was typed is no amount of coins."""

    text: str
