"""Rank rules as a clan has them, and who stands where by them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.desk_errors import NoRules, RulesChanged
from bot.domain.ids import MemberId, UserId
from bot.domain.metrics import ALL_METRICS, Metric
from bot.domain.rules.files import read_data
from bot.domain.rules.holds import Hold
from bot.domain.rules.judging import Judge, Outcome
from bot.domain.rules.ladder import Ladder, Standing
from bot.domain.rules.language import RuleSet
from bot.domain.rules.needs import needed_by
from bot.services.clock import Clock
from bot.services.eligibility.loading import Loaded, Loading, Presence
from bot.services.statistics import Statistics
from db.queries import clans, rules
from db.queries.rules import StandingKey, StandingSince, Version
from db.session import Database

_AT_ONCE: Final = 20
"""So many members are judged before anything else gets its turn."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A clan's rules as they were saved last."""

    number: int
    rules: RuleSet
    saved_at: datetime
    saved_by: UserId
    note: str


@dataclass(frozen=True, slots=True)
class Assessed:
    """A whole clan set against rules at one moment.

    ``since`` is since when each rank's condition comes to what it does, as far as it was noted.
    ``holds`` are members whom officers hold back.
    """

    rules: Rules
    ladder: Ladder
    loaded: Loaded
    standings: Mapping[MemberId, Standing]
    since: Mapping[StandingKey, StandingSince]
    holds: Mapping[MemberId, Hold]
    at: datetime

    def name(self, member: MemberId) -> str:
        """What a member is called."""
        return self.ladder.judge.subjects[member].name


class Eligibility:
    """Keeps rules, and judges by them."""

    def __init__(self, database: Database, statistics: Statistics, clock: Clock) -> None:
        self._database = database
        self._statistics = statistics
        self._clock = clock

    async def metrics(self) -> Sequence[Metric]:
        """Everything that rules may name."""
        seen = await self._statistics.metrics_seen()
        known = {one.key for one in ALL_METRICS}
        return [*ALL_METRICS, *(one for one in seen if one.key not in known)]

    async def rules(self, clan: Clan) -> Rules:
        """The rules that count.

        Raises:
            NoRules: none were ever saved.
        """
        known = await self.metrics()
        async with self._database.read() as session:
            found = await rules.newest(session, clan.id)
        if found is None:
            raise NoRules
        return _read(found, known)

    async def versions(self, clan: Clan, limit: int = 25) -> list[Version]:
        """The last versions, the newest first."""
        async with self._database.read() as session:
            return await rules.versions(session, clan.id, limit)

    async def version(self, clan: Clan, number: int) -> Rules:
        """One of them.

        Raises:
            NoRules: there is none of that number.
        """
        known = await self.metrics()
        async with self._database.read() as session:
            found = await rules.version(session, clan.id, number)
        if found is None:
            raise NoRules
        return _read(found, known)

    async def save(self, clan: Clan, drafted: RuleSet, by: UserId, note: str, *, basis: int) -> int:
        """Let these rules count from now on; those before are kept. ``basis`` is the version they began from.

        Returns:
            The number of the new version.

        Raises:
            RulesChanged: somebody saved others in the meantime.
        """
        async with self._database.write() as session:
            return await save_rules(session, clan, drafted, by, note, basis, self._clock())

    async def assess(self, clan: Clan, presence: Presence | None, drafted: RuleSet | None = None) -> Assessed:
        """Everybody who is in the clan against its rules, or against drafted ones.

        Raises:
            NoRules: there are none, and none were drafted.
        """
        known = await self.metrics()
        ids, now = await self._statistics.metric_ids(), self._clock()
        async with self._database.read() as session:
            saved = await rules.newest(session, clan.id)
            if saved is None and drafted is None:
                raise NoRules
            used = _read(saved, known) if saved is not None else Rules(0, RuleSet(), now, UserId(0), "")
            if drafted is not None:
                used = Rules(used.number, drafted, used.saved_at, used.saved_by, used.note)
            loaded = await Loading(session, clan, ids, now).load(needed_by(used.rules), presence)
            since = await rules.standings(session, clan.id)
            held = await rules.holds(session, clan.id, now)
        ladder = Ladder(used.rules, Judge(loaded.subjects, loaded.readings, clan.role_order))
        standings = await _standings(ladder, loaded)
        return Assessed(used, ladder, loaded, standings, since, held, now)

    async def compare(
        self, clan: Clan, presence: Presence | None, saved: RuleSet, drafted: RuleSet
    ) -> tuple[Mapping[MemberId, Standing], Assessed]:
        """Everybody by saved rules and by drafted ones, at one moment and from one load."""
        ids, now = await self._statistics.metric_ids(), self._clock()
        async with self._database.read() as session:
            atoms = needed_by(saved) | needed_by(drafted)
            loaded = await Loading(session, clan, ids, now).load(atoms, presence)
        before, after = (
            Ladder(one, Judge(loaded.subjects, loaded.readings, clan.role_order)) for one in (saved, drafted)
        )
        standings = await _standings(after, loaded)
        used = Rules(0, drafted, now, UserId(0), "")
        assessed = Assessed(used, after, loaded, standings, {}, {}, now)
        return await _standings(before, loaded), assessed

    async def note(self, clan: Clan, presence: Presence | None) -> Assessed | None:
        """Judge everybody and note what became another; None where the clan has no rules."""
        try:
            assessed = await self.assess(clan, presence)
        except NoRules:
            return None
        found = noted(assessed.standings, assessed.at)
        async with self._database.write() as session:
            before = await rules.standings(session, clan.id)
            changed = {key: one for key, one in found.items() if not _is_noted(one, before.get(key))}
            await rules.save_standings(session, clan.id, changed, before.keys() - found.keys())
        return assessed

    async def earned(self, session: AsyncSession, clan: Clan) -> dict[MemberId, str]:
        """WOM's role of the highest rank that each member had earned when it was noted last.

        Absent where none was, where it was unknown, and where the clan has no rules.
        """
        found = await rules.newest(session, clan.id)
        if found is None:
            return {}
        ranks = [one for one in _read(found, await self.metrics()).rules.ranks if one.wom_role is not None]
        known = await rules.standings(session, clan.id)
        # The lowest rank first, so that the highest one stays.
        return {
            member: rank.wom_role
            for rank in ranks
            for (member, name), one in known.items()
            if name == rank.name and rank.wom_role is not None and one.outcome is Outcome.PASS
        }

    async def hold(self, clan: Clan, members: Sequence[MemberId], one: Hold) -> None:
        """Hold members back, and log it."""
        async with self._database.write() as session:
            for member in members:
                await rules.hold(session, clan.id, member, one)
            await self._log(session, clan, one.by, "held", members, one)

    async def release(self, clan: Clan, members: Sequence[MemberId], by: UserId) -> None:
        """Hold members back no more, and log it."""
        async with self._database.write() as session:
            for member in members:
                await rules.release(session, clan.id, member)
            await self._log(session, clan, by, "released", members, None)

    async def _log(
        self,
        session: AsyncSession,
        clan: Clan,
        by: UserId,
        action: str,
        members: Sequence[MemberId],
        one: Hold | None,
    ) -> None:
        until = None if one is None or one.until is None else one.until.isoformat()
        detail = {"clan_id": clan.id, "members": list(members), "until": until}
        if one is not None and one.note:
            detail["note"] = one.note
        await clans.add_audit_entry(session, clan.guild, by, action, detail, self._clock())


def noted(standings: Mapping[MemberId, Standing], now: datetime) -> dict[StandingKey, StandingSince]:
    """What every rank comes to for everybody whom it concerns, from now on."""
    return {
        (member, verdict.rank.name): StandingSince(verdict.outcome, now, place)
        for member, one in standings.items()
        for place, verdict in one.verdicts()
    }


async def save_rules(
    session: AsyncSession,
    clan: Clan,
    drafted: RuleSet,
    by: UserId,
    note: str,
    basis: int,
    now: datetime,
) -> int:
    """Let rules count from now on, in this transaction, and log it; see :meth:`Eligibility.save`."""
    await clans.lock_clan(session, clan.id)
    last = await rules.newest(session, clan.id)
    if last is not None and last.number != basis:
        raise RulesChanged(last.saved_by, last.saved_at)
    number = await rules.add_version(session, clan.id, drafted.data(), by, note, now)
    detail = {"clan_id": clan.id, "version": number, "before": last and last.number, "note": note}
    await clans.add_audit_entry(session, clan.guild, by, "rules_saved", detail, now)
    return number


def _is_noted(one: StandingSince, before: StandingSince | None) -> bool:
    return before is not None and (before.outcome, before.place) == (one.outcome, one.place)


def _read(found: Version, known: Sequence[Metric]) -> Rules:
    return Rules(found.number, read_data(found.data, known), found.saved_at, found.saved_by, found.note)


async def _standings(ladder: Ladder, loaded: Loaded) -> dict[MemberId, Standing]:
    """Everybody's, with a breath for the event loop now and then: it takes a tenth of a second."""
    found: dict[MemberId, Standing] = {}
    for place, one in enumerate(loaded.subjects, 1):
        found[one.member] = ladder.standing(one.member)
        if not place % _AT_ONCE:
            await asyncio.sleep(0)
    return found
