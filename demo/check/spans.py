"""Which span of time a period means, and which words may stand for it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LENGTHS = {"y": 31_556_926, "m": 31 * 86_400, "w": 7 * 86_400, "d": 86_400, "h": 3_600}
_NAMES = {"day": "1d", "week": "1w", "month": "1m", "year": "1y"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """``kind`` is rolling, calendar or total; ``days`` are the local days of a calendar span."""

    code: str
    kind: str
    start: datetime
    end: datetime

    @property
    def rule(self) -> str:
        """WOM's rule for rolling periods, covering for the others."""
        return "wom" if self.kind == "rolling" else "covering"


def read_span(text: str, now: datetime, zone: ZoneInfo) -> Span:
    """Read a period as the options hold it. Raises: ValueError where this knows no such period."""
    code = re.sub(r"[\s_]+", "-", text.strip().lower())
    code = re.sub(r"^last-(?=\d)", "", code)
    if code in ("all", "all-time", "total"):
        return Span("all", "total", _EPOCH, now)
    amounts = re.findall(r"(\d+)-?([ymwdh])[a-z]*-?", _NAMES.get(code, code))
    if amounts and not re.fullmatch(r"\d{4}(-\d{1,2}){0,2}(\.\..*)?", code):
        seconds = sum(int(number) * _LENGTHS[unit] for number, unit in amounts)
        return Span(code, "rolling", now - timedelta(seconds=seconds), now)
    first, last = _days(code, now.astimezone(zone).date())
    return Span(code, "calendar", _midnight(first, zone), min(now, _midnight(last + _DAY, zone)))


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The end of a local day, or a local time of one; never after ``now``. Raises: ValueError."""
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}):(\d{2}))?", text.strip())
    if found is None:
        raise ValueError(text)
    day = date.fromisoformat(found[1])
    if found[2] is not None:
        return datetime.combine(day, time(int(found[2]), int(found[3])), zone).astimezone(UTC)
    return min(now, _midnight(day + _DAY, zone) - timedelta.resolution)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _days(code: str, today: date) -> tuple[date, date]:
    """The first and the last local day."""
    if code in ("today", "yesterday"):
        day = today if code == "today" else today - _DAY
        return day, day
    if ".." in code:
        first, last = code.split("..")
        return _dated(first)[0], _dated(last)[1]
    found = re.fullmatch(r"(this|last)-(week|month|year)", code)
    if found is None:
        return _dated(code)
    within = _unit(today, found[2])
    return within if found[1] == "this" else _unit(within[0] - _DAY, found[2])


def _unit(day: date, unit: str) -> tuple[date, date]:
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if unit == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    after = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return day.replace(day=1), after - _DAY


def _dated(text: str) -> tuple[date, date]:
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        day = date(*parts)
        return day, day
    return _unit(
        date(parts[0], parts[1] if len(parts) == 2 else 1, 1), "month" if len(parts) == 2 else "year"
    )


def headings(span: Span, zone: ZoneInfo) -> list[str]:
    """The forms in which the span may be named; each of them says its true bounds."""
    if span.kind == "total":
        return ["All time"]
    if span.kind == "rolling":
        return _rolling_headings(span)
    return [*_since(span, zone), *_bounds(span, zone)]


def _rolling_headings(span: Span) -> list[str]:
    hours = int((span.end - span.start).total_seconds()) // 3600
    days, rest = divmod(hours, 24)
    forms = [f"Last {hours} hour{'s' if hours != 1 else ''}"] if hours < 48 else []
    if hours >= 48 and not rest:
        forms.append(f"Last {days} days")
    units = {"y": "year", "m": "month", "w": "week", "d": "day", "h": "hour"}
    amounts = re.findall(r"(\d+)-?([ymwdh])", _NAMES.get(span.code, span.code))
    forms.append("Last " + " ".join(f"{number} {units[unit]}" for number, unit in amounts))
    return [*forms, *(["Last 365 days"] if span.code == "year" else [])]


def _since(span: Span, zone: ZoneInfo) -> list[str]:
    """What is not over yet, by its first moment."""
    place, start = zone.key.split("/")[-1].replace("_", " "), span.start.astimezone(zone)
    named = {
        "today": f"Today, since {start:%H:%M} {place}",
        "this-week": f"This week, since {start:%a %H:%M} {place}",
        "this-month": f"This month, since {start.day} {start:%b %H:%M} {place}",
        "this-year": f"This year, since {start.day} {start:%b %H:%M} {place}",
    }
    return [named[span.code]] if span.code in named else []


def _bounds(span: Span, zone: ZoneInfo) -> list[str]:
    """Whole days by their dates; what ends within a day by that moment, or as it was typed."""
    place, start = zone.key.split("/")[-1].replace("_", " "), span.start.astimezone(zone)
    first, end = start.date(), span.end.astimezone(zone)
    after = (span.end + timedelta.resolution).astimezone(zone)
    for moment in (end, after):
        if moment.time() == time() and moment.date() > first:
            return _whole_days(first, moment.date() - _DAY)
    until = f"{first.day} {first:%b %Y} 00:00 – {end.day} {end:%b %Y %H:%M} {place}"
    return [until, *_typed(span.code)]


def _typed(code: str) -> list[str]:
    try:
        days = [_dated(part) for part in code.split("..")]
    except ValueError:
        return []
    lengths = [len(part.split("-")) for part in code.split("..")]
    written = [_one_date(first, parts) for (first, _), parts in zip(days, lengths, strict=True)]
    return [f"{' to '.join(written)}, so far"]


def _one_date(day: date, parts: int) -> str:
    return [str(day.year), f"{day:%B %Y}", f"{day.day} {day:%B %Y}"][parts - 1]


def _whole_days(first: date, last: date) -> list[str]:
    if first == last:
        return [f"{first:%a} {first.day} {first:%b %Y}"]
    if _unit(first, "year") == (first, last):
        return [str(first.year)]
    if _unit(first, "month") == (first, last):
        return [f"{first:%B %Y}"]
    if (first.year, first.month) == (last.year, last.month):
        return [f"{first.day}–{last.day} {last:%b %Y}"]
    begin = f"{first.day} {first:%b}" + ("" if first.year == last.year else f" {first.year}")
    return [f"{begin} – {last.day} {last:%b %Y}"]
