"""What a clan's pages say, read at once: as many statements for any number of members and pages."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import past_quarter, quarter_of
from bot.domain.clan_charts import by_weekday_and_hour
from bot.domain.clan_days import gained_in_clan
from bot.domain.clan_roster import RosterRow
from bot.domain.clans import Clan
from bot.domain.coverage import heard_throughout
from bot.domain.identity import Held
from bot.domain.ids import MemberId, MetricId
from bot.domain.metrics import BOSS_KILLS, EHB, EHP, OVERALL, SKILLS, TOTAL_LEVEL, Metric, MetricKind
from bot.domain.periods import Day, Period, PeriodKind, days_of, midnight, read_period
from bot.domain.questions import Answers
from bot.domain.reports import Change, ChangeKind
from bot.domain.simulation.series import Holding
from bot.domain.site import ClanSite, Former, Person, has_page
from bot.domain.summaries import rose
from bot.services.clan_charts import joined_spans
from bot.services.clan_days import read_xp, readings_of
from bot.services.clan_figures import SaidInWindows, Windows, read_said, read_windows
from bot.services.clan_roster import ClanRoster
from bot.services.clock import Clock
from bot.services.derived import Derived
from bot.services.leaderboards import Leaderboards
from bot.services.measured import Key, entry_of, group_ends
from bot.services.questions import Questions
from bot.services.reports import read_changes
from bot.services.statistics import Statistics
from bot.services.together import together
from db.queries import charts, cursors, gains, names, reports
from db.queries.cursors import CoveredSpan
from db.queries.gains import Ends
from db.session import Database

PERIOD: Final = "30d"
"""Over which the pages' gains of skills and bosses, days and hours are."""
_AT_ONCE: Final = 8
"""Metrics in one statement: so many readings are made into values without holding the loop for long."""
_DAYS: Final = 30
_TOLD: Final = frozenset({ChangeKind.JOINED, ChangeKind.RETURNED, ChangeKind.RENAMED})
"""What everybody may read of others, and who rose in rank. Who left is for officers, and who fell."""


@dataclass(frozen=True, slots=True)
class _Chat:
    """Messages: by member and number of the day, of everybody by weekday and hour, and what was observed."""

    days: Mapping[MemberId, Mapping[int, int]]
    quarters: Sequence[tuple[int, int]]
    spans: Sequence[CoveredSpan]
    since: datetime | None


@dataclass(frozen=True, slots=True)
class _Told:
    """What one reading tells of everybody."""

    called: Mapping[MemberId, Sequence[Held]]
    windows: Windows
    said: SaidInWindows
    chat: _Chat
    xp: Mapping[MemberId, Sequence[Holding]]
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class _Read:
    """What all of them returned. ``since_joining`` are gains of who joined within the period."""

    rows: Sequence[RosterRow]
    told: _Told
    gained: Mapping[MemberId, Mapping[str, int | None]]
    totals: Mapping[MemberId, Mapping[str, int | None]]
    since_joining: Mapping[MemberId, Mapping[str, int | None]]
    answers: Answers


class ClanSites:
    """Reads it."""

    def __init__(
        self,
        database: Database,
        statistics: Statistics,
        derived: Derived,
        roster: ClanRoster,
        questions: Questions,
        clock: Clock,
    ) -> None:
        self._database = database
        self._statistics = statistics
        self._derived = derived
        self._roster = roster
        self._questions = questions
        self._clock = clock

    async def read(self, clan: Clan) -> ClanSite:
        """The clan as it is now."""
        now = self._clock()
        period = read_period(PERIOD, now=now, zone=clan.zone)
        days = _days(clan, now)
        ids = await self._statistics.metric_ids()
        bosses = await self._derived.boss_ids()
        metrics = [one for one in (*SKILLS, *bosses.values()) if one.key in ids and has_page(one)]
        rows = [row for row in await self._roster.rows(clan) if row.left_at is None]
        read = await self._read(clan, ids, metrics, period, days, rows)
        # Tens of thousands of numbers: others have their turn meanwhile.
        return await asyncio.to_thread(_site, clan, period, now, days, metrics, read)

    async def _read(
        self,
        clan: Clan,
        ids: Mapping[str, MetricId],
        metrics: Sequence[Metric],
        period: Period,
        days: Sequence[Day],
        rows: Sequence[RosterRow],
    ) -> _Read:
        everything = read_period("all", now=period.end, zone=clan.zone)
        members = [row.member for row in rows]
        joined = {row.member: row.joined_at for row in rows if row.joined_at is not None}
        late = {member: at for member, at in joined.items() if at > period.start}
        counted = [*(one for one in (OVERALL,) if one.key in ids), *metrics]
        async with together() as group:
            answers = group.create_task(self._questions.answers(clan, period))
            gained = group.create_task(self._values(clan, ids, counted, period, members))
            totals = group.create_task(self._values(clan, ids, metrics, everything, members))
            since = group.create_task(self._values(clan, ids, counted, period, late, late))
            told = group.create_task(self._told(clan, ids, period, days, rows))
        return _Read(rows, told.result(), gained.result(), totals.result(), since.result(), answers.result())

    async def _told(
        self,
        clan: Clan,
        ids: Mapping[str, MetricId],
        period: Period,
        days: Sequence[Day],
        rows: Sequence[RosterRow],
    ) -> _Told:
        """Names, figures, chat, XP by day and changes."""
        called: dict[MemberId, list[Held]] = {}
        async with self._database.read() as session:
            for held in await names.all_names(session, clan.id):
                called.setdefault(held.member, []).append(held)
            changes = await read_changes(session, clan, period, {row.member: row.name for row in rows})
            return _Told(
                called,
                await read_windows(session, clan, ids, period.end),
                await read_said(session, clan, period.end),
                await _chat(session, clan, period, days),
                await read_xp(session, clan.id, ids.get(OVERALL.key), days[0][1], days[-1][2]),
                [one for one in changes if _is_told(one, clan)],
            )

    async def _values(
        self,
        clan: Clan,
        ids: Mapping[str, MetricId],
        metrics: Sequence[Metric],
        period: Period,
        members: Iterable[MemberId],
        starts: Mapping[MemberId, datetime] | None = None,
    ) -> dict[MemberId, dict[str, int | None]]:
        """What each gained or has of each metric, a few metrics at a time; from their own ``starts`` on."""
        found: dict[MemberId, dict[str, int | None]] = {member: {} for member in members}
        for first in range(0, len(metrics) if found else 0, _AT_ONCE):
            part = metrics[first : first + _AT_ONCE]
            wanted = [ids[one.key] for one in part]
            async with self._database.read() as session:
                if starts is None:
                    read = await gains.readings(session, clan.id, wanted, period)
                else:
                    read = await gains.readings_since(
                        session, clan.id, wanted, starts, period.end, period.rule
                    )
            await asyncio.to_thread(_note, found, part, ids, read, period)
        return found


def clan_sites(database: Database, clock: Clock) -> ClanSites:
    """It with all that it needs, for who has a database alone."""
    statistics = Statistics(database)
    leaderboards = Leaderboards(database, statistics)
    questions = Questions(database, statistics, leaderboards, clock)
    return ClanSites(database, statistics, leaderboards.derived, ClanRoster(database), questions, clock)


def _note(
    found: Mapping[MemberId, dict[str, int | None]],
    part: Sequence[Metric],
    ids: Mapping[str, MetricId],
    read: Sequence[Ends],
    period: Period,
) -> None:
    ends: dict[Key, list[Ends]] = group_ends(read)
    for member, values in found.items():
        for one in part:
            of = ends.get((member, ids[one.key]))
            if of:
                values[one.key] = entry_of(member, "", one, of, period).value


def _is_told(change: Change, clan: Clan) -> bool:
    if change.kind is ChangeKind.RANK_CHANGED:
        return rose(change.before, change.after, clan.role_order)
    return change.kind in _TOLD


def _days(clan: Clan, now: datetime) -> list[Day]:
    """The last thirty local days, all whole but today."""
    first = now.astimezone(clan.zone).date() - timedelta(days=_DAYS - 1)
    return days_of(Period(PERIOD, PeriodKind.CALENDAR, midnight(first, clan.zone), now), clan.zone)


async def _chat(session: AsyncSession, clan: Clan, period: Period, days: Sequence[Day]) -> _Chat:
    bounds = [(quarter_of(start), quarter_of(end)) for _, start, end in days[:-1]]
    last = days[-1]
    bounds.append((quarter_of(last[1]), past_quarter(last[2])))
    return _Chat(
        days=await reports.messages_in_slots(session, clan.id, bounds),
        quarters=await charts.messages_by_quarter(
            session, clan.id, quarter_of(period.start), past_quarter(period.end)
        ),
        spans=await cursors.covered(session, clan.id, min(period.start, days[0][1]), period.end),
        since=await reports.observed_since(session, clan.id),
    )


def _site(
    clan: Clan, period: Period, now: datetime, days: Sequence[Day], metrics: Sequence[Metric], read: _Read
) -> ClanSite:
    spans = read.told.chat.spans
    heard = [(max(one.start, period.start), min(one.end, period.end)) for one in spans]
    rows = sorted(read.rows, key=lambda row: (row.name.casefold(), row.member))
    checks = [row.checked_at for row in rows if row.checked_at is not None]
    listened = [(one.start, one.end) for one in spans]
    observed = [heard_throughout(listened, start, end) for _, start, end in days]
    throughout = heard_throughout(listened, period.start, period.end)
    return ClanSite(
        clan=clan.id,
        name=clan.name,
        group=clan.group,
        zone=clan.zone,
        role_order=clan.role_order,
        period=period,
        made_at=now,
        people=tuple(_person(row, days, observed, read, throughout=throughout) for row in rows),
        skills=tuple(one for one in SKILLS if one in metrics),
        bosses=tuple(one for one in metrics if one.kind is MetricKind.BOSS),
        days=tuple(day for day, _, _ in days),
        hours=by_weekday_and_hour(read.told.chat.quarters, joined_spans(heard), clan.zone),
        answers=read.answers,
        changes=tuple(sorted(read.told.changes, key=lambda one: one.at, reverse=True)),
        collecting_since=read.told.chat.since,
        checked_at=max(checks, default=None),
        oldest_check=min(checks, default=None),
    )


def _person(
    row: RosterRow, days: Sequence[Day], observed: Sequence[bool], read: _Read, *, throughout: bool
) -> Person:
    """``observed`` and ``throughout`` are whether the days and the whole period were listened to."""
    member = row.member
    said = read.told.chat.days.get(member, {})
    # Of a Discord user who is not linked nobody knows that it was this member.
    known = [seen and bool(row.links) for seen in observed]
    readings = readings_of(read.told.xp.get(member, ()))
    return Person(
        member=member,
        name=row.name,
        role=row.role,
        account_type=row.account_type,
        joined_at=row.joined_at,
        checked_at=row.checked_at,
        messages=read.told.said.figures(member),
        xp=read.told.windows.figures(member, OVERALL),
        kills=read.told.windows.figures(member, BOSS_KILLS),
        ehp=read.told.windows.figures(member, EHP),
        ehb=read.told.windows.figures(member, EHB),
        total_level=read.told.windows.in_all(member, TOTAL_LEVEL),
        measured_from=read.told.windows.measured_from(member),
        totals=read.totals[member],
        gains=read.gained[member],
        for_the_clan=read.since_joining.get(member, read.gained[member]),
        xp_days=gained_in_clan(readings, None, days),
        xp_days_for_the_clan=gained_in_clan(readings, row.joined_at, days),
        message_days=tuple(said.get(number, 0 if one else None) for number, one in enumerate(known)),
        all_heard=throughout and bool(row.links),
        former=_former(read.told.called.get(member, ())),
    )


def _former(called: Sequence[Held]) -> tuple[Former, ...]:
    """Names that ended, the last first."""
    ended = [(one.end, one) for one in called if one.end is not None]
    ended.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(Former(one.display, one.start, end) for end, one in ended)
