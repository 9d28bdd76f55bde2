"""What charts of a whole clan are drawn from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import log10
from statistics import median
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.activity import quarter_start

MOST_BARS: Final = 30
"""How many bars a picture has at most: of more the letters are too small for a phone."""
_NAMED: Final = 6
_HOURS: Final = 24
_DAYS: Final = 7


class Ranked(NamedTuple):
    """A bar: a member, a skill, a rank. ``value`` is in stored units.

    ``partial`` is whether it is a gain that covers less than the time.
    """

    name: str
    value: int
    partial: bool = False


class Spot(NamedTuple):
    """One member's XP and messages; ``named`` is whether they lie far from most.

    ``partial`` is whether the XP covers less than the time.
    """

    name: str
    messages: int
    xp: int
    named: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class TrendWeek:
    """A week of the clan; None where nobody measured, or listened."""

    start: date
    xp: int | None
    messages: int | None
    measured: int = 0


def gathered(rows: Sequence[Ranked], most: int, others: str) -> list[Ranked]:
    """The same bars; of more than ``most`` the largest as they stand, and all others as one last bar.

    Of equals the first ones stay. ``others`` is what the last bar counts.
    """
    if len(rows) <= most:
        return list(rows)
    order = sorted(range(len(rows)), key=lambda place: (-rows[place].value, place))
    kept, left = sorted(order[: most - 1]), order[most - 1 :]
    return [
        *(rows[place] for place in kept),
        Ranked(f"{len(left)} {others}", sum(rows[place].value for place in left)),
    ]


def outliers(spots: Sequence[Spot]) -> list[Spot]:
    """The same with the six farthest from the clan's medians named, the farthest first.

    Far is by powers of ten, in which both are drawn, and only upwards: nobody is named for doing little.
    """
    if not spots:
        return []
    middle_m, middle_x = median(one.messages for one in spots), median(one.xp for one in spots)

    def far(one: Spot) -> float:
        return max(_power(one.messages) - _power(middle_m), 0.0) + max(_power(one.xp) - _power(middle_x), 0.0)

    ordered = sorted(spots, key=lambda one: (-far(one), one.name.casefold()))
    return [one._replace(named=index < _NAMED and far(one) > 0) for index, one in enumerate(ordered)]


def _power(value: float) -> float:
    return log10(value + 1)


def by_weekday_and_hour(
    quarters: Iterable[tuple[int, int]], heard: Iterable[tuple[datetime, datetime]], zone: ZoneInfo
) -> list[list[int | None]]:
    """Messages by weekday (Monday first) and hour, local, from counts of quarters of an hour.

    An hour of the week in which nothing was observed is None, not 0.
    """
    found: list[list[int | None]] = [[None] * _HOURS for _ in range(_DAYS)]
    for start, end in heard:
        for quarter in range(int(start.timestamp()) // 900, -(-int(end.timestamp()) // 900)):
            at = quarter_start(quarter).astimezone(zone)
            found[at.weekday()][at.hour] = found[at.weekday()][at.hour] or 0
    for quarter, messages in quarters:
        at = quarter_start(quarter).astimezone(zone)
        found[at.weekday()][at.hour] = (found[at.weekday()][at.hour] or 0) + messages
    return found
