"""Who is who on the roster: pure rules from what is known and what WOM answers to what changes.

Nothing here moves a fact. A plan says which members, names and profiles are written;
the facts follow through attributions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.ids import MemberId, NameKey, PlayerId
from bot.domain.names import name_key

GRACE = timedelta(hours=48)
"""How long a leave seen on the roster is pending before it is believed."""
MASS_LEAVE_MEMBERS = 5
MASS_LEAVE_SHARE = 0.2
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A name that a member held over ``[start, end)``; None is "since ever" and "still"."""

    member: MemberId
    key: NameKey
    display: str
    start: datetime | None
    end: datetime | None
    origin: str

    def overlaps(self, other: "Held") -> bool:
        """Whether both cover a moment in common."""
        return _before(self.start, other.end) and _before(other.start, self.end)


def _before(start: datetime | None, end: datetime | None) -> bool:
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
    """One membership of WOM's answer."""

    player: PlayerId
    name: str
    role: str | None
    account_type: str
    build: str
    status: str
    joined_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApprovedRename:
    """A name change that WOM approved, of a profile that may be a member's."""

    player: PlayerId
    old_name: str
    new_name: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Lines:
    """When a name was first and last heard in a relay since the poll before."""

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

    ``mass_leave`` is how many pending leaves were not believed because there were too many at once.
    """

    members: dict[MemberId, MemberState] = field(default_factory=dict[MemberId, MemberState])
    names: dict[MemberId, list[Held]] = field(default_factory=dict[MemberId, list[Held]])
    profiles: dict[PlayerId, MemberId] = field(default_factory=dict[PlayerId, MemberId])
    absorbed: dict[MemberId, MemberId] = field(default_factory=dict[MemberId, MemberId])
    renames: list[Rename] = field(default_factory=list[Rename])
    leaves: list[Leave] = field(default_factory=list[Leave])
    disputes: list[Dispute] = field(default_factory=list[Dispute])
    mass_leave: int = 0


@dataclass(slots=True)
class Roster:
    """Everything a plan is made from, and the plan while it is made."""

    members: dict[MemberId, MemberState]
    names: dict[MemberId, list[Held]]
    seen: dict[PlayerId, Seen]
    approved: Sequence[ApprovedRename]
    lines: Mapping[NameKey, Lines]
    polled_at: datetime | None
    now: datetime
    next_id: int
    plan: RosterPlan = field(default_factory=RosterPlan)
    owners: dict[PlayerId, MemberId] = field(init=False)

    def __post_init__(self) -> None:
        self.owners = {player: m.id for m in self.members.values() for player in m.players}

    def owner(self, player: PlayerId) -> MemberId | None:
        """Whose profile it is."""
        return self.owners.get(player)

    def present(self) -> set[MemberId]:
        """Members with a profile on the roster that WOM answered."""
        return {self.owners[player] for player in self.seen if player in self.owners}

    def current_name(self, member: MemberId) -> Held | None:
        """The name that a member holds now."""
        return next((held for held in self.names.get(member, ()) if held.end is None), None)

    def holder(self, key: NameKey) -> MemberId | None:
        """Who holds a name now."""
        for member, held in self.names.items():
            if any(one.key == key and one.end is None for one in held):
                return member
        return None

    def save(self, member: MemberState) -> None:
        """Write a member back if anything changed."""
        if self.members.get(member.id) != member:
            self.members[member.id] = self.plan.members[member.id] = member
            self.owners.update(dict.fromkeys(member.players, member.id))

    def set_names(self, member: MemberId, names: list[Held]) -> None:
        """Replace a member's names if they changed."""
        if self.names.get(member, []) != names:
            self.names[member] = self.plan.names[member] = names


def plan_roster(
    members: Iterable[MemberState],
    names: Iterable[Held],
    seen: Iterable[Seen],
    approved: Sequence[ApprovedRename] = (),
    lines: Mapping[NameKey, Lines] | None = None,
    *,
    polled_at: datetime | None,
    now: datetime,
    next_id: int,
) -> RosterPlan:
    """What a roster answer changes.

    ``polled_at`` is the poll before (None for the first), ``next_id`` the first free member
    id. A leave is pending for :data:`GRACE`; while more than five members and a fifth of the
    active ones are pending, none is believed. A name that passes from one member to another
    is closed for the one before it opens for the other, so a swap needs no special case.
    """
    by_member: dict[MemberId, list[Held]] = {}
    for held in names:
        by_member.setdefault(held.member, []).append(held)
    roster = Roster(
        members={m.id: m for m in members},
        names=by_member,
        seen={s.player: s for s in seen},
        approved=approved,
        lines=lines or {},
        polled_at=polled_at,
        now=now,
        next_id=next_id,
    )
    _match_profiles(roster)
    _follow_names(roster)
    _open_first_names(roster)
    _lay_history(roster)
    _update_members(roster)
    _watch_leaves(roster)
    return roster.plan


def _match_profiles(roster: Roster) -> None:
    """Give every profile on the roster to a member: the one it was, the one it must be, or a new one."""
    present = roster.present()
    for player, seen in roster.seen.items():
        if roster.owner(player) is not None:
            continue
        holder = roster.holder(name_key(seen.name))
        state = roster.members.get(holder) if holder is not None else None
        if state is not None and state.id not in present and state.left_at is None:
            # The same name at two polls in a row under another profile: WOM merged or made it anew.
            roster.save(replace(state, players=(*state.players, player)))
            member = state.id
        else:
            member = MemberId(roster.next_id)
            roster.next_id += 1
            roster.save(_new_member(member, seen, roster.now))
        roster.plan.profiles[player] = member
        present.add(member)


def _new_member(member: MemberId, seen: Seen, now: datetime) -> MemberState:
    return MemberState(
        id=member,
        name=seen.name,
        players=(seen.player,),
        role=seen.role,
        account_type=seen.account_type,
        build=seen.build,
        joined_at=seen.joined_at,
        left_at=None,
        leave_seen_at=None,
        last_seen_at=None,
        created_at=now,
    )


def _follow_names(roster: Roster) -> None:
    """Close the old names of everybody who goes by another one, then open the new ones."""
    moved: list[tuple[MemberId, Held, str]] = []
    for player, seen in roster.seen.items():
        member = roster.owner(player)
        current = roster.current_name(member) if member is not None else None
        if member is None or current is None:
            continue
        if seen.status == "archived":
            # Another account took the name: it stops being this member's; an archive's name is nobody's.
            _close(roster, member, _last_sighting(roster, current.key))
        elif name_key(seen.name) != current.key:
            moved.append((member, current, seen.name))
        elif _is_better_spelling(seen.name, current.display):
            _respell(roster, member, seen.name)
    moments: dict[MemberId, datetime] = {}
    for member, current, name in moved:
        moments[member] = _rename_moment(roster, member, current.key, name_key(name))
        _close(roster, member, moments[member])
    for member, current, name in moved:
        _absorb_namesake(roster, member, name_key(name))
        _open(roster, member, name, moments[member], "roster")
        roster.plan.renames.append(Rename(member, moments[member], current.display, name))


def _is_better_spelling(seen: str, known: str) -> bool:
    """A profile made by a sync is spelt in lower case until WOM learns the capitals."""
    return seen != known and seen != seen.lower()


def _respell(roster: Roster, member: MemberId, display: str) -> None:
    names = [replace(held, display=display) if held.end is None else held for held in roster.names[member]]
    roster.set_names(member, names)


def _last_sighting(roster: Roster, key: NameKey) -> datetime:
    """When a name of the roster was last sighted: at the poll before, or in a relay since."""
    polled = roster.polled_at or roster.now
    heard = roster.lines.get(key)
    return min(max(polled, heard.last if heard else polled) + _TICK, roster.now)


def _rename_moment(roster: Roster, member: MemberId, old: NameKey, new: NameKey) -> datetime:
    """Just after the old name's last sighting, but never after the new name was heard.

    Somebody who was missing from the roster was last sighted before that.
    """
    state = roster.members[member]
    sighted = state.last_seen_at + _TICK if state.last_seen_at else _last_sighting(roster, old)
    heard = roster.lines.get(new)
    return min(sighted, heard.first) if heard else sighted


def _close(roster: Roster, member: MemberId, at: datetime) -> None:
    names: list[Held] = []
    for held in roster.names.get(member, []):
        if held.end is not None:
            names.append(held)
        elif held.start is None or held.start < at:
            names.append(replace(held, end=at))
    roster.set_names(member, names)


def _absorb_namesake(roster: Roster, member: MemberId, key: NameKey) -> None:
    """Undo a member who was a rename seen as one left and one joined.

    So it was if the namesake is gone from the roster, was first seen when this member was
    missed or later, and WOM approved just this rename of this member's profile.
    """
    other = roster.holder(key)
    state, namesake = roster.members[member], roster.members.get(other) if other is not None else None
    if namesake is None or state.leave_seen_at is None or namesake.id in roster.present():
        return
    approved = any(one.player in state.players and name_key(one.new_name) == key for one in roster.approved)
    if not approved or namesake.created_at < state.leave_seen_at:
        return
    roster.plan.absorbed[namesake.id] = member
    roster.save(replace(state, players=(*state.players, *namesake.players)))
    for player in namesake.players:
        roster.plan.profiles[player] = member
    roster.set_names(namesake.id, [])
    del roster.members[namesake.id]
    roster.plan.members.pop(namesake.id, None)


def _open_first_names(roster: Roster) -> None:
    """Open a name for who holds none: new members, who returned after losing theirs, who came back."""
    for player, seen in roster.seen.items():
        member = roster.owner(player)
        if member is not None and roster.current_name(member) is None and seen.status != "archived":
            known = roster.names.get(member)
            start = max((held.end for held in known if held.end), default=None) if known else None
            _open(roster, member, seen.name, start, "roster")


def _open(roster: Roster, member: MemberId, display: str, start: datetime | None, origin: str) -> None:
    """Open a name from a time on, or from when its last holder gave it up.

    A holder who is gone gave it up when last seen. One who is still there under it keeps
    it, and the claim is a dispute.
    """
    key = name_key(display)
    other = roster.holder(key)
    if other is not None and other != member:
        state = roster.members[other]
        if other in roster.present() and roster.current_name(other) is not None:
            roster.plan.disputes.append(Dispute(key, start, None, other, member))
            return
        _close(roster, other, state.left_at or state.last_seen_at or _last_sighting(roster, key))
    ends = [
        held.end
        for id_, names in roster.names.items()
        for held in names
        if id_ != member and held.key == key and held.end is not None
    ]
    for end in ends:
        start = end if start is None else max(start, end)
    roster.set_names(member, [*roster.names.get(member, []), Held(member, key, display, start, None, origin)])


def _lay_history(roster: Roster) -> None:
    """Add the former names that WOM tells of, the newest first, wherever nobody else held them."""
    for change in sorted(roster.approved, key=lambda one: one.submitted_at, reverse=True):
        member = roster.owner(change.player)
        old, new = name_key(change.old_name), name_key(change.new_name)
        names = roster.names.get(member, []) if member is not None else []
        if member is None or old == new or any(held.key == old for held in names):
            continue
        taken = next((held for held in names if held.key == new), None)
        if taken is None:
            continue
        if taken.start is None:
            former = Held(member, old, change.old_name, None, change.submitted_at, "name change")
        else:
            # The poll saw neither step of a chain: the middle name lies between the two sightings.
            until = max(taken.start + _TICK, min(change.submitted_at, roster.now))
            former = Held(member, old, change.old_name, taken.start, until, "name change")
        if not _before(former.end, taken.end):
            continue
        _insert_former(roster, member, former, taken)


def _insert_former(roster: Roster, member: MemberId, former: Held, taken: Held) -> None:
    others = [
        held
        for id_, names in roster.names.items()
        for held in names
        if id_ != member and held.key == former.key and held.overlaps(former)
    ]
    for other in others:
        roster.plan.disputes.append(Dispute(former.key, former.start, former.end, other.member, member))
    names = [replace(held, start=former.end) if held == taken else held for held in roster.names[member]]
    kept = names if others else [former, *names]
    roster.set_names(member, sorted(kept, key=lambda held: (held.start is not None, held.start)))


def _update_members(roster: Roster) -> None:
    """Bring role, type and name up to date, and undo leaves of those who are there."""
    for player, seen in roster.seen.items():
        member = roster.owner(player)
        if member is None:
            continue
        state, current = roster.members[member], roster.current_name(member)
        returned = state.left_at is not None
        roster.save(
            replace(
                state,
                name=current.display if current else state.name,
                role=seen.role,
                account_type=seen.account_type,
                build=seen.build,
                joined_at=seen.joined_at if returned else _earlier(state.joined_at, seen.joined_at),
                left_at=None,
                leave_seen_at=None,
                last_seen_at=None,
            )
        )


def _earlier(known: datetime | None, seen: datetime | None) -> datetime | None:
    """A membership that moved between profiles is younger than the member's stay in the clan."""
    return min((at for at in (known, seen) if at is not None), default=None)


def _watch_leaves(roster: Roster) -> None:
    """Start, believe or hold back the leaves of who is missing."""
    present = roster.present()
    active = [m for m in roster.members.values() if m.left_at is None]
    missing = [m for m in active if m.id not in present]
    many = len(missing) > MASS_LEAVE_MEMBERS and len(missing) > MASS_LEAVE_SHARE * len(active)
    roster.plan.mass_leave = len(missing) if many else 0
    for member in missing:
        if member.leave_seen_at is None:
            sighted = roster.polled_at or roster.now
            roster.save(replace(member, leave_seen_at=roster.now, last_seen_at=sighted))
        elif not many and roster.now - member.leave_seen_at >= GRACE:
            left_at = member.last_seen_at or member.leave_seen_at
            roster.save(replace(member, left_at=left_at, leave_seen_at=None))
            roster.plan.leaves.append(Leave(member.id, next(iter(member.players), None), left_at))
