"""What a roster that WOM answered changes: pure rules from what is known to a plan.

Nothing here moves a fact. A plan says which members, names and profiles are written;
the facts follow through attributions.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.adoption import Adopted, adopt
from bot.domain.former_names import lay_history
from bot.domain.identity import ApprovedRename, Held, Lines, MemberState, RosterPlan, Seen
from bot.domain.ids import MemberId, NameKey, PlayerId
from bot.domain.roster_names import close_names, open_names
from bot.domain.roster_state import Roster
from bot.domain.same_member import absorb_namesakes
from bot.domain.stays import update_members, watch_leaves


def plan_roster(
    members: Iterable[MemberState],
    names: Iterable[Held],
    seen: Iterable[Seen],
    approved: Sequence[ApprovedRename] = (),
    lines: Mapping[NameKey, Lines] | None = None,
    lost: Mapping[MemberId, int | None] | None = None,
    removed: Mapping[MemberId, datetime] | None = None,
    *,
    polled_at: datetime | None,
    now: datetime,
    next_id: int,
) -> RosterPlan:
    """What a roster answer changes.

    ``polled_at`` is the poll before (None for the first), ``next_id`` the first free member
    id, ``lost`` are the members who may turn up under a profile that is new
    (:mod:`bot.domain.adoption`), with their last XP, ``removed`` are those whose removal officers
    ticked off, and when. A leave is pending for :data:`bot.domain.stays.GRACE`, unless it was
    expected; while more than five members and a fifth of the active ones are pending, none is
    believed. A name that passes from one member to another is closed for
    the one before it opens for the other, so a swap needs no special case.
    """
    by_member: dict[MemberId, list[Held]] = {}
    for held in names:
        by_member.setdefault(held.member, []).append(held)
    # Of a clock that is ahead of ours: it counts from when it has come.
    approved = [one for one in approved if one.submitted_at <= now]
    roster = Roster({m.id: m for m in members}, by_member, polled_at, now, approved)
    profiles = {one.player: one for one in seen}
    found = adopt(roster.members, by_member, profiles.values(), approved, lost or {})
    _match_profiles(roster, profiles, found, next_id)
    absorb_namesakes(roster, approved)
    moved = close_names(roster, approved, lines or {})
    open_names(roster, moved, approved)
    lay_history(roster, approved)
    update_members(roster)
    watch_leaves(roster, removed or {})
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
    holder = next((one.member for one in roster.open_holds(seen.key)), None)
    if holder is None or holder in present or seen.joined_at is None:
        return None
    state = roster.members[holder]
    if state.left_at is not None or state.joined_at != seen.joined_at:
        return None
    roster.save(replace(state, players=(*state.players, seen.player)))
    return state.id


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
