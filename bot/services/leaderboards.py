"""Leaderboards: everybody's gain or total of one metric, with places."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.clans import Clan
from bot.domain.gains import Reading, Span, gain, partial_from
from bot.domain.ids import MemberId, MetricId
from bot.domain.leaderboards import Board, Entry, rank
from bot.domain.metrics import ALL_METRICS, MESSAGES, OVERALL, Metric, MetricKind, find_metric
from bot.domain.periods import Period, PeriodKind, Rule, read_moment, read_period
from bot.services.rosters import present
from bot.services.statistics import Statistics
from db.queries import counts, cursors, gains
from db.queries.gains import Ends
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

    async def metrics(self) -> list[Metric]:
        """Everything that can be asked for: what WOM is known to measure and what was seen besides."""
        keys = await self._statistics.metrics_seen()
        known = {one.key for one in ALL_METRICS}
        return [*ALL_METRICS, *(one for one in keys if one.key not in known)]

    async def read(self, clan: Clan, metric: str, period: str, as_of: str | None, *, now: datetime) -> Asked:
        """What somebody asked for, in their words.

        Raises:
            UnknownMetric, UnreadablePeriod, UnreadableTime: a word that no rule reads.
        """
        moment = None if as_of is None else read_moment(as_of, now=now, zone=clan.zone)
        read = read_period(period, now=moment or now, zone=clan.zone)
        return Asked(find_metric(metric, await self.metrics()), read, moment)

    async def top(self, clan: Clan, metric: Metric, period: Period, as_of: datetime | None = None) -> Board:
        """The place of everybody who is a member, or was at a moment, by the names of then.

        Who has no figure is apart, never 0.
        """
        if metric.kind is MetricKind.CHAT:
            return await self._chat(clan, period, as_of)
        known = await self._statistics.metric_ids()
        async with self._database.read() as session:
            current = (await present(session, clan.id, as_of)).names
            ids = [known[metric.key]] if metric.key in known else []
            ends = await gains.readings(session, clan.id, ids, period) if ids else []
        by_member = {member: of for (member, _), of in group_ends(ends).items()}
        standings, unmeasured = rank(
            entry_of(member, name, metric, by_member.get(member), period) for member, name in current.items()
        )
        checks = [max(end.last_at for end in by_member[row.entry.member]) for row in standings]
        return Board(
            clan=clan.id,
            clan_name=clan.name,
            metric=metric,
            period=period,
            standings=standings,
            unmeasured=unmeasured,
            checked_at=max(checks, default=None),
            oldest_check=min(checks, default=None),
            polled=clan.polled_at is not None,
        )

    async def _chat(self, clan: Clan, period: Period, as_of: datetime | None) -> Board:
        """Messages by member. Nobody is measured over a time in which nothing was observed."""
        async with self._database.read() as session:
            current = (await present(session, clan.id, as_of)).names
            counted = dict(await counts.message_counts(session, clan.id, period.start, period.end))
            spans = await cursors.covered(session, clan.id, period.start, period.end)
            nobodys = await counts.unattributed_messages(session, clan.id, period.start, period.end)
        observed = bool(spans)
        standings, unmeasured = rank(
            Entry(member, name, counted.get(member, 0) if observed else None)
            for member, name in current.items()
        )
        first = min((span.start for span in spans), default=None)
        return Board(
            clan=clan.id,
            clan_name=clan.name,
            metric=MESSAGES,
            period=period,
            standings=standings,
            unmeasured=unmeasured,
            checked_at=max((min(span.end, period.end) for span in spans), default=None),
            unattributed=nobodys,
            collecting_since=first if first and first > period.start else None,
        )


Key = tuple[MemberId, MetricId]


def group_ends(ends: Iterable[Ends]) -> dict[Key, list[Ends]]:
    """The profiles' readings of each member and metric."""
    grouped: dict[Key, list[Ends]] = {}
    for end in ends:
        grouped.setdefault((end.member, end.metric), []).append(end)
    return grouped


def span_of(ends: Sequence[Ends], period: Period) -> Span:
    """A member's two readings, over all profiles that were theirs.

    The covering rule starts from the last reading at or before the start, else from the
    first after it; WOM's from the first inside. Both end with the last.
    """
    if len(ends) == 1:
        (end,) = ends
        return Span(Reading(end.first_at, end.first), Reading(end.last_at, end.last))
    before = [end for end in ends if end.first_at <= period.start]
    if before and period.rule is Rule.COVERING:
        first = max(before, key=lambda end: end.first_at)
    else:
        first = min(ends, key=lambda end: end.first_at)
    last = max(ends, key=lambda end: end.last_at)
    return Span(Reading(first.first_at, first.first), Reading(last.last_at, last.last))


def entry_of(
    member: MemberId, name: str, metric: Metric, ends: Sequence[Ends] | None, period: Period
) -> Entry:
    """A member's figure, and since when it was measured where that is late."""
    value = value_of(metric, ends, period)
    if value is None or not ends or period.kind is PeriodKind.TOTAL:
        return Entry(member, name, value)
    return Entry(member, name, value, partial_from(period.start, span_of(ends, period).first.at))


def value_of(metric: Metric, ends: Sequence[Ends] | None, period: Period) -> int | None:
    """The gain over the period, or the total as of its end; None where it is unknown."""
    if not ends:
        return None
    span = span_of(ends, period)
    if period.kind is PeriodKind.TOTAL:
        return span.last.value
    return gain(span, period.rule, is_overall=metric.key == OVERALL.key)


def values_by_metric(
    ends: Mapping[Key, Sequence[Ends]],
    members: Collection[MemberId],
    metrics: Mapping[MetricId, Metric],
    period: Period,
) -> dict[MetricId, list[int | None]]:
    """What these members have of each metric; who has no reading is absent."""
    found: dict[MetricId, list[int | None]] = {id_: [] for id_ in metrics}
    for (member, id_), of in ends.items():
        if member in members:
            found[id_].append(value_of(metrics[id_], of, period))
    return found
