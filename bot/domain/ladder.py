"""What follows from being quiet: flag, private notice, grace, officers' decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.ids import ChannelId, ClanId, MemberId, MessageId, UserId
from bot.domain.inactivity import Judged, Person, Standing
from bot.domain.worklist import StepId

DEFAULT_DAYS: Final = 30
DEFAULT_GRACE: Final = 14
FEWEST_DAYS: Final = 3
MOST_DAYS: Final = 365
MOST_GRACE: Final = 90
LONGEST_TEXT: Final = 800


class Notice(StrEnum):
    """How far a private notice is. ``TRYING`` was stored before it was sent: it may have arrived."""

    PENDING = "pending"
    TRYING = "trying"
    DELIVERED = "delivered"
    CLOSED = "closed"
    FAILED = "failed"
    UNLINKED = "unlinked"
    OVER = "over"
    """The case ended before it was sent."""


UNSENT: Final = (Notice.PENDING, Notice.TRYING)


class Reply(StrEnum):
    """What a receiver may answer to a notice."""

    BACK = "back"
    AWAY = "away"
    QUIT = "quit"


class Outcome(StrEnum):
    """How a case ended. ``SAME``: it turned out to be of somebody who has an earlier one, which goes on."""

    SEEN = "seen"
    BACK = "back"
    AWAY = "away"
    LEFT = "left"
    REMOVE = "remove"
    KEEP = "keep"
    SAME = "same"


class Choice(StrEnum):
    """What officers may decide."""

    REMOVE = "remove"
    MORE = "more"
    KEEP = "keep"


class Stage(StrEnum):
    """Which list of officers a person is on."""

    QUIET = "quiet"
    WAITING = "waiting"
    DECIDE = "decide"
    REMOVE = "remove"
    UNKNOWN = "unknown"
    EXCEPTED = "excepted"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class LadderSettings:
    """What officers chose for a clan. ``by_rank`` are limits of their own, by WOM's role.

    Without ``notices`` whoever is quiet awaits the officers' decision at once.
    ``text`` replaces what a notice says first; None for ours.
    """

    days: int = DEFAULT_DAYS
    grace_days: int = DEFAULT_GRACE
    notices: bool = True
    by_rank: Mapping[str, int] = field(default_factory=dict[str, int])
    safe_ranks: frozenset[str] = frozenset()
    safe_members: frozenset[MemberId] = frozenset()
    safe_roles: frozenset[int] = frozenset()
    text: str | None = None

    @property
    def grace(self) -> timedelta:
        """How long somebody has after a notice."""
        return timedelta(days=self.grace_days)

    @property
    def longest(self) -> int:
        """The longest limit of any rank, in days."""
        return max((self.days, *self.by_rank.values()))

    def limit(self, ranks: Iterable[str | None], days: int | None = None) -> timedelta:
        """How long a person of these ranks may be quiet: the longest of them; ``days`` for all, if given."""
        if days is not None:
            return timedelta(days=days)
        return timedelta(days=max(self.by_rank.get(rank or "", self.days) for rank in ranks))


@dataclass(frozen=True, slots=True)
class Case:
    """A person on the ladder, by the account that stood for them when it began.

    ``grace_until`` is None while the notice is not out. An open case has no ``closed_at``.
    """

    id: int
    member: MemberId
    user: UserId | None
    opened_at: datetime
    opened_by: UserId
    notice: Notice | None = None
    grace_until: datetime | None = None
    reply: Reply | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: UserId | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """An account that is on the worklist to be removed because of a case, or was ticked off there."""

    step: StepId
    case: int
    member: MemberId
    added_at: datetime
    done_at: datetime | None = None


REMOVALS: Final = "inactive:"
"""How the origins of those steps of the worklist begin; the case and the member follow."""


def removal_origin(case: int, member: MemberId) -> str:
    """By what the worklist knows the removal of an account that a case led to."""
    return f"{REMOVALS}{case}:{member}"


def case_of_removal(origin: str) -> int:
    """The case that such a step of the worklist comes from."""
    return int(origin.removeprefix(REMOVALS).partition(":")[0])


def removed_by(person: Person, removals: Iterable[Removal]) -> frozenset[int]:
    """The cases by which a person is to be removed still.

    ``removals`` are open on the worklist, or were ticked off there so recently that the account
    is expected to leave the roster. They end when an account of the person's joins the clan after
    it was decided.
    """
    joined = max((one.joined_at for one in person.accounts if one.joined_at is not None), default=None)
    return frozenset(
        one.case
        for one in removals
        if one.member in person.members and (joined is None or joined <= one.added_at)
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What happened in a case, when, and by whom; None is the bot."""

    at: datetime
    by: UserId | None
    what: str


@dataclass(frozen=True, slots=True)
class Round:
    """Notices that an officer sent, and the message that shows how far they are."""

    id: int
    clan: ClanId
    asked_by: UserId
    asked_at: datetime
    text: str
    channel: ChannelId | None = None
    message: MessageId | None = None
    ended_at: datetime | None = None
    counts: Mapping[Notice, int] = field(default_factory=dict[Notice, int])
    unlinked: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """How many are not sent yet."""
        return sum(self.counts.get(one, 0) for one in UNSENT)


def stage(judged: Judged, case: Case | None, settings: LadderSettings, now: datetime) -> Stage:
    """Which list a person is on.

    Who says that they have quit awaits a decision whatever the clocks say. Else being seen,
    excused or unknown comes before any grace that ran out: a case without evidence of today
    waits on. At the end of a grace it is over. ``case`` is the open one, else the one by which
    the person is to be removed still (:func:`removed_by`): that ends when they are seen after it,
    are away or safe, but for who says that they have quit.
    """
    if case is not None and case.outcome is Outcome.REMOVE:
        if case.reply is Reply.QUIT or not _is_excused_since(judged, case):
            return Stage.REMOVE
        case = None
    if case is not None and case.reply is Reply.QUIT:
        return Stage.DECIDE
    if judged.standing is Standing.QUIET:
        return _stage_of_quiet(case, settings, now)
    return _PLACES.get(judged.standing, Stage.EXCEPTED)


_PLACES: Final = {Standing.ACTIVE: Stage.ACTIVE, Standing.UNKNOWN: Stage.UNKNOWN}


def _is_excused_since(judged: Judged, case: Case) -> bool:
    seen = judged.person.seen_at
    if judged.standing in {Standing.ABSENT, Standing.SAFE}:
        return True
    return seen is not None and case.closed_at is not None and seen > case.closed_at


def _stage_of_quiet(case: Case | None, settings: LadderSettings, now: datetime) -> Stage:
    if case is None:
        return Stage.QUIET if settings.notices else Stage.DECIDE
    if case.grace_until is None or now < case.grace_until:
        return Stage.WAITING
    return Stage.DECIDE


@dataclass(frozen=True, slots=True)
class Placed:
    """A person, what is known of them, and where they are on the ladder."""

    judged: Judged
    stage: Stage
    case: Case | None = None

    @property
    def lead(self) -> MemberId:
        """The account that stands for the person."""
        return self.judged.person.lead.member


@dataclass(frozen=True, slots=True)
class Quiet:
    """The whole clan, by person, as ``/inactive`` shows it. ``days`` was asked for all; None is by rank."""

    clan: ClanId
    clan_name: str
    now: datetime
    settings: LadderSettings
    days: int | None
    people: tuple[Placed, ...]
    has_relay: bool

    def of(self, stage: Stage) -> list[Placed]:
        """Who is on a list, the longest unseen first; never seen comes before all."""
        found = [one for one in self.people if one.stage is stage]
        return sorted(found, key=lambda one: (_seen(one), one.judged.person.lead.name.casefold()))

    def by_member(self, member: MemberId) -> Placed | None:
        """The person of an account; None where it is nobody's on the roster."""
        return next((one for one in self.people if member in one.judged.person.members), None)

    @property
    def unchecked(self) -> tuple[MemberId, ...]:
        """The accounts that Wise Old Man would have to look at before anything can be said."""
        return tuple(member for one in self.of(Stage.UNKNOWN) for member in one.judged.unchecked)


def _seen(one: Placed) -> float:
    seen = one.judged.person.seen_at
    return 0.0 if seen is None else seen.timestamp()
