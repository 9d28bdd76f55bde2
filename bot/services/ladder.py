"""The ladder of who is quiet: what officers chose, what receivers answer, what officers decide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.absences import AWAY_DAYS
from bot.domain.clans import Clan
from bot.domain.desk_errors import NotQuiet, OutOfRange, QuietDecided
from bot.domain.errors import NotPermitted, Outdated
from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.ladder import (
    FEWEST_DAYS,
    MOST_DAYS,
    MOST_GRACE,
    Case,
    Choice,
    LadderSettings,
    Outcome,
    Placed,
    Quiet,
    Reply,
    Stage,
    Step,
)
from bot.domain.worklist import NewStep, StepKind
from bot.services.clock import Clock
from bot.services.inactivity import Roles, read_quiet
from bot.services.worklist import put_on_worklist
from db.queries import absences, clans, ladder, members, worklist
from db.session import Database

ORIGIN: Final = "inactive"
"""Whence the steps of the worklist come that a decision puts there; the case and the member follow."""

DECIDED_WITHIN: Final = timedelta(days=60)
"""How long after officers decided to remove somebody it is looked whether they are seen again."""


@dataclass(frozen=True, slots=True)
class Replied:
    """A receiver answered a notice: for officers, and for themselves."""

    clan: Clan
    user: UserId
    name: str
    reply: Reply
    until: datetime | None = None


class Ladder:
    """Keeps cases. Sending notices is :class:`bot.services.quiet_notices.QuietNotices`'s."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def settings(self, clan: Clan) -> LadderSettings:
        """What the clan's officers chose."""
        async with self._database.read() as session:
            return await ladder.settings(session, clan.id)

    async def change(self, clan: Clan, by: UserId, **changes: Any) -> LadderSettings:
        """Change some of it; ``rank`` with ``days`` sets one rank's limit, None gives it the usual one.

        Raises:
            OutOfRange: a number of days out of bounds.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            before = await ladder.settings(session, clan.id)
            after = replace(before, **_read(before, changes))
            await _save(session, clan, before, after, by, now)
            return after

    async def steps(self, clan: Clan, theirs: Collection[MemberId]) -> list[Step]:
        """Everything that happened to a person on the ladder."""
        async with self._database.read() as session:
            return await ladder.steps(session, clan.id, theirs)

    async def reply(self, clan_id: ClanId, case_id: int, user: UserId, reply: Reply) -> Replied:
        """The receiver of a notice answers it.

        Raises:
            NotPermitted: somebody else's press.
            Outdated: the clan or the case is gone.
            QuietDecided: the case is over.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan_id)
            clan = await clans.clan_by_id(session, clan_id)
            case = await ladder.case_of(session, clan_id, case_id)
            member = None if case is None else await members.member_by_id(session, clan_id, case.member)
            if clan is None or case is None or member is None:
                raise Outdated
            if case.user != user:
                raise NotPermitted("asker")
            _require_open(case, member.name)
            until = now + timedelta(days=AWAY_DAYS) if reply is Reply.AWAY else None
            values: dict[str, Any] = {"reply": reply.value, "replied_at": now}
            if reply is not Reply.QUIT:
                outcome = Outcome.BACK if reply is Reply.BACK else Outcome.AWAY
                values |= {"closed_at": now, "closed_by": user, "outcome": outcome.value}
            await ladder.change_case(session, case.id, **values)
            await ladder.note_step(session, clan_id, case.id, f"said {reply}", user, now)
            if until is not None:
                await absences.add_absence(session, clan_id, user, case.member, until, "", user, now)
            return Replied(clan, user, member.name, reply, until)

    async def decide(
        self,
        clan: Clan,
        leads: Sequence[MemberId],
        choice: Choice,
        by: UserId,
        days: int | None,
        roles: Roles,
    ) -> list[Placed]:
        """Officers decide of these people, all or none.

        Every account of whoever is to be removed goes on the worklist, in the same transaction;
        whoever is kept is on the safe list from now on.

        Raises:
            QuietDecided: somebody was quicker, or the person answered.
            NotQuiet: they are not known to be quiet, or a grace of theirs lasts.
            Outdated: they are not on the roster any more.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            quiet = await read_quiet(session, clan, days, roles, now)
            chosen = [_chosen(quiet, lead, choice) for lead in leads]
            for placed in chosen:
                await self._apply(session, clan, placed, choice, quiet.settings, by, now)
            if choice is Choice.KEEP:
                kept = {member for one in chosen for member in one.judged.person.members}
                after = replace(quiet.settings, safe_members=quiet.settings.safe_members | kept)
                await _save(session, clan, quiet.settings, after, by, now)
            return chosen

    async def _apply(
        self,
        session: AsyncSession,
        clan: Clan,
        placed: Placed,
        choice: Choice,
        settings: LadderSettings,
        by: UserId,
        now: datetime,
    ) -> None:
        person, case = placed.judged.person, placed.case
        id_ = None if case is None or case.closed_at is not None else case.id
        if id_ is None:
            id_ = await ladder.open_case(session, clan.id, person.lead.member, person.user, by, now)
            await ladder.note_step(session, clan.id, id_, "flagged", by, now, evidence(placed))
        if choice is Choice.MORE:
            values: dict[str, Any] = {"grace_until": now + settings.grace, "reply": None}
        else:
            values = {"closed_at": now, "closed_by": by, "outcome": Outcome(choice.value).value}
        await ladder.change_case(session, id_, **values)
        await ladder.note_step(session, clan.id, id_, choice, by, now)
        if choice is Choice.REMOVE:
            steps = [
                NewStep(StepKind.REMOVE, one.member, f"{ORIGIN}:{id_}:{one.member}", from_rank=one.role)
                for one in person.accounts
            ]
            await put_on_worklist(session, clan, steps, by, now)
        detail = {
            "clan_id": clan.id,
            "member": person.lead.member,
            "accounts": list(person.members),
            "before": placed.stage.value,
            "after": choice.value,
        }
        await clans.add_audit_entry(session, clan.guild, by, "inactivity_decided", detail, now)

    async def follow(self, clan: Clan, roles: Roles) -> list[str]:
        """After a poll: who was seen since their case began, or has left, is on the ladder no more.

        Whoever was to be removed and is seen since is taken off the worklist again, but for who
        said that they have quit.

        Returns:
            Whose removal was taken back, by name.
        """
        now = self._clock()
        since = now - DECIDED_WITHIN
        async with self._database.read() as session:
            if not await ladder.cases(session, clan.id, since):
                return []
        recalled: list[str] = []
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            quiet = await read_quiet(session, clan, None, roles, now)
            for case in await ladder.cases(session, clan.id, since):
                outcome = None if case.closed_at is not None else _followed(quiet, case)
                if outcome is not None:
                    await ladder.change_case(session, case.id, closed_at=now, outcome=outcome.value)
                    await ladder.note_step(session, clan.id, case.id, outcome, None, now)
                elif _is_seen_after(quiet, case) and await _take_back(session, clan, case, now):
                    placed = quiet.by_member(case.member)
                    recalled += [placed.judged.person.lead.name] if placed else []
        return recalled


async def _take_back(session: AsyncSession, clan: Clan, case: Case, now: datetime) -> bool:
    """Whether a removal was on the worklist still, from which it is gone then."""
    start = f"{ORIGIN}:{case.id}:"
    steps = await worklist.open_steps(session, clan.id)
    ids = [one.id for one in steps if one.origin.startswith(start)]
    if not ids or case.closed_by is None:
        return False
    await worklist.drop(session, clan.id, ids, case.closed_by, now)
    await ladder.note_step(session, clan.id, case.id, "recalled", None, now)
    return True


def _is_seen_after(quiet: Quiet, case: Case) -> bool:
    """Whether somebody was seen since officers decided to remove them; their own word stands."""
    placed = quiet.by_member(case.member)
    if case.outcome is not Outcome.REMOVE or case.reply is Reply.QUIT or placed is None:
        return False
    return placed.stage is Stage.ACTIVE and placed.case == case


def _followed(quiet: Quiet, case: Case) -> Outcome | None:
    placed = quiet.by_member(case.member)
    if placed is None:
        return Outcome.LEFT
    seen = placed.judged.person.seen_at
    return Outcome.SEEN if seen is not None and seen > case.opened_at else None


def _chosen(quiet: Quiet, lead: MemberId, choice: Choice) -> Placed:
    placed = quiet.by_member(lead)
    if placed is None:
        raise Outdated
    name = placed.judged.person.lead.name
    if placed.case is not None:
        _require_open(placed.case, name)
    able = {Stage.DECIDE} if choice is Choice.REMOVE else {Stage.DECIDE, Stage.QUIET, Stage.WAITING}
    if placed.stage not in able:
        raise NotQuiet(name)
    return placed


def _require_open(case: Case, name: str) -> None:
    if case.closed_at is not None:
        raise QuietDecided(name, case.outcome or "", case.closed_by or 0, case.closed_at)


def evidence(placed: Placed) -> dict[str, Any]:
    """What spoke for a step, for the log."""
    person = placed.judged.person
    moments = {
        "seen": person.seen_at,
        "checked": person.checked_at,
        "gained": person.gained_at,
        "said": person.said_at,
        "wrote": person.wrote_at,
    }
    stored = {name: at and at.isoformat() for name, at in moments.items()}
    return {**stored, "limit_days": placed.judged.limit.days}


async def _save(
    session: AsyncSession,
    clan: Clan,
    before: LadderSettings,
    after: LadderSettings,
    by: UserId,
    now: datetime,
) -> None:
    if before == after:
        return
    await ladder.save_settings(session, clan.id, after)
    was, is_ = ladder.columns(before), ladder.columns(after)
    changed = [name for name in is_ if was[name] != is_[name]]
    detail = {
        "clan_id": clan.id,
        "before": {name: was[name] for name in changed},
        "after": {name: is_[name] for name in changed},
    }
    await clans.add_audit_entry(session, clan.guild, by, "inactivity_settings", detail, now)


def _read(before: LadderSettings, changes: dict[str, Any]) -> dict[str, Any]:
    """Changes as the settings have them, checked."""
    read = dict(changes)
    if "rank" in read:
        rank, days = read.pop("rank"), read.pop("days")
        limits = {one: number for one, number in before.by_rank.items() if one != rank}
        if days is not None:
            limits[rank] = _within(days, FEWEST_DAYS, MOST_DAYS)
        return {"by_rank": limits}
    if "days" in read:
        _within(read["days"], FEWEST_DAYS, MOST_DAYS)
    if "grace_days" in read:
        _within(read["grace_days"], 0, MOST_GRACE)
    return read


def _within(days: int, least: int, most: int) -> int:
    if not least <= days <= most:
        raise OutOfRange(str(days), least, most)
    return days
