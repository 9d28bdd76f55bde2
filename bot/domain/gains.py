"""Gains: how much a value grew, by WOM's rule or by the covering rule.

A reading is what was known at the time of a snapshot. Values are stored where they
changed only, so the caller supplies each snapshot's time with the value as of then.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.periods import Rule

PARTIAL_AFTER = timedelta(hours=36)
"""A first reading later than this after the start makes a gain partial."""


class Reading(NamedTuple):
    """A metric at one snapshot, in stored units; ``value`` None is unranked or unknown (-1 at WOM)."""

    at: datetime
    value: int | None


class Span(NamedTuple):
    """The two readings that a gain rests on; both are the same where there is only one."""

    first: Reading
    last: Reading


def wom_gain(first: Reading, last: Reading, *, is_overall: bool) -> int | None:
    """WOM's rule: the last reading inside the period less the first inside it, never below 0.

    Unknown at the first counts as 0, except for ``overall``, which then gains 0. As at
    WOM's site, where unknown at the last would be a gain of 0 too; here it is unknown,
    and so is a gain with one reading only.
    """
    if first.at >= last.at or last.value is None:
        return None
    if first.value is None:
        return 0 if is_overall else last.value
    return max(0, last.value - first.value)


def covering_gain(first: Reading, last: Reading) -> int | None:
    """The covering rule: the value as of the end less the value as of the start.

    Never below 0: WOM's corrections take away what was never gained. Unknown at
    either end is unknown: what was had before the first known value was not gained in
    the period. Unknown too where both are the same reading.
    """
    if first.at >= last.at or first.value is None or last.value is None:
        return None
    return max(0, last.value - first.value)


def gain(span: Span, rule: Rule, *, is_overall: bool) -> int | None:
    """The gain between two readings that were chosen by the same rule; None is unknown."""
    if rule is Rule.WOM:
        return wom_gain(span.first, span.last, is_overall=is_overall)
    return covering_gain(span.first, span.last)


def span_in(readings: Sequence[Reading], start: datetime, end: datetime, rule: Rule) -> Span | None:
    """The readings that a rule compares; ``readings`` are in order of time. None where there is none.

    WOM's rule: the first and the last from ``start`` to ``end``, both included.
    Covering: the last at or before ``end``, and the last at or before ``start`` or,
    where nothing is that old, the first after it.
    """
    past = bisect_right(readings, end, key=_time)
    if rule is Rule.WOM:
        since = bisect_left(readings, start, key=_time)
    else:
        since = max(0, bisect_right(readings, start, key=_time) - 1)
    return Span(readings[since], readings[past - 1]) if since < past else None


def slot_gains(
    readings: Sequence[Reading], slots: Iterable[tuple[datetime, datetime]]
) -> tuple[int | None, ...]:
    """The covering gain of each slot, for a chart; ``readings`` are in order of time.

    A slot that no reading closes is a gap (None), and what was gained in it shows in
    the slot of the next reading. Where values are known and never fall, adjoining slots
    add up to the whole.
    """
    spans = (span_in(readings, start, end, Rule.COVERING) for start, end in slots)
    return tuple(None if span is None else covering_gain(span.first, span.last) for span in spans)


def partial_from(period_start: datetime, first_reading_at: datetime) -> datetime | None:
    """When a gain's measuring began, where that is more than 36 hours after its period; else None."""
    return first_reading_at if first_reading_at - period_start > PARTIAL_AFTER else None


def is_read_near(span: Span, start: datetime, end: datetime) -> bool:
    """Whether both readings lie at most 36 hours before the times they stand for, one after it not at all.

    Else part of the gain may be of another time: it is not to be held against that of another period.
    """
    ends = ((start, span.first), (end, span.last))
    return all(timedelta(0) <= moment - one.at <= PARTIAL_AFTER for moment, one in ends)


def _time(reading: Reading) -> datetime:
    return reading.at
