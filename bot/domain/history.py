"""What officers did, in one list: sets of role changes, decisions of who is who, everything else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.change_sets import ChangeSet, Tally
from bot.domain.decisions import Decision
from bot.domain.ids import MemberId, UserId


class Sort(StrEnum):
    """What an entry is. Stored in buttons, so a value is never renamed."""

    CHANGES = "c"
    DECISION = "d"
    ACTION = "a"


@dataclass(frozen=True, slots=True)
class Action:
    """Something an officer did that the audit log keeps; ``detail`` says what, and before and after."""

    number: int
    at: datetime
    by: UserId
    action: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """A set of role changes, with how far it is."""

    of: ChangeSet
    tally: Tally


Entry = Changes | Decision | Action


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page, the newest entry first. ``names`` are those of the members whom entries name."""

    entries: tuple[Entry, ...]
    page: int
    pages: int
    number: int
    names: Mapping[MemberId, str] = field(default_factory=dict[MemberId, str])
