"""Storing what WOM says of everybody's statistics: only what changed, a piece of the clan at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import structlog

from bot.domain.ids import ClanId, MetricId, PlayerId, SourceId
from bot.domain.metrics import BOSS_KILLS, TOTAL_LEVEL, Metric, MetricKind, metric, to_stored
from bot.wom.answers import Snapshot, SnapshotData
from db.queries import members, roster, snapshots
from db.queries.roster import KnownProfile
from db.queries.snapshots import Seen
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

PIECE = 40
"""Members whose values are stored in one transaction, so that nobody waits for it longer than 100 ms."""


def metrics_in(data: SnapshotData) -> dict[str, Metric]:
    """Every metric of an answer by its key, and those of our own that are made from it."""
    kinds = (
        (data.skills, MetricKind.SKILL),
        (data.bosses, MetricKind.BOSS),
        (data.activities, MetricKind.ACTIVITY),
        (data.computed, MetricKind.COMPUTED),
    )
    found = {key: metric(key, kind) for keys, kind in kinds for key in keys}
    return found | {own.key: own for own in (BOSS_KILLS, TOTAL_LEVEL)}


def stored_values(snapshot: Snapshot, known: Mapping[str, MetricId]) -> dict[MetricId, int | None]:
    """A snapshot's values in stored units, for every metric that is known.

    One that the answer lacks is explicitly unknown, and so is a number that no metric can
    have: it must not keep the clan's other numbers out for ever. All kills is the sum over
    the ranked bosses, unknown where none is ranked: WOM does not say how many kills an
    unranked boss has.
    """
    metrics = metrics_in(snapshot.data)
    values: dict[MetricId, int | None] = dict.fromkeys(known.values())
    for key, raw in snapshot.readings().items():
        try:
            values[known[key]] = to_stored(metrics[key], raw)
        except ValueError:
            log.warning("impossible_value", player_id=snapshot.player_id, metric=key, value=raw)
    kills = [boss.kills for boss in snapshot.data.bosses.values() if boss.kills >= 0]
    values[known[BOSS_KILLS.key]] = sum(kills) if kills else None
    values[known[TOTAL_LEVEL.key]] = snapshot.total_level
    return values


class Statistics:
    """Writes snapshots."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, MetricId] = {}

    async def store(self, clan: ClanId, answers: Sequence[Snapshot]) -> int:
        """Store these profiles' snapshots and note that their values are known as of them.

        Profiles that are not this clan's are passed over. Each piece is one transaction:
        a process that is killed between two has whole members, and reads the rest again.

        Returns:
            How many snapshots were stored.
        """
        await self.learn(answers)
        async with self._database.read() as session:
            profiles = await roster.known_profiles(session, clan)
        ours = [one for one in answers if one.player_id in profiles]
        for start in range(0, len(ours), PIECE):
            await self._store_piece(clan, ours[start : start + PIECE], profiles)
        return len(ours)

    async def lay(self, clan: ClanId, seen: Sequence[Seen]) -> None:
        """Store readings of the past as they are; at most one a profile in each call."""
        async with self._database.write() as session:
            await snapshots.add_snapshots(session, clan, seen)

    async def _store_piece(
        self, clan: ClanId, piece: Sequence[Snapshot], profiles: Mapping[PlayerId, KnownProfile]
    ) -> None:
        seen = [self.seen(profiles[one.player_id].source, one) for one in piece]
        async with self._database.write() as session:
            await snapshots.add_snapshots(session, clan, seen)
            await members.note_values_stored(session, clan, {one.source: one.taken_at for one in seen})

    async def metric_ids(self) -> Mapping[str, MetricId]:
        """The id of every metric that was ever seen."""
        if not self._known:
            async with self._database.read() as session:
                self._known = await snapshots.metric_ids(session)
        return self._known

    async def metrics_seen(self) -> list[Metric]:
        """Every metric that was ever seen, by the name that people read."""
        async with self._database.read() as session:
            return await snapshots.metrics(session)

    def seen(self, source: SourceId, answer: Snapshot) -> Seen:
        """An answer as it is stored, once its metrics were learnt."""
        return Seen(source, answer.created_at, stored_values(answer, self._known))

    async def learn(self, answers: Iterable[Snapshot]) -> None:
        """Make metrics known that were never seen: a new boss is a row, not a migration."""
        await self.metric_ids()
        found: dict[str, Metric] = {}
        for answer in answers:
            if not _keys(answer.data) <= self._known.keys():
                found |= metrics_in(answer.data)
        if found:
            async with self._database.write() as session:
                await snapshots.add_metrics(session, found.values())
                self._known = await snapshots.metric_ids(session)


def _keys(data: SnapshotData) -> set[str]:
    return {*data.skills, *data.bosses, *data.activities, *data.computed, BOSS_KILLS.key, TOTAL_LEVEL.key}


def is_newer(at: datetime | None, than: datetime | None) -> bool:
    """Whether WOM has a snapshot that is not stored yet."""
    return at is not None and (than is None or at > than)
