"""How large the clan is that everything is measured on: the one that the old scripts served."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 1, 15, 7, 30, 250_000, tzinfo=UTC)
"""The present of the measured clan: in the middle of a quarter, a day and a week."""


@dataclass(frozen=True, slots=True)
class Size:
    """``changed`` is how many of the 113 metrics differ from one snapshot to the next, on average."""

    members: int = 404
    active: int = 303
    snapshots: int = 96_097
    messages: int = 586_551
    days: int = 320
    changed: int = 12

    def times(self, factor: float) -> "Size":
        """The same clan with a longer history."""
        return replace(
            self,
            snapshots=round(self.snapshots * factor),
            messages=round(self.messages * factor),
            days=round(self.days * factor),
        )

    @property
    def start(self) -> datetime:
        """When the history begins."""
        return NOW - timedelta(days=self.days)


REAL = Size()
