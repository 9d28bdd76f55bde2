"""When members came, came back and left, by the rosters that show them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias, TypeVar

from bot.domain.as_of import JOINED, LEFT, RETURNED
from bot.domain.identity import Leave, MemberState
from bot.domain.ids import MemberId
from bot.domain.roster_state import Roster
from bot.domain.worklist import expects_leave

GRACE = timedelta(hours=48)
"""How long a leave seen on the roster is pending before it is believed."""
MASS_LEAVE_MEMBERS = 5
MASS_LEAVE_SHARE = 0.2
SAME_JOIN: Final = timedelta(hours=1)
"""WOM dates one join twice, as a membership and as an activity, milliseconds to minutes apart."""


class _Happening(Protocol):
    @property
    def member(self) -> MemberId: ...
    @property
    def kind(self) -> str: ...


H = TypeVar("H", bound=_Happening)
Moves: TypeAlias = Collection[tuple[datetime, str]]
"""When a member joined and left, and which of the two, in no order."""


def is_join(at: datetime, first_seen_at: datetime, known: Moves) -> bool:
    """Whether a join that WOM lists is one: as far as is known, the member was not in the clan then.

    ``known`` are the member's joins and leaves that are believed. What was listed before the
    member was first seen is history. Who never left, but for a broken sync or a rename, never joined anew.
    """
    if is_known_join(at, known):
        return False
    if at <= first_seen_at:
        return True
    before = [one for one in known if one[0] < at]
    return bool(before) and max(before)[1] == LEFT


def is_known_join(at: datetime, known: Moves) -> bool:
    """Whether ``known``, a member's joins and leaves, have one at that time, give or take ``SAME_JOIN``.

    Who left between the two joined twice.
    """
    return any(
        kind == JOINED
        and abs(joined - at) <= SAME_JOIN
        and not any(other == LEFT and min(joined, at) < left < max(joined, at) for left, other in known)
        for joined, kind in known
    )


def each_begun_once(happened: Sequence[H]) -> list[H]:
    """What happened, the oldest first, where each stay of a member begins once.

    With the return where one was seen, else with the first join: WOM lists a join of whoever is back too.
    """
    begun: dict[tuple[MemberId, int], int] = {}
    ended = Counter[MemberId]()
    for index, one in enumerate(happened):
        if one.kind == LEFT:
            ended[one.member] += 1
        elif one.kind in {JOINED, RETURNED}:
            stay = (one.member, ended[one.member])
            first = happened[begun[stay]].kind if stay in begun else None
            if first is None or (first, one.kind) == (JOINED, RETURNED):
                begun[stay] = index
    told = set(begun.values())
    return [one for index, one in enumerate(happened) if one.kind not in {JOINED, RETURNED} or index in told]


def update_members(roster: Roster) -> None:
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


def watch_leaves(roster: Roster, removed: Mapping[MemberId, datetime]) -> None:
    """Start, believe or hold back the leaves of who is missing.

    Whom officers said that they ``removed`` left at once, and counts neither as missing nor as active
    when it is asked whether too many are missing to be believed.
    """
    active = [m for m in roster.members.values() if m.left_at is None]
    expected = {m.id for m in active if expects_leave(m, removed, roster.now)}
    missing = [m for m in active if m.id not in roster.voices]
    unexpected = len(missing) - sum(1 for m in missing if m.id in expected)
    counted = len(active) - len(expected)
    many = unexpected > MASS_LEAVE_MEMBERS and unexpected > MASS_LEAVE_SHARE * counted
    roster.plan.mass_leave = unexpected if many else 0
    for member in missing:
        seen_at = member.last_seen_at or roster.polled_at or roster.now
        if member.id in expected:
            _believe(roster, member, seen_at)
        elif member.leave_seen_at is None or member.last_seen_at is None:
            roster.save(replace(member, leave_seen_at=roster.now, last_seen_at=seen_at))
        elif not many and roster.now - member.leave_seen_at >= GRACE:
            _believe(roster, member, seen_at)


def _believe(roster: Roster, member: MemberState, seen_at: datetime) -> None:
    roster.save(replace(member, left_at=seen_at, last_seen_at=seen_at, leave_seen_at=None))
    roster.plan.leaves.append(Leave(member.id, next(iter(member.players), None), seen_at))
