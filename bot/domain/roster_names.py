"""Names that members gave up and took since the poll before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.identity import ApprovedRename, Dispute, Held, Lines, MemberState, Rename, Seen, is_span
from bot.domain.ids import MemberId, NameKey
from bot.domain.names import name_key
from bot.domain.roster_state import TICK, Roster, taken_over


def close_names(
    roster: Roster, approved: Sequence[ApprovedRename], lines: Mapping[NameKey, Lines]
) -> dict[MemberId, datetime]:
    """End the names that their members no longer go by. Returns who was renamed, and when.

    The last sighting is the poll before, or a later line under the name, which proves nothing
    where somebody else goes by it now. WOM shows a name as its last owner's until it approves,
    so that what was submitted to it before ends the name earlier.
    """
    spoken = {seen.key: seen for seen in roster.voices.values()}
    moved: dict[MemberId, datetime] = {}
    for member, seen in roster.voices.items():
        _part_where_given_up(roster, member, approved)
        current = roster.current_name(member)
        if current is None:
            _end_earlier(roster, member, approved)
            continue
        if seen.key == current.key:
            _respell(roster, current, seen.name)
            continue
        at = _last_sighting(roster, member)
        taker, heard = spoken.get(current.key), lines.get(current.key)
        if taker is None and heard is not None:
            at = max(at, heard.last + TICK)
        told = (
            _given_up(approved, roster.members[member], current),
            None if taker is None else _taken(approved, roster.members[member], taker, current),
        )
        at = min([at, *(one for one in told if one is not None)])
        if not roster.told_of_others(member, seen.key):
            at = min(at, _first_heard(roster, member, current, lines) or at)
        # Lines reach back past the poll before: what began after them was held for a moment at least.
        moved[member] = min(max(at, current.start + TICK) if current.start else at, roster.now)
    for member, at in moved.items():
        _close(roster, member, at)
    return moved


def _part_where_given_up(roster: Roster, member: MemberId, approved: Sequence[ApprovedRename]) -> None:
    """Part a name that its holder gave up and took again between two polls, which saw the same name.

    WOM was told of both. Who had it in between, and what its holder was called then, is found as
    for any other change.
    """
    current = roster.current_name(member)
    if current is None:
        return
    state = roster.members[member]
    away = _given_up(approved, state, current)
    back = max(
        (
            one.submitted_at
            for one in approved
            if one.player in state.players and name_key(one.new_name) == current.key
        ),
        default=None,
    )
    if away is None or back is None or back <= away:
        return
    parts = [replace(current, end=away), replace(current, start=back)]
    others = [held for held in roster.names[member] if held != current]
    roster.set_names(member, [*others, *(held for held in parts if is_span(held.start, held.end))])
    roster.parted.add(member)


def _end_earlier(roster: Roster, member: MemberId, approved: Sequence[ApprovedRename]) -> None:
    """End a name when WOM was told of its end, where it was ended while its member was missing.

    Somebody else went by it then, and WOM tells of the changes of present members only.
    """
    last = next(iter(reversed(roster.names.get(member, []))), None)
    if last is None or last.end is None:
        return
    told = _given_up(approved, roster.members[member], last)
    if told is not None and told < last.end:
        roster.replace_hold(last, replace(last, end=max(told, last.start + TICK) if last.start else told))


def _last_sighting(roster: Roster, member: MemberId) -> datetime:
    """The end of the last poll that saw a member under the name before."""
    missed = roster.members[member].last_seen_at
    return missed + TICK if missed else roster.sighted


def _given_up(approved: Sequence[ApprovedRename], member: MemberState, current: Held) -> datetime | None:
    """When a change away from a name was submitted first, since its holder took it.

    That may be before a roster showed them under it: WOM can be two names behind, and shows a
    newcomer's old name until it approves, whenever it was told.
    """
    since = (current.start or member.created_at) - TICK
    shown = member.created_at if current.start is None else None
    away = (
        one.submitted_at
        for one in approved
        if one.player in member.players
        and name_key(one.old_name) == current.key
        and (one.submitted_at > since or _was_shown(one, shown))
    )
    return min(away, default=None)


def _was_shown(one: ApprovedRename, at: datetime | None) -> bool:
    """Whether WOM showed a profile under its old name at a moment, since it had not approved the change."""
    return at is not None and one.resolved_at is not None and at <= one.resolved_at


def _taken(
    approved: Sequence[ApprovedRename], member: MemberState, taker: Seen, current: Held
) -> datetime | None:
    """When the change of who goes by a member's name now was submitted, if the member had it until then."""
    taken_at = _submitted(approved, taker, current.key)
    held_since = current.start or member.created_at
    return taken_at if taken_at is not None and held_since <= taken_at else None


def _submitted(approved: Sequence[ApprovedRename], seen: Seen, key: NameKey | None) -> datetime | None:
    """When the last approved change of a profile to a name was submitted: it had the name by then."""
    times = (
        one.submitted_at for one in approved if one.player == seen.player and name_key(one.new_name) == key
    )
    return max(times, default=None)


def _first_heard(
    roster: Roster, member: MemberId, current: Held, lines: Mapping[NameKey, Lines]
) -> datetime | None:
    """The first line under a new name, which is its owner's where nobody is known to have had it before.

    One from before they took the name that they give up now is of an earlier time under the new one.
    """
    key = roster.voices[member].key
    if key is None or key not in lines or roster.holds(key):
        return None
    first = lines[key].first
    return first if current.start is None or first > current.start else None


def _respell(roster: Roster, current: Held, seen: str) -> None:
    """Learn the capitals: a profile made by a sync is in lower case until WOM knows better."""
    if seen not in (current.display, seen.lower()):
        roster.replace_hold(current, replace(current, display=seen))


def _close(roster: Roster, member: MemberId, at: datetime) -> None:
    """End the current name; one that began no earlier was held for no time at all."""
    names = roster.names[member]
    roster.passing.update(held.key for held in names if held.end is None)
    ended = [replace(held, end=at) if held.end is None else held for held in names]
    roster.set_names(member, [held for held in ended if is_span(held.start, held.end)])


def open_names(
    roster: Roster, moved: Mapping[MemberId, datetime], approved: Sequence[ApprovedRename]
) -> None:
    """Begin the names of new members, of the renamed, and of who lost theirs and came back."""
    for member, seen in roster.voices.items():
        key = seen.key
        if key is None or roster.current_name(member) is not None:
            continue
        before = next(iter(reversed(roster.names.get(member, []))), None)
        start = moved.get(member, before.end if before else None)
        known_from = [_submitted(approved, seen, key), None if before else seen.joined_at]
        others = roster.told_of_others(member, key)
        begins = Held(member, key, seen.name, start, None, "roster")
        if _open(roster, begins, known_from, others) and before and before.key != key:
            roster.plan.renames.append(Rename(member, start or roster.now, before.display, seen.name))


def _open(
    roster: Roster, name: Held, known_from: Sequence[datetime | None], others: Sequence[datetime]
) -> bool:
    """Begin a name at its start, but not before it is known to have passed to its new owner.

    ``others`` is when WOM was told of others who took it or gave it up, seen by no poll perhaps:
    who did so after the start had it until then. A holder who is gone gave it up when last seen.
    One who is still there under it keeps it, and the claim is a dispute. Nobody had a first name
    before that anybody knows of.
    """
    member, key, start = name.member, name.key, name.start
    for held in roster.open_holds(key, but=member):
        if held.member in roster.voices:
            roster.plan.disputes.append(Dispute(key, start, None, held.member, member))
            return False
        state = roster.members[held.member]
        gone = state.left_at or state.last_seen_at
        _close(roster, held.member, gone + TICK if gone else roster.sighted)
    ended = [held.end for held in roster.holds(key, but=member) if held.end]
    if start is not None and (since := [at for at in others if start < at]):
        start = taken_over(max([*ended, *since]), known_from, roster.now)
    elif ended and (start is None or key in roster.passing):
        start = taken_over(max([*ended, start or ended[0]]), known_from, roster.now)
    elif start is not None:
        start = max([start, *ended])
    roster.set_names(member, [*roster.names.get(member, []), replace(name, start=start)])
    return True
