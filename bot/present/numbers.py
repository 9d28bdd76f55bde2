"""Numbers as people read them: short on screens, exact in reports, never a wrong zero."""

from datetime import datetime, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from bot.domain.metrics import Metric
from bot.present.text import unbroken

UNKNOWN: Final = "—"
PARTIAL: Final = "≈"
COVERS_LESS: Final = f"{PARTIAL} part of the time"
"""What the mark means, in small letters."""
TODAY: Final = "today"
"""A duration of less than a day."""

_EHP_UNIT: Final = 100_000
_EHP_TENTH: Final = _EHP_UNIT // 10
_COMPACT_FROM: Final = 10_000
_UNITS: Final = ("", "K", "M", "B", "T")
_LABELS: Final = {
    "overall": "XP",
    "boss_kills": "Kills",
    "messages": "Messages",
    "total_level": "Total level",
    "boss_diversity": "Bosses",
}
_NOT_GAINED: Final = frozenset({"messages", "bosses", "days", "points"})


def label(metric: Metric) -> str:
    """What a narrow screen calls the metric: a shorter word for some, else its own name."""
    return _LABELS.get(metric.key, metric.name)


def short(value: int | None, measure: str) -> str:
    """The value in a few characters: 2,231, 12.4K, 4.2M, 612M, 1.24B; EHP and EHB as 18.4.

    ``value`` is in stored units (:mod:`bot.domain.metrics`). Below 10,000 it is exact;
    above it is rounded to the nearest, with one digit after the point (two from a billion
    on) and none from a hundred of a unit on. Unknown is a dash.
    """
    if value is None:
        return UNKNOWN
    if measure == "value":
        return _short_hours(value)
    return _compact(value) if abs(value) >= _COMPACT_FROM else f"{value:,}"


def signed_gain(value: int | None, measure: str) -> str:
    """A gain: as :func:`short`, with a plus before what is more than nothing.

    Messages, days, different bosses and points are counted, not gained, and have no plus.
    """
    text = short(value, measure)
    if value is None or value <= 0 or measure in _NOT_GAINED or not text.strip("0."):
        return text
    return f"+{text}"


def figure(value: int | None, measure: str, *, total: bool) -> str:
    """A total as it is, a gain with its sign."""
    return short(value, measure) if total else signed_gain(value, measure)


def exact(value: int | None, measure: str) -> str:
    """Every digit that is stored: 4,231,007, or 18.40012 for EHP and EHB. Unknown is a dash."""
    if value is None:
        return UNKNOWN
    if measure == "value":
        hours, rest = divmod(abs(value), _EHP_UNIT)
        return f"{'-' if value < 0 else ''}{hours:,}.{rest:05}".rstrip("0").rstrip(".")
    return f"{value:,}"


def duration(start: datetime, end: datetime) -> str:
    """How long from ``start`` to ``end``, by the calendar, in its two largest units.

    ``2 y 3 mo``, ``3 mo 12 d``, ``9 d``; ``today`` for less than a day or for nothing.
    """
    if end <= start:
        return TODAY
    between = relativedelta(end, start)
    counted = ((between.years, "y"), (between.months, "mo"), (between.days, "d"))
    named = [(count, unit) for count, unit in counted if count]
    if not named:
        return TODAY
    shown = named[: 1 if named[0][1] == "d" else 2]
    return unbroken(" ".join(f"{count} {unit}" for count, unit in shown))


def age(span: timedelta) -> str:
    """A span in its largest unit, rounded down: ``11 days``, ``1 hour``, ``less than a minute``."""
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, unit)
    return "less than a minute"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """``1 member``, ``2,231 members``."""
    word = noun if count == 1 else (plural or f"{noun}s")
    return f"{count:,} {word}"


def _short_hours(value: int) -> str:
    if abs(value) >= _COMPACT_FROM * _EHP_UNIT:
        return _compact(round(value, -5) // _EHP_UNIT)
    tenths = round(value, -4) // _EHP_TENTH
    if not tenths:
        return "0.0" if value else "0"
    return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10:,}.{abs(tenths) % 10}"


def _compact(value: int) -> str:
    """Round first, so that 999,999 becomes 1M and not 1000K; then find the unit.

    A page holds thousands of these, so no library for other languages is asked.
    """
    power = _power_of(value)
    decimals = 0 if abs(value) >= 100 * 10**power else (2 if power >= 9 else 1)
    rounded = round(value, decimals - power)
    power = min(_power_of(rounded), 3 * (len(_UNITS) - 1))
    digits = f"{rounded / 10**power:.2f}".rstrip("0").rstrip(".")
    return f"{digits}{_UNITS[power // 3]}"


def _power_of(value: int) -> int:
    return (len(str(abs(value))) - 1) // 3 * 3
