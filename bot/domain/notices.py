"""What officers are told without having asked, once each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.as_of import Stay
from bot.domain.ids import ClanId, MemberId, NameKey, UserId

TELL_WITHIN: Final = timedelta(days=7)
"""A return that is older is no news: the bot was down, or had nowhere to tell of it."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A name that two members claim over ``[start, end)``; None is open."""

    key: NameKey
    start: datetime | None
    end: datetime | None
    holder: str
    claimant: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A member who is back. ``stays`` are the earlier ones, the oldest first; ``rank`` is WOM's role now.

    ``event`` is the key under which the return is stored.
    """

    event: str
    member: MemberId
    name: str
    rank: str | None
    at: datetime
    stays: tuple[Stay, ...]
    former_names: tuple[str, ...]
    notes: int


@dataclass(frozen=True, slots=True)
class Renamed:
    """A member's new name, and the Discord user who is verified as their owner.

    ``event`` is the key under which the rename is stored.
    """

    event: str
    user: UserId
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class News:
    """What the officers of a clan have not been told yet."""

    clan: ClanId
    claimed: tuple[Claimed, ...] = ()
    returned: tuple[Returned, ...] = ()
