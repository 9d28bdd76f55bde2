"""A clan's week or month, read from the same questions that commands ask."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.achievements import by_thing
from bot.domain.as_of import JOINED, RANK_CHANGED, RENAMED, RETURNED
from bot.domain.broadcasts import BroadcastKind
from bot.domain.cards import DayPoint
from bot.domain.clan_days import gained_in_clan, sum_known
from bot.domain.clans import Clan
from bot.domain.coverage import heard_throughout
from bot.domain.gains import covering_gain, is_read_near
from bot.domain.ids import MemberId, MetricId
from bot.domain.leaderboards import Board, Entry
from bot.domain.local_days import day_number, offsets
from bot.domain.metrics import (
    BOSS_KILLS,
    CHAT_STREAK,
    DIVERSITY,
    EHB,
    EHP,
    MESSAGES,
    OVERALL,
    RAIDS,
    SCORE,
    metric,
)
from bot.domain.periods import Day, Period, PeriodKind, days_of
from bot.domain.questions import BossTotal, FavouriteHour, QuietKiller
from bot.domain.records import Record
from bot.domain.schedules import Cadence, Part, Slot, period_before, period_of
from bot.domain.simulation.series import Holding
from bot.domain.summaries import (
    LEADERS,
    Best,
    Dropped,
    Leader,
    Pet,
    Reached,
    Summary,
    compared,
    most_improved,
    promoted,
)
from bot.services.clan_days import read_xp, readings_of
from bot.services.leaderboards import Leaderboards
from bot.services.measured import group_ends, span_of
from bot.services.questions import Questions
from bot.services.rosters import Present, people_of, present_at
from bot.services.statistics import Statistics
from bot.services.together import together
from db.queries import cursors, events, gains, links, talk
from db.queries.events import Achieved, Announced
from db.queries.talk import People
from db.session import Database

BOARDS: Final = {
    Part.XP: OVERALL,
    Part.EHP: EHP,
    Part.EHB: EHB,
    Part.KILLS: BOSS_KILLS,
    Part.CHAT: MESSAGES,
    Part.SCORE: SCORE,
    Part.RAIDS: RAIDS,
    Part.DIVERSITY: DIVERSITY,
    Part.STREAKS: CHAT_STREAK,
}
_USUAL_PERIODS: Final = 4
"""Somebody's usual is a fourth of what they gained in so many periods before."""
_ANNOUNCED: Final = (
    BroadcastKind.DROP,
    BroadcastKind.RAID_LOOT,
    BroadcastKind.PET,
    BroadcastKind.PERSONAL_BEST,
)
_LATEST: Final = timedelta(days=7)
"""What WOM noticed later than that may have been reached in another week."""


class _Asked(NamedTuple):
    """Answers; empty or None where they are not wanted, or nobody knows."""

    records: tuple[Record, ...]
    bosses: tuple[BossTotal, ...]
    hour: FavouriteHour | None
    quiet: QuietKiller | None


class Summaries:
    """Reads them."""

    def __init__(
        self, database: Database, statistics: Statistics, leaderboards: Leaderboards, questions: Questions
    ) -> None:
        self._database = database
        self._statistics = statistics
        self._leaderboards = leaderboards
        self._questions = questions

    async def of(self, clan: Clan, cadence: Cadence, slot: Slot, parts: frozenset[Part]) -> Summary:
        """The period that a post of this slot tells of, by the names and ranks at its end."""
        period = period_of(cadence, slot.day, clan.zone)
        previous = period_before(cadence, slot.day, clan.zone)
        ids = await self._statistics.metric_ids()
        async with self._database.read() as session:
            here, before = await present_at(session, clan.id, [period.end, previous.start])
        names = here.names
        stayed = before.names.keys() & names.keys()
        async with together() as group:
            wanted = group.create_task(self._asked(clan, period, parts, here))
            boards = {
                part: await self._leaderboards.top(clan, measured, period, here)
                for part, measured in BOARDS.items()
                if part in parts or part is Part.XP
            }
            async with self._database.read() as session:
                gained = await self._gained(session, clan, period, ids, names)
                earlier = await self._gained(session, clan, previous, ids, stayed)
                usual = await self._gained(session, clan, _long_before(period), ids, names)
                happened = await events.news(session, clan.id, period.start, period.end)
                achieved = await events.achieved(session, clan.id, period.start - _LATEST, period.end)
                joined = await people_of(session, clan.id, here)
                announced = await events.announced(session, clan.id, _ANNOUNCED, period.start, period.end)
                chart = await self._chart(session, clan, period, ids, here)
        asked = wanted.result()
        renames = [one for one in happened if one.kind == RENAMED and one.member in names]
        return Summary(
            clan_name=clan.name,
            cadence=cadence,
            period=period,
            zone=clan.zone,
            members=len(names),
            measured=len(boards[Part.XP].standings),
            total=compared(gained, earlier),
            leaders={part: _first(board)[:LEADERS] for part, board in boards.items()},
            tied={part: _tied(_first(board)) for part, board in boards.items()},
            improved=tuple(
                most_improved(
                    gained, {one: value // _USUAL_PERIODS for one, value in usual.items() if value}, names
                )[:LEADERS]
            ),
            reached=tuple(_reached(achieved, names, joined, period)),
            drops=tuple(_drops(announced, names)),
            pets=tuple(
                Pet(names[one.member], str(one.detail.get("pet", "")))
                for one in announced
                if one.kind == BroadcastKind.PET and one.member in names
            ),
            bests=tuple(_bests(announced, names)),
            promoted=tuple(
                promoted(
                    (
                        (names[one.member], one.before, one.after)
                        for one in happened
                        if one.kind == RANK_CHANGED and one.member in names
                    ),
                    clan.role_order,
                )
            ),
            welcome=tuple(
                dict.fromkeys(
                    names[one.member]
                    for one in happened
                    if one.kind in {JOINED, RETURNED} and one.member in names
                )
            ),
            renamed=tuple((one.before or "", one.after or "") for one in renames),
            records=asked.records,
            bosses=asked.bosses,
            hour=asked.hour,
            quiet=asked.quiet,
            chart=chart,
            checked_at=boards[Part.XP].checked_at,
            collecting_since=boards[Part.CHAT].collecting_since if Part.CHAT in boards else None,
            parts=parts,
        )

    async def _asked(self, clan: Clan, period: Period, parts: frozenset[Part], here: Present) -> "_Asked":
        """What a clan asks about itself, of what is wanted."""
        questions = self._questions
        records: tuple[Record, ...] = ()
        if Part.RECORDS in parts:
            first, last = (moment.astimezone(clan.zone).date() for moment in (period.start, period.end))
            found = await questions.records(clan, here)
            records = tuple(one for one in found.records if one.is_news(first, last - timedelta(days=1)))
        return _Asked(
            records,
            (await questions.bosses(clan, period, here))[:LEADERS] if Part.BOSS in parts else (),
            await questions.favourite_hour(clan, period) if Part.HOUR in parts else None,
            await questions.quietest_killer(clan, period, here) if Part.QUIET in parts else None,
        )

    async def _gained(
        self,
        session: AsyncSession,
        clan: Clan,
        period: Period,
        ids: Mapping[str, MetricId],
        members: Collection[MemberId],
    ) -> dict[MemberId, int | None]:
        """What these members gained of XP, of whom it is of this period alone: see :func:`is_read_near`."""
        if OVERALL.key not in ids:
            return {}
        ends = group_ends(await gains.readings(session, clan.id, [ids[OVERALL.key]], period))
        spans = {member: span_of(of, period) for (member, _), of in ends.items() if member in members}
        return {
            member: covering_gain(*span)
            for member, span in spans.items()
            if is_read_near(span, period.start, period.end)
        }

    async def _chart(
        self, session: AsyncSession, clan: Clan, period: Period, ids: Mapping[str, MetricId], here: Present
    ) -> tuple[DayPoint, ...]:
        """XP and messages of the whole clan by day, each member's from when they joined on.

        None is unknown: XP of a day in which nobody was measured, messages of one that was not heard
        throughout, or of a clan in which nobody's are known.
        """
        days = days_of(period, clan.zone)
        people = await people_of(session, clan.id, here)
        xp = await read_xp(session, clan.id, ids.get(OVERALL.key), period.start, period.end)
        said = await talk.by_day(session, clan.id, people, offsets(clan.zone, period.start, period.end))
        linked = await links.linked_members(session, clan.id)
        spans = [
            (one.start, one.end) for one in await cursors.covered(session, clan.id, period.start, period.end)
        ]
        # Thousands of numbers: others have their turn meanwhile.
        gained = await asyncio.to_thread(_gained_by_day, xp, people, days)
        points: list[DayPoint] = []
        for number, (day, start, end) in enumerate(days):
            there = [member for member, since in people.items() if since is None or since < end]
            # Of who is nobody's in Discord nobody knows that they wrote nothing.
            messages = sum_known(
                said.get(member, {}).get(day_number(day), 0 if member in linked else None) for member in there
            )
            heard = heard_throughout(spans, start, end)
            points.append(DayPoint(day, gained[number], messages if heard else None))
        return tuple(points)


def _gained_by_day(
    xp: Mapping[MemberId, Sequence[Holding]], people: People, days: Sequence[Day]
) -> list[int | None]:
    each = [gained_in_clan(readings_of(xp.get(member, ())), since, days) for member, since in people.items()]
    return [sum_known(one[number] for one in each) for number in range(len(days))]


def _long_before(period: Period) -> Period:
    """As many periods of the same length right before it as make what is usual."""
    start = period.start - _USUAL_PERIODS * (period.end - period.start)
    return Period("before", PeriodKind.CALENDAR, start, period.start)


def _first(board: Board) -> tuple[Leader, ...]:
    """The order of a board. Who was measured from later on has no medal, and is none of them."""

    def is_whole(entry: Entry) -> bool:
        return entry.measured_from is None and bool(entry.value)

    return tuple(
        Leader(row.place, row.entry.name, row.entry.value or 0)
        for row in board.standings
        if is_whole(row.entry)
    )


def _tied(ordered: Sequence[Leader]) -> int:
    """How many share the place of the last one who is named, besides those who are."""
    told = ordered[:LEADERS]
    return sum(1 for one in ordered[LEADERS:] if one.place == told[-1].place)


def _reached(
    achieved: Sequence[Achieved],
    names: Mapping[MemberId, str],
    joined: Mapping[MemberId, datetime | None],
    period: Period,
) -> Iterator[Reached]:
    """What members reached in the period since they joined, so far as that is known, each thing once.

    Two profiles' times of one thing are no further apart than WOM may be late: what one of them reached
    before the period is not of it.
    """
    dated = [one for one in achieved if timedelta(milliseconds=one.accuracy_ms) <= _LATEST]
    for one, *_ in by_thing(dated):
        since = joined.get(one.member)
        if one.member in names and one.at >= period.start and (since is None or since <= one.at):
            yield Reached(names[one.member], metric(one.metric), one.threshold, one.name)


def _drops(announced: Sequence[Announced], names: Mapping[MemberId, str]) -> list[Dropped]:
    """The most valuable first; what the game names without a value comes before: raids' special loot."""
    found = [
        Dropped(names[one.member], str(one.detail.get("item", "")), one.detail.get("coins"))
        for one in announced
        if one.kind in {BroadcastKind.DROP, BroadcastKind.RAID_LOOT} and one.member in names
    ]
    return sorted(found, key=lambda one: (one.coins is not None, -(one.coins or 0), one.name.casefold()))


def _bests(announced: Sequence[Announced], names: Mapping[MemberId, str]) -> list[Best]:
    """The last one of each member, boss and team size: alone and with others are times of their own."""
    found: dict[tuple[MemberId, str, int | None], Best] = {}
    for one in announced:
        if one.kind == BroadcastKind.PERSONAL_BEST and one.member in names:
            boss, team_size = str(one.detail["boss"]), one.detail.get("team_size")
            time = int(one.detail["centiseconds"])
            found[one.member, boss, team_size] = Best(names[one.member], boss, time, team_size)
    return sorted(found.values(), key=lambda one: (one.boss.casefold(), one.team_size or 0, one.centiseconds))
