"""What was observed over time, kept so that any moment's numbers are found by bisection."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from bot.domain.gains import Reading, Span
from bot.domain.ids import MemberId
from bot.domain.rules.facts import heard_since

_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Holding:
    """A profile's snapshots while it was a member's: their times in order, and each metric's values."""

    times: Sequence[datetime]
    values: Mapping[str, Sequence[int | None]]

    def span(self, metric: str, start: datetime, now: datetime) -> Span | None:
        """The readings that the covering rule compares: the first may lie after the start.

        None where the metric or the profile was not measured up to ``now``.
        """
        values = self.values.get(metric)
        past = bisect_right(self.times, now)
        if values is None or not past:
            return None
        first = max(0, bisect_right(self.times, start) - 1)
        first, last = min(first, past - 1), past - 1
        return Span(Reading(self.times[first], values[first]), Reading(self.times[last], values[last]))

    def checked(self, now: datetime) -> datetime | None:
        """The last snapshot up to ``now``."""
        past = bisect_right(self.times, now)
        return self.times[past - 1] if past else None


def span_over(holdings: Sequence[Holding], metric: str, start: datetime, now: datetime) -> Span | None:
    """A member's two readings, over all profiles that were theirs.

    It begins with the last reading at or before the start, else with the first after it.
    """
    if len(holdings) == 1:
        return holdings[0].span(metric, start, now)
    spans = [span for one in holdings if (span := one.span(metric, start, now)) is not None]
    if not spans:
        return None
    before = [one.first for one in spans if one.first.at <= start]
    first = max(before, key=_at) if before else min((one.first for one in spans), key=_at)
    return Span(first, max((one.last for one in spans), key=_at))


def _at(reading: Reading) -> datetime:
    return reading.at


class Counts:
    """Numbers by quarter of an hour, added up in any span."""

    def __init__(self, by_quarter: Mapping[int, int]) -> None:
        self.quarters = sorted(by_quarter)
        self._sums = [0, *accumulate(by_quarter[one] for one in self.quarters)]

    def between(self, first: int, past: int) -> int:
        """How many in ``[first, past)``."""
        if past <= first:
            return 0
        return self._sums[bisect_left(self.quarters, past)] - self._sums[bisect_left(self.quarters, first)]

    def last_before(self, past: int) -> int | None:
        """The last quarter before ``past`` with any."""
        index = bisect_left(self.quarters, past)
        return self.quarters[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class Chat:
    """A member's messages. ``whole`` are those of quarters that were wholly theirs, ``edges`` the others.

    ``by_kind`` are the whole ones in the game and in Discord.
    """

    whole: Counts
    edges: Counts
    by_kind: Mapping[str, Counts] = field(default_factory=dict[str, Counts])


SILENT = Chat(Counts({}), Counts({}))


class Heard:
    """When anything was listened to."""

    def __init__(self, spans: Iterable[tuple[datetime, datetime]]) -> None:
        merged: list[tuple[datetime, datetime]] = []
        for start, end in sorted(spans):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        self._starts = [start for start, _ in merged]
        self._ends = [end for _, end in merged]
        self._sums = [_NONE, *accumulate(end - start for start, end in merged)]

    @property
    def first(self) -> datetime | None:
        """Since when; None where never."""
        return self._starts[0] if self._starts else None

    def unheard(self, start: datetime, end: datetime) -> timedelta:
        """How much of ``[start, end)`` was not."""
        return max(_NONE, end - start) - max(_NONE, self._until(end) - self._until(start))

    def since(self, now: datetime) -> datetime:
        """Since when at most an hour before ``now`` was not heard."""
        index = bisect_right(self._starts, now)
        known = zip(self._starts[:index], self._ends[:index], strict=True)
        return heard_since([(start, min(end, now)) for start, end in known], now)

    def _until(self, moment: datetime) -> timedelta:
        """How much was heard before a moment."""
        index = bisect_right(self._starts, moment)
        if not index:
            return _NONE
        return self._sums[index] - max(_NONE, self._ends[index - 1] - moment)


@dataclass(frozen=True, slots=True)
class Days:
    """Local days: ``first`` is the first one's ordinal, ``starts`` are the quarters that each begins with."""

    first: int
    starts: Sequence[int]

    def by_day(self, counts: Counts) -> dict[int, int]:
        """How many on each day that has any, by the day's ordinal; what lies outside is left out."""
        found: dict[int, int] = {}
        for quarter in counts.quarters:
            index = bisect_right(self.starts, quarter) - 1
            if 0 <= index < len(self.starts) - 1:
                day = self.first + index
                found[day] = found.get(day, 0) + counts.between(quarter, quarter + 1)
        return found


Owned = Mapping[MemberId, Sequence[Holding]]
"""The profiles of each member."""
