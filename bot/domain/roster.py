"""What a roster that WOM answered changes: pure rules from what is known to a plan.

Nothing here moves a fact. A plan says which members, names and profiles are written;
the facts follow through attributions.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.adoption import Adopted, adopt
from bot.domain.identity import (
    ApprovedRename,
    Dispute,
    Held,
    Leave,
    Lines,
    MemberState,
    Rename,
    RosterPlan,
    Seen,
    is_span,
)
from bot.domain.ids import MemberId, NameKey, PlayerId
from bot.domain.names import name_key

GRACE = timedelta(hours=48)
"""How long a leave seen on the roster is pending before it is believed."""
MASS_LEAVE_MEMBERS = 5
MASS_LEAVE_SHARE = 0.2
_TICK = timedelta(milliseconds=1)


@dataclass(slots=True)
class Roster:
    """Everything a plan is made from, and the plan while it is made.

    ``voices`` is what WOM says of each member who is on the roster.
    """

    members: dict[MemberId, MemberState]
    names: dict[MemberId, list[Held]]
    polled_at: datetime | None
    now: datetime
    plan: RosterPlan = field(default_factory=RosterPlan)
    owners: dict[PlayerId, MemberId] = field(default_factory=dict[PlayerId, MemberId])
    voices: dict[MemberId, Seen] = field(default_factory=dict[MemberId, Seen])
    ever_held: dict[NameKey, set[MemberId]] = field(default_factory=dict[NameKey, set[MemberId]])

    def __post_init__(self) -> None:
        for member in self.members.values():
            self.owners.update(dict.fromkeys(member.players, member.id))
        for member, names in self.names.items():
            for held in names:
                self.ever_held.setdefault(held.key, set()).add(member)

    @property
    def sighted(self) -> datetime:
        """The end of what the poll before saw."""
        return min((self.polled_at or self.now) + _TICK, self.now)

    def current_name(self, member: MemberId) -> Held | None:
        """The name that a member holds now."""
        return next((held for held in self.names.get(member, ()) if held.end is None), None)

    def holds(self, key: NameKey, *, but: MemberId | None = None) -> list[Held]:
        """When a name was held, by whom except one."""
        members = sorted(self.ever_held.get(key, set()) - {but})
        return [held for member in members for held in self.names[member] if held.key == key]

    def save(self, member: MemberState) -> None:
        """Write a member back if anything changed."""
        if self.members.get(member.id) != member:
            self.members[member.id] = self.plan.members[member.id] = member
            self.owners.update(dict.fromkeys(member.players, member.id))

    def set_names(self, member: MemberId, names: list[Held]) -> None:
        """Replace a member's names, in order of time."""
        self.names[member] = self.plan.names[member] = sorted(
            names, key=lambda held: (held.start is not None, held.start)
        )
        for held in names:
            self.ever_held.setdefault(held.key, set()).add(member)


def plan_roster(
    members: Iterable[MemberState],
    names: Iterable[Held],
    seen: Iterable[Seen],
    approved: Sequence[ApprovedRename] = (),
    lines: Mapping[NameKey, Lines] | None = None,
    lost: Mapping[MemberId, int | None] | None = None,
    *,
    polled_at: datetime | None,
    now: datetime,
    next_id: int,
) -> RosterPlan:
    """What a roster answer changes.

    ``polled_at`` is the poll before (None for the first), ``next_id`` the first free member
    id, ``lost`` are the members who may turn up under a profile that is new
    (:mod:`bot.domain.adoption`), with their last XP. A leave is pending for :data:`GRACE`;
    while more than five members and a fifth of the active ones are pending, none is believed.
    A name that passes from one member to another is closed for the one before it opens for
    the other, so a swap needs no special case.
    """
    by_member: dict[MemberId, list[Held]] = {}
    for held in names:
        by_member.setdefault(held.member, []).append(held)
    roster = Roster({m.id: m for m in members}, by_member, polled_at, now)
    profiles = {one.player: one for one in seen}
    found = adopt(roster.members, by_member, profiles.values(), approved, lost or {})
    _match_profiles(roster, profiles, found, next_id)
    moved = _close_names(roster, lines or {})
    _open_names(roster, moved, approved)
    _lay_history(roster, approved)
    _update_members(roster)
    _watch_leaves(roster)
    return roster.plan


def _match_profiles(
    roster: Roster, seen: Mapping[PlayerId, Seen], found: Mapping[PlayerId, Adopted], next_id: int
) -> None:
    """Give every profile to a member: whose it is, who moved to it, who was lost, or a new one."""
    present = {roster.owners[player] for player in seen if player in roster.owners}
    for player, one in seen.items():
        if player in roster.owners:
            continue
        member = _moved_member(roster, one, present)
        if member is None and player in found:
            member = found[player].state.id
            roster.save(found[player].state)
            roster.set_names(member, found[player].names)
        if member is None:
            member = MemberId(next_id)
            next_id += 1
            roster.save(_new_member(member, one, roster.now))
            roster.plan.joined.add(member)
        roster.plan.profiles[player] = member
        present.add(member)
    for player, one in seen.items():
        member = roster.owners[player]
        known, current = roster.voices.get(member), roster.current_name(member)
        if known is None or _weight(one, current) > _weight(known, current):
            roster.voices[member] = one


def _weight(seen: Seen, current: Held | None) -> tuple[bool, bool, PlayerId]:
    """Which of a member's profiles speaks for them: no archive, the one of their name, the newest."""
    return seen.key is not None, current is not None and seen.key == current.key, seen.player


def _moved_member(roster: Roster, seen: Seen, present: Collection[MemberId]) -> MemberId | None:
    """Who is missing under this very name and joined at this very time: WOM merged their profile away.

    The name alone proves nothing: a newcomer may have taken the name of somebody who left.
    """
    holder = next((one.member for one in _open_holds(roster, seen.key)), None)
    if holder is None or holder in present or seen.joined_at is None:
        return None
    state = roster.members[holder]
    if state.left_at is not None or state.joined_at != seen.joined_at:
        return None
    roster.save(replace(state, players=(*state.players, seen.player)))
    return state.id


def _open_holds(roster: Roster, key: NameKey | None, but: MemberId | None = None) -> list[Held]:
    return [] if key is None else [held for held in roster.holds(key, but=but) if held.end is None]


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


def _close_names(roster: Roster, lines: Mapping[NameKey, Lines]) -> dict[MemberId, datetime]:
    """End the names that their members no longer go by. Returns who was renamed, and when.

    A name that somebody else goes by now proves nothing about its last owner, whoever
    is heard under it; without such lines the poll before was the last sighting.
    """
    spoken = {seen.key for seen in roster.voices.values()}
    moved: dict[MemberId, datetime] = {}
    for member, seen in roster.voices.items():
        current = roster.current_name(member)
        if current is None or seen.key == current.key:
            _respell(roster, member, current, seen.name)
            continue
        state = roster.members[member]
        at = state.last_seen_at + _TICK if state.last_seen_at else roster.sighted
        heard = lines.get(current.key)
        if heard and current.key not in spoken:
            at = max(at, heard.last + _TICK)
        at = min(at, _first_heard(roster, seen.key, lines) or at)
        # Lines reach back past the poll before: what began after them was held for a moment at least.
        moved[member] = min(max(at, current.start + _TICK) if current.start else at, roster.now)
    for member, at in moved.items():
        _close(roster, member, at)
    return moved


def _first_heard(roster: Roster, key: NameKey | None, lines: Mapping[NameKey, Lines]) -> datetime | None:
    """The first line under a new name, which is its owner's unless somebody went by it then."""
    if key is None or key not in lines:
        return None
    heard = lines[key]
    taken = any(is_span(heard.first, held.end) for held in roster.holds(key))
    return None if taken else heard.first


def _respell(roster: Roster, member: MemberId, current: Held | None, seen: str) -> None:
    """Learn the capitals: a profile made by a sync is in lower case until WOM knows better."""
    if current is not None and seen not in (current.display, seen.lower()):
        respelt = [replace(held, display=seen) if held == current else held for held in roster.names[member]]
        roster.set_names(member, respelt)


def _close(roster: Roster, member: MemberId, at: datetime) -> None:
    """End the current name; one that began no earlier was held for no time at all."""
    names = roster.names[member]
    ended = [replace(held, end=at) if held.end is None else held for held in names]
    roster.set_names(member, [held for held in ended if is_span(held.start, held.end)])


def _open_names(
    roster: Roster, moved: Mapping[MemberId, datetime], approved: Sequence[ApprovedRename]
) -> None:
    """Begin the names of new members, of the renamed, and of who lost theirs and came back."""
    for member, seen in list(roster.voices.items()):
        if seen.key is None or member not in roster.voices or roster.current_name(member) is not None:
            continue
        _absorb_namesake(roster, member, seen.key, approved)
        before = next(iter(reversed(roster.names.get(member, []))), None)
        start = moved.get(member, before.end if before else None)
        if _open(roster, member, seen, seen.key, start) and before and before.key != seen.key:
            roster.plan.renames.append(Rename(member, start or roster.now, before.display, seen.name))


def _open(roster: Roster, member: MemberId, seen: Seen, key: NameKey, start: datetime | None) -> bool:
    """Begin a name, but not before whoever had it last gave it up, nor before its new owner joined.

    A holder who is gone gave it up when last seen. One who is still there under it keeps
    it, and the claim is a dispute.
    """
    for held in _open_holds(roster, key, but=member):
        if held.member in roster.voices:
            roster.plan.disputes.append(Dispute(key, start, None, held.member, member))
            return False
        state = roster.members[held.member]
        gone = state.left_at or state.last_seen_at
        _close(roster, held.member, gone + _TICK if gone else roster.sighted)
    since = [held.end for held in roster.holds(key, but=member) if held.end]
    if start is not None:
        since.append(start)
    elif since and seen.joined_at:
        # Between two owners nobody of the clan had it.
        since.append(min(seen.joined_at, roster.now))
    held = Held(member, key, seen.name, max(since, default=None), None, "roster")
    roster.set_names(member, [*roster.names.get(member, []), held])
    return True


def _absorb_namesake(
    roster: Roster, member: MemberId, key: NameKey, approved: Sequence[ApprovedRename]
) -> None:
    """Undo a member who was a rename seen as one left and one joined.

    So it was if the namesake is gone from the roster, was first seen after this member was
    missed, and WOM approved just this rename of this member's profile, however late.
    """
    state = roster.members[member]
    holder = next((held.member for held in _open_holds(roster, key, but=member)), None)
    if holder is None or holder in roster.voices or state.last_seen_at is None:
        return
    namesake = roster.members[holder]
    renamed = any(one.player in state.players and name_key(one.new_name) == key for one in approved)
    if not renamed or namesake.created_at <= state.last_seen_at:
        return
    if state.left_at is not None:
        roster.plan.undone.append(Leave(member, next(iter(state.players), None), state.left_at))
    roster.save(replace(state, players=(*state.players, *namesake.players), left_at=None))
    roster.plan.profiles.update(dict.fromkeys(namesake.players, member))
    roster.plan.absorbed[holder] = member
    roster.set_names(holder, [])
    del roster.members[holder]
    roster.plan.members.pop(holder, None)


def _lay_history(roster: Roster, approved: Sequence[ApprovedRename]) -> None:
    """Add the former names that WOM tells of, the newest first, wherever nobody else held them."""
    for change in sorted(approved, key=lambda one: one.submitted_at, reverse=True):
        member = roster.owners.get(change.player)
        old, new = name_key(change.old_name), name_key(change.new_name)
        if member is None or old == new:
            continue
        names = roster.names.get(member, [])
        if any((before.key, after.key) == (old, new) for before, after in pairwise(names)):
            continue
        taken = _taken_by(roster, member, new, change.submitted_at)
        if taken is not None:
            hold, until = taken
            _insert_former(roster, Held(member, old, change.old_name, hold.start, until, "name change"), hold)


def _taken_by(
    roster: Roster, member: MemberId, new: NameKey, submitted_at: datetime
) -> tuple[Held, datetime] | None:
    """The hold that a rename to ``new`` began, and when at the latest; None where none can be it.

    A rename may be submitted long after it happened, so the first sighting bounds it: of a
    first name when the member was first seen; of one that a poll found, after a chain of
    which it saw no step between, that poll.
    """
    names = roster.names.get(member, [])
    for index, held in enumerate(names):
        if held.key != new:
            continue
        if held.start is None:
            until = min(submitted_at, roster.members[member].created_at)
        elif index > 0 and submitted_at >= held.start:
            found_now = any(one.member == member for one in roster.plan.renames)
            until = min(submitted_at, roster.now) if found_now else held.start
            until = max(until, held.start + _TICK)
        else:
            continue
        if is_span(until, held.end):
            return held, until
    return None


def _insert_former(roster: Roster, former: Held, taken: Held) -> None:
    """Let ``former`` end where ``taken`` begins; where another held it for sure, it is nobody's.

    A start that nobody knows gives way: a name's later owner begins where its earlier one ended.
    """
    until, since = former.end or roster.now, former.start
    disputes: list[Dispute] = []
    for other in roster.holds(former.key, but=former.member):
        if not other.overlaps(former):
            continue
        if former.start is None and other.end is not None and other.end <= until:
            since = other.end if since is None else max(since, other.end)
        elif until <= roster.members[other.member].created_at:
            _replace_hold(roster, other, replace(other, start=until))
        else:
            disputes.append(Dispute(former.key, former.start, former.end, other.member, former.member))
    roster.plan.disputes.extend(disputes)
    _replace_hold(roster, taken, replace(taken, start=until))
    if not disputes and is_span(since, until):
        former = replace(former, start=since)
        roster.set_names(former.member, [former, *roster.names[former.member]])


def _replace_hold(roster: Roster, before: Held, after: Held) -> None:
    names = [after if held == before else held for held in roster.names[before.member]]
    roster.set_names(before.member, names)


def _update_members(roster: Roster) -> None:
    """Bring role, type and name up to date, and undo leaves of those who are there."""
    for member, seen in roster.voices.items():
        state, current = roster.members[member], roster.current_name(member)
        returned = state.left_at is not None
        if returned:
            roster.plan.joined.add(member)
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
    active = [m for m in roster.members.values() if m.left_at is None]
    missing = [m for m in active if m.id not in roster.voices]
    many = len(missing) > MASS_LEAVE_MEMBERS and len(missing) > MASS_LEAVE_SHARE * len(active)
    roster.plan.mass_leave = len(missing) if many else 0
    for member in missing:
        if member.leave_seen_at is None or member.last_seen_at is None:
            roster.save(
                replace(member, leave_seen_at=roster.now, last_seen_at=roster.polled_at or roster.now)
            )
        elif not many and roster.now - member.leave_seen_at >= GRACE:
            roster.save(replace(member, left_at=member.last_seen_at, leave_seen_at=None))
            roster.plan.leaves.append(Leave(member.id, next(iter(member.players), None), member.last_seen_at))
