"""A clan's records: the best day, week and month, with holder and date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from bot.domain.gains import PARTIAL_AFTER
from bot.domain.metrics import BOSS_KILLS, MESSAGES, OVERALL, Metric
from bot.domain.periods import midnight

LOOKED_BACK: Final = timedelta(days=365)
"""Records are of so long a time: what they cost does not grow with a clan's history."""


class RecordSpan(StrEnum):
    """What a record is of: whole local days, weeks from Monday, and calendar months."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


NEAR: Final = {
    RecordSpan.DAY: timedelta(hours=6),
    RecordSpan.WEEK: PARTIAL_AFTER,
    RecordSpan.MONTH: PARTIAL_AFTER,
}
"""A gain counts where a reading lies at most so long before each end: else it may be of another day."""
MEASURED: Final = (OVERALL, BOSS_KILLS)
"""Of which readings tell."""
RECORDED: Final = (*MEASURED, MESSAGES)
TELLING: Final = timedelta(weeks=4)
"""A record is news where it stands among what was measured for so long before it."""


class Slots(NamedTuple):
    """The days on which each span's slots begin, and the one after the last; only what is over."""

    days: tuple[date, ...]
    weeks: tuple[date, ...]
    months: tuple[date, ...]

    def of(self, span: RecordSpan) -> tuple[date, ...]:
        """Those of one span."""
        return {RecordSpan.DAY: self.days, RecordSpan.WEEK: self.weeks, RecordSpan.MONTH: self.months}[span]


@dataclass(frozen=True, slots=True)
class Record:
    """The most that a member did in a day, a week or a month of ``first`` to ``last``, both included.

    ``value`` is in stored units. ``holders`` did the same, in the same slot; of many that share it
    ``others`` are not named, nor is who did the same later. ``since`` is the first slot that anybody was
    measured in.
    """

    span: RecordSpan
    metric: Metric
    value: int
    first: date
    last: date
    holders: tuple[str, ...]
    others: int = 0
    since: date | None = None

    def is_news(self, first: date, last: date) -> bool:
        """Whether it was set in these days, and beats what was done in the weeks before."""
        fits = first <= self.first and self.last <= last
        return fits and self.since is not None and self.first - self.since >= TELLING


@dataclass(frozen=True, slots=True)
class ClanRecords:
    """The records of present members, set while they were in the clan, in the days from ``since`` on.

    ``heard_since`` is when messages were counted from, None where they never were. A span and metric
    without an entry has none that is known.
    """

    clan_name: str
    zone: ZoneInfo
    since: date
    records: tuple[Record, ...]
    members: int
    checked_at: datetime | None = None
    heard_since: datetime | None = None

    @property
    def measured_since(self) -> date | None:
        """The first day of which anybody's gain is known; None where none is above 0."""
        measured = (self.best(RecordSpan.DAY, one) for one in MEASURED)
        return min((one.since for one in measured if one is not None and one.since is not None), default=None)

    def best(self, span: RecordSpan, metric: Metric) -> Record | None:
        """One of them."""
        found = (one for one in self.records if one.span is span and one.metric.key == metric.key)
        return next(found, None)


def slots_before(now: datetime, zone: ZoneInfo) -> Slots:
    """The slots of the last year that are over."""
    today = now.astimezone(zone).date()
    first = today - LOOKED_BACK
    days = tuple(first + timedelta(days=number) for number in range((today - first).days + 1))
    monday = first + timedelta(days=-first.weekday() % 7)
    weeks = tuple(monday + timedelta(weeks=number) for number in range((today - monday).days // 7 + 1))
    month = first if first.day == 1 else first.replace(day=1) + relativedelta(months=1)
    months: list[date] = []
    while month <= today:
        months.append(month)
        month += relativedelta(months=1)
    return Slots(days, weeks, tuple(months))


def boundaries(slots: Slots, zone: ZoneInfo) -> list[tuple[int, int, datetime, datetime]]:
    """Every boundary as the span's number, its own, since when a reading counts for it, and when it is."""
    return [
        (number, index, at - NEAR[span], at)
        for number, span in enumerate(RecordSpan)
        for index, at in enumerate(_midnights(slots.of(span), zone))
    ]


def _midnights(days: Sequence[date], zone: ZoneInfo) -> list[datetime]:
    return [midnight(day, zone) for day in days]
