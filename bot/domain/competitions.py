"""A clan's competitions at Wise Old Man, and where members stand in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from bot.domain.gains import PARTIAL_AFTER, Reading, Span
from bot.domain.leaderboards import Board
from bot.domain.metrics import Metric

SHOWN_AFTER: Final = timedelta(days=14)
"""How long a competition that is over is still offered."""


LAST_HOURS: Final = timedelta(hours=6)
"""How long before its end a competition is told of once more."""
BEGUN_FOR: Final = timedelta(days=1)
"""That it has begun is news for so long."""
OVER_FOR: Final = timedelta(days=2)
"""And its result."""


class ContestNews(StrEnum):
    """What a feed tells of a competition. In the keys of what was told, so a value is never renamed."""

    BEGUN = "begun"
    ENDING = "ending"
    OVER = "over"


class Phase(IntEnum):
    """Running ones come first, then those to come, then those that are over."""

    RUNNING = 0
    TO_COME = 1
    OVER = 2


@dataclass(frozen=True, slots=True)
class Contest:
    """One competition; ``metrics`` are several where its score is made of several."""

    id: int
    title: str
    metrics: tuple[Metric, ...]
    starts_at: datetime
    ends_at: datetime
    is_team: bool = False

    def phase(self, now: datetime) -> Phase:
        """Where it is; both of its ends belong to it."""
        if now < self.starts_at:
            return Phase.TO_COME
        return Phase.RUNNING if now <= self.ends_at else Phase.OVER


@dataclass(frozen=True, slots=True)
class ContestStandings:
    """A competition with everybody's place. ``board`` is None before it begins, and over several metrics."""

    contest: Contest
    phase: Phase
    board: Board | None


def offered(contests: Iterable[Contest], now: datetime) -> list[Contest]:
    """Which are shown: running ones by their end, those to come by their beginning, then the last over."""

    def order(one: Contest) -> tuple[int, float]:
        match one.phase(now):
            case Phase.RUNNING:
                return Phase.RUNNING, one.ends_at.timestamp()
            case Phase.TO_COME:
                return Phase.TO_COME, one.starts_at.timestamp()
            case _:
                return Phase.OVER, -one.ends_at.timestamp()

    shown = [one for one in contests if now - one.ends_at <= SHOWN_AFTER]
    return sorted(shown, key=order)


def contest_span(covering: Span, inside: Span | None, start: datetime) -> Span:
    """The two readings that a gain in a competition rests on.

    ``covering`` begins with the last reading at or before the start, where there is one, ``inside`` with
    the first from the start on. The gain begins with the nearer one, but never with one from more than
    36 hours before the start: what was gained before a competition is none of it. Where only that is known,
    nothing is: both readings are the same.
    """
    known = [covering.first] if inside is None else [inside.first, covering.first]
    fitting = [one for one in known if start - one.at <= PARTIAL_AFTER]
    first = min(fitting, key=lambda one: abs(one.at - start), default=covering.last)
    return Span(first, covering.last)


def measured_until(last: Reading, end: datetime) -> datetime | None:
    """When a gain's measuring ended, where that is more than 36 hours before its competition; else None."""
    return last.at if end - last.at > PARTIAL_AFTER else None


def contest_news(contest: Contest, now: datetime) -> Iterator[tuple[ContestNews, datetime]]:
    """What is news of a competition now, and since when.

    One that lasts less than twice its last hours is not told of in them.
    """
    over = contest.phase(now) is Phase.OVER
    last = contest.ends_at - LAST_HOURS
    if contest.phase(now) is Phase.RUNNING and now - contest.starts_at <= BEGUN_FOR:
        yield ContestNews.BEGUN, contest.starts_at
    if not over and now >= last and last - contest.starts_at >= LAST_HOURS:
        yield ContestNews.ENDING, last
    if over and now - contest.ends_at <= OVER_FOR:
        yield ContestNews.OVER, contest.ends_at
