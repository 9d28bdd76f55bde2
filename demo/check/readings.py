"""Gains and totals from snapshots, by WOM's rule and by the covering rule."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.script import Snapshot

_SKILLS = (
    "attack defence strength hitpoints ranged prayer magic cooking woodcutting fletching fishing firemaking "
    "crafting smithing mining herblore agility thieving slayer farming runecrafting hunter construction "
    "sailing"
)
_OTHERS = (
    "overall bounty_hunter_hunter bounty_hunter_rogue clue_scrolls_all clue_scrolls_beginner "
    "clue_scrolls_easy clue_scrolls_medium clue_scrolls_hard clue_scrolls_elite clue_scrolls_master "
    "last_man_standing pvp_arena soul_wars_zeal guardians_of_the_rift colosseum_glory collections_logged "
    "ehp ehb total_level"
)
SKILLS = frozenset(_SKILLS.split())
NOT_BOSSES = SKILLS | frozenset(_OTHERS.split())
LATE = timedelta(hours=36)
"""A first reading later than this after the period's start makes the figure partial."""


@dataclass(frozen=True)
class Reading:
    """A metric at one snapshot; None is unranked."""

    at: datetime
    value: int | None


@dataclass(frozen=True)
class Gain:
    """``since`` is the first reading's time where the figure is partial (≈)."""

    value: int | None
    since: datetime | None = None


class Readings:
    """One account's snapshots, unfolded: each with every metric as of then."""

    def __init__(self, snapshots: Iterable[Snapshot]) -> None:
        self.times: list[datetime] = []
        self._values: list[dict[str, int]] = []
        held: dict[str, int] = {}
        for snapshot in snapshots:
            changed = {name: value for name, value in snapshot.values.items() if name != "total_level"}
            held = held | changed | {"total_level": snapshot.level}
            self.times.append(snapshot.at)
            self._values.append(held)

    def until(self, horizon: datetime) -> "Readings":
        """Only those that were known by then."""
        known = Readings(())
        count = bisect_right(self.times, horizon)
        known.times, known._values = self.times[:count], self._values[:count]
        return known

    def metrics(self) -> set[str]:
        """Every metric that was ever ranked."""
        return set(self._values[-1]) if self._values else set()

    def last_at(self, moment: datetime) -> datetime | None:
        """When the account was last looked at, at or before a moment."""
        count = bisect_right(self.times, moment)
        return self.times[count - 1] if count else None

    def reading(self, index: int, metric: str) -> Reading:
        """The metric at one of the snapshots. ``boss_kills`` sums the ranked bosses."""
        values = self._values[index]
        if metric == "boss_kills":
            kills = [value for name, value in values.items() if name not in NOT_BOSSES and value >= 0]
            return Reading(self.times[index], sum(kills) if kills else None)
        value = values.get(metric, -1)
        return Reading(self.times[index], None if value < 0 else value)

    def total(self, metric: str, moment: datetime) -> int | None:
        """The value as of a moment."""
        count = bisect_right(self.times, moment)
        return self.reading(count - 1, metric).value if count else None

    def gain(self, metric: str, start: datetime, end: datetime, rule: str) -> Gain:
        """The gain by ``rule``, which is ``wom`` or ``covering``."""
        last = bisect_right(self.times, end) - 1
        first = bisect_left(self.times, start)
        if rule == "covering":
            first = max(bisect_right(self.times, start) - 1, 0)
        if first >= last:
            return Gain(None)
        before, after = self.reading(first, metric), self.reading(last, metric)
        value = _wom(metric, before, after) if rule == "wom" else _covering(before, after)
        late = before.at - start > LATE
        return Gain(value, before.at if late and value is not None else None)


def _wom(metric: str, before: Reading, after: Reading) -> int | None:
    """An unranked end is unknown, though WOM's own formula would call it 0."""
    if after.value is None:
        return None
    if before.value is None:
        return 0 if metric == "overall" else after.value
    return max(0, after.value - before.value)


def _covering(before: Reading, after: Reading) -> int | None:
    if before.value is None or after.value is None:
        return None
    return after.value - before.value
