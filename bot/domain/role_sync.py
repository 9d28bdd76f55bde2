"""Discord roles that follow ranks: which roles somebody should have, and what follows from what they have.

Only verified links count. What is unknown takes nothing away: a member without a known rank
keeps the rank's role that they have.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from bot.domain.change_sets import NO_ROLES, Preview, RoleChange, Roles
from bot.domain.desk_errors import RoleTwice
from bot.domain.ids import MemberId, UserId

ROLE_SYNC: Final = "role_sync"
"""The kind of its sets of changes."""
REMOVAL_DAYS: Final = 2
REMOVAL_DAYS_CHOICES: Final = (0, 1, 2, 3, 7, 14)
MOST_REMOVAL_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class RoleSyncOptions:
    """What officers chose. ``ranks`` are Discord roles by WOM's role keys.

    ``linked`` is the role of everybody whose link to an account is verified, ``guest`` that of who
    is in the server and, as far as is verified, not in the clan; None for none. A role is taken
    away ``removal_days`` after there was a reason for it. ``strict`` also takes away what the bot
    did not give.
    """

    enabled: bool = False
    ranks: Mapping[str, int] = field(default_factory=dict[str, int])
    linked: int | None = None
    guest: int | None = None
    removal_days: int = REMOVAL_DAYS
    strict: bool = False

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            RoleTwice: one role is to say two different things.
            ValueError: the days are out of range.
        """
        if not 0 <= self.removal_days <= MOST_REMOVAL_DAYS:
            raise ValueError(f"removal_days: {self.removal_days}")
        single = [role for role in (self.linked, self.guest) if role is not None]
        if len(set(single)) < len(single) or not set(single).isdisjoint(self.ranks.values()):
            raise RoleTwice

    @property
    def roles(self) -> Roles:
        """Every role that it may give or take."""
        others = {role for role in (self.linked, self.guest) if role is not None}
        return frozenset(self.ranks.values()) | others

    def with_rank(self, rank: str, role: int | None) -> Self:
        """The same with another role for a rank; None for none."""
        ranks = {key: value for key, value in self.ranks.items() if key != rank}
        return replace(self, ranks=ranks if role is None else {**ranks, rank: role})

    def as_data(self) -> dict[str, Any]:
        """What is stored of it, beside whether it is on."""
        return {
            "ranks": dict(self.ranks),
            "linked": self.linked,
            "guest": self.guest,
            "removal_days": self.removal_days,
            "strict": self.strict,
        }

    @classmethod
    def read(cls, enabled: bool, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`as_data`."""
        return cls(
            enabled,
            {str(rank): int(role) for rank, role in data["ranks"].items()},
            data["linked"],
            data["guest"],
            data["removal_days"],
            data["strict"],
        )


@dataclass(frozen=True, slots=True)
class SyncAccount:
    """An account that is verified as somebody's. ``rank`` is WOM's role, None where it is unknown."""

    member: MemberId
    name: str
    rank: str | None
    in_clan: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """A role that will be taken from a user, ``since`` there is a reason for it."""

    user: UserId
    role: int
    since: datetime


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What to change now, what will be taken away later, and what is noted as given and is gone.

    ``forgotten`` are roles that the bot gave and somebody else took: they are not its own any more.
    """

    changes: tuple[RoleChange, ...] = ()
    pending: tuple[Pending, ...] = ()
    forgotten: tuple[tuple[UserId, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SyncPreview:
    """What switching role sync on would change. ``waiting`` removals come later.

    ``seen`` tells it from another one. ``verified`` users of the server have a verified account.
    """

    options: RoleSyncOptions
    preview: Preview
    waiting: int
    verified: int
    seen: int


@dataclass(frozen=True, slots=True)
class Clanspeople:
    """What is known of who is who: verified accounts by user, and the clan's ranks, the highest first.

    ``expected`` are ranks that officers approved and that the game does not show yet: they count
    in place of WOM's.
    """

    accounts: Mapping[UserId, Sequence[SyncAccount]]
    order: Sequence[str] = ()
    expected: Mapping[MemberId, str] = field(default_factory=dict[MemberId, str])

    def in_clan(self, user: UserId) -> list[SyncAccount]:
        """A user's accounts that are in the clan."""
        return [one for one in self.accounts.get(user, ()) if one.in_clan]

    def rank_of(self, user: UserId) -> tuple[str | None, str]:
        """The rank that counts for a user, and the account's name that has it; None where none is known.

        It is the highest in the clan's order among the accounts that are in the clan. A rank
        outside the order is below all others; of those the first by name counts.
        """
        place = {rank: number for number, rank in enumerate(self.order)}
        known = [(rank, one.name) for one in self.in_clan(user) if (rank := self._rank(one)) is not None]
        return min(known, key=lambda one: (place.get(one[0], len(place)), *one), default=(None, ""))

    def is_unknown(self, user: UserId) -> bool:
        """Whether one of a user's accounts in the clan has no known rank."""
        return any(self._rank(one) is None for one in self.in_clan(user))

    def _rank(self, one: SyncAccount) -> str | None:
        return self.expected.get(one.member, one.rank)


def plan_sync(
    people: Mapping[UserId, Roles],
    who: Clanspeople,
    options: RoleSyncOptions,
    given: Mapping[UserId, Collection[int]],
    pending: Iterable[Pending],
    now: datetime,
    *,
    may_remove: bool = True,
) -> SyncPlan:
    """What makes everybody's roles follow.

    A role that takes another's place among the ranks, or a guest's or member's, does so at once.
    Whatever is else taken away waits for ``removal_days`` from when there was a reason first, and
    is not taken if the reason goes away. Where ``may_remove`` is not set nothing is taken, and what
    waits goes on waiting.
    """
    since = {(one.user, one.role): one.since for one in pending}
    changes: list[RoleChange] = []
    waiting: list[Pending] = []
    for user in sorted(people):
        change, later = _plan_one(user, people[user], who, options, frozenset(given.get(user, ())))
        due: set[int] = set()
        for role in sorted(later):
            start = since.get((user, role), now)
            if may_remove and now - start >= timedelta(days=options.removal_days):
                due.add(role)
            else:
                waiting.append(Pending(user, role, start))
        remove = (change.remove | due) if may_remove else NO_ROLES
        if change.add or remove:
            changes.append(replace(change, remove=remove))
    gone = [(user, role) for user, held in people.items() for role in given.get(user, ()) if role not in held]
    return SyncPlan(tuple(changes), tuple(waiting), tuple(sorted(gone)))


def _plan_one(
    user: UserId, held: Roles, who: Clanspeople, options: RoleSyncOptions, given: Roles
) -> tuple[RoleChange, Roles]:
    """What changes at once for a user, and what may be taken away after a while."""
    wanted, why = wanted_roles(user, who, options)
    ranks = frozenset(options.ranks.values())
    own = options.roles if options.strict else given & options.roles
    surplus = (held & own) - wanted - _untouched(user, who, options)
    add = wanted - held
    replaced = _replaced(wanted, surplus, ranks, options)
    return RoleChange(user, add, surplus & replaced, why), surplus - replaced


def _replaced(wanted: Roles, surplus: Roles, ranks: Roles, options: RoleSyncOptions) -> Roles:
    """What goes at once, since another of its sort takes its place."""
    gone = surplus & ranks if wanted & ranks else NO_ROLES
    if options.guest is not None and options.guest in surplus:
        gone |= {options.guest}
    return gone


def wanted_roles(user: UserId, who: Clanspeople, options: RoleSyncOptions) -> tuple[Roles, str]:
    """The roles that somebody should have, and why, in words."""
    return frozenset(_wanted(user, who, options)), _why(user, who)


def _wanted(user: UserId, who: Clanspeople, options: RoleSyncOptions) -> Iterator[int]:
    if options.linked is not None and who.accounts.get(user):
        yield options.linked
    if not who.in_clan(user):
        if options.guest is not None:
            yield options.guest
        return
    rank, _ = who.rank_of(user)
    if rank is not None and rank in options.ranks:
        yield options.ranks[rank]


def _why(user: UserId, who: Clanspeople) -> str:
    if who.in_clan(user):
        rank, name = who.rank_of(user)
        return f"{name}: {rank}" if rank is not None else "rank unknown"
    return "not in the clan" if who.accounts.get(user) else "not verified"


def _untouched(user: UserId, who: Clanspeople, options: RoleSyncOptions) -> Roles:
    """The ranks' roles of a member of whose accounts one has an unknown rank."""
    return frozenset(options.ranks.values()) if who.is_unknown(user) else NO_ROLES
