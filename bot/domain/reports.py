"""What a report of a whole clan says: values alone, from which a workbook, csv and json are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.ids import MemberId, UserId
from bot.domain.inactivity import Doubt, Standing
from bot.domain.metrics import Metric
from bot.domain.periods import Period
from bot.domain.rules.judging import Outcome

WINDOWS: Final = ("7d", "30d", "90d", "365d")
"""The rolling periods of the roster's columns, the shortest first. Messages have no column for the last."""


class ReportKind(StrEnum):
    """What somebody may ask for: everything, or one sheet of it."""

    ALL = "all"
    ROSTER = "roster"
    GAINS = "gains"
    ACTIVITY = "activity"
    CHANGES = "changes"
    PROMOTIONS = "promotions"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Figures:
    """One measure of one member over each of :data:`WINDOWS` and in all; None is unknown, never 0."""

    windows: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One member as the roster sheet tells of them, in stored units.

    ``place`` is by XP gained over the report's period, shared by equals; None where that is
    unknown. ``seen_in_game`` and ``wrote_at`` are None where nothing is known: without a link
    Discord is unknown. ``measured_from`` says by window since when gains were measured where that
    is late. ``next_rank`` is the rank they earned, else the next one of which it is not
    known, else the next one, with ``outcome``; None without rules and for who has the last.
    """

    place: int | None
    member: MemberId
    name: str
    role: str | None
    account_type: str
    joined_at: datetime | None
    messages: Figures
    xp: Figures
    kills: Figures
    ehp: Figures
    ehb: Figures
    measured_from: tuple[datetime | None, ...]
    total_level: int | None
    seen_in_game: datetime | None
    wrote_at: datetime | None
    checked_at: datetime | None
    link: str
    users: tuple[UserId, ...]
    next_rank: str | None
    outcome: Outcome | None

    @property
    def late(self) -> tuple[str, ...]:
        """The windows of which gains begin late, so that they cover less."""
        return tuple(code for code, at in zip(WINDOWS, self.measured_from, strict=True) if at is not None)


@dataclass(frozen=True, slots=True)
class GainsLine:
    """One member's gains over the period by metric key.

    ``measured_from`` is when the first reading lies more than 36 hours after the period's
    start. A metric that is absent was never read for them.
    """

    member: MemberId
    name: str
    gains: Mapping[str, int | None]
    measured_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """Some local days, both included and whole but for today.

    ``observed`` is whether somebody listened, all but an hour of a day.
    """

    first: date
    last: date
    observed: bool


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One member's messages by the slots of :class:`ClanReport`.

    None where nothing of theirs was heard, and not all was, or nobody knows who they are in Discord.
    ``in_period`` are those of the report's period to the moment, as in the roster: the first slot
    begins at midnight, so that all slots together may hold more.
    """

    member: MemberId
    name: str
    messages: tuple[int | None, ...]
    in_period: int | None


class ChangeKind(StrEnum):
    """What can happen to a member."""

    JOINED = "joined"
    RETURNED = "returned"
    LEFT = "left"
    RANK_CHANGED = "rank_changed"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened in the period: a role's key or a name before and after, where there is one."""

    at: datetime
    member: MemberId
    name: str
    kind: ChangeKind
    before: str | None
    after: str | None


class Readiness(StrEnum):
    """Which of officers' lists a member is on."""

    READY = "ready"
    UNKNOWN = "unknown"
    BELOW = "below"
    HELD = "held"
    UNDER_WAY = "under way"


@dataclass(frozen=True, slots=True)
class PromotionLine:
    """A member whose rank officers have to decide on. ``met`` of ``conditions`` are met."""

    member: MemberId
    readiness: Readiness
    name: str
    role: str | None
    rank: str
    met: int | None
    conditions: int | None
    since: datetime | None
    linked: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class InactiveLine:
    """A person who is quiet, or of whom it is not known, by their main account.

    The three times are of the last gain, line in the game and message in Discord. ``days`` is
    the limit that they were judged by.
    """

    member: MemberId
    name: str
    role: str | None
    standing: Standing
    gained_at: datetime | None
    said_at: datetime | None
    wrote_at: datetime | None
    checked_at: datetime | None
    doubts: tuple[Doubt, ...]
    days: int
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Somebody who spoke in the period and is nobody's: a relayed name, or a user without a link."""

    label: str
    user: UserId | None
    messages: int


@dataclass(frozen=True, slots=True)
class ClanReport:
    """A whole clan at ``made_at``, and over ``period`` what happened.

    ``skills`` and ``bosses`` are those of the gains, in WOM's order, bosses that are newer than this
    program last. ``slots`` and ``activity`` are empty where they were not asked for. ``promotions`` is
    None where the clan has no rules. ``collecting_since`` is when the first channel was observed,
    None where none ever was; ``checked_at`` and ``oldest_check`` are WOM's newest and oldest
    last look at a member.
    """

    clan_name: str
    group: int
    zone: ZoneInfo
    period: Period
    made_at: datetime
    roster: tuple[RosterLine, ...]
    skills: tuple[Metric, ...]
    bosses: tuple[Metric, ...]
    gains: tuple[GainsLine, ...]
    slots: tuple[Slot, ...]
    activity: tuple[ActivityLine, ...]
    changes: tuple[Change, ...]
    promotions: tuple[PromotionLine, ...] | None
    inactive: tuple[InactiveLine, ...]
    unresolved: tuple[Unresolved, ...]
    collecting_since: datetime | None
    checked_at: datetime | None
    oldest_check: datetime | None
