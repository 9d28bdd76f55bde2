"""What observations say of the numbers that rules ask for: how much is known of each, and why not more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.domain.clan_roster import STALE_AFTER
from bot.domain.gains import PARTIAL_AFTER, Reading, Span, covering_gain
from bot.domain.rules.bounds import Bounds, Gap, at_least, known

HOLE: Final = timedelta(hours=1)
"""So much of a window may be unobserved, as over restarts, and its counts are taken for whole."""
CHECKED_WITHIN: Final = PARTIAL_AFTER
"""How old the last reading of a window may be for its gain to be whole."""


def value_of(reading: Reading | None, now: datetime) -> Bounds:
    """A metric's value. Values never fall: an old one is so much at least."""
    if reading is None:
        return at_least(0, Gap.NO_READING)
    if reading.value is None:
        return at_least(0, Gap.UNRANKED)
    return known(reading.value) if now - reading.at < STALE_AFTER else at_least(reading.value, Gap.STALE)


def gain_of(span: Span | None, start: datetime, now: datetime) -> Bounds:
    """A covering gain since ``start``.

    One reading, or an end that is unranked, says nothing. Measured since later than 36 hours
    after the start, or last measured more than 36 hours ago, it is so much at least.
    """
    if span is None:
        return at_least(0, Gap.NO_READING)
    if span.first.at >= span.last.at:
        return at_least(0, Gap.ONE_READING)
    gained = covering_gain(span.first, span.last)
    if gained is None:
        return at_least(0, Gap.UNRANKED)
    if span.first.at - start > PARTIAL_AFTER:
        return at_least(gained, Gap.PARTIAL)
    return known(gained) if now - span.last.at <= CHECKED_WITHIN else at_least(gained, Gap.STALE)


def count_of(number: int, unobserved: timedelta) -> Bounds:
    """A count over a time of which so much was not observed."""
    return known(number) if unobserved <= HOLE else at_least(number, Gap.NOT_OBSERVED)


def days_of(number: int, unobserved: int) -> Bounds:
    """Days that were active, and so many more that may have been since they were not observed."""
    return _between(number, number + unobserved, Gap.NOT_OBSERVED)


def unobserved(spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime) -> timedelta:
    """How much of ``[start, end)`` lies in none of the spans; they may overlap, in any order."""
    missing, reached = timedelta(0), start
    for since, until in sorted(spans):
        missing += max(timedelta(0), min(since, end) - reached)
        reached = max(reached, min(until, end))
    return missing + max(timedelta(0), end - reached)


def heard_since(spans: Iterable[tuple[datetime, datetime]], now: datetime) -> datetime:
    """Since when at most an hour was not observed: ``now`` where not even the last hour was."""
    left, reached = HOLE, now
    for since, until in sorted(spans, key=lambda span: span[1], reverse=True):
        left -= max(timedelta(0), reached - until)
        if left < timedelta(0):
            break
        reached = min(reached, since)
    return reached


def age_of(since: datetime | None, at_most_since: datetime, now: datetime) -> Bounds:
    """Whole days since a date; where that is not known, since no later than another one."""
    if since is not None:
        return known(_days(since, now))
    return at_least(_days(at_most_since, now), Gap.NO_DATE)


def seen_of(seen: datetime | None, looked: datetime | None, now: datetime) -> Bounds:
    """Whole days since WOM saw somebody play, when it last looked at ``looked``.

    After a look that is not fresh they may have been there at any time: it may be 0. Never
    seen, it has no upper bound.
    """
    if seen is None:
        return at_least(0, Gap.STALE)
    if looked is not None and now - looked <= CHECKED_WITHIN:
        return known(_days(seen, now))
    return _between(0, _days(seen, now), Gap.STALE)


def wrote_of(wrote: datetime | None, heard: datetime, now: datetime) -> Bounds:
    """Whole days since somebody last wrote where all was heard since ``heard``.

    What was written before it and not heard may be later than what was. Never
    heard, it has no upper bound, and may be 0 for who came since.
    """
    if wrote is None:
        return at_least(0, Gap.NOT_OBSERVED)
    return _between(_days(max(wrote, heard), now), _days(wrote, now), Gap.NOT_OBSERVED)


def _between(low: int, high: int, why: Gap) -> Bounds:
    return known(low) if low == high else Bounds(low, high, why)


def _days(since: datetime, now: datetime) -> int:
    return max(0, (now - since) // timedelta(days=1))
