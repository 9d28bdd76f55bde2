"""The report of a whole clan: what its sheets say, in as many statements for any number of members."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import past_quarter, quarter_of
from bot.domain.clan_roster import RosterRow
from bot.domain.clans import Clan
from bot.domain.coverage import heard_throughout
from bot.domain.desk_errors import NoRules
from bot.domain.ids import MemberId, MetricId
from bot.domain.leaderboards import Entry, place_among
from bot.domain.metrics import BOSS_KILLS, EHB, EHP, OVERALL, SKILLS, TOTAL_LEVEL, Metric
from bot.domain.periods import EPOCH, Day, Period, PeriodKind, days_of, midnight
from bot.domain.reports import (
    ActivityLine,
    Change,
    ChangeKind,
    ClanReport,
    GainsLine,
    ReportKind,
    RosterLine,
    Slot,
    Unresolved,
)
from bot.domain.rules.facts import HOLE
from bot.domain.rules.judging import Outcome
from bot.domain.stays import each_begun_once
from bot.services.clan_figures import SaidInWindows, Windows, read_said, read_windows
from bot.services.clan_roster import ClanRoster
from bot.services.clock import Clock
from bot.services.derived import Derived
from bot.services.eligibility.loading import Presence
from bot.services.inactivity import Inactivity, Roles
from bot.services.measured import entry_of, group_ends
from bot.services.promotions.service import Promotions
from bot.services.report_lines import inactive_lines, next_ranks_of, promotion_lines
from bot.services.said import said_in
from bot.services.statistics import Statistics
from db.queries import counts, cursors, events, gains, links, reports
from db.queries.cursors import CoveredSpan
from db.session import Database

STEPS: Final = 5
Tell = Callable[[int], Awaitable[None]]
"""Called with the number of the step, of :data:`STEPS`, that begins."""
_AT_ONCE: Final = 8
"""Metrics in one statement: so many readings are made into values without holding the loop for long."""
_MOST_SLOTS: Final = 92
_WEEK: Final = 7


class Reports:
    """Reads what a report says."""

    def __init__(
        self,
        database: Database,
        statistics: Statistics,
        roster: ClanRoster,
        inactivity: Inactivity,
        promotions: Promotions,
        clock: Clock,
    ) -> None:
        self._database = database
        self._statistics = statistics
        self._derived = Derived(database, statistics)
        self._roster = roster
        self._inactivity = inactivity
        self._promotions = promotions
        self._clock = clock

    async def clan(
        self,
        clan: Clan,
        period: Period,
        presence: Presence | None,
        roles: Roles,
        kind: ReportKind = ReportKind.ALL,
        tell: Tell | None = None,
    ) -> ClanReport:
        """The whole clan as it is now, and what happened over a period.

        Gains are read of XP alone, by which members have their places, and messages by day not at all,
        where ``kind`` asks for no more.

        ``presence`` and ``roles`` are what Discord says of its people; None where it does not.
        """
        now = self._clock()

        async def step(number: int) -> None:
            if tell is not None:
                await tell(number)

        await step(1)
        everybody = await self._roster.rows(clan)
        names = {row.member: row.name for row in everybody}
        present = (row for row in everybody if row.left_at is None)
        rows = sorted(present, key=lambda row: (row.name.casefold(), row.member))
        await step(2)
        ids = await self._statistics.metric_ids()
        bosses = tuple((await self._derived.boss_ids()).values())
        async with self._database.read() as session:
            windows = await read_windows(session, clan, ids, now)
            said = await read_said(session, clan, now)
            by_day = kind in {ReportKind.ALL, ReportKind.ACTIVITY}
            slots, activity = await _activity(session, clan, period, rows) if by_day else ((), ())
            changes = await read_changes(session, clan, period, names)
            unresolved = await counts.unattributed_by_source(session, clan.id, period.start, period.end)
            since = await reports.observed_since(session, clan.id)
        await step(3)
        gained = await self._gains(clan, ids, bosses, period, rows, kind)
        await step(4)
        try:
            overview = await self._promotions.overview(clan, presence)
        except NoRules:
            overview = None
        await step(5)
        quiet = await self._inactivity.quiet(clan, None, roles)
        places = _places(gained)
        ranks = {} if overview is None else next_ranks_of(overview)
        checks = [row.checked_at for row in rows if row.checked_at is not None]
        return ClanReport(
            clan_name=clan.name,
            group=clan.group,
            zone=clan.zone,
            period=period,
            made_at=now,
            roster=tuple(
                _roster_line(row, windows, said, places, ranks.get(row.member, (None, None))) for row in rows
            ),
            skills=tuple(one for one in (OVERALL, *SKILLS) if one.key in ids),
            bosses=tuple(one for one in (BOSS_KILLS, *bosses) if one.key in ids),
            gains=gained,
            slots=slots,
            activity=activity,
            changes=changes,
            promotions=None if overview is None else tuple(promotion_lines(overview)),
            inactive=inactive_lines(quiet),
            unresolved=tuple(
                Unresolved(one.label, one.user, one.messages)
                for one in sorted(unresolved, key=lambda one: (-one.messages, one.label.casefold()))
            ),
            collecting_since=since,
            checked_at=max(checks, default=None),
            oldest_check=min(checks, default=None),
        )

    async def _gains(
        self,
        clan: Clan,
        ids: Mapping[str, MetricId],
        bosses: Sequence[Metric],
        period: Period,
        rows: Sequence[RosterRow],
        kind: ReportKind,
    ) -> tuple[GainsLine, ...]:
        """Everybody's gains of all skills and bosses, a few metrics at a time."""
        whole = kind in {ReportKind.ALL, ReportKind.GAINS}
        measured = (OVERALL, EHP, EHB, *SKILLS, BOSS_KILLS, *bosses) if whole else (OVERALL,)
        wanted = [one for one in measured if one.key in ids]
        entries: dict[MemberId, dict[str, Entry]] = {row.member: {} for row in rows}
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            async with self._database.read() as session:
                read = await gains.readings(session, clan.id, [ids[one.key] for one in part], period)
            ends = group_ends(read)
            for row in rows:
                for one in part:
                    found = ends.get((row.member, ids[one.key]))
                    if found:
                        entries[row.member][one.key] = entry_of(row.member, row.name, one, found, period)
        return tuple(_gains_line(row, entries[row.member]) for row in rows)


def _gains_line(row: RosterRow, entries: Mapping[str, Entry]) -> GainsLine:
    # A reading is of all metrics at once, and who is unranked in total XP gains of others.
    late = (one.measured_from for one in entries.values() if one.measured_from is not None)
    measured_from = next(late, None)
    return GainsLine(row.member, row.name, {key: one.value for key, one in entries.items()}, measured_from)


def _places(gained: Sequence[GainsLine]) -> dict[MemberId, int | None]:
    values = [one.gains.get(OVERALL.key) for one in gained]
    return {one.member: place_among(value, values) for one, value in zip(gained, values, strict=True)}


def _roster_line(
    row: RosterRow,
    windows: Windows,
    said: SaidInWindows,
    places: Mapping[MemberId, int | None],
    next_rank: tuple[str | None, Outcome | None],
) -> RosterLine:
    rank, outcome = next_rank
    return RosterLine(
        place=places[row.member],
        member=row.member,
        name=row.name,
        role=row.role,
        account_type=row.account_type,
        joined_at=row.joined_at,
        messages=said.figures(row.member),
        xp=windows.figures(row.member, OVERALL),
        kills=windows.figures(row.member, BOSS_KILLS),
        ehp=windows.figures(row.member, EHP),
        ehb=windows.figures(row.member, EHB),
        measured_from=windows.measured_from(row.member),
        total_level=windows.in_all(row.member, TOTAL_LEVEL),
        seen_in_game=row.seen_in_game,
        wrote_at=row.wrote_at,
        checked_at=row.checked_at,
        link="verified" if any(one.verified for one in row.links) else "claimed" if row.links else "",
        users=tuple(one.user for one in row.links),
        next_rank=rank,
        outcome=outcome,
    )


def slots_of(period: Period, clan: Clan, spans: Sequence[CoveredSpan]) -> list[tuple[Slot, int, int]]:
    """The period's local days, or its weeks where there are many, with their first quarter and the one past.

    A day that the period touches counts as a whole, whatever the hour at which the period begins; that of
    today is until now. All time begins where observation does, and without any it has no days.
    """
    days = days_of(_from_midnight(_observed(period, spans), clan.zone), clan.zone)
    size = 1 if len(days) <= _MOST_SLOTS else _WEEK
    return [_slot(days[at : at + size], spans) for at in range(0, len(days), size)]


def _observed(period: Period, spans: Sequence[CoveredSpan]) -> Period:
    """All time from where observation begins; another period as it is."""
    if period.kind is not PeriodKind.TOTAL:
        return period
    return replace(period, start=min((one.start for one in spans), default=period.end))


def _from_midnight(period: Period, zone: ZoneInfo) -> Period:
    """From the local midnight before it on; an empty one stays empty, and all time has no first day."""
    if period.start in (EPOCH, period.end):
        return period
    return replace(period, start=midnight(period.start.astimezone(zone).date(), zone))


def _slot(days: Sequence[Day], spans: Sequence[CoveredSpan]) -> tuple[Slot, int, int]:
    (first, start, _), (last, _, end) = days[0], days[-1]
    observed = heard_throughout(((one.start, one.end) for one in spans), start, end, but=HOLE * len(days))
    return Slot(first, last, observed), quarter_of(start), past_quarter(end)


async def _activity(
    session: AsyncSession, clan: Clan, period: Period, rows: Sequence[RosterRow]
) -> tuple[tuple[Slot, ...], tuple[ActivityLine, ...]]:
    spans = await cursors.covered(session, clan.id, _from_midnight(period, clan.zone).start, period.end)
    slots = slots_of(period, clan, spans)
    bounds = [
        (first, slots[number + 1][1] if number + 1 < len(slots) else past)
        for number, (_, first, past) in enumerate(slots)
    ]
    counted = await reports.messages_in_slots(session, clan.id, bounds) if bounds else {}
    said = await said_in(session, clan.id, period, await links.linked_members(session, clan.id))
    shown = tuple(slot for slot, _, _ in slots)
    return shown, tuple(
        ActivityLine(
            row.member,
            row.name,
            tuple(
                counted.get(row.member, {}).get(number, 0 if slot.observed and row.links else None)
                for number, slot in enumerate(shown)
            ),
            said.of(row.member),
        )
        for row in rows
    )


async def read_changes(
    session: AsyncSession, clan: Clan, period: Period, names: Mapping[MemberId, str]
) -> tuple[Change, ...]:
    happened = await events.happenings(session, clan.id, period.start, period.end)
    return tuple(
        Change(one.at, one.member, names[one.member], ChangeKind(one.kind), one.before, one.after)
        for one in each_begun_once(happened)
        if one.member in names
    )
