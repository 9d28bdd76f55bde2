"""Absences: who is away until when, as they or officers say."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.desk_errors import UnreadableUntil
from bot.domain.errors import UnreadablePeriod
from bot.domain.ids import MemberId, UserId
from bot.domain.periods import EPOCH, PeriodKind, midnight, read_period

LONGEST: Final = timedelta(days=366)
LONGEST_REASON: Final = 200
AWAY_DAYS: Final = 30
"""What *Away 30 days* stands for."""
_DAY = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
_STAMP = re.compile(r"<t:([0-9]{1,11})(?::[a-z])?>")
_LEADING = re.compile(r"^(?:in|for|until|next) +")
OFFERED: Final = (
    ("In a week", "1 week"),
    ("In 2 weeks", "2 weeks"),
    ("In 30 days", "30 days"),
    ("In 2 months", "2 months"),
    ("In 3 months", "3 months"),
)


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away. ``user`` is a Discord user, with every account that is verified as theirs;
    ``member`` an account that officers named. At least one of them is given.

    It ends by itself at ``until``, or at ``ended_at`` before.
    """

    id: int
    user: UserId | None
    member: MemberId | None
    start: datetime
    until: datetime
    because: str
    noted_by: UserId
    ended_at: datetime | None = None

    @property
    def end(self) -> datetime:
        """When it ends, or ended."""
        return self.until if self.ended_at is None else min(self.until, self.ended_at)

    def lasts(self, now: datetime) -> bool:
        """Whether they are away now. At its end they are not."""
        return self.start <= now < self.end


def read_until(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Read until when somebody is away.

    A day (``2026-12-24``, "tomorrow") belongs to the absence: it ends with it, in ``zone``.
    An amount of time ("in 2 weeks", ``30d``) begins now; as at WOM, ``m`` is 31 days. A
    timestamp of Discord's is that moment.

    Raises:
        UnreadableUntil: no rule reads it, it is over, or it is more than a year away.
    """
    asked = _LEADING.sub("", " ".join(text.casefold().split()))
    try:
        until = _until(asked, now, zone)
    except (ValueError, OverflowError, UnreadablePeriod):
        until = None
    if until is None or not now < until <= now + LONGEST:
        raise UnreadableUntil(text)
    return until


def _until(asked: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    today = now.astimezone(zone).date()
    if asked == "tomorrow":
        return midnight(today + timedelta(days=2), zone)
    if day := _DAY.fullmatch(asked):
        return midnight(date(*map(int, day.groups())) + timedelta(days=1), zone)
    if stamp := _STAMP.fullmatch(asked):
        return EPOCH + timedelta(seconds=int(stamp[1]))
    period = read_period(re.sub(r"^an? ", "1 ", asked), now=now, zone=zone)
    return now.astimezone(UTC) + (period.end - period.start) if period.kind is PeriodKind.ROLLING else None
