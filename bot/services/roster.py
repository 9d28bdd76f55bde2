"""Writing what a poll's plan says: members, their names, whose profile is whose, what happened."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.adoption import is_lost
from bot.domain.as_of import JOINED, LEFT, RANK_CHANGED, RENAMED, RETURNED
from bot.domain.clans import Clan
from bot.domain.facts import wom_source
from bot.domain.feed import found_at
from bot.domain.identity import Held, Leave, Lines, MemberState, RosterPlan, Seen
from bot.domain.ids import ClanId, MemberId, NameKey, PlayerId, SourceId
from bot.domain.roster import plan_roster
from bot.domain.stays import Moves, is_join, is_known_join
from bot.domain.worklist import EXPECTED_FOR
from bot.wom.answers import Activity, GroupDetails
from db.queries import (
    attributions,
    clans,
    conflicts,
    decisions,
    imports,
    members,
    names,
    roster,
    sources,
    worklist,
)
from db.types import to_millis


def seen_of(group: GroupDetails) -> list[Seen]:
    """WOM's memberships as the rules read them. The in-game join date is preferred where WOM has it."""
    return [
        Seen(
            player=membership.player_id,
            name=membership.player.display_name,
            role=membership.role,
            account_type=membership.player.type,
            build=membership.player.build,
            status=membership.player.status,
            joined_at=membership.client_sync_joined_at or membership.created_at,
            # Who was never looked at has 0 there.
            xp=membership.player.exp or None,
        )
        for membership in group.memberships
    ]


async def apply_roster(
    session: AsyncSession, clan: Clan, group: GroupDetails, activity: Sequence[Activity], now: datetime
) -> RosterPlan:
    """Plan from the roster that WOM answered and write it, in the transaction of ``session``."""
    await clans.lock_clan(session, clan.id)
    observed = await names.observed_names(session, clan.id)
    next_id = await roster.next_member_id(session, clan.id)
    states, seen = await members.member_states(session, clan.id), seen_of(group)
    plan = plan_roster(
        states,
        observed,
        seen,
        await roster.approved_renames(session, clan.id),
        await _lines(session, clan, states, observed, seen),
        await _lost(session, clan.id, states, seen),
        await worklist.removed_since(session, clan.id, now - EXPECTED_FOR),
        polled_at=clan.polled_at,
        now=now,
        next_id=next_id,
    )
    newest = max(plan.members, default=0)
    if newest >= next_id:
        await clans.update_clan(session, clan.id, next_member_id=newest + 1)
    await members.save_states(session, clan.id, plan.members.values())
    await members.correct_joins(session, clan.id, plan.joined, None)
    await _save_names(session, clan.id, plan, now)
    await _save_profiles(session, clan.id, plan, group)
    await roster.remove_absorbed(session, clan.id, plan.absorbed, now)
    await members.remove_events(session, clan.id, [_left_key(leave) for leave in plan.undone])
    stays = await members.stays(session, clan.id, {leave.member for leave in plan.leaves})
    noted_at = found_at(clan.polled_at, now)
    happened = [*_renamed(plan, noted_at), *_left(plan, stays), *_returned(plan, states, now)]
    await members.add_events(session, clan.id, happened)
    await members.add_events(session, clan.id, await _listed(session, clan.id, activity))
    if plan.undone:
        await members.restore_joins(session, clan.id, {leave.member for leave in plan.undone})
    return plan


async def _lines(
    session: AsyncSession,
    clan: Clan,
    states: Sequence[MemberState],
    observed: Sequence[Held],
    seen: Sequence[Seen],
) -> dict[NameKey, Lines]:
    """When the old and new names of the renamed were heard since WOM last found the old one in the game.

    WOM goes on naming an account by its old name until it approves the new one, days after
    the game did: its last look at the account is the old name's last sighting there.
    """
    if clan.polled_at is None:
        return {}
    owner = {player: state.id for state in states for player in state.players}
    held = {one.member: one.key for one in observed if one.end is None}
    renamed = [
        (one.player, before, one.key)
        for one in seen
        if one.key and (before := held.get(owner.get(one.player, MemberId(0)))) and before != one.key
    ]
    if not renamed:
        return {}
    profiles = await roster.known_profiles(session, clan.id)
    lines: dict[NameKey, Lines] = {}
    for player, before, after in renamed:
        looked = profiles[player].updated_at if player in profiles else None
        since = min(looked or clan.polled_at, clan.polled_at)
        lines |= await roster.lines_since(session, clan.id, since, {before, after})
    return lines


async def _lost(
    session: AsyncSession, clan: ClanId, states: Sequence[MemberState], seen: Sequence[Seen]
) -> dict[MemberId, int | None]:
    """Members that only the old system knew, with their last XP; asked only where somebody new may be one."""
    owned = {player for state in states for player in state.players}
    if all(one.player in owned for one in seen):
        return {}
    merged = await decisions.roots(session, clan)
    lost = [state.id for state in states if is_lost(state) and state.id not in merged]
    return await imports.last_xp(session, clan, lost) if lost else {}


async def _save_names(session: AsyncSession, clan: ClanId, plan: RosterPlan, now: datetime) -> None:
    """Keep the names that were seen, and what is disputed of them; who held what follows from both."""
    touched = await conflicts.add_disputes(session, clan, plan.disputes, now)
    if plan.names:
        after = [held for theirs in plan.names.values() for held in theirs]
        touched |= await names.replace_names(session, clan, list(plan.names), after)
    await names.rebuild_aliases(session, clan, touched)
    await attributions.attribute_relayed_names(session, clan, touched)


async def _save_profiles(session: AsyncSession, clan: ClanId, plan: RosterPlan, group: GroupDetails) -> None:
    """Keep the profiles that are new or look different, and attribute those that changed hands."""
    known = await roster.known_profiles(session, clan)
    players = {membership.player_id: membership.player for membership in group.memberships}
    refs = {id_: wom_source(id_, player.display_name) for id_, player in players.items() if id_ not in known}
    ids = await sources.add_sources(session, clan, list(refs.values()))
    source_of: dict[PlayerId, SourceId] = {player: profile.source for player, profile in known.items()}
    source_of.update({player: ids[ref] for player, ref in refs.items()})
    changed = [
        {
            "source_id": source_of[id_],
            "player_id": id_,
            "display_name": player.display_name,
            "status": player.status,
            # Only storing its values moves this: a poll that is cut off reads them again.
            "updated_at": known[id_].updated_at if id_ in known else None,
            "changed_at": player.last_changed_at,
            "member_id": plan.profiles[id_] if id_ in plan.profiles else known[id_].member,
        }
        for id_, player in players.items()
        if id_ not in known
        or id_ in plan.profiles
        or (known[id_].display_name, known[id_].status, known[id_].changed_at)
        != (player.display_name, player.status, player.last_changed_at)
    ]
    await members.save_profiles(session, clan, changed)
    unlisted = plan.profiles.keys() - players.keys()
    await members.own_profiles(session, clan, {source_of[one]: plan.profiles[one] for one in unlisted})
    await attributions.attribute_profiles(session, clan, [source_of[one] for one in plan.profiles])


def _left_key(leave: Leave) -> str:
    return f"left:{leave.member}:{to_millis(leave.seen_at)}"


def _renamed(plan: RosterPlan, noted_at: datetime | None) -> list[dict[str, Any]]:
    return [
        {
            "key": f"renamed:{one.member}:{to_millis(one.at)}",
            "member_id": one.member,
            "kind": RENAMED,
            "at": one.at,
            "before": one.before,
            "after": one.after,
            "noted_at": noted_at,
        }
        for one in plan.renames
    ]


def _left(plan: RosterPlan, stays: Mapping[MemberId, Moves]) -> list[dict[str, Any]]:
    return [
        event
        for one in plan.leaves
        for event in leave_events(one, plan.members[one.member], stays.get(one.member, ()))
    ]


def leave_events(leave: Leave, member: MemberState, stays: Moves) -> list[dict[str, Any]]:
    """A leave as it is stored, and when the stay began that it ends: a return has a join date of its own.

    ``stays`` are the member's joins and leaves that are stored: what is known of its beginning stands.
    """
    left = {
        "key": _left_key(leave),
        "member_id": leave.member,
        "kind": LEFT,
        "at": leave.seen_at,
        "before": member.role,
        "after": None,
    }
    if leave.player is None or member.joined_at is None or is_known_join(member.joined_at, stays):
        return [left]
    joined = {
        "key": f"joined:{leave.player}:{to_millis(member.joined_at)}",
        "member_id": leave.member,
        "kind": JOINED,
        "at": member.joined_at,
        "before": None,
        "after": None,
    }
    return [left, joined]


def _returned(plan: RosterPlan, states: Iterable[MemberState], now: datetime) -> list[dict[str, Any]]:
    """Who is back, as of when it is seen: a joined member who had left before.

    Whom only the old system knew was never seen to leave: on the first roster they are found, not back.
    """
    return [
        {
            "key": f"returned:{one.id}:{to_millis(one.left_at)}",
            "member_id": one.id,
            "kind": RETURNED,
            "at": now,
            "before": one.role,
            "after": plan.members[one.id].role,
        }
        for one in states
        if one.id in plan.joined and one.left_at is not None and not is_lost(one)
    ]


async def _listed(session: AsyncSession, clan: ClanId, activity: Sequence[Activity]) -> list[dict[str, Any]]:
    """Joins and rank changes as WOM dates them. Leaves are ours to date: a rename can look like one."""
    if not activity:
        return []
    known = await roster.known_profiles(session, clan)
    rows = [row for row in activity if row.player_id in known]
    joins = await _joins(session, clan, [(known[row.player_id].member, row) for row in rows])
    return [
        {
            "key": f"{row.type}:{row.player_id}:{to_millis(row.created_at)}",
            "member_id": known[row.player_id].member,
            "kind": JOINED if row.type == "joined" else RANK_CHANGED,
            "at": row.created_at,
            "before": row.previous_role,
            "after": row.role,
        }
        for row in rows
        if row.type == "changed_role" or row in joins
    ]


async def _joins(
    session: AsyncSession, clan: ClanId, rows: Sequence[tuple[MemberId, Activity]]
) -> list[Activity]:
    """The joins among these that are ones."""
    listed = [(member, row) for member, row in rows if row.type == "joined"]
    concerned = {member for member, _ in listed}
    first_seen = await members.first_seen(session, clan, concerned)
    stays = await members.stays(session, clan, concerned)
    found: list[Activity] = []
    for member, row in sorted(listed, key=lambda one: one[1].created_at):
        known = stays.setdefault(member, [])
        if is_join(row.created_at, first_seen[member], known):
            known.append((row.created_at, JOINED))
            found.append(row)
    return found
