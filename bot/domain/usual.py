"""What somebody usually does in a week, by eight weeks of their own, and what they did since.

All doubts speak for the member: a week that was not observed counts as an empty one for what
is usual, and what was done lately is known whole or not at all. So nothing that is missing
makes anybody fall behind their usual. Moments are whole quarters of an hour, as counts of messages are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final, NamedTuple

from bot.domain.activity import quarter_of
from bot.domain.coverage import Heard
from bot.domain.gains import Reading, covering_gain, slot_gains, span_in
from bot.domain.inactivity import LOOKED_WITHIN
from bot.domain.periods import Rule
from bot.domain.rules.facts import HOLE, unobserved
from bot.domain.simulation.series import Counts

WEEK: Final = timedelta(weeks=1)
USUAL_WEEKS: Final = 8
RECENT_WEEKS: Final = 2
RECENT: Final = RECENT_WEEKS * WEEK
ENOUGH_WEEKS: Final = 5
"""So many of the eight weeks must have reached what is held against the last two."""
SHARE: Final = 3
"""Less than usual is a third of it at most."""


@dataclass(frozen=True, slots=True)
class Week:
    """``number`` is what was done, None where that was not observed; ``least`` is what is sure of it."""

    start: datetime
    number: int | None = None
    least: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """Ten weeks, the earliest first. ``recent`` is what was done in the last two of them; None is unknown."""

    weeks: tuple[Week, ...]
    recent: int | None = None

    @property
    def known(self) -> list[int]:
        """The weeks before the last two that were observed."""
        return [one.number for one in self.weeks[:USUAL_WEEKS] if one.number is not None]

    @property
    def usual(self) -> int | None:
        """A usual week: the median of those that were observed; None where none was."""
        return round(median(self.known)) if self.known else None

    @property
    def sure(self) -> int:
        """What was reached for sure in five of the eight weeks: never more than what is usual."""
        return sorted((one.least for one in self.weeks[:USUAL_WEEKS]), reverse=True)[ENOUGH_WEEKS - 1]

    @property
    def fell(self) -> bool:
        """Whether a week of the last two was a third at most of what is sure."""
        return self.recent is not None and self.sure > 0 and SHARE * self.recent <= RECENT_WEEKS * self.sure

    @property
    def share(self) -> float:
        """How much of what is sure the last two weeks came to; 1 where it is not known."""
        if self.recent is None or not self.sure:
            return 1.0
        return self.recent / (RECENT_WEEKS * self.sure)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What somebody new did in the first week, for sure, and ``later``: in the time ``over`` up to now."""

    first: int
    later: int | None
    over: timedelta

    @property
    def fell(self) -> bool:
        """Whether a week of the later time was a third of the first one at most."""
        return (
            self.later is not None and self.first > 0 and SHARE * self.later * WEEK <= self.first * self.over
        )

    @property
    def weekly(self) -> int | None:
        """A week of the later time."""
        return None if self.later is None else round(self.later * (WEEK / self.over))


class Talk(NamedTuple):
    """Messages by quarters of an hour. ``discord`` is None for who is not linked: unknown, and not silent."""

    game: Counts
    discord: Counts | None

    def between(self, start: datetime, end: datetime) -> int:
        """How many in the quarters from the one of ``start`` up to that of ``end``."""
        first, past = quarter_of(start), quarter_of(end)
        written = 0 if self.discord is None else self.discord.between(first, past)
        return self.game.between(first, past) + written


@dataclass(frozen=True, slots=True)
class Listened:
    """When chat was heard, up to ``until``."""

    heard: Heard
    until: datetime

    def all_of(self, start: datetime, end: datetime, *, discord: bool) -> bool:
        """Whether at most an hour was missed, as over restarts, of the game's chat and of Discord's.

        A clan without a relay has no game's chat; ``discord`` is whether Discord's matters.
        """
        needed = [] if self.heard.game is None else [self.heard.game]
        needed += [self.heard.discord] if discord else []
        end = min(end, self.until)
        return bool(needed) and all(unobserved(spans, start, end) <= HOLE for spans in needed)


def weeks_before(now: datetime) -> list[tuple[datetime, datetime]]:
    """Eight weeks and then two, the last one ending now."""
    number = USUAL_WEEKS + RECENT_WEEKS
    return [(now - back * WEEK, now - (back - 1) * WEEK) for back in range(number, 0, -1)]


def unknown_pace(now: datetime) -> Pace:
    """Nothing is known of it."""
    return Pace(tuple(Week(start) for start, _ in weeks_before(now)))


def gained(readings: Sequence[Reading], since: datetime | None, now: datetime) -> Pace:
    """What an account gained; ``readings`` are in order of time, ``since`` is when it joined, if known.

    A week is observed where a reading lies at most two days before each of its ends: its number
    is the covering gain, and sure is what was gained between the readings within it. The last two
    weeks are known where WOM looked within the last two days; they begin with the last reading before
    them, however old, so that nothing gained in them is left out.
    """
    slots = weeks_before(now)
    weeks: list[Week] = []
    for (start, end), gain in zip(slots, slot_gains(readings, slots), strict=True):
        observed = _is_read_near(readings, start) and _is_read_near(readings, end)
        if gain is None or not observed or (since is not None and start < since):
            weeks.append(Week(start))
        else:
            weeks.append(Week(start, gain, _gained_within(readings, start, end)))
    return Pace(tuple(weeks), gained_since(readings, now - RECENT, now))


def gained_since(readings: Sequence[Reading], start: datetime, now: datetime) -> int | None:
    """The most that was gained since: unknown without a reading before it, and one of the last two days."""
    span = span_in(readings, start, now, Rule.COVERING)
    if span is None or span.first.at > start or now - span.last.at > LOOKED_WITHIN:
        return None
    return covering_gain(span.first, span.last)


def _is_read_near(readings: Sequence[Reading], moment: datetime) -> bool:
    past = bisect_right(readings, moment, key=_time)
    return past > 0 and moment - readings[past - 1].at <= LOOKED_WITHIN


def _gained_within(readings: Sequence[Reading], start: datetime, end: datetime) -> int:
    inside = readings[bisect_left(readings, start, key=_time) : bisect_right(readings, end, key=_time)]
    return (covering_gain(inside[0], inside[-1]) or 0) if inside else 0


def _time(reading: Reading) -> datetime:
    return reading.at


def together(paces: Sequence[Pace], now: datetime) -> Pace:
    """The pace of a person with all accounts: what one of them did lately is not known unless all are."""
    if len(paces) == 1:
        return paces[0]
    weeks: list[Week] = []
    for index, (start, _) in enumerate(weeks_before(now)):
        those = [one.weeks[index] for one in paces]
        known = [one.number for one in those if one.number is not None]
        weeks.append(Week(start, sum(known) if known else None, sum(one.least for one in those)))
    return Pace(tuple(weeks), _sum([one.recent for one in paces]))


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [one for one in numbers if one is not None]
    return sum(known) if len(known) == len(numbers) else None


def said(talk: Talk, listened: Listened, since: datetime | None, now: datetime) -> Pace:
    """What a person said; a week that was not wholly listened to is unknown, and so are two.

    Without a link, what is said in Discord is unknown, and with it all of it.
    """
    if talk.discord is None:
        return unknown_pace(now)
    weeks: list[Week] = []
    for start, end in weeks_before(now):
        observed = listened.all_of(start, end, discord=True) and (since is None or start >= since)
        number = talk.between(start, end)
        weeks.append(Week(start, number, number) if observed else Week(start))
    lately = now - RECENT
    whole = listened.all_of(lately, now, discord=True)
    return Pace(tuple(weeks), talk.between(lately, now) if whole else None)


def later_of(joined: datetime, now: datetime) -> datetime | None:
    """Since when what somebody new did is held against the first week: since it, for two weeks at most.

    None while that is less than a week.
    """
    start = max(joined + WEEK, now - RECENT)
    return start if now - start >= WEEK else None


def gained_first(accounts: Sequence[Sequence[Reading]], joined: datetime, now: datetime) -> Beginning | None:
    """What all accounts gained in the first week, for sure, and later at most; None while it is too early."""
    start = later_of(joined, now)
    if start is None:
        return None
    first = sum(_gained_within(one, joined, joined + WEEK) for one in accounts)
    return Beginning(first, _sum([gained_since(one, start, now) for one in accounts]), now - start)


def said_first(talk: Talk, listened: Listened, joined: datetime, now: datetime) -> Beginning | None:
    """What somebody new said: without a link in the game's chat only."""
    start = later_of(joined, now)
    if start is None:
        return None
    whole = listened.all_of(start, now, discord=talk.discord is not None)
    first = talk.between(joined, joined + WEEK)
    return Beginning(first, talk.between(start, now) if whole else None, now - start)
