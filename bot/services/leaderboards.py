"""Leaderboards: everybody's gain or total of one metric, with places."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.clans import Clan
from bot.domain.competitions import contest_span, measured_until
from bot.domain.gains import covering_gain, partial_from
from bot.domain.ids import MemberId
from bot.domain.leaderboards import Board, Entry, rank
from bot.domain.metrics import MESSAGES, OFFERED_METRICS, Metric, MetricKind, find_metric
from bot.domain.periods import Period, PeriodKind, read_moment, read_period
from bot.services.derived import Derived
from bot.services.measured import board_of, entry_of, group_ends, span_of
from bot.services.rosters import AsOf, present
from bot.services.said import said_in
from bot.services.statistics import Statistics
from db.queries import counts, gains, links
from db.session import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric and a period as somebody asked for them, read. ``as_of`` is None for now."""

    metric: Metric
    period: Period
    as_of: datetime | None


class Leaderboards:
    """Ranks members."""

    def __init__(self, database: Database, statistics: Statistics) -> None:
        self._database = database
        self._statistics = statistics
        self.derived = Derived(database, statistics)

    async def metrics(self) -> list[Metric]:
        """All that can be asked for: what WOM is known to measure or was seen to, and what is derived."""
        keys = await self._statistics.metrics_seen()
        known = {one.key for one in OFFERED_METRICS}
        return [*OFFERED_METRICS, *(one for one in keys if one.key not in known)]

    async def read(self, clan: Clan, metric: str, period: str, as_of: str | None, *, now: datetime) -> Asked:
        """What somebody asked for, in their words.

        Raises:
            UnknownMetric, UnreadablePeriod, UnreadableTime: a word that no rule reads.
        """
        moment = None if as_of is None else read_moment(as_of, now=now, zone=clan.zone)
        read = read_period(period, now=moment or now, zone=clan.zone)
        return Asked(find_metric(metric, await self.metrics()), read, moment)

    async def top(self, clan: Clan, metric: Metric, period: Period, as_of: AsOf = None) -> Board:
        """The place of everybody who is a member, or was at a moment, by the names of then.

        Who has no figure is apart, never 0.
        """
        if metric.kind is MetricKind.CHAT:
            return await self._chat(clan, period, as_of)
        if metric.kind is MetricKind.DERIVED:
            return await self.derived.top(clan, metric, period, as_of, self.top)
        known = await self._statistics.metric_ids()
        async with self._database.read() as session:
            current = (await present(session, clan.id, as_of)).names
            ids = [known[metric.key]] if metric.key in known else []
            ends = await gains.readings(session, clan.id, ids, period) if ids else []
        by_member = {member: of for (member, _), of in group_ends(ends).items()}
        entries = [
            entry_of(member, name, metric, by_member.get(member), period) for member, name in current.items()
        ]
        placed = [one.member for one in entries if one.value is not None]
        checks = [max(end.last_at for end in by_member[member]) for member in placed]
        return board_of(clan, metric, period, entries, checks)

    async def contested(
        self, clan: Clan, metric: Metric, start: datetime, end: datetime, *, over: bool
    ) -> Board:
        """Everybody's gain in a competition, from the reading nearest to its start: see ``contest_span``.

        One that is ``over`` is of who was a member at its end; who was not read near it is partial.
        """
        period = Period("competition", PeriodKind.CALENDAR, start, end)
        inside = Period("competition", PeriodKind.ROLLING, start, end)
        known = await self._statistics.metric_ids()
        ids = [known[metric.key]] if metric.key in known else []
        async with self._database.read() as session:
            current = (await present(session, clan.id, end if over else None)).names
            of = group_ends(await gains.readings(session, clan.id, ids, period)) if ids else {}
            since = group_ends(await gains.readings(session, clan.id, ids, inside)) if ids else {}
        covering = {member: ends for (member, _), ends in of.items()}
        within = {member: ends for (member, _), ends in since.items()}

        def entry(member: MemberId, name: str) -> Entry:
            if member not in covering:
                return Entry(member, name, None)
            begun = span_of(within[member], inside) if member in within else None
            span = contest_span(span_of(covering[member], period), begun, start)
            until = measured_until(span.last, end) if over else None
            return Entry(member, name, covering_gain(*span), partial_from(start, span.first.at), until)

        entries = [entry(member, name) for member, name in current.items()]
        placed = {one.member for one in entries if one.value is not None}
        checks = [max(end.last_at for end in ends) for member, ends in covering.items() if member in placed]
        return board_of(clan, metric, period, entries, checks)

    async def _chat(self, clan: Clan, period: Period, as_of: AsOf) -> Board:
        """Messages by member. Of whom none are known, :class:`bot.services.said.Said` says."""
        async with self._database.read() as session:
            current = (await present(session, clan.id, as_of)).names
            said = await said_in(session, clan.id, period, await links.linked_members(session, clan.id))
            nobodys = await counts.unattributed_messages(session, clan.id, period.start, period.end)
        standings, unmeasured = rank(Entry(member, name, said.of(member)) for member, name in current.items())
        first = said.observed_since
        return Board(
            clan=clan.id,
            clan_name=clan.name,
            metric=MESSAGES,
            period=period,
            standings=standings,
            unmeasured=unmeasured,
            checked_at=max((min(span.end, period.end) for span in said.spans), default=None),
            unattributed=nobodys,
            collecting_since=first if first and first > period.start else None,
            heard_whole=said.is_whole,
        )
