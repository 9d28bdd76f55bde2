"""A clan's local days by arithmetic: how far its clocks are from UTC, quarter of an hour by quarter.

A database can cut days by it, and need not know any time zone.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.activity import past_quarter, quarter_of, quarter_start
from bot.domain.coverage import Observed, merged
from bot.domain.periods import Day
from bot.domain.rules.facts import HOLE, unobserved

QUARTERS_A_DAY: Final = 96
QUARTERS_AN_HOUR: Final = 4
_HOURS: Final = 24
_FIRST_DAY: Final = date(1970, 1, 1)


class Offset(NamedTuple):
    """From quarter ``first`` to ``past``, exclusive, local time is ``shift`` quarters ahead of UTC."""

    first: int
    past: int
    shift: int


def offsets(zone: ZoneInfo, start: datetime, end: datetime) -> list[Offset]:
    """How far a zone's clocks are from UTC over a span, the earliest first; they adjoin.

    Every zone's clocks are moved at a quarter of an hour, and by some.
    """
    first, past = quarter_of(start), past_quarter(end)
    found: list[Offset] = []
    low, shift = first, _shift(zone, first)
    at = first
    while at < past:
        step = min(at + QUARTERS_A_DAY, past)
        # Clocks may be moved in the very last quarters: past the end nobody asks.
        last = min(step, past - 1)
        if _shift(zone, last) != shift:
            moved = _moved(zone, at, last)
            found.append(Offset(low, moved, shift))
            low, shift = moved, _shift(zone, moved)
        at = step
    found.append(Offset(low, past, shift))
    return found


def day_number(day: date) -> int:
    """A date as days since 1970: what a local quarter is in, divided by those of a day."""
    return (day - _FIRST_DAY).days


def date_of(number: int) -> date:
    """The inverse of :func:`day_number`."""
    return _FIRST_DAY + timedelta(days=number)


def hours_observed(spans: Iterable[Observed], shifts: Sequence[Offset]) -> list[int]:
    """Quarters that were observed in each hour of the local day, over all days."""
    found = [0] * _HOURS
    for span in merged(spans):
        for first, past, shift in shifts:
            low, high = max(first, quarter_of(span.start)), min(past, past_quarter(span.end))
            whole, rest = divmod(max(0, high - low), QUARTERS_A_DAY)
            for hour in range(_HOURS):
                found[hour] += whole * QUARTERS_AN_HOUR
            for quarter in range(high - rest, high):
                found[(quarter + shift) // QUARTERS_AN_HOUR % _HOURS] += 1
    return found


class KnownDay(NamedTuple):
    """A local day, and how many of those that were observed lie before it, and up to and with it."""

    day: int
    before: int
    through: int


def known_days(days: Iterable[Day], spans: Iterable[Observed], whole: Iterable[bool]) -> list[KnownDay]:
    """Which local days were observed, but for an hour.

    One that is not ``whole`` never is: it may not be over, or began before what was asked for.
    """
    listened = merged(spans)
    starts, ends = [one.start for one in listened], [one.end for one in listened]
    found: list[KnownDay] = []
    number = 0
    for (day, start, end), is_whole in zip(days, whole, strict=True):
        before = number
        near = listened[bisect_right(ends, start) : bisect_left(starts, end)]
        number += is_whole and unobserved(near, start, end) <= HOLE
        found.append(KnownDay(day_number(day), before, number))
    return found


def _shift(zone: ZoneInfo, quarter: int) -> int:
    away = quarter_start(quarter).astimezone(zone).utcoffset() or timedelta(0)
    return away // timedelta(minutes=15)


def _moved(zone: ZoneInfo, low: int, high: int) -> int:
    """The first quarter after ``low`` at which the clocks differ from it."""
    shift = _shift(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _shift(zone, middle) == shift else (low, middle)
    return high
