"""What the simulated WOM remembers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

Value = int | float
"""A metric's raw value; -1 is unranked."""


@dataclass(frozen=True)
class Look:
    """One look at a player: what differs from the look before. ``level`` is the total level, if told."""

    at: datetime
    changes: Mapping[str, Value]
    level: int | None = None
    imported_at: datetime | None = None


@dataclass(frozen=True)
class Sight:
    """One look with every value that was ever named, as of then."""

    player: int
    at: datetime
    values: Mapping[str, Value]
    level: int | None
    imported_at: datetime | None


@dataclass
class Profile:
    """A tracked account. ``looks`` stand in the order of their times."""

    id: int
    name: str
    registered_at: datetime
    type: str = "regular"
    build: str = "main"
    country: str | None = None
    status: str = "active"
    opted_out: bool = False
    last_changed_at: datetime | None = None
    last_imported_at: datetime | None = None
    archive: dict[str, object] | None = None
    looks: list[Look] = field(default_factory=list[Look])
    latest: Sight | None = None
    encoded: bytes | None = None

    @property
    def username(self) -> str:
        """The standardised name."""
        return standardised(self.name)

    @property
    def updated_at(self) -> datetime | None:
        """The last look."""
        return self.looks[-1].at if self.looks else None

    def value(self, metric: str) -> int | float:
        """The newest value; 0 for unranked, as in WOM's player."""
        return 0 if self.latest is None else max(0, self.latest.values.get(metric, 0))

    def sights(self) -> Iterator[Sight]:
        """Every look, oldest first, with all its values."""
        values: dict[str, Value] = {}
        level: int | None = None
        for look in self.looks:
            values, level = {**values, **look.changes}, look.level or level
            yield Sight(self.id, look.at, values, level, look.imported_at)

    def between(self, start: datetime, end: datetime) -> tuple[Sight, Sight] | None:
        """The first and the last look in the window, both ends included; None where there is none."""
        values: dict[str, Value] = {}
        first: Sight | None = None
        last: Look | None = None
        for look in self.looks:
            if look.at > end:
                break
            values.update(look.changes)
            if look.at >= start:
                first = first or Sight(self.id, look.at, dict(values), look.level, look.imported_at)
                last = look
        if first is None or last is None:
            return None
        return first, Sight(self.id, last.at, values, last.level, last.imported_at)

    def see(self, look: Look) -> None:
        """Add a look, wherever its time belongs."""
        before = self.latest
        self.looks.append(look)
        self.looks.sort(key=lambda one: one.at)
        if before is not None and look is self.looks[-1]:
            values = {**before.values, **look.changes}
            self.latest = Sight(self.id, look.at, values, look.level or before.level, look.imported_at)
        else:
            self.refold()
        self.encoded = None
        gained = before is None or any(
            value > before.values.get(key, -1) for key, value in look.changes.items()
        )
        if gained and (self.last_changed_at is None or look.at > self.last_changed_at):
            self.last_changed_at = look.at
        if look.imported_at is not None:
            self.last_imported_at = look.imported_at

    def refold(self) -> None:
        """Work the newest values out again from all looks."""
        self.latest, self.encoded = None, None
        values: dict[str, Value] = {}
        level: int | None = None
        for look in self.looks:
            values.update(look.changes)
            level = look.level or level
        if self.looks:
            last = self.looks[-1]
            self.latest = Sight(self.id, last.at, values, level, last.imported_at)


@dataclass
class Member:
    """A membership. ``in_game_join`` is the game's own join date, which few syncs tell."""

    player: int
    role: str
    created_at: datetime
    updated_at: datetime
    in_game_join: datetime | None = None


@dataclass(frozen=True)
class Happening:
    """A row of a group's activity: joined, left or changed_role."""

    group: int
    player: int
    type: str
    role: str | None
    previous_role: str | None
    at: datetime


@dataclass
class Rename:
    """A name change; ``status`` is pending, approved or denied."""

    id: int
    player: int
    old: str
    new: str
    created_at: datetime
    updated_at: datetime
    status: str = "pending"
    resolved_at: datetime | None = None


@dataclass(frozen=True)
class Feat:
    """An achievement. ``accuracy`` is in milliseconds, None where unknown."""

    player: int
    name: str
    metric: str
    threshold: int
    measure: str
    at: datetime
    accuracy: int | None = None


@dataclass(frozen=True)
class Contest:
    """A competition of a group, over one metric."""

    id: int
    group: int
    title: str
    metric: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    kind: str = "classic"


@dataclass
class Group:
    """A group, its roster by player id and its activity, oldest first."""

    id: int
    name: str
    code: str
    roles: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    clan_chat: str | None = None
    description: str | None = None
    homeworld: int | None = None
    website: str | None = None
    discord: str | None = None
    patron: bool = False
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    happenings: list[Happening] = field(default_factory=list[Happening])


@lru_cache(maxsize=4096)
def standardised(name: str) -> str:
    """Fold a name as WOM does: separators are one space each, trimmed, lower case."""
    return "".join(" " if letter in "-_" or letter.isspace() else letter for letter in name).strip().lower()
