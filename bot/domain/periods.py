"""Periods: which span of time a question is about, and how its numbers are read."""

import re
from calendar import month_abbr, month_name, monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.errors import UnreadablePeriod, UnreadableTime


class Rule(StrEnum):
    """How a gain is read from snapshots; see :mod:`bot.domain.gains`."""

    WOM = "wom"
    COVERING = "covering"


class PeriodKind(StrEnum):
    """``ROLLING`` ends now, ``CALENDAR`` is cut in the clan's time zone, ``TOTAL`` has no start."""

    ROLLING = "rolling"
    CALENDAR = "calendar"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time with a start and an end, both UTC-aware.

    For snapshots both ends belong to it, as at WOM; for messages it is half-open.
    ``code`` is canonical and short: :func:`read_period` reads it again, so that it can
    live in a button. ``start`` of a ``TOTAL`` is the epoch: "all time".
    """

    code: str
    kind: PeriodKind
    start: datetime
    end: datetime

    @property
    def rule(self) -> Rule:
        """WOM's rule for rolling periods, covering for all others."""
        return Rule.WOM if self.kind is PeriodKind.ROLLING else Rule.COVERING


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where "all time" starts."""
_FIRST_YEAR = 2013  # the game's: nothing was measured before it
_ONE_DAY = timedelta(days=1)
_SECONDS = {"y": 31_556_926, "m": 31 * 86_400, "w": 7 * 86_400, "d": 86_400, "h": 3_600}
_LONGEST = 20 * _SECONDS["y"]

_UNITS = {
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "y"),
    **dict.fromkeys(("m", "mo", "month", "months"), "m"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
}
_NAMED = {"day": "d", "week": "w", "month": "m", "year": "y"}
_TOTAL = frozenset({"all", "all-time", "alltime", "total", "ever"})
_AMOUNT = re.compile(r"([0-9]+)-?([a-z]+)-?")
_AMOUNTS = re.compile(r"(?:[0-9]+-?[a-z]+-?)+")
_LEADING = re.compile(r"(?:last|past)-(?=[0-9])|past-(?=(?:day|week|month|year)$)")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


def read_period(text: str, *, now: datetime, zone: ZoneInfo) -> Period:
    """Read what somebody typed, picked or pressed; case and spaces do not matter.

    - Rolling, ending at ``now``: ``day``, ``week``, ``month`` (31 days), ``year``
      (31,556,926 s), or amounts of y, m, w, d and h, each at most once: ``7d``,
      ``1y6d``, "last 30 days". As at WOM, ``m`` is 31 days, not a minute.
    - Calendar, cut in ``zone``, weeks from Monday 00:00: ``today``, ``yesterday``,
      ``this-week``, ``last-week`` and so for month and year; a year ``2026``, a month
      ``2026-10``, a day ``2026-11-03``, a range ``2026-10-01..2026-10-15`` with its last
      day. What is not over yet ends at ``now``.
    - Everything: ``all``, "all time", ``total``.

    ``code`` has at most 24 characters, and for the same ``now`` it reads as the same period.

    Raises:
        UnreadablePeriod: no rule reads it (syntax), it begins after ``now`` (future), it
            ends before it begins (order), or it begins before the game's first year,
            2013, or is longer than 20 years (too-long).
    """
    moment = now.astimezone(UTC)
    asked = _folded(text)
    if asked in _TOTAL:
        return Period("all", PeriodKind.TOTAL, EPOCH, moment)
    rolling = _rolling(asked)
    if rolling is not None:
        code, seconds = rolling
        if seconds > _LONGEST or (start := moment - timedelta(seconds=seconds)).year < _FIRST_YEAR:
            raise UnreadablePeriod(text, "too-long")
        return Period(code, PeriodKind.ROLLING, start, moment)
    days = _calendar(asked, moment.astimezone(zone).date())
    if days is None:
        raise UnreadablePeriod(text, "syntax")
    return _cut(text, days, moment, zone)


@dataclass(frozen=True, slots=True)
class _Days:
    """Whole local days, both included."""

    code: str
    first: date
    last: date


def _cut(text: str, days: _Days, now: datetime, zone: ZoneInfo) -> Period:
    today = now.astimezone(zone).date()
    if days.last < days.first:
        raise UnreadablePeriod(text, "order")
    if days.first > today:
        raise UnreadablePeriod(text, "future")
    last = min(days.last, today)
    if days.first.year < _FIRST_YEAR or (last - days.first).total_seconds() > _LONGEST:
        raise UnreadablePeriod(text, "too-long")
    end = now if last == today else midnight(last + _ONE_DAY, zone)
    return Period(days.code, PeriodKind.CALENDAR, midnight(days.first, zone), end)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins, in UTC. Where clocks skip midnight, it is when they skip it."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


Day = tuple[date, datetime, datetime]
"""A local day or what of it lies in a period: its date, its start and its end."""


def days_of(period: Period, zone: ZoneInfo) -> list[Day]:
    """The local days that a period touches, each with its start and end, clipped to the period.

    The slots are half-open and adjoin: together they are the period. An empty period
    has none. A day may have 23 or 25 hours.
    """
    slots: list[Day] = []
    start, day = period.start, period.start.astimezone(zone).date()
    while start < period.end:
        day += _ONE_DAY
        end = min(midnight(day, zone), period.end)
        slots.append((day - _ONE_DAY, start, end))
        start = end
    return slots


def days_counted(period: Period, zone: ZoneInfo) -> list[tuple[Day, ...]]:
    """The days of :func:`days_of` as people count them: a rolling period's two ends are one day.

    Seven days that end in the evening begin in an evening too, and touch eight dates. The
    two parts are one of the seven; each other day stands alone.
    """
    days = days_of(period, zone)
    if len(days) < 2 or period.start == midnight(days[0][0], zone):
        return [(day,) for day in days]
    if period.end == midnight(days[-1][0] + _ONE_DAY, zone):
        return [(day,) for day in days]
    return [(days[0], days[-1]), *((day,) for day in days[1:-1])]


def _folded(text: str) -> str:
    joined = re.sub(r"[\s_/]+", "-", text.casefold().strip())
    return re.sub(r"-?(?:\.\.|-to-)-?", "..", joined)


def _amounts(asked: str) -> dict[str, int] | None:
    """How many of each unit, in WOM's order y m w d h; None where this is no amount of time."""
    if _AMOUNTS.fullmatch(asked) is None:
        return None
    read = [(_UNITS.get(unit), number) for number, unit in _AMOUNT.findall(asked)]
    units = [unit for unit, _number in read]
    if None in units or len(set(units)) < len(units) or any(len(number) > 9 for _unit, number in read):
        return None
    given = {unit: int(number) for unit, number in read}
    return {unit: given[unit] for unit in _SECONDS if given.get(unit)}


def _seconds(amounts: dict[str, int]) -> int:
    return sum(number * _SECONDS[unit] for unit, number in amounts.items())


def _rolling(asked: str) -> tuple[str, int] | None:
    """The canonical code and the length in seconds."""
    plain = _LEADING.sub("", asked, count=1)
    if plain in _NAMED:
        return plain, _SECONDS[_NAMED[plain]]
    amounts = _amounts(plain)
    if not amounts:
        return None
    return "".join(f"{number}{unit}" for unit, number in amounts.items()), _seconds(amounts)


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _year(day: date) -> tuple[date, date]:
    return date(day.year, 1, 1), date(day.year, 12, 31)


_RELATIVE: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (today - _ONE_DAY, today - _ONE_DAY),
    "this-week": _week,
    "last-week": lambda today: _week(today - timedelta(days=7)),
    "this-month": _month,
    "last-month": lambda today: _month(today.replace(day=1) - _ONE_DAY),
    "this-year": _year,
    "last-year": lambda today: _year(date(today.year - 1, 1, 1)),
}


def _calendar(asked: str, today: date) -> _Days | None:
    if asked in _RELATIVE:
        return _Days(asked, *_RELATIVE[asked](today))
    if ".." not in asked:
        return _dated(asked)
    first, last = (_dated(part) for part in asked.split("..", 1))
    if first is None or last is None:
        return None
    return _Days(f"{first.first}..{last.last}", first.first, last.last)


def _dated(asked: str) -> _Days | None:
    """A year, a month or a day, written as ISO 8601 writes it."""
    found = _DATE.fullmatch(asked)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    if month is None:
        return _Days(first.isoformat()[:4], *_year(first))
    if day is None:
        return _Days(first.isoformat()[:7], *_month(first))
    return _Days(first.isoformat(), first, first)


_MOMENT = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})[ t]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?( ?z| ?utc)?"
)
_STAMP = re.compile(r"<t:([0-9]{1,11})(?::[a-z])?>")


def read_moment(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Read a moment of the past, for "as of"; the answer is in UTC and never after ``now``.

    A day (``2026-11-03``, "yesterday") is its end in ``zone``, so that the whole day
    counts, and that of today is ``now``. ``2026-11-03 14:30`` is local; with ``Z`` or
    ``UTC`` it is not. "3 days ago" counts hours back from ``now``. A timestamp of
    Discord's (``<t:1793700000:R>``) is that moment. Where clocks are set back, the
    first of two equal times is meant.

    Raises:
        UnreadableTime: no rule reads it, or it lies after ``now`` or before 2013.
    """
    present = now.astimezone(UTC)
    try:
        moment = _moment(" ".join(text.casefold().split()), present, zone)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment > present or moment.year < _FIRST_YEAR:
        raise UnreadableTime(text)
    return moment


def read_beginning(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Read when something began: as :func:`read_moment`, but a day is its beginning.

    Raises:
        UnreadableTime: as :func:`read_moment`.
    """
    end = read_moment(text, now=now, zone=zone)
    day = end.astimezone(zone).date()
    is_day = _calendar(_folded(" ".join(text.casefold().split())), now.astimezone(zone).date())
    return end if is_day is None else midnight(day, zone)


def _moment(asked: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    if asked == "now":
        return now
    if stamp := _STAMP.fullmatch(asked):
        return EPOCH + timedelta(seconds=int(stamp[1]))
    if asked.endswith(" ago"):
        amounts = _amounts(_folded(re.sub(r"^an? ", "1 ", asked.removesuffix(" ago"))))
        return now - timedelta(seconds=_seconds(amounts)) if amounts else None
    if found := _MOMENT.fullmatch(asked):
        *parts, utc = found.groups(default="")
        year, month, day, hour, minute, second = (int(part or 0) for part in parts)
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC if utc else zone).astimezone(UTC)
    return _end_of_day(asked, now, zone)


def _end_of_day(asked: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    today = now.astimezone(zone).date()
    days = _calendar(_folded(asked), today)
    if days is None or days.first != days.last:
        return None
    if days.last == today:
        return now
    # The last instant that is still that day: as of midnight, "today" would be the next one.
    return midnight(days.last + _ONE_DAY, zone) - timedelta.resolution


_OFFERED = (
    ("Last 24 hours", "day"),
    ("Last 7 days", "week"),
    ("Last 30 days", "30d"),
    ("Last 90 days", "90d"),
    ("Last 365 days", "year"),
    ("Today", "today"),
    ("Yesterday", "yesterday"),
    ("This week", "this-week"),
    ("Last week", "last-week"),
    ("This month", "this-month"),
    ("Last month", "last-month"),
    ("This year", "this-year"),
    ("Last year", "last-year"),
    ("All time", "all"),
)
_LABELS = {**{code: label for label, code in _OFFERED}, "month": "Last 31 days", "7d": "Last 7 days"}
_UNIT_NAMES = {"y": "year", "m": "month", "w": "week", "d": "day", "h": "hour"}


def suggest_periods(text: str) -> list[tuple[str, str]]:
    """What to offer while somebody types: labels and codes, at most 25.

    What is typed already comes first if it reads as a period (whether it lies in the
    past is not checked here), then the usual periods with that text in them.
    """
    asked = _folded(text)
    usual = [(label, code) for label, code in _OFFERED if asked in code or asked in _folded(label)]
    code = _code(asked)
    if code is None:
        return usual
    return [(label_of(code), code), *(offer for offer in usual if offer[1] != code)]


def _code(asked: str) -> str | None:
    """The canonical code of folded text, as far as it shows without a clock."""
    if asked in _TOTAL:
        return "all"
    if rolling := _rolling(asked):
        return rolling[0]
    days = _calendar(asked, date(2020, 1, 1))
    return days.code if days else None


def label_of(code: str) -> str:
    """A canonical code in words: "Last 1 year 6 days", "October 2026", "1 Oct 2026 to 15 Oct 2026"."""
    if code in _LABELS:
        return _LABELS[code]
    if amounts := _amounts(code):
        words = [f"{n} {_UNIT_NAMES[unit]}{'' if n == 1 else 's'}" for unit, n in amounts.items()]
        return f"Last {' '.join(words)}"
    parts = code.split("..")
    # A list on a phone shows a range only where its months are short.
    months = list(month_name if len(parts) == 1 else month_abbr)
    return " to ".join(_worded(part, months) for part in parts)


def _worded(code: str, months: Sequence[str]) -> str:
    year, *rest = code.split("-")
    month = [months[int(rest[0])]] if rest else []
    day = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*day, *month, year])
