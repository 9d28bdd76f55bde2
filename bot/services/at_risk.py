"""Who may be about to leave: read in as many statements for any number of members; and who is muted."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import quarter_of, quarter_start
from bot.domain.at_risk import Hit, Known, Listed, Mute, RiskReport, hits_of, judge
from bot.domain.clans import Clan
from bot.domain.coverage import Heard
from bot.domain.desk_errors import NoRules, RiskMuted, RiskNotMuted
from bot.domain.errors import Outdated
from bot.domain.facts import SourceKind
from bot.domain.gains import Reading
from bot.domain.ids import MemberId, MetricId, SourceId, UserId
from bot.domain.inactivity import Person
from bot.domain.metrics import OVERALL
from bot.domain.rules.judging import Outcome
from bot.domain.rules.language import RuleSet
from bot.domain.simulation.series import Counts, Holding
from bot.domain.suggestions import leads
from bot.domain.usual import Listened, Talk, weeks_before
from bot.services.clock import Clock
from bot.services.eligibility.archive import holdings
from bot.services.eligibility.loading import Presence
from bot.services.eligibility.service import Eligibility
from bot.services.inactivity import Roles, heard_between, read_people
from bot.services.statistics import Statistics
from db.queries import archive, clans, inactivity, members, risk_mutes
from db.queries.archive import Owner, Series, Spoken, numbers_in
from db.session import Database

_BEFORE = timedelta(days=3)
"""Readings are loaded from so long before the first week on: one of its beginning is at most two days old."""


@dataclass(frozen=True, slots=True)
class Server:
    """What Discord tells of a server, None where it does not tell of everybody; and its officers' roles."""

    roles: Roles
    presence: Presence | None
    officer_roles: frozenset[int]

    def has_officer(self, user: UserId | None) -> bool:
        """Whether a user has an officers' role; of who is not seen that is not known, and they have none."""
        if user is None or self.roles is None:
            return False
        return not self.officer_roles.isdisjoint(self.roles.get(user, frozenset()))


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the statements returned."""

    people: Sequence[Person]
    heard: Heard
    has_relay: bool
    owners: Sequence[Owner]
    times: Mapping[SourceId, str]
    values: Sequence[Series]
    spoken: Sequence[Spoken]
    written: Mapping[UserId, list[tuple[str, str]]]
    mutes: Mapping[MemberId, Mute]


class AtRisk:
    """Reads it, and keeps who is muted."""

    def __init__(
        self, database: Database, statistics: Statistics, eligibility: Eligibility, clock: Clock
    ) -> None:
        self._database = database
        self._statistics = statistics
        self._eligibility = eligibility
        self._clock = clock

    async def report(self, clan: Clan, server: Server) -> RiskReport:
        """Everybody on the roster, set against their own past and the clan's watch rules."""
        seen = self._clock()
        # Counts are by quarters of an hour, and what was said in the last minutes counts too.
        now = quarter_start(quarter_of(seen) + 1)
        overall = (await self._statistics.metric_ids())[OVERALL.key]
        async with self._database.read() as session:
            rows = await _read(session, clan, overall, server.roles, seen, now)
        hits, watches = await self._hits(clan, server.presence)

        def build() -> tuple[Listed, ...]:
            readings = _readings(holdings(rows.owners, rows.times, rows.values, {overall: OVERALL.key}))
            game = _counts((one.member, one.quarters, one.messages) for one in rows.spoken)
            written = {user: _counted(those) for user, those in rows.written.items()}
            listened = Listened(rows.heard, seen)
            listed: list[Listed] = []
            for person in rows.people:
                known = Known(
                    person,
                    tuple(readings.get(one.member, ()) for one in person.accounts),
                    _talk(person, game, written),
                    any(leads(one.role, clan.role_order) for one in person.accounts)
                    or server.has_officer(person.user),
                )
                judged = judge(known, listened, now)
                listed.append(Listed(judged, hits_of(person, hits), _mute(person, rows.mutes)))
            return tuple(listed)

        # Tens of thousands of numbers: others have their turn meanwhile.
        people = await asyncio.to_thread(build)
        return RiskReport(clan.id, seen, people, watches, rows.has_relay)

    async def _hits(self, clan: Clan, presence: Presence | None) -> tuple[dict[MemberId, list[Hit]], int]:
        """Who meets which watch rule, beyond doubt; and how many rules there are."""
        try:
            watch = (await self._eligibility.rules(clan)).rules.watch
        except NoRules:
            watch = ()
        found: dict[MemberId, list[Hit]] = defaultdict(list)
        if not watch:
            return found, 0
        assessed = await self._eligibility.assess(clan, presence, RuleSet(watch=watch))
        judge_ = assessed.ladder.judge
        for member in judge_.subjects:
            for rule in watch:
                finding = judge_.find(rule.when, member)
                if finding.outcome is Outcome.PASS:
                    found[member].append(Hit(member, rule.name, rule.says, finding))
        return found, len(watch)

    async def mute(self, clan: Clan, member: MemberId, days: int | None, by: UserId) -> None:
        """Take a person off the lists for so many days, or for good.

        Raises:
            RiskMuted: somebody was quicker.
            Outdated: they are not on the roster any more.
        """
        now = self._clock()
        theirs = await self._accounts(clan, member, now)
        async with self._database.write() as session:
            before = await _muted(session, clan, theirs, now)
            if before is not None:
                raise RiskMuted(await _name(session, clan, member), before.by, before.until)
            mute = Mute(by, now, None if days is None else now + timedelta(days=days))
            await risk_mutes.mute(session, clan.id, member, mute)
            await _log(session, clan, member, None, mute, by, now)

    async def unmute(self, clan: Clan, member: MemberId, by: UserId) -> None:
        """Let a person be on the lists again.

        Raises:
            RiskNotMuted: they are already.
            Outdated: they are not on the roster any more.
        """
        now = self._clock()
        theirs = await self._accounts(clan, member, now)
        async with self._database.write() as session:
            before = await _muted(session, clan, theirs, now)
            if before is None:
                raise RiskNotMuted(await _name(session, clan, member))
            await risk_mutes.unmute(session, clan.id, theirs)
            await _log(session, clan, member, before, None, by, now)

    async def _accounts(self, clan: Clan, member: MemberId, now: datetime) -> tuple[MemberId, ...]:
        """The accounts of the person of an account. The whole roster is read for it, so nobody waits."""
        async with self._database.read() as session:
            people = await read_people(session, clan, None, now, now)
        person = next((one for one in people if member in one.members), None)
        if person is None:
            raise Outdated
        return person.members


async def _muted(session: AsyncSession, clan: Clan, theirs: Sequence[MemberId], now: datetime) -> Mute | None:
    """The mute of any of these accounts, with the clan's row locked."""
    await clans.lock_clan(session, clan.id)
    mutes = await risk_mutes.mutes(session, clan.id, now)
    return next((mutes[one] for one in theirs if one in mutes), None)


async def _read(
    session: AsyncSession, clan: Clan, overall: MetricId, roles: Roles, seen: datetime, now: datetime
) -> _Rows:
    start = weeks_before(now)[0][0]
    first, past = quarter_of(start), quarter_of(now)
    spoken = await archive.spoken(session, clan.id, first, past)
    edges = await archive.spoken_at_edges(session, clan.id, start)
    written: dict[UserId, list[tuple[str, str]]] = defaultdict(list)
    for user, quarters, messages in await archive.written(session, clan.id, first, past):
        written[user].append((quarters, messages))
    for owned in await inactivity.verified_owners(session, clan.id):
        written.setdefault(owned.user, [])
    heard = await heard_between(session, clan, start, seen)
    return _Rows(
        people=await read_people(session, clan, roles, start, seen),
        heard=heard,
        has_relay=heard.game is not None,
        owners=await archive.owners(session, clan.id),
        times=await archive.snapshot_times(session, clan.id, start - _BEFORE, seen),
        values=await archive.values(session, clan.id, [overall], start - _BEFORE, seen),
        spoken=[one for one in (*spoken, *edges) if one.kind == SourceKind.RELAY],
        written=written,
        mutes=await risk_mutes.mutes(session, clan.id, seen),
    )


def _readings(owned: Mapping[MemberId, Sequence[Holding]]) -> dict[MemberId, list[Reading]]:
    """Each member's total XP on the profile that was read last: between two profiles nothing is gained."""
    found: dict[MemberId, list[Reading]] = {}
    for member, those in owned.items():
        last = max(those, key=lambda one: one.times[-1])
        values = last.values[OVERALL.key]
        found[member] = [Reading(at, value) for at, value in zip(last.times, values, strict=True)]
    return found


def _counts(rows: Any) -> dict[MemberId, list[tuple[str, str]]]:
    found: dict[MemberId, list[tuple[str, str]]] = defaultdict(list)
    for member, quarters, messages in rows:
        found[member].append((quarters, messages))
    return found


def _counted(series: Collection[tuple[str, str]]) -> Counts:
    counted: dict[int, int] = defaultdict(int)
    for quarters, messages in series:
        for quarter, number in zip(numbers_in(quarters), numbers_in(messages), strict=True):
            counted[quarter] += number
    return Counts(counted)


def _talk(
    person: Person, game: Mapping[MemberId, list[tuple[str, str]]], written: Mapping[UserId, Counts]
) -> Talk:
    """A person's lines in the game, and all that their Discord user wrote under whatever nickname."""
    lines = _counted([one for member in person.members for one in game.get(member, ())])
    return Talk(lines, None if person.user is None else written.get(person.user, Counts({})))


def _mute(person: Person, mutes: Mapping[MemberId, Mute]) -> Mute | None:
    """The mute of any account of a person."""
    return next((mutes[one] for one in person.members if one in mutes), None)


async def _name(session: AsyncSession, clan: Clan, member: MemberId) -> str:
    found = await members.member_by_id(session, clan.id, member)
    return "" if found is None else found.name


async def _log(
    session: AsyncSession,
    clan: Clan,
    member: MemberId,
    before: Mute | None,
    after: Mute | None,
    by: UserId,
    now: datetime,
) -> None:
    detail = {
        "clan_id": clan.id,
        "member": member,
        "before": _muted_until(before),
        "after": _muted_until(after),
    }
    action = "risk_unmuted" if after is None else "risk_muted"
    await clans.add_audit_entry(session, clan.guild, by, action, detail, now)


def _muted_until(mute: Mute | None) -> str | None:
    if mute is None:
        return None
    return "for good" if mute.until is None else mute.until.isoformat()
