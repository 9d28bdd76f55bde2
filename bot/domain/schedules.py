"""When a clan's posts are due: a weekday or a day of the month, and a time, in the clan's time zone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.tz import resolve_imaginary

from bot.domain.ids import ChannelId, ClanId
from bot.domain.periods import Period, PeriodKind, midnight

LATE_BY: Final = timedelta(hours=36)
"""How long after its time a post still goes out, when the bot was down or Discord failed."""
FORGOTTEN: Final = timedelta(days=31)
"""What was due longer ago, and never began, nobody is told of."""
LAST_DAY: Final = 28
"""Every month has it."""


class Cadence(StrEnum):
    """How often a summary is posted."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Part(StrEnum):
    """What a summary may tell of; officers choose."""

    TOTALS = "totals"
    XP = "xp"
    EHP = "ehp"
    EHB = "ehb"
    KILLS = "kills"
    CHAT = "chat"
    IMPROVED = "improved"
    MILESTONES = "milestones"
    DROPS = "drops"
    BESTS = "bests"
    RECORDS = "records"
    RANKS = "ranks"
    WELCOME = "welcome"
    RENAMES = "renames"
    CHART = "chart"
    SCORE = "score"
    RAIDS = "raids"
    DIVERSITY = "diversity"
    STREAKS = "streaks"
    BOSS = "boss"
    HOUR = "hour"
    QUIET = "quiet"


PLAYFUL: Final = frozenset(
    {Part.SCORE, Part.RAIDS, Part.DIVERSITY, Part.STREAKS, Part.BOSS, Part.HOUR, Part.QUIET}
)
"""What is told only where officers want it told."""
DEFAULT_PARTS: Final = frozenset(Part) - {Part.RENAMES} - PLAYFUL
"""Former names, too, are told only by whoever wants them told."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A summary that a clan wants. ``day`` is a weekday, Monday 0, or a day of the month from 1 to 28.

    ``at`` is local time. It counts from ``since`` on, when it was switched on or its day or time was
    last changed: what was due before it is not made up for.
    ``mention`` is a role, None for nobody.
    """

    clan: ClanId
    cadence: Cadence
    channel: ChannelId
    day: int
    at: time
    since: datetime
    parts: frozenset[Part] = field(default=DEFAULT_PARTS)
    mention: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One time that a post is due. ``key`` is the same whenever it is worked out."""

    key: str
    due_at: datetime
    day: date


def slot_before(schedule: Schedule, now: datetime, zone: ZoneInfo) -> Slot:
    """The last time at or before ``now`` that the schedule names.

    A time that clocks skip is as much later as they skip; of one that comes twice the first is
    meant. So each week and each month has exactly one.
    """
    today = now.astimezone(zone).date()
    day = _day_of(schedule, today)
    if _moment(day, schedule.at, zone) > now:
        day = _day_of(schedule, day - timedelta(days=1))
    return slot_at(schedule.cadence, day, _moment(day, schedule.at, zone))


def slot_after(schedule: Schedule, now: datetime, zone: ZoneInfo) -> Slot:
    """The next time after ``now``."""
    before = slot_before(schedule, now, zone)
    step = relativedelta(months=1) if schedule.cadence is Cadence.MONTHLY else timedelta(days=7)
    day = before.day + step
    return slot_at(schedule.cadence, day, _moment(day, schedule.at, zone))


def slot_at(cadence: Cadence, day: date, due_at: datetime) -> Slot:
    """The slot of a local day."""
    return Slot(f"{cadence}:{day.isoformat()}", due_at, day)


def read_key(key: str) -> tuple[Cadence, date]:
    """What a slot's key says: of which cadence it is, and on which day it is due."""
    cadence, _, day = key.partition(":")
    return Cadence(cadence), date.fromisoformat(day)


def due(
    schedule: Schedule, stored: Collection[str], told: Collection[str], now: datetime, zone: ZoneInfo
) -> list[Slot]:
    """The times that came from ``since`` on and of which nothing is stored, the earliest first.

    However long ago they were, up to :data:`FORGOTTEN`: who sends them gives up what is too late.
    ``stored`` are the keys of posts of either cadence, ``told`` of those that were sent or still are to
    be. Nothing that one of the same cadence tells of is told again: a slot is none with which it has a
    day in common. So there is one for each month, and no second one for a week whose day was changed.
    """
    found: list[Slot] = []
    slot = slot_before(schedule, now, zone)
    while slot.due_at >= max(schedule.since, now - FORGOTTEN):
        if slot.key not in stored and not _is_told(schedule.cadence, slot.day, told):
            found.append(slot)
        slot = slot_before(schedule, slot.due_at - timedelta(microseconds=1), zone)
    return found[::-1]


def next_due(schedule: Schedule, told: Collection[str], now: datetime, zone: ZoneInfo) -> Slot:
    """The next time after ``now`` at which something is posted: as :func:`due` will say then."""
    slot = slot_after(schedule, now, zone)
    while _is_told(schedule.cadence, slot.day, told):
        slot = slot_after(schedule, slot.due_at, zone)
    return slot


def is_too_late(due_at: datetime, now: datetime) -> bool:
    """Whether what was due is given up: after :data:`LATE_BY`, to the last moment of which it goes out."""
    return now - due_at > LATE_BY


def period_of(cadence: Cadence, day: date, zone: ZoneInfo) -> Period:
    """What a post of a day tells of: the seven whole days before it, or the month before its own.

    So every day is told of once, however late the post is.
    """
    first, last = _told_by(cadence, day)
    code = f"{first.isoformat()}..{last.isoformat()}"
    start, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    return Period(code, PeriodKind.CALENDAR, start, end)


def period_before(cadence: Cadence, day: date, zone: ZoneInfo) -> Period:
    """The one before :func:`period_of`, with which it is compared."""
    first = period_of(cadence, day, zone).start.astimezone(zone).date()
    return period_of(cadence, first, zone)


def _told_by(cadence: Cadence, day: date) -> tuple[date, date]:
    """The first and the last day that a post of a day tells of."""
    last = (day if cadence is Cadence.WEEKLY else day.replace(day=1)) - timedelta(days=1)
    return (last - timedelta(days=6) if cadence is Cadence.WEEKLY else last.replace(day=1)), last


def _is_told(cadence: Cadence, day: date, told: Iterable[str]) -> bool:
    """Whether one of these posts tells of a day that a post of this day would tell of."""
    first, last = _told_by(cadence, day)
    spans = [_told_by(cadence, posted_on) for of, posted_on in map(read_key, told) if of is cadence]
    return any(told_first <= last and first <= told_last for told_first, told_last in spans)


def _day_of(schedule: Schedule, latest: date) -> date:
    """The schedule's last day at or before another."""
    if schedule.cadence is Cadence.WEEKLY:
        return latest - timedelta(days=(latest.weekday() - schedule.day) % 7)
    day = latest.replace(day=schedule.day)
    return day if day <= latest else day - relativedelta(months=1)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return resolve_imaginary(datetime.combine(day, at, tzinfo=zone)).astimezone(UTC)
