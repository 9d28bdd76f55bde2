"""What a week or a month of a clan comes to: values alone, from which a post is drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.achievements import MAXED, is_99
from bot.domain.cards import DayPoint
from bot.domain.ids import MemberId
from bot.domain.metrics import Metric
from bot.domain.periods import Period
from bot.domain.questions import BossTotal, FavouriteHour, QuietKiller
from bot.domain.records import Record
from bot.domain.schedules import Cadence, Part

LEADERS: Final = 3
TIMES_USUAL: Final = 2
"""How many times their usual somebody gained at least who is told to have improved."""


class Leader(NamedTuple):
    """One of the first; equal values share a place. ``value`` is in stored units.

    ``is_partial`` is whether it covers less than was asked for.
    """

    place: int
    name: str
    value: int
    is_partial: bool = False


class Improved(NamedTuple):
    """Somebody who gained ``times`` what they usually do."""

    name: str
    times: float


class Reached(NamedTuple):
    """A threshold of a metric that somebody reached; ``threshold`` is in WOM's units.

    ``title`` is WOM's own name of it: see :mod:`bot.domain.achievements`.
    """

    name: str
    metric: Metric
    threshold: int
    title: str

    @property
    def is_99(self) -> bool:
        """Whether it is level 99 in one skill."""
        return is_99(self.metric, self.threshold)

    @property
    def is_maxed(self) -> bool:
        """Whether it is level 99 in every skill."""
        return self.title == MAXED


class Dropped(NamedTuple):
    """An item that the game announced; ``coins`` is None where it did not say what it is worth."""

    name: str
    item: str
    coins: int | None


class Pet(NamedTuple):
    """A pet that the game announced."""

    name: str
    pet: str


class Best(NamedTuple):
    """A personal best; ``centiseconds`` is the time, ``team_size`` None where the game does not say it."""

    name: str
    boss: str
    centiseconds: int
    team_size: int | None


class Promoted(NamedTuple):
    """Members who rose to a rank, by WOM's role."""

    role: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What the members measured in both periods gained, and in the one before; ``members`` is how many."""

    now: int
    before: int
    members: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A clan's week or month.

    ``leaders`` are the first of each board, ``tied`` how many more share the last one's place.
    ``measured`` of ``members`` have a gain of XP.
    ``total`` is None where nobody was read near the ends of both periods. ``records`` are those set in it,
    ``bosses`` those killed most. ``chart`` has the clan's XP and
    messages by day, each member's since they joined, None where nobody measured or listened throughout,
    or nobody's messages are known. ``collecting_since`` is set where
    messages are told of and the period reaches further back than what was observed.
    """

    clan_name: str
    cadence: Cadence
    period: Period
    zone: ZoneInfo
    members: int
    measured: int
    total: Total | None
    leaders: Mapping[Part, tuple[Leader, ...]]
    tied: Mapping[Part, int] = field(default_factory=dict[Part, int])
    improved: tuple[Improved, ...] = ()
    reached: tuple[Reached, ...] = ()
    drops: tuple[Dropped, ...] = ()
    pets: tuple[Pet, ...] = ()
    bests: tuple[Best, ...] = ()
    promoted: tuple[Promoted, ...] = ()
    welcome: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    records: tuple[Record, ...] = ()
    bosses: tuple[BossTotal, ...] = ()
    hour: FavouriteHour | None = None
    quiet: QuietKiller | None = None
    chart: tuple[DayPoint, ...] = ()
    checked_at: datetime | None = None
    collecting_since: datetime | None = None
    parts: frozenset[Part] = field(default_factory=lambda: frozenset(Part))


def most_improved(
    gained: Mapping[MemberId, int | None], usual: Mapping[MemberId, int | None], names: Mapping[MemberId, str]
) -> list[Improved]:
    """Who gained at least :data:`TIMES_USUAL` what they usually do, the most first.

    Only of whom both are known, whose usual is more than nothing, and who gained no less than
    half of the clan did: twice of next to nothing is no news.
    """
    known = [value for value in gained.values() if value is not None]
    least = median(known) if known else 0
    found = [
        Improved(names[member], value / before)
        for member, value in gained.items()
        if value is not None
        and (before := usual.get(member))
        and value >= max(least, 1)
        and value >= TIMES_USUAL * before
    ]
    return sorted(found, key=lambda one: (-one.times, one.name.casefold()))


def compared(now: Mapping[MemberId, int | None], before: Mapping[MemberId, int | None]) -> Total | None:
    """What those gained who were measured in both periods; None where nobody was."""
    both = [
        (value, earlier)
        for member, value in now.items()
        if value is not None and (earlier := before.get(member)) is not None
    ]
    if not both:
        return None
    return Total(sum(value for value, _ in both), sum(earlier for _, earlier in both), len(both))


def rose(before: str | None, after: str | None, order: Sequence[str]) -> bool:
    """Whether a role is higher than the one before; of one that the clan does not order it is not known."""
    return before in order and after in order and order.index(after) < order.index(before)


def promoted(changes: Iterable[tuple[str, str | None, str | None]], order: Sequence[str]) -> list[Promoted]:
    """Who rose, from names with the role before and after, by rank, the highest first.

    See :func:`rose`. Who rose twice is told of with the last rank.
    """
    last: dict[str, str] = {}
    for name, before, after in changes:
        if after is None or before not in order or after not in order:
            continue
        last.pop(name, None)
        if rose(before, after, order):
            last[name] = after
    by_role: dict[str, list[str]] = {}
    for name, role in last.items():
        by_role.setdefault(role, []).append(name)
    return [
        Promoted(role, tuple(sorted(by_role[role], key=str.casefold))) for role in order if role in by_role
    ]
