"""Role changes of many users as one set: what a change does, what became of it, and how it is undone.

It knows users, ids of Discord roles and a label; why somebody gets a role is not its business.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from zlib import crc32

from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId, UserId

ChangeSetId = NewType("ChangeSetId", int)
"""Unique in its clan."""
Roles = frozenset[int]
"""Ids of Discord roles."""
NO_ROLES: Final[Roles] = frozenset()

RESUMED_WITHIN: Final = timedelta(hours=24)
"""A set that is not done by then is closed: what it was decided on is no longer so."""


class ItemState(StrEnum):
    """How far one user's change is. Stored, so a value is never renamed.

    ``calling`` is stored right before Discord is asked: after a crash nobody knows whether it was.
    """

    WAITING = "waiting"
    CALLING = "calling"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


OPEN_STATES: Final = frozenset({ItemState.WAITING, ItemState.CALLING})


class Why(StrEnum):
    """Why an item is not done or not whole, or a set was closed. Stored, so a value is never renamed."""

    ABOVE_ME = "above-me"
    ROLE_GONE = "role-gone"
    NOT_HERE = "not-here"
    FORBIDDEN = "forbidden"
    COMPLETE = "complete"
    LATE = "late"
    CLAN_GONE = "clan-gone"


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What is to be changed of one user's roles.

    ``label`` says what for, in words. ``gives`` are the roles of ``add`` that count as given by the
    bot from then on; None for all of them.
    """

    user: UserId
    add: Roles = NO_ROLES
    remove: Roles = NO_ROLES
    label: str = ""
    gives: Roles | None = None


def fingerprint(changes: Iterable[RoleChange]) -> int:
    """What tells changes that were shown from others; their order makes no difference."""
    parts = sorted((one.user, sorted(one.add), sorted(one.remove)) for one in changes)
    return crc32(repr(parts).encode())


@dataclass(frozen=True, slots=True)
class Reach:
    """Which roles a server has and which of them the bot may give.

    Those of bots, of boosters and everyone's are left out. ``may_manage`` is whether it may
    change roles at all.
    """

    roles: Roles
    in_reach: Roles
    may_manage: bool = True


@dataclass(frozen=True, slots=True)
class GuildPeople:
    """Who is in a server with which roles; bots are left out.

    ``complete`` is whether Discord told of every member.
    """

    people: Mapping[UserId, Roles]
    reach: Reach
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does now: roles that are added and removed, and those that it must leave alone."""

    add: Roles = NO_ROLES
    remove: Roles = NO_ROLES
    above_me: Roles = NO_ROLES
    gone: Roles = NO_ROLES

    def __bool__(self) -> bool:
        """Whether Discord has to be asked."""
        return bool(self.add or self.remove)

    def on(self, roles: Roles) -> Roles:
        """The roles after it."""
        return (roles | self.add) - self.remove

    @property
    def why(self) -> Why | None:
        """Why it is not all that was wanted; None where it is."""
        if self.above_me:
            return Why.ABOVE_ME
        return Why.ROLE_GONE if self.gone else None


def effect_of(change: RoleChange, roles: Roles, reach: Reach) -> Effect:
    """What a change does to who holds these roles. What is so already is no change."""
    add, remove = change.add - roles, (change.remove & roles) - change.add
    wanted = add | remove
    return Effect(
        add & reach.in_reach,
        remove & reach.in_reach,
        above_me=(wanted & reach.roles) - reach.in_reach,
        gone=wanted - reach.roles,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a set would do. ``changes`` hold only what would change.

    ``above_me`` are roles that stand above the bot's own, by user; ``gone`` are roles that the
    server has no more. ``not_linked`` are names for whom nobody is known in Discord.
    """

    changes: tuple[RoleChange, ...] = ()
    unchanged: tuple[UserId, ...] = ()
    above_me: Mapping[UserId, Roles] = field(default_factory=dict[UserId, Roles])
    gone: Roles = NO_ROLES
    not_here: tuple[UserId, ...] = ()
    not_linked: tuple[str, ...] = ()
    may_manage: bool = True


def preview(changes: Iterable[RoleChange], guild: GuildPeople, not_linked: Sequence[str] = ()) -> Preview:
    """What these changes would do now, in their order."""
    made: list[RoleChange] = []
    unchanged: list[UserId] = []
    not_here: list[UserId] = []
    above: dict[UserId, Roles] = {}
    gone = NO_ROLES
    for change in changes:
        roles = guild.people.get(change.user)
        if roles is None:
            not_here.append(change.user)
            continue
        effect = effect_of(change, roles, guild.reach)
        if effect:
            made.append(RoleChange(change.user, effect.add, effect.remove, change.label, change.gives))
        elif not (effect.above_me or effect.gone):
            unchanged.append(change.user)
        if effect.above_me:
            above[change.user] = effect.above_me
        gone |= effect.gone
    return Preview(
        tuple(made), tuple(unchanged), above, gone, tuple(not_here), tuple(not_linked), guild.reach.may_manage
    )


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One user's change and what became of it.

    ``before`` are the roles right before Discord was asked, ``after`` those that followed, None
    until then. ``were_given`` are roles that the bot had given once and took away by this.
    """

    change: RoleChange
    state: ItemState = ItemState.WAITING
    before: Roles | None = None
    after: Roles | None = None
    why: Why | None = None
    were_given: Roles = NO_ROLES
    at: datetime | None = None

    @property
    def user(self) -> UserId:
        """Whose roles they are."""
        return self.change.user

    @property
    def added(self) -> Roles:
        """What it really added; what others did at the same time is not its own."""
        return (
            NO_ROLES
            if not self.is_done
            else ((self.after or NO_ROLES) - (self.before or NO_ROLES)) & (self.change.add)
        )

    @property
    def removed(self) -> Roles:
        """What it really removed."""
        return (
            NO_ROLES
            if not self.is_done
            else ((self.before or NO_ROLES) - (self.after or NO_ROLES)) & (self.change.remove)
        )

    @property
    def is_done(self) -> bool:
        """Whether it is done, also where nothing had to change."""
        return self.state is ItemState.DONE

    @property
    def touched(self) -> Roles:
        """The roles that are not as they were before it."""
        return self.added | self.removed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item: its state, why it is not whole, and the roles before and after."""

    state: ItemState
    before: Roles
    after: Roles
    why: Why | None = None


def settled(item: ChangeItem, roles: Roles, effect: Effect) -> Outcome:
    """The outcome where nothing is left to ask of Discord.

    After a crash between the question and its answer what was asked for may be so already: it
    was then done by this item, from the roles that were stored before the question.
    """
    before = item.before if item.state is ItemState.CALLING and item.before is not None else roles
    missed = effect.above_me or effect.gone
    nothing = before == roles and missed and not (item.change.add & roles)
    return Outcome(ItemState.SKIPPED if nothing else ItemState.DONE, before, roles, effect.why)


def given_up(item: ChangeItem, roles: Roles | None, why: Why) -> Outcome:
    """The outcome of an item that is open and of which Discord is asked no more.

    ``roles`` are those of today, None where nobody can tell. What was asked for and is so by now was done
    by this item, as in :func:`settled`; the rest is not done.
    """
    before = NO_ROLES if item.before is None else item.before
    if item.state is ItemState.CALLING and roles is not None:
        done = replace(item, state=ItemState.DONE, before=before, after=roles)
        if done.touched:
            is_whole = item.change.add <= roles and roles.isdisjoint(item.change.remove - item.change.add)
            return Outcome(ItemState.DONE, before, roles, None if is_whole else why)
    return Outcome(ItemState.SKIPPED, before, before, why)


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a set is, in users. ``changed`` of ``done`` had something changed."""

    waiting: int = 0
    done: int = 0
    changed: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def all(self) -> int:
        """Everybody in the set."""
        return self.waiting + self.done + self.skipped + self.failed


def tally_of(counts: Mapping[ItemState, int]) -> Tally:
    """The same from numbers by state; whether something had to change is not told by them."""
    return Tally(
        waiting=sum(counts.get(state, 0) for state in OPEN_STATES),
        done=counts.get(ItemState.DONE, 0),
        changed=counts.get(ItemState.DONE, 0),
        skipped=counts.get(ItemState.SKIPPED, 0),
        failed=counts.get(ItemState.FAILED, 0),
    )


def tally(items: Iterable[ChangeItem]) -> Tally:
    """Count items by state."""
    states = [(item.state, bool(item.touched)) for item in items]
    return Tally(
        waiting=sum(state in OPEN_STATES for state, _ in states),
        done=sum(state is ItemState.DONE for state, _ in states),
        changed=sum(changed for _, changed in states),
        skipped=sum(state is ItemState.SKIPPED for state, _ in states),
        failed=sum(state is ItemState.FAILED for state, _ in states),
    )


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Changes that were decided together. ``kind`` and ``label`` say what for.

    Its progress is shown in ``channel`` and ``message``; None where it is not. ``undo_of`` is the
    set that it undoes, ``undone_by`` the one that undoes it. It is open until ``closed_at``.
    """

    clan: ClanId
    guild: GuildId
    id: ChangeSetId
    kind: str
    label: str
    by: UserId
    made_at: datetime
    channel: ChannelId | None = None
    message: MessageId | None = None
    undo_of: ChangeSetId | None = None
    undone_by: ChangeSetId | None = None
    closed_at: datetime | None = None
    closed_why: Why | None = None

    @property
    def is_open(self) -> bool:
        """Whether something of it may still be done."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Of a set, what undoing needs to know: which it undoes, and which undoes it."""

    undo_of: ChangeSetId | None
    undone_by: ChangeSetId | None


def in_force(sets: Mapping[ChangeSetId, Lineage]) -> set[ChangeSetId]:
    """The sets whose changes are somebody's wish today.

    Not those that were undone, nor their undoing; but the undoing of an undoing is the first wish again.
    """
    return {id_ for id_, one in sets.items() if one.undone_by is None and _depth(id_, sets) % 2 == 0}


def _depth(id_: ChangeSetId, sets: Mapping[ChangeSetId, Lineage]) -> int:
    depth = 0
    while (one := sets.get(id_)) is not None and one.undo_of is not None:
        id_, depth = one.undo_of, depth + 1
    return depth


@dataclass(frozen=True, slots=True)
class Undo:
    """What undoing a set changes, and what it leaves: roles that somebody changed since, and who left."""

    changes: tuple[RoleChange, ...] = ()
    kept: Mapping[UserId, Roles] = field(default_factory=dict[UserId, Roles])
    not_here: tuple[UserId, ...] = ()


def plan_undo(
    items: Iterable[ChangeItem], people: Mapping[UserId, Roles], later: Mapping[UserId, Collection[int]]
) -> Undo:
    """What brings back the roles from before these items.

    A role that is not as its item left it, or that a later set in force changed (``later``, by user),
    is somebody's wish since and stays. What the bot had given counts as given again, and nothing else.
    """
    changes: list[RoleChange] = []
    kept: dict[UserId, Roles] = {}
    not_here: list[UserId] = []
    for item in items:
        if not item.touched:
            continue
        roles = people.get(item.user)
        if roles is None:
            not_here.append(item.user)
            continue
        since = ((item.added - roles) | (item.removed & roles)) | (
            item.touched & frozenset(later.get(item.user, ()))
        )
        add, remove = item.removed - since, item.added - since
        if since:
            kept[item.user] = since
        if add or remove:
            changes.append(RoleChange(item.user, add, remove, item.change.label, gives=add & item.were_given))
    return Undo(tuple(changes), kept, tuple(not_here))
