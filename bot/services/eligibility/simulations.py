"""Runs rank rules over a clan's history, beside everything else that goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.clans import Clan
from bot.domain.desk_errors import SimulationRunning
from bot.domain.ids import GuildId, UserId
from bot.domain.rules.language import RuleSet
from bot.domain.rules.needs import needed_by
from bot.domain.simulation.columns import moments_of
from bot.domain.simulation.result import Simulated, real_promotions, result_of
from bot.domain.simulation.running import Simulation
from bot.services.clock import Clock
from bot.services.eligibility.archive import Archive, load_archive
from bot.services.eligibility.loading import Presence
from bot.services.statistics import Statistics
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

HOLDS = 0.005
"""Seconds after which others have their turn."""
TELLS = 1.2
"""Seconds between two reports of how far it is."""

Tell = Callable[[float], Awaitable[None]]
"""Told how far it is, from 0 to 1."""


@dataclass(slots=True)
class _Running:
    by: UserId
    since: datetime
    is_cancelled: bool = False


class Simulations:
    """One at a time on each server."""

    def __init__(self, database: Database, statistics: Statistics, clock: Clock) -> None:
        self._database = database
        self._statistics = statistics
        self._clock = clock
        self._running: dict[GuildId, _Running] = {}

    async def run(
        self,
        clan: Clan,
        rules: RuleSet,
        presence: Presence | None,
        days: int,
        by: UserId,
        tell: Tell,
    ) -> Simulated | None:
        """What the rules would have done on the last so many days; None where it was cancelled.

        Raises:
            SimulationRunning: another one runs on the server.
        """
        self.require_free(clan.guild)
        own = self._running[clan.guild] = _Running(by, self._clock())
        try:
            return await self._run(clan, rules, presence, days, own, tell)
        finally:
            del self._running[clan.guild]

    def require_free(self, guild: GuildId) -> None:
        """Refuse another one where one runs.

        Raises:
            SimulationRunning: one does.
        """
        other = self._running.get(guild)
        if other is not None:
            raise SimulationRunning(other.by, other.since)

    def cancel(self, guild: GuildId) -> bool:
        """End what runs on a server; whether anything does."""
        running = self._running.get(guild)
        if running is not None:
            running.is_cancelled = True
        return running is not None

    async def _run(
        self, clan: Clan, rules: RuleSet, presence: Presence | None, days: int, own: _Running, tell: Tell
    ) -> Simulated | None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        ids, moments = await self._statistics.metric_ids(), moments_of(self._clock(), days)
        archive = await load_archive(self._database, clan, ids, needed_by(rules), presence, moments)
        loaded = loop.time()
        simulation = Simulation(rules, archive.roster, archive.subjects, archive.columns, clan.role_order)
        rested = told = loaded
        for over in simulation.run(moments):
            if own.is_cancelled:
                return None
            now = loop.time()
            if now - told >= TELLS:
                told = now
                await tell(over / days)
            if now - rested >= HOLDS:
                await asyncio.sleep(0)
                rested = loop.time()
        log.info(
            "rules_simulated",
            clan_id=clan.id,
            days=days,
            loading=round(loaded - begun, 2),
            judging=round(loop.time() - loaded, 2),
        )
        return _result(clan, rules, archive, simulation, moments)


def _result(
    clan: Clan, rules: RuleSet, archive: Archive, simulation: Simulation, moments: list[datetime]
) -> Simulated:
    real = real_promotions(archive.roster.changes(moments[0], moments[-1]), clan.role_order)
    names = {member: one.name for member, one in archive.subjects.items()}
    present = len(archive.roster.present(moments[-1]))
    return result_of(
        rules,
        simulation.earned,
        real,
        moments,
        names,
        present,
        measured_since=archive.measured_since,
        heard_since=archive.heard_since,
    )
