"""A clan's competitions at Wise Old Man, and where members stand in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from bot.domain.leaderboards import Board
from bot.domain.metrics import Metric

SHOWN_AFTER: Final = timedelta(days=14)
"""How long a competition that is over is still offered."""


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
