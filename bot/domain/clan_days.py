"""What a clan did day by day: of each member what they did while they were in it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.gains import Reading, slot_gains
from bot.domain.periods import Day


def gained_in_clan(
    readings: Sequence[Reading], joined: datetime | None, days: Iterable[Day]
) -> tuple[int | None, ...]:
    """A member's covering gain of each day, by what was read since they joined; no ``joined`` is since ever.

    ``readings`` are in order of time. One of before does not count: what lies between it and the next
    one may have been gained before they came. So the first reading of a stay only begins a gain, and a day
    before it is unknown, as is any day in which nothing was read.
    """
    since = 0 if joined is None else bisect_left(readings, joined, key=_time)
    return slot_gains(readings[since:], ((start, end) for _, start, end in days))


def sum_known(values: Iterable[int | None]) -> int | None:
    """What everybody of whom it is known did together; None where it is known of nobody."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _time(reading: Reading) -> datetime:
    return reading.at
