"""Figures of members, made of what their profiles show at a period's two ends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from bot.domain.clans import Clan
from bot.domain.gains import Reading, Span, gain, partial_from
from bot.domain.ids import MemberId, MetricId
from bot.domain.leaderboards import Board, Entry, rank
from bot.domain.metrics import OVERALL, Metric
from bot.domain.periods import Period, PeriodKind, Rule
from db.queries.gains import Ends

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


def board_of(
    clan: Clan,
    of: Metric,
    period: Period,
    entries: Iterable[Entry],
    checks: Sequence[datetime],
    *,
    since: datetime | None = None,
) -> Board:
    """Everybody's places; ``checks`` are when WOM last looked at each, ``since`` when counting began."""
    standings, unmeasured = rank(entries)
    return Board(
        clan=clan.id,
        clan_name=clan.name,
        metric=of,
        period=period,
        standings=standings,
        unmeasured=unmeasured,
        checked_at=max(checks, default=None),
        oldest_check=min(checks, default=None),
        collecting_since=since,
        polled=clan.polled_at is not None,
    )
