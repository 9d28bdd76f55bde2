"""Everything that is known of one member, as officers read it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.decisions import Conflict, Decision
from bot.domain.identity import Held
from bot.domain.ids import ClanId, MemberId, UserId


@dataclass(frozen=True, slots=True)
class LinkedUser:
    """A Discord user who says that the member is theirs, and the other accounts that they have linked."""

    user: UserId
    verified: bool
    is_main: bool
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What an officer noted."""

    at: datetime
    by: UserId
    text: str


@dataclass(frozen=True, slots=True)
class FactCounts:
    """How much shows under a member: messages by how far back, and snapshots with the first and the last.

    ``month`` are the last 30 days, ``year`` the last 365.
    """

    month: int
    year: int
    all: int
    snapshots: int
    first_snapshot: datetime | None
    last_snapshot: datetime | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A member's whole history. ``rank`` is WOM's role, None for who has left.

    ``names`` are the oldest first; ``decisions`` those in force that are about the member.
    """

    clan: ClanId
    member: MemberId
    name: str
    rank: str | None
    account_type: str
    joined_at: datetime | None
    joined_corrected: bool
    left_at: datetime | None
    names: tuple[Held, ...]
    users: tuple[LinkedUser, ...]
    notes: tuple[Note, ...]
    decisions: tuple[Decision, ...]
    conflicts: tuple[Conflict, ...]
    facts: FactCounts


@dataclass(frozen=True, slots=True)
class Claim:
    """One side of a conflict. ``first_xp`` and ``last_xp`` are at the first and the last snapshot."""

    dossier: Dossier
    first_xp: int | None
    last_xp: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for whom in a conflict: both sides, and the lines heard under the name in that time."""

    conflict: Conflict
    holder: Claim
    claimant: Claim
    lines: int
    first_line: datetime | None
    last_line: datetime | None

    @property
    def continues(self) -> bool | None:
        """Whether the later side's XP begins where the earlier one's ended, or above; None where unknown."""
        sides = sorted((self.holder, self.claimant), key=self._begun)
        before, after = sides[0].last_xp, sides[1].first_xp
        return None if before is None or after is None else after >= before

    def _begun(self, side: Claim) -> datetime:
        return side.dossier.facts.first_snapshot or self.conflict.seen_at


@dataclass(frozen=True, slots=True)
class Asked:
    """Who held a name at a moment, as it was asked: the hold that answers, None where nobody did."""

    name: str
    moment: datetime
    held: Held | None
    disputed: bool
