"""Places on a leaderboard, and the values that an answer is drawn from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.domain.ids import ClanId, MemberId
from bot.domain.metrics import Metric
from bot.domain.periods import Period


class Entry(NamedTuple):
    """One member's figure, before it has a place.

    ``value`` is in stored units (:mod:`bot.domain.metrics`); ``None`` is unknown.
    ``measured_from`` is the first reading's time where it lies more than 36 hours
    after the period's start: the figure then covers less than was asked for. Of competitions
    ``measured_until`` is the last reading's, where it lies more than 36 hours before the end.
    """

    member: MemberId
    name: str
    value: int | None
    measured_from: datetime | None = None
    measured_until: datetime | None = None

    @property
    def is_partial(self) -> bool:
        """Whether the figure covers less than was asked for."""
        return self.measured_from is not None or self.measured_until is not None


class Standing(NamedTuple):
    """One row of a leaderboard. Equal values share ``place``."""

    place: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard, whole.

    ``unmeasured`` are the current members without a figure, by name: never shown as 0.
    ``checked_at`` is the newest reading that the figures rest on; ``None`` where there is none.
    ``oldest_check`` is the least recently checked member's reading.
    ``unattributed`` counts messages in the period of people whom nobody has linked.
    ``collecting_since`` is set where the period reaches further back than what was observed;
    ``heard_whole`` is not, where messages were not listened to all of the period, but for an hour.
    ``polled`` is whether the clan was ever read from WOM. ``weights`` are what a score is made of.
    """

    clan: ClanId
    clan_name: str
    metric: Metric
    period: Period
    standings: tuple[Standing, ...]
    unmeasured: tuple[str, ...]
    checked_at: datetime | None
    oldest_check: datetime | None = None
    unattributed: int = 0
    collecting_since: datetime | None = None
    heard_whole: bool = True
    polled: bool = True
    weights: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def members(self) -> int:
        """How many members the clan has now, measured or not."""
        return len(self.standings) + len(self.unmeasured)


def place_among(value: int | None, others: Iterable[int | None]) -> int | None:
    """The place that :func:`rank` gives to ``value`` among all; None where it is unknown."""
    if value is None:
        return None
    return 1 + sum(1 for other in others if other is not None and other > value)


def rank(entries: Iterable[Entry]) -> tuple[tuple[Standing, ...], tuple[str, ...]]:
    """Order entries, most first; equal values share a place and the next is skipped (1, 2, 2, 4).

    Ties are listed by name, so that pages are stable. Entries without a value have no
    place; their names are returned apart, sorted.
    """
    listed = list(entries)
    known = [(entry.value, entry) for entry in listed if entry.value is not None]
    known.sort(key=lambda pair: (-pair[0], *_alphabetical(pair[1].name), pair[1].member))
    standings: list[Standing] = []
    for index, (value, entry) in enumerate(known):
        tied = index > 0 and known[index - 1][0] == value
        standings.append(Standing(standings[-1].place if tied else index + 1, entry))
    unknown = sorted((entry.name for entry in listed if entry.value is None), key=_alphabetical)
    return tuple(standings), tuple(unknown)


def _alphabetical(name: str) -> tuple[str, str]:
    return name.casefold(), name
