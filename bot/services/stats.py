"""One member's card: what they did in a period, where that puts them, and what they have in all."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import quarter_start
from bot.domain.cards import Chat, DayPoint, Figure, MemberCard
from bot.domain.clans import Clan
from bot.domain.facts import SourceKind
from bot.domain.gains import Reading, slot_gains
from bot.domain.ids import MemberId, MetricId
from bot.domain.leaderboards import place_among
from bot.domain.metrics import (
    ALL_METRICS,
    BOSS_KILLS,
    EHB,
    EHP,
    OVERALL,
    TOTAL_LEVEL,
    Metric,
    MetricKind,
)
from bot.domain.periods import EPOCH, Day, Period, PeriodKind, days_counted, days_of
from bot.services.leaderboards import Key, entry_of, group_ends, span_of, values_by_metric
from bot.services.lookup import Found
from bot.services.statistics import Statistics
from db.queries import counts, cursors, gains, links, members
from db.queries.counts import SlotCount
from db.queries.cursors import CoveredSpan
from db.queries.gains import Ends
from db.queries.members import MemberRow
from db.session import Database

FIGURES = (OVERALL, EHP, EHB, BOSS_KILLS)
"""What a card leads with, XP first."""
TOTALS = (OVERALL, TOTAL_LEVEL)
CHART_DAYS = 400
"""Longer periods have no chart: even by week its bars would be thinner than a finger."""


class _Messages(NamedTuple):
    """What is known of a member's messages in a period."""

    chat: Chat
    by_day: Mapping[datetime, int]
    spans: Sequence[CoveredSpan]


class Stats:
    """Makes cards."""

    def __init__(self, database: Database, statistics: Statistics) -> None:
        self._database = database
        self._statistics = statistics

    async def card(self, clan: Clan, found: Found, period: Period) -> MemberCard:
        """A member's card for a period, with the days of its chart where they fit in one."""
        known = await self._statistics.metric_ids()
        led = {known[one.key]: one for one in FIGURES if one.key in known}
        async with self._database.read() as session:
            current = await members.current_names(session, clan.id)
            ends = group_ends(await gains.readings(session, clan.id, list(led), period))
            own = group_ends(
                await gains.readings(session, clan.id, list(known.values()), period, found.member.id)
            )
            last = await self._last(
                session, clan, found, period, [known[one.key] for one in TOTALS if one.key in known], own
            )
            messages = await self._messages(session, clan, found.member, current, period)
            days = await self._days(session, clan, found.member, period, messages)
        everybody = values_by_metric(ends, current.keys(), led, period)
        return self._card(clan, found, period, everybody, own, last, known, messages.chat, days)

    def _card(
        self,
        clan: Clan,
        found: Found,
        period: Period,
        everybody: Mapping[MetricId, Sequence[int | None]],
        own: Mapping[Key, Sequence[Ends]],
        last: Mapping[MetricId, Reading],
        known: Mapping[str, MetricId],
        chat: Chat,
        days: tuple[DayPoint, ...],
    ) -> MemberCard:
        member = found.member
        return MemberCard(
            clan=clan.id,
            clan_name=clan.name,
            member=member.id,
            name=member.name,
            rank=_rank(member),
            account_type=member.account_type,
            joined_at=member.joined_at,
            left_at=member.left_at,
            period=period,
            figures=tuple(_figure(one, member, everybody, own, known, period) for one in FIGURES),
            chat=chat,
            highlights=() if period.kind is PeriodKind.TOTAL else _highlights(member, own, known, period),
            total_xp=_value(last, known, OVERALL),
            total_level=_value(last, known, TOTAL_LEVEL),
            checked_at=max((reading.at for reading in last.values()), default=None),
            days=days,
        )

    async def _last(
        self,
        session: AsyncSession,
        clan: Clan,
        found: Found,
        period: Period,
        ids: Sequence[MetricId],
        own: Mapping[Key, Sequence[Ends]],
    ) -> dict[MetricId, Reading]:
        """What the member had as of the period's end, however long before it was looked at.

        Whoever was looked at in the period has it among their own readings.
        """
        if not own:
            period = Period("all", PeriodKind.TOTAL, EPOCH, period.end)
            own = group_ends(await gains.readings(session, clan.id, ids, period, found.member.id))
        return {metric: span_of(of, period).last for (_, metric), of in own.items() if metric in ids}

    async def _messages(
        self,
        session: AsyncSession,
        clan: Clan,
        member: MemberRow,
        current: Collection[MemberId],
        period: Period,
    ) -> _Messages:
        spans = await cursors.covered(session, clan.id, period.start, period.end)
        slots = await counts.member_slots(session, clan.id, member.id, period.start, period.end)
        counted = dict(await counts.message_counts(session, clan.id, period.start, period.end))
        linked = await links.is_linked(session, clan.id, member.id)
        in_game = sum(slot.messages for slot in slots if slot.kind is SourceKind.RELAY)
        total = sum(slot.messages for slot in slots)
        observed = bool(spans)
        first = min((span.start for span in spans), default=None)
        days = _slots(period, clan)
        by_day = _by_day(days, slots)
        observed_days = _observed_days(period, clan, by_day, spans)
        others = [counted.get(one, 0) for one in current]
        present = member.left_at is None
        chat = Chat(
            total=total if observed else None,
            in_game=in_game,
            discord=total - in_game if linked and observed else None,
            days=sum(1 for one in observed_days if any(one)),
            of_days=len(observed_days),
            place=place_among(total, others) if observed and total and present else None,
            of=len(others),
            collecting_since=first if first and first > period.start else None,
        )
        return _Messages(chat, by_day, spans)

    async def _days(
        self, session: AsyncSession, clan: Clan, member: MemberRow, period: Period, messages: _Messages
    ) -> tuple[DayPoint, ...]:
        """One point a local day: the covering gain of XP, and messages where they were observed."""
        slots = _slots(period, clan)
        known = await self._statistics.metric_ids()
        if not 1 < len(slots) <= CHART_DAYS or OVERALL.key not in known:
            return ()
        values = await gains.series(session, clan.id, member.id, known[OVERALL.key], period.start, period.end)
        xp = slot_gains(
            [Reading(at, value) for at, value in values], [(start, end) for _, start, end in slots]
        )
        return tuple(
            DayPoint(day, gained, _in_day(start, end, messages.by_day, messages.spans))
            for (day, start, end), gained in zip(slots, xp, strict=True)
        )


def _rank(member: MemberRow) -> str | None:
    """WOM's role as people read it; None for who has left."""
    if member.wom_role is None or member.left_at is not None:
        return None
    return member.wom_role.replace("_", " ").title()


def _in_day(
    start: datetime, end: datetime, by_day: Mapping[datetime, int], spans: Sequence[CoveredSpan]
) -> int | None:
    """Messages of a local day; unknown where nothing was observed in it."""
    number = by_day.get(start)
    if number:
        return number
    observed = any(span.start < end and span.end > start for span in spans)
    return 0 if observed else None


def _observed_days(
    period: Period, clan: Clan, by_day: Mapping[datetime, int], spans: Sequence[CoveredSpan]
) -> list[list[int]]:
    """The messages of each day, of those parts in which something was observed; other days are left out."""
    if period.kind is PeriodKind.TOTAL:
        return []
    counted = [
        [_in_day(start, end, by_day, spans) for _, start, end in parts]
        for parts in days_counted(period, clan.zone)
    ]
    known = [[number for number in parts if number is not None] for parts in counted]
    return [parts for parts in known if parts]


def _slots(period: Period, clan: Clan) -> list[Day]:
    """The period's local days; "all time" is not cut into any."""
    return [] if period.kind is PeriodKind.TOTAL else days_of(period, clan.zone)


def _by_day(days: Sequence[Day], slots: Sequence[SlotCount]) -> dict[datetime, int]:
    """Messages by the start of their day. The first quarter may begin before the period does."""
    starts = [start for _, start, _ in days]
    found: dict[datetime, int] = {}
    for slot in slots if starts else ():
        day = starts[max(0, bisect_right(starts, quarter_start(slot.quarter)) - 1)]
        found[day] = found.get(day, 0) + slot.messages
    return found


def _figure(
    metric: Metric,
    member: MemberRow,
    everybody: Mapping[MetricId, Sequence[int | None]],
    own: Mapping[Key, Sequence[Ends]],
    known: Mapping[str, MetricId],
    period: Period,
) -> Figure:
    """One number with its place among those who are members now."""
    id_ = known.get(metric.key)
    if id_ is None:
        return Figure(metric, None)
    mine = entry_of(member.id, member.name, metric, own.get((member.id, id_)), period)
    values = everybody[id_]
    place = place_among(mine.value, values) if member.left_at is None else None
    of = sum(1 for value in values if value is not None)
    return Figure(metric, mine.value, place, of, mine.measured_from)


def _highlights(
    member: MemberRow, own: Mapping[Key, Sequence[Ends]], known: Mapping[str, MetricId], period: Period
) -> tuple[Figure, ...]:
    """The largest gain of a skill and the largest of a boss; none where nothing was gained."""
    best: list[Figure] = []
    for kind in (MetricKind.SKILL, MetricKind.BOSS):
        entries = [
            (one, entry_of(member.id, member.name, one, own.get((member.id, known[one.key])), period))
            for one in ALL_METRICS
            if one.kind is kind and one.key in known and one.key != OVERALL.key
        ]
        gained = [(one, entry) for one, entry in entries if entry.value]
        if gained:
            metric, entry = max(gained, key=lambda pair: (pair[1].value or 0, pair[0].name))
            best.append(Figure(metric, entry.value, measured_from=entry.measured_from))
    return tuple(best)


def _value(last: Mapping[MetricId, Reading], known: Mapping[str, MetricId], metric: Metric) -> int | None:
    id_ = known.get(metric.key)
    reading = last.get(id_) if id_ is not None else None
    return None if reading is None else reading.value
