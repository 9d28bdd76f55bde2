"""Periods: which span of time a question is about, and how its numbers are read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
