"""Who is who: what is known of members and their names, what WOM answers, and what a poll changes.

The rules between them are in :mod:`bot.domain.roster`.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.errors import InvalidName
from bot.domain.ids import MemberId, NameKey, PlayerId
from bot.domain.names import name_key


@dataclass(frozen=True, slots=True)
class Held:
    """A name that a member held over ``[start, end)``; None is "since ever" and "still"."""

    member: MemberId
    key: NameKey
    display: str
    start: datetime | None
    end: datetime | None
    origin: str

    def covers(self, moment: datetime) -> bool:
        """Whether the name was held at a moment."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)

    def overlaps(self, other: "Held") -> bool:
        """Whether both cover a moment in common."""
        return is_span(self.start, other.end) and is_span(other.start, self.end)


def is_span(start: datetime | None, end: datetime | None) -> bool:
    """Whether there is any time between the two; None is open."""
    return start is None or end is None or start < end


@dataclass(frozen=True, slots=True)
class MemberState:
    """A member as stored. ``players`` are the WOM profiles that are theirs now.

    ``left_at`` is None while a member. ``leave_seen_at`` is the first poll that missed them,
    ``last_seen_at`` the last one before it; both None while on the roster.
    """

    id: MemberId
    name: str
    players: tuple[PlayerId, ...]
    role: str | None
    account_type: str
    build: str
    joined_at: datetime | None
    left_at: datetime | None
    leave_seen_at: datetime | None
    last_seen_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """One membership of WOM's answer. ``xp`` is what the account has in all, None where WOM does not know."""

    player: PlayerId
    name: str
    role: str | None
    account_type: str
    build: str
    status: str
    joined_at: datetime | None
    xp: int | None = None

    @property
    def key(self) -> NameKey | None:
        """The name's key; None for an archive, whose name is nobody's, and for what is no name."""
        return None if self.status == "archived" else key_of(self.name)


def key_of(name: str) -> NameKey | None:
    """A name's key; None for what the game would not accept: WOM's answers are not trusted."""
    try:
        return name_key(name)
    except InvalidName:
        return None


@dataclass(frozen=True, slots=True)
class ApprovedRename:
    """A name change that WOM approved, of a profile that may be a member's.

    Until ``resolved_at``, None where WOM does not say, it showed the profile under the old name.
    """

    player: PlayerId
    old_name: str
    new_name: str
    submitted_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """When a name was first and last heard in a relay since the old one was last seen in the game."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Rename:
    """A member took another name at ``at``: just after the old one was last sighted."""

    member: MemberId
    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Leave:
    """A leave that is believed now, of the profile that was theirs."""

    member: MemberId
    player: PlayerId | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two members claim a name over the same time; until officers decide it is nobody's."""

    key: NameKey
    start: datetime | None
    end: datetime | None
    holder: MemberId
    claimant: MemberId


@dataclass(slots=True)
class RosterPlan:
    """What a poll changes. ``names`` are whole histories; ``absorbed`` maps who was a rename all along.

    ``joined`` are new members and those who came back. ``undone`` are leaves that were believed
    and turned out to be renames. ``mass_leave`` is how many pending leaves were not believed
    because there were too many at once.
    """

    members: dict[MemberId, MemberState] = field(default_factory=dict[MemberId, MemberState])
    names: dict[MemberId, list[Held]] = field(default_factory=dict[MemberId, list[Held]])
    profiles: dict[PlayerId, MemberId] = field(default_factory=dict[PlayerId, MemberId])
    absorbed: dict[MemberId, MemberId] = field(default_factory=dict[MemberId, MemberId])
    joined: set[MemberId] = field(default_factory=set[MemberId])
    renames: list[Rename] = field(default_factory=list[Rename])
    leaves: list[Leave] = field(default_factory=list[Leave])
    undone: list[Leave] = field(default_factory=list[Leave])
    disputes: list[Dispute] = field(default_factory=list[Dispute])
    mass_leave: int = 0
