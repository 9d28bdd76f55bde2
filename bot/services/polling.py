"""Polling WOM: what changed in a clan, with as few requests as possible."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

import structlog

from bot.domain.accounts import LinkNotice
from bot.domain.clans import Clan
from bot.domain.identity import MemberState
from bot.domain.ids import ClanId, GroupId, PlayerId
from bot.domain.mass_leaves import MassLeave
from bot.services.clock import Clock
from bot.services.failures import reason_of
from bot.services.linking import follow_roster
from bot.services.mass_leaves import follow_mass_leave
from bot.services.roster import apply_roster
from bot.services.statistics import Statistics, is_newer
from bot.wom.answers import Achievement, Activity, GroupDetails, MemberHiscores, Membership, NameChange
from bot.wom.client import PAGE, WomClient
from bot.wom.errors import WomError
from db.queries import clans, members, roster
from db.queries.roster import KnownProfile
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

LISTS = 3
LISTS_EVERY = timedelta(hours=1)
"""Activity, name changes and achievements are read when something moved, and else this often."""
OLDER_PAGES_AN_HOUR = 6
"""Requests for older pages of those lists: what is approved or found late does not come on top."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a poll changed. ``mass_leave`` is how many leaves at once were not believed."""

    requests: int
    joined: int
    left: int
    renamed: int
    snapshots: int
    mass_leave: int = 0


@dataclass(frozen=True, slots=True)
class _Answers:
    """Everything a poll reads, whole before anything is written."""

    group: GroupDetails
    hiscores: Sequence[MemberHiscores] | None
    activity: Sequence[Activity]
    name_changes: Sequence[NameChange]
    achievements: Sequence[Achievement]
    lists_read: bool
    requests: int


class Polling:
    """Polls clans, one after the other.

    Every callback of ``on_link`` is told of a name that a user gave and the roster has now,
    each of ``on_mass_leave`` of so many leaves at once that none is believed, and of its end.
    """

    def __init__(self, database: Database, wom: WomClient, statistics: Statistics, clock: Clock) -> None:
        self._database = database
        self._wom = wom
        self._statistics = statistics
        self._clock = clock
        self._older = OlderPages()
        self.on_link: list[Callable[[LinkNotice], None]] = []
        self.on_mass_leave: list[Callable[[MassLeave], None]] = []

    async def poll(self, clan: Clan) -> PollResult:
        """Read a clan at WOM and store what changed.

        One request where nothing moved, five at most; once an hour a few more for older
        pages. All answers are there before the first row is written.

        Raises:
            WomError: the poll was given up; nothing of it is stored but the failure itself.
        """
        now = self._clock()
        try:
            answers = await self._read(clan, now)
        except WomError as error:
            log.warning("poll_given_up", clan_id=clan.id, request=error.request, reason=error.reason)
            async with self._database.write() as session:
                await clans.update_clan(session, clan.id, failed_at=now, failure=reason_of(error))
            raise
        return await self._store(clan, answers, now)

    async def _read(self, clan: Clan, now: datetime) -> _Answers:
        group = await self._wom.group(clan.group)
        async with self._database.read() as session:
            known = await roster.known_profiles(session, clan.id)
        newer = any(is_newer(m.player.updated_at, _stored(known, m.player_id)) for m in group.memberships)
        hiscores = await self._wom.hiscores(clan.group) if newer else None
        due = clan.lists_read_at is None or now - clan.lists_read_at >= LISTS_EVERY
        if not (due or newer or await self._roster_moved(clan, group)):
            return _Answers(group, hiscores, (), (), (), lists_read=False, requests=1)
        activity = await self._wom.activity(clan.group)
        changes = await self._wom.name_changes(clan.group)
        achievements = await self._wom.achievements(clan.group)
        requests = 5 if newer else 4
        if due:
            older_activity = await self._older.read(clan, "activity", activity, self._wom.activity)
            older_changes = await self._older.read(clan, "name_changes", changes, self._wom.name_changes)
            older_rows = await self._older.read(clan, "achievements", achievements, self._wom.achievements)
            activity = [*activity, *older_activity.rows]
            changes, achievements = [*changes, *older_changes.rows], [*achievements, *older_rows.rows]
            requests += older_activity.requests + older_changes.requests + older_rows.requests
        return _Answers(group, hiscores, activity, changes, achievements, lists_read=True, requests=requests)

    async def _roster_moved(self, clan: Clan, group: GroupDetails) -> bool:
        """Whether anybody came, went, was renamed or changed rank."""
        async with self._database.read() as session:
            states = await members.member_states(session, clan.id)
            known = await roster.known_profiles(session, clan.id)
        owners = {player: state for state in states for player in state.players}

        def is_new(one: Membership) -> bool:
            state = owners.get(one.player_id)
            if state is None or _is_missing(state):
                return True
            return (state.role, known[one.player_id].display_name) != (one.role, one.player.display_name)

        # One profile is enough: those that WOM merged away stay the member's and are never listed again.
        listed = {one.player_id for one in group.memberships}
        gone = (state for state in states if not _is_missing(state) and listed.isdisjoint(state.players))
        return any(map(is_new, group.memberships)) or any(gone)

    async def _store(self, clan: Clan, answers: _Answers, now: datetime) -> PollResult:
        group = answers.group
        async with self._database.write() as session:
            await roster.save_name_changes(session, clan.id, [_change(row) for row in answers.name_changes])
            plan = await apply_roster(session, clan, group, answers.activity, now)
            known = await roster.known_profiles(session, clan.id)
            notices = await follow_roster(session, clan, plan, now)
            mass_leave = await follow_mass_leave(session, clan, plan, now)
            achieved = [
                {
                    "source_id": known[row.player_id].source,
                    "name": row.name,
                    "metric_key": row.metric,
                    "threshold": row.threshold,
                    "achieved_at": row.created_at,
                    "accuracy_ms": row.accuracy,
                }
                for row in answers.achievements
                if row.player_id in known
            ]
            await roster.add_achievements(session, clan.id, achieved)
            columns: dict[str, Any] = {"polled_at": now, "failed_at": None, "failure": None}
            columns |= {"name": group.name, "role_order": _role_order(group)}
            if answers.lists_read:
                columns["lists_read_at"] = now
            await clans.update_clan(session, clan.id, **columns)
        for notice in notices:
            for callback in self.on_link:
                callback(notice)
        if mass_leave is not None:
            for tell in self.on_mass_leave:
                tell(mass_leave)
        stored = 0
        if answers.hiscores is not None:
            stored = await self._store_values(clan.id, group, answers.hiscores)
        result = PollResult(
            requests=answers.requests,
            joined=len(plan.joined),
            left=len(plan.leaves),
            renamed=len(plan.renames),
            snapshots=stored,
            mass_leave=plan.mass_leave,
        )
        log.info(
            "polled",
            clan_id=clan.id,
            requests=result.requests,
            joined=result.joined,
            left=result.left,
            renamed=result.renamed,
            snapshots=stored,
            mass_leave=plan.mass_leave,
        )
        return result

    async def _store_values(
        self, clan: ClanId, group: GroupDetails, hiscores: Sequence[MemberHiscores]
    ) -> int:
        async with self._database.read() as session:
            known = await roster.known_profiles(session, clan)
        fresh = [one.data for one in hiscores if is_newer(one.data.created_at, _stored(known, one.player.id))]
        stored = await self._statistics.store(clan, fresh)
        # WOM has no values of who was archived or never looked at: do not ask again until it looks.
        listed = {one.player.id for one in hiscores}
        absent = {
            known[m.player_id].source: m.player.updated_at
            for m in group.memberships
            if m.player_id not in listed and m.player_id in known and m.player.updated_at is not None
        }
        async with self._database.write() as session:
            await members.note_values_stored(session, clan, absent)
        return stored


def _stored(known: dict[PlayerId, KnownProfile], player: PlayerId) -> datetime | None:
    profile = known.get(player)
    return profile.updated_at if profile else None


def _is_missing(state: MemberState) -> bool:
    return state.left_at is not None or state.leave_seen_at is not None


def _role_order(group: GroupDetails) -> list[str]:
    return [one.role for one in sorted(group.role_orders, key=lambda one: one.index)]


def _change(row: NameChange) -> dict[str, Any]:
    return {
        "id": row.id,
        "player_id": row.player_id,
        "old_name": row.old_name,
        "new_name": row.new_name,
        "status": row.status,
        "submitted_at": row.created_at,
        "resolved_at": row.resolved_at,
    }


@dataclass(frozen=True, slots=True)
class _Older(Generic[T]):
    rows: Sequence[T]
    requests: int


class _Fetch(Protocol[T_co]):
    async def __call__(self, group: GroupId, limit: int = ..., offset: int = ...) -> Sequence[T_co]: ...


class OlderPages:
    """Which older pages of a list are read next.

    At first all of them, within the hourly allowance; then one an hour in turn, since
    WOM sorts by submission and a late approval changes a row far down.
    """

    def __init__(self) -> None:
        self._next: dict[tuple[ClanId, str], int] = {}
        self._walked: set[tuple[ClanId, str]] = set()

    async def read(self, clan: Clan, name: str, first: Sequence[T], fetch: _Fetch[T]) -> _Older[T]:
        """Rows of the pages whose turn it is; none where the first page is the last."""
        if len(first) < PAGE:
            return _Older((), 0)
        key = (clan.id, name)
        allowance = 1 if key in self._walked else OLDER_PAGES_AN_HOUR // LISTS
        rows: list[T] = []
        requests = 0
        page = self._next.get(key, 1)
        while requests < allowance:
            answer = await fetch(clan.group, PAGE, page * PAGE)
            requests += 1
            rows.extend(answer)
            page += 1
            if len(answer) < PAGE:
                self._walked.add(key)
                page = 1
                break
        self._next[key] = page
        return _Older(rows, requests)
