"""One member's card: what they did in a period, where that puts them, and what they have in all."""

import asyncio
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import quarter_start
from bot.domain.as_of import Then
from bot.domain.cards import Chat, DayPoint, Figure, MemberCard
from bot.domain.clans import Clan
from bot.domain.coverage import Observed, heard_throughout, merged
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
from bot.services.lookup import Found
from bot.services.measured import Key, entry_of, group_ends, span_of, values_by_metric
from bot.services.rosters import Present, present
from bot.services.said import Said, said_in
from bot.services.statistics import Statistics
from db.queries import counts, gains, links
from db.queries.counts import SlotCount
from db.queries.cursors import CoveredSpan
from db.queries.gains import Ends, Value
from db.queries.members import MemberRow
from db.session import Database

FIGURES = (OVERALL, EHP, EHB, BOSS_KILLS)
"""What a card leads with, XP first."""
TOTALS = (OVERALL, TOTAL_LEVEL)
CHART_DAYS = 400
"""Longer periods have no chart: even by week its bars would be thinner than a finger."""


class _Messages(NamedTuple):
    """What is known of a member's messages in a period, and everybody's numbers beside it."""

    chat: Chat
    by_day: Mapping[datetime, int]
    everybody: Said


class _Readings(NamedTuple):
    """The clan at the moment asked for, everybody's leading metrics, and all of the member's own."""

    clan: Present
    everybody: Mapping[Key, Sequence[Ends]]
    own: Mapping[Key, Sequence[Ends]]
    last: Mapping[MetricId, Reading]
    xp: Sequence[Value]


class Stats:
    """Makes cards."""

    def __init__(self, database: Database, statistics: Statistics) -> None:
        self._database = database
        self._statistics = statistics

    async def card(
        self, clan: Clan, found: Found, period: Period, as_of: datetime | None = None
    ) -> MemberCard:
        """A member's card for a period, with the days of its chart where they fit in one.

        With ``as_of`` name, rank, stay and the others' places are those of that moment.
        """
        known = await self._statistics.metric_ids()
        # What was said and what was gained are questions of their own, so neither waits for the other.
        readings, said = await asyncio.gather(
            self._readings(clan, found.member.id, period, known, as_of),
            self._messages(clan, found.member.id, period),
        )
        was = readings.clan.then.get(found.member.id)
        member = found.member if was is None else _as_then(found.member, was)
        led = {known[one.key]: one for one in FIGURES if one.key in known}
        everybody = values_by_metric(readings.everybody, readings.clan.names.keys(), led, period)
        renamed = member.name != found.member.name
        return MemberCard(
            clan=clan.id,
            clan_name=clan.name,
            member=member.id,
            name=member.name,
            rank=_rank(member),
            account_type=member.account_type,
            joined_at=member.joined_at,
            left_at=member.left_at,
            is_member=_is_among(member, readings.clan),
            period=period,
            figures=tuple(
                _figure(one, member, readings.clan, everybody, readings.own, known, period) for one in FIGURES
            ),
            chat=_placed(said, member, readings.clan),
            highlights=()
            if period.kind is PeriodKind.TOTAL
            else _highlights(member, readings.own, known, period),
            total_xp=_value(readings.last, known, OVERALL),
            total_level=_value(readings.last, known, TOTAL_LEVEL),
            checked_at=max((reading.at for reading in readings.last.values()), default=None),
            days=_days(period, clan, readings.xp, said, member.id),
            notes=(f"now called {found.member.name}",) if renamed else (),
        )

    async def _readings(
        self,
        clan: Clan,
        member: MemberId,
        period: Period,
        known: Mapping[str, MetricId],
        as_of: datetime | None,
    ) -> _Readings:
        led = [known[one.key] for one in FIGURES if one.key in known]
        totals = [known[one.key] for one in TOTALS if one.key in known]
        charted = 1 < len(_slots(period, clan)) <= CHART_DAYS and OVERALL.key in known
        async with self._database.read() as session:
            there = await present(session, clan.id, as_of)
            ends = group_ends(await gains.readings(session, clan.id, led, period))
            own = group_ends(await gains.readings_of(session, clan.id, list(known.values()), period, member))
            last = await self._last(session, clan, member, period, totals, own)
            xp = (
                await gains.series(session, clan.id, member, known[OVERALL.key], period.start, period.end)
                if charted
                else []
            )
        return _Readings(there, ends, own, last, xp)

    async def _last(
        self,
        session: AsyncSession,
        clan: Clan,
        member: MemberId,
        period: Period,
        ids: Sequence[MetricId],
        own: Mapping[Key, Sequence[Ends]],
    ) -> dict[MetricId, Reading]:
        """What the member had as of the period's end, however long before it was looked at.

        Whoever was looked at in the period has it among their own readings.
        """
        if not own:
            period = Period("all", PeriodKind.TOTAL, EPOCH, period.end)
            own = group_ends(await gains.readings_of(session, clan.id, ids, period, member))
        return {metric: span_of(of, period).last for (_, metric), of in own.items() if metric in ids}

    async def _messages(self, clan: Clan, member: MemberId, period: Period) -> _Messages:
        async with self._database.read() as session:
            slots = await counts.member_slots(session, clan.id, member, period.start, period.end)
            linked = await links.linked_members(session, clan.id)
            said = await said_in(session, clan.id, period, linked)
        in_game = sum(slot.messages for slot in slots if slot.kind is SourceKind.RELAY)
        total = sum(slot.messages for slot in slots)
        first = said.observed_since
        by_day = _by_day(_slots(period, clan), slots)
        observed_days = _observed_days(period, clan, by_day, said.spans)
        chat = Chat(
            total=(total or said.silence(member)) if said.spans else None,
            in_game=in_game,
            discord=(total - in_game or said.silence(member)) if said.spans and member in linked else None,
            days=sum(1 for one in observed_days if any(one)),
            of_days=len(observed_days),
            collecting_since=first if first and first > period.start else None,
        )
        return _Messages(chat, by_day, said)


def _as_then(member: MemberRow, was: Then) -> MemberRow:
    return member._replace(name=was.name, wom_role=was.role, joined_at=was.joined_at, left_at=was.left_at)


def _is_among(member: MemberRow, clan: Present) -> bool:
    """Whether the member is in the clan at the moment asked for."""
    return member.id in clan.names


def _placed(said: _Messages, member: MemberRow, clan: Present) -> Chat:
    """The chat with the member's place in it, which who is silent or no member has none of."""
    others = [said.everybody.of(one) for one in clan.names]
    has_place = said.chat.total and _is_among(member, clan)
    place = place_among(said.chat.total, others) if has_place else None
    return replace(said.chat, place=place, of=sum(1 for other in others if other is not None))


def _days(
    period: Period, clan: Clan, xp: Sequence[Value], said: _Messages, member: MemberId
) -> tuple[DayPoint, ...]:
    """One point a local day: the covering gain of XP, and messages.

    On a day without any the member wrote nothing where it was listened to throughout and they are linked.
    """
    slots = _slots(period, clan)
    if not 1 < len(slots) <= CHART_DAYS:
        return ()
    readings = [Reading(at, value) for at, value in xp]
    gained = slot_gains(readings, [(start, end) for _, start, end in slots])
    heard = merged(Observed(one.start, one.end) for one in said.everybody.spans)

    def messages(start: datetime, end: datetime) -> int | None:
        is_silent = member in said.everybody.linked and heard_throughout(heard, start, end)
        return said.by_day.get(start) or (0 if is_silent else None)

    return tuple(
        DayPoint(day, of_day, messages(start, end))
        for (day, start, end), of_day in zip(slots, gained, strict=True)
    )


def _rank(member: MemberRow) -> str | None:
    """WOM's role as people read it; None for who has left."""
    if member.wom_role is None or member.left_at is not None:
        return None
    return member.wom_role.replace("_", " ").title()


def _observed_days(
    period: Period, clan: Clan, by_day: Mapping[datetime, int], spans: Sequence[CoveredSpan]
) -> list[list[int]]:
    """The messages of each day, of those parts in which something was observed; other days are left out."""
    if period.kind is PeriodKind.TOTAL:
        return []
    heard = merged(Observed(one.start, one.end) for one in spans)
    counted = [
        [
            by_day.get(start, 0)
            for _, start, end in parts
            if start in by_day or any(one.start < end and start < one.end for one in heard)
        ]
        for parts in days_counted(period, clan.zone)
    ]
    return [parts for parts in counted if parts]


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
    clan: Present,
    everybody: Mapping[MetricId, Sequence[int | None]],
    own: Mapping[Key, Sequence[Ends]],
    known: Mapping[str, MetricId],
    period: Period,
) -> Figure:
    """One number with its place among those who are members."""
    id_ = known.get(metric.key)
    if id_ is None:
        return Figure(metric, None)
    mine = entry_of(member.id, member.name, metric, own.get((member.id, id_)), period)
    values = everybody[id_]
    place = place_among(mine.value, values) if _is_among(member, clan) else None
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
