"""The ladder of who is quiet: what officers chose, what receivers answer, what officers decide."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.absences import AWAY_DAYS
from bot.domain.clans import Clan
from bot.domain.desk_errors import AccountNotYours, NotQuiet, OutOfRange, QuietDecided
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
    Removal,
    Reply,
    Stage,
    Step,
    removal_origin,
)
from bot.domain.worklist import NewStep, StepKind
from bot.services.clock import Clock
from bot.services.inactivity import Roles, read_quiet
from bot.services.worklist import put_on_worklist
from db.queries import absences, clans, ladder, links, members, worklist
from db.session import Database


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
        """Change some of it.

        ``rank`` with ``days`` sets one rank's limit, None gives it the usual one; ``safe_among`` are
        ranks that were chosen among, of which ``safe_ranks`` are safe: others stay as they are.
        ``unsafe`` are members who are on the safe list no more.

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
            AccountNotYours: it is not verified as theirs any more.
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
            if await links.verified_owner(session, clan_id, case.member) != user:
                raise AccountNotYours(member.name)
            _require_open(case, member.name)
            until = now + timedelta(days=AWAY_DAYS) if reply is Reply.AWAY else None
            values: dict[str, Any] = {"reply": reply.value, "replied_at": now}
            if reply is not Reply.QUIT:
                outcome = Outcome.BACK if reply is Reply.BACK else Outcome.AWAY
                values |= {"closed_at": now, "closed_by": user, "outcome": outcome.value}
            await ladder.change_cases(session, [case.id], **values)
            await ladder.note_steps(session, clan_id, [(case.id, f"said {reply}")], user, now)
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
            await _apply(session, clan, chosen, choice, quiet.settings, by, now)
            if choice is Choice.KEEP:
                kept = {member for one in chosen for member in one.judged.person.members}
                after = replace(quiet.settings, safe_members=quiet.settings.safe_members | kept)
                await _save(session, clan, quiet.settings, after, by, now)
            return chosen

    async def follow(self, clan: Clan, roles: Roles) -> list[str]:
        """After a poll: who was seen since their case began, or has left, is on the ladder no more.

        Who said that they have quit waits for officers all the same. Whoever was to be removed and
        is to be no more, as they were seen since or are away, is taken off the worklist again.

        Returns:
            Whose removal was taken back, by name.
        """
        now = self._clock()
        async with self._database.read() as session:
            opened = await ladder.cases(session, clan.id)
            steps = await ladder.removals(session, clan.id, now)
            if not opened and not steps:
                return []
            quiet = await read_quiet(session, clan, None, roles, now)
        followed = {one.id: outcome for one in opened if (outcome := _followed(quiet, one)) is not None}
        back = _taken_back(quiet, steps)
        if not followed and not back:
            return []
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            # Officers and receivers were faster where a case is closed, or a step done, by now.
            still = [one.id for one in await ladder.cases(session, clan.id) if one.id in followed]
            for outcome in {followed[one] for one in still}:
                ids = [one for one in still if followed[one] is outcome]
                await ladder.change_cases(session, ids, closed_at=now, outcome=outcome.value)
                await ladder.note_steps(session, clan.id, [(one, outcome) for one in ids], None, now)
            return await _take_back(session, clan, back, now)


async def _apply(
    session: AsyncSession,
    clan: Clan,
    chosen: Sequence[Placed],
    choice: Choice,
    settings: LadderSettings,
    by: UserId,
    now: datetime,
) -> None:
    """Let a decision be of every open case of these people; who has none is flagged first."""
    opened = await ladder.cases(session, clan.id)
    cases = {
        one.judged.person.lead.member: [
            case.id for case in opened if case.member in one.judged.person.members
        ]
        for one in chosen
    }
    new = {one.judged.person.lead.member: one for one in chosen if not cases[one.judged.person.lead.member]}
    columns = {member: {"user_id": one.judged.person.user} for member, one in new.items()}
    begun = await ladder.open_cases(session, clan.id, columns, by, now)
    flagged = [(case, "flagged") for case in begun.values()]
    told = {case: evidence(new[member]) for member, case in begun.items()}
    await ladder.note_steps(session, clan.id, flagged, by, now, told)
    cases |= {member: [case] for member, case in begun.items()}
    if choice is Choice.MORE:
        values: dict[str, Any] = {"grace_until": now + settings.grace, "reply": None}
    else:
        values = {"closed_at": now, "closed_by": by, "outcome": Outcome(choice.value).value}
    ids = [case for those in cases.values() for case in those]
    await ladder.change_cases(session, ids, **values)
    await ladder.note_steps(session, clan.id, [(case, choice) for case in ids], by, now)
    if choice is Choice.REMOVE:
        steps = [
            NewStep(StepKind.REMOVE, account.member, removal_origin(id_, account.member), account.role)
            for one in chosen
            for id_ in cases[one.lead][:1]
            for account in one.judged.person.accounts
        ]
        await put_on_worklist(session, clan, steps, by, now)
    details = [
        {
            "clan_id": clan.id,
            "member": one.lead,
            "accounts": list(one.judged.person.members),
            "before": one.stage.value,
            "after": choice.value,
        }
        for one in chosen
    ]
    await clans.add_audit_entries(session, clan.guild, by, "inactivity_decided", details, now)


def _taken_back(quiet: Quiet, steps: Sequence[Removal]) -> dict[int, str]:
    """The cases by which nobody on the roster is to be removed any more, with whom they are about."""
    found: dict[int, str] = {}
    for step in steps:
        placed = quiet.by_member(step.member)
        if placed is not None and placed.stage is not Stage.REMOVE:
            found[step.case] = placed.judged.person.lead.name
    return found


async def _take_back(session: AsyncSession, clan: Clan, back: Mapping[int, str], now: datetime) -> list[str]:
    """Take what is on the worklist still off it; returns whom that was about."""
    steps = await ladder.removals(session, clan.id, now)
    found: list[str] = []
    for case in await ladder.cases(session, clan.id, also=back):
        ids = [one.step for one in steps if one.case == case.id]
        if case.id in back and case.closed_by is not None and ids:
            await worklist.drop(session, clan.id, ids, case.closed_by, now)
            await ladder.note_steps(session, clan.id, [(case.id, "recalled")], None, now)
            found.append(back[case.id])
    return found


def _followed(quiet: Quiet, case: Case) -> Outcome | None:
    placed = quiet.by_member(case.member)
    if placed is None:
        return Outcome.LEFT
    if case.reply is Reply.QUIT:
        return None
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
    if "safe_among" in read:
        kept = before.safe_ranks - frozenset(read.pop("safe_among"))
        return {"safe_ranks": kept | frozenset(read["safe_ranks"])}
    if "unsafe" in read:
        return {"safe_members": before.safe_members - frozenset(read["unsafe"])}
    if "days" in read:
        _within(read["days"], FEWEST_DAYS, MOST_DAYS)
    if "grace_days" in read:
        _within(read["grace_days"], 0, MOST_GRACE)
    return read


def _within(days: int, least: int, most: int) -> int:
    if not least <= days <= most:
        raise OutOfRange(str(days), least, most)
    return days
