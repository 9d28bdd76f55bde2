"""What awaits an officer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

UNKNOWN_WITHIN: Final = timedelta(days=7)
"""How long a line that nobody could read is worth a look; after that it says nothing new."""


class Awaits(Enum):
    """Each sort of thing that waits, the most urgent first; ``bot.present.today`` has words for each."""

    POLL = auto()
    MASS_LEAVE = auto()
    CONFLICTS = auto()
    CLAIMS = auto()
    PROOFS = auto()
    PROMOTIONS = auto()
    DECISIONS = auto()
    WORKLIST = auto()
    ROLES = auto()
    SUGGESTIONS = auto()
    UNKNOWN_LINES = auto()
    UNCHECKED = auto()


@dataclass(frozen=True, slots=True)
class Found:
    """So many things of one sort. ``names`` are some of those concerned, ``since`` is when the oldest began.

    ``why`` is a reason that the presenter knows words for, where there is one.
    """

    number: int
    names: tuple[str, ...] = ()
    since: datetime | None = None
    why: str | None = None
