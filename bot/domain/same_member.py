"""Members who were one all along: renames that a sync showed as one who left and one who joined."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.identity import ApprovedRename, Leave, MemberState, is_span
from bot.domain.ids import MemberId, NameKey
from bot.domain.names import name_key
from bot.domain.roster_state import TICK, Roster


def absorb_namesakes(roster: Roster, approved: Sequence[ApprovedRename]) -> None:
    """Undo members who were renames seen as one left and one joined, however late WOM says so.

    What was the namesake's becomes the member's, and a leave that was believed never was. A
    name that a member took and gave up between two polls counts where WOM merged the namesake.
    """
    for member, seen in list(roster.voices.items()):
        for key, taken in _taken_names(roster.members[member], approved).items():
            submitted_at = max(one.submitted_at for one in taken)
            last_seen = _last_seen_before(roster, member, key, submitted_at)
            if last_seen is None:
                continue
            for namesake in _namesakes(roster, member, key):
                same = is_same(namesake, last_seen, submitted_at, roster.now)
                same = same and not _was_shown_as(roster, member, key, last_seen, namesake.created_at)
                if key != seen.key:
                    same = same and was_merged(namesake, taken, roster.polled_at)
                if same and not has_rival(roster.members[member], namesake, key, submitted_at, approved):
                    _absorb(roster, member, namesake, key, last_seen)


def _taken_names(
    member: MemberState, approved: Sequence[ApprovedRename]
) -> dict[NameKey, list[ApprovedRename]]:
    """The names that a member's profiles took by changes that WOM approved."""
    taken: dict[NameKey, list[ApprovedRename]] = {}
    for one in approved:
        if one.player in member.players:
            taken.setdefault(name_key(one.new_name), []).append(one)
    return taken


def was_merged(namesake: MemberState, changes: Sequence[ApprovedRename], polled_at: datetime | None) -> bool:
    """Whether WOM may have merged a namesake when it approved one of the changes to their name.

    It does so at once, so the last poll that saw them (``polled_at`` where none missed them yet) was before.
    """
    last_seen = namesake.last_seen_at or polled_at or namesake.created_at
    return any(one.resolved_at is not None and last_seen <= one.resolved_at for one in changes)


def is_same(namesake: MemberState, last_seen: datetime, submitted_at: datetime, now: datetime) -> bool:
    """Whether a namesake who is gone was a member's rename that WOM approved.

    It was first seen after the member was last seen before they took the name (``last_seen``), and
    was still there when the change was submitted: who left before that is another account,
    whose name was free to be taken.
    """
    gone_at = namesake.left_at or namesake.leave_seen_at or now
    return last_seen < namesake.created_at and submitted_at <= gone_at


def has_rival(
    member: MemberState,
    namesake: MemberState,
    key: NameKey,
    submitted_at: datetime,
    approved: Sequence[ApprovedRename],
) -> bool:
    """Whether the namesake may be another account, which took the name before ``member`` did.

    So it may where WOM approved that one's change to the name, submitted no later, and it had
    not been told when the namesake was first seen that the name was given up again.
    """
    return any(
        one.player not in member.players
        and name_key(one.new_name) == key
        and one.submitted_at <= submitted_at
        and not any(
            given_up.player == one.player
            and name_key(given_up.old_name) == key
            and one.submitted_at < given_up.submitted_at <= namesake.created_at
            for given_up in approved
        )
        for one in approved
    )


def _namesakes(roster: Roster, member: MemberId, key: NameKey) -> list[MemberState]:
    """Who else held this name and never another, and is not on the roster."""
    holders = {held.member for held in roster.holds(key, but=member)} - roster.voices.keys()
    alone = (one for one in holders if all(held.key == key for held in roster.names[one]))
    return [roster.members[one] for one in sorted(alone)]


def _was_shown_as(
    roster: Roster, member: MemberId, key: NameKey, last_seen: datetime, until: datetime
) -> bool:
    """Whether a member was seen under the name that they took, and gave it up, before a namesake was seen.

    Then their rename was no riddle any more: who bore the name next is another.
    """
    return any(
        held.key == key and held.end is not None and last_seen < held.end <= until
        for held in roster.names.get(member, [])
    )


def _last_seen_before(
    roster: Roster, member: MemberId, key: NameKey, submitted_at: datetime
) -> datetime | None:
    """When a member was last seen before they took a name; None where that is not known.

    Who was missed until now may have come back to the name of then, if WOM was told so since.
    """
    names, missed = roster.names.get(member, []), roster.members[member].last_seen_at
    if missed is not None:
        is_back = bool(names) and names[-1].key == key
        return None if is_back and submitted_at <= missed else missed
    current = roster.current_name(member)
    if current is not None and current.key != key:
        return roster.polled_at
    before = [held.end for held in names if held.end and held.key != key]
    return before[-1] - TICK if before else None


def _absorb(
    roster: Roster, member: MemberId, namesake: MemberState, key: NameKey, last_seen: datetime
) -> None:
    """Let a namesake be ``member``, who may have come back under the name at an earlier poll.

    Then they had it all the time; where a third one had it meanwhile, while the namesake was seen under it.
    """
    state, current = roster.members[member], roster.current_name(member)
    came_back = state.last_seen_at is None
    if state.left_at is not None or came_back:
        left_at = state.left_at or last_seen
        roster.plan.undone.append(Leave(member, next(iter(state.players), None), left_at))
    roster.save(replace(state, players=(*state.players, *namesake.players), left_at=None))
    roster.plan.profiles.update(dict.fromkeys(namesake.players, member))
    roster.plan.absorbed[namesake.id] = member
    seen_under = roster.names[namesake.id]
    roster.forget(namesake.id)
    if not came_back or current is None or current.key != key:
        return
    begun = last_seen + TICK
    first = next(held for held in roster.names[member] if held.key == key and (held.start or begun) >= begun)
    others = (held.end for held in roster.holds(key, but=member) if held.end is not None)
    if not any(begun < end <= (first.start or begun) for end in others):
        roster.replace_hold(first, replace(first, start=begun))
        return
    parts = [replace(held, member=member, start=max(held.start or begun, begun)) for held in seen_under]
    roster.set_names(
        member, [*roster.names[member], *(held for held in parts if is_span(held.start, held.end))]
    )
