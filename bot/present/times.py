"""Times as people read them: in their own zone where Discord can, in the clan's where it cannot."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import discord
from babel.dates import format_date, format_datetime

from bot.domain.periods import Period, PeriodKind, label_of, midnight
from bot.present.text import unbroken

NEVER: Final = "never"

_LOCALE: Final = "en"
_MOMENT: Final = "d MMM y HH:mm"
_RUNNING: Final = {
    "today": "HH:mm",
    "this-week": "EEE HH:mm",
    "this-month": "d MMM HH:mm",
    "this-year": "d MMM HH:mm",
}
"""The codes of what is not over yet, and how the time since which it runs is written."""


def ago(moment: datetime | None) -> str:
    """``2 hours ago`` as Discord keeps it current for every reader; ``never`` for none."""
    return NEVER if moment is None else discord.utils.format_dt(moment, "R")


def on_day(moment: datetime) -> str:
    """The date, in each reader's own zone and language."""
    return discord.utils.format_dt(moment, "D")


def at_moment(moment: datetime) -> str:
    """Date and time, in each reader's own zone and language."""
    return discord.utils.format_dt(moment, "f")


def zone_name(zone: ZoneInfo) -> str:
    """The city of the zone: ``Amsterdam`` for ``Europe/Amsterdam``."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def period_label(period: Period, zone: ZoneInfo, *, as_of: bool = False) -> str:
    """The period by name, with the bounds that its numbers have.

    ``Last 7 days``, ``This week, since Mon 00:00 Amsterdam``, ``October 2026``,
    ``16–22 Nov 2026``, ``All time``. Bounds are in the clan's zone. ``as_of`` says that
    somebody asked for an end in the past: then the label names it.
    """
    if period.kind is PeriodKind.CALENDAR:
        return _calendar_label(period, zone, as_of=as_of)
    until = f", up to {_local(period.end, zone, _MOMENT)} {zone_name(zone)}" if as_of else ""
    return label_of(period.code) + until


def _calendar_label(period: Period, zone: ZoneInfo, *, as_of: bool) -> str:
    if period.code in _RUNNING and not as_of:
        since = _local(period.start, zone, _RUNNING[period.code])
        return f"{label_of(period.code)}, since {since} {zone_name(zone)}"
    # The end of a day that was asked for is its last instant.
    first, after = _day_begun(period.start, zone), _day_begun(period.end + timedelta.resolution, zone)
    if first is not None and after is not None and after > first:
        return _days_label(first, after)
    if as_of:
        start, end = (_local(moment, zone, _MOMENT) for moment in (period.start, period.end))
        return f"{start} – {end} {zone_name(zone)}"
    return f"{label_of(period.code)}, so far"


def _day_begun(moment: datetime, zone: ZoneInfo) -> date | None:
    """The local day that begins at this moment, or did an instant ago; None in the middle of one."""
    day = moment.astimezone(zone).date()
    return day if timedelta(0) <= moment - midnight(day, zone) <= timedelta.resolution else None


def _days_label(first: date, after: date) -> str:
    """Whole days, the one ``after`` not included: a year, a month, a day or from to."""
    last = after - timedelta(days=1)
    if (first.day, first.month, after) == (1, 1, first.replace(year=first.year + 1)):
        return str(first.year)
    if first.day == 1 and last == _month_end(first):
        return _write(first, "MMMM y")
    if first == last:
        return _write(first, "EEE d MMM y")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_write(last, 'd MMM y')}"
    return f"{_write(first, 'd MMM' if first.year == last.year else 'd MMM y')} – {_write(last, 'd MMM y')}"


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _local(moment: datetime, zone: ZoneInfo, pattern: str) -> str:
    # Babel would turn an aware time to UTC; the wall clock is what is to be read here.
    wall = moment.astimezone(zone).replace(tzinfo=None)
    return unbroken(format_datetime(wall, pattern, locale=_LOCALE))


def _write(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=_LOCALE)
