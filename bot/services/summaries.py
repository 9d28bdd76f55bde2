"""A clan's week or month, read from the same questions that commands ask."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.achievements import by_thing
from bot.domain.activity import quarter_of
from bot.domain.as_of import JOINED, RANK_CHANGED, RENAMED, RETURNED
from bot.domain.broadcasts import BroadcastKind
from bot.domain.cards import DayPoint
from bot.domain.clans import Clan
from bot.domain.coverage import heard_throughout
from bot.domain.ids import MemberId, MetricId
from bot.domain.leaderboards import Board, Entry
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
from bot.domain.periods import Period, PeriodKind, days_of
from bot.domain.questions import BossTotal, FavouriteHour, QuietKiller
from bot.domain.records import Record
from bot.domain.schedules import Cadence, Part, Slot, period_before, period_of
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
from bot.services.leaderboards import Leaderboards
from bot.services.measured import entry_of, group_ends
from bot.services.questions import Questions
from bot.services.rosters import Present, people_of, present_at
from bot.services.statistics import Statistics
from bot.services.together import together
from db.queries import cursors, events, gains, reports
from db.queries.events import Achieved, Announced
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
                earlier = await self._gained(
                    session, clan, previous, ids, {one: names[one] for one in stayed}
                )
                usual = await self._gained(session, clan, _long_before(period), ids, names)
                happened = await events.news(session, clan.id, period.start, period.end)
                achieved = await events.achieved(session, clan.id, period.start - _LATEST, period.end)
                joined = await people_of(session, clan.id, here)
                announced = await events.announced(session, clan.id, _ANNOUNCED, period.start, period.end)
                chart = await self._chart(session, clan, period, ids, names)
        gained, asked = _full(boards[Part.XP]), wanted.result()
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
        names: Mapping[MemberId, str],
    ) -> dict[MemberId, int | None]:
        """These members' gains of XP, of whom they cover the whole period."""
        if OVERALL.key not in ids:
            return {}
        ends = group_ends(await gains.readings(session, clan.id, [ids[OVERALL.key]], period))
        found = (
            entry_of(member, name, OVERALL, ends.get((member, ids[OVERALL.key])), period)
            for member, name in names.items()
        )
        return {one.member: one.value for one in found if one.measured_from is None}

    async def _chart(
        self,
        session: AsyncSession,
        clan: Clan,
        period: Period,
        ids: Mapping[str, MetricId],
        names: Mapping[MemberId, str],
    ) -> tuple[DayPoint, ...]:
        """XP and messages of the whole clan by day; of a day that was not heard throughout, no messages."""
        days = days_of(period, clan.zone)
        slots = [(quarter_of(start), quarter_of(end)) for _, start, end in days]
        said = await reports.messages_in_slots(session, clan.id, slots)
        spans = [
            (one.start, one.end) for one in await cursors.covered(session, clan.id, period.start, period.end)
        ]
        points: list[DayPoint] = []
        for number, (date, start, end) in enumerate(days):
            one_day = Period(date.isoformat(), PeriodKind.CALENDAR, start, end)
            gained = await self._gained(session, clan, one_day, ids, names)
            known = [value for value in gained.values() if value is not None]
            messages = sum(said.get(member, {}).get(number, 0) for member in names)
            heard = heard_throughout(spans, start, end)
            points.append(DayPoint(date, sum(known) if known else None, messages if heard else None))
        return tuple(points)


def _long_before(period: Period) -> Period:
    """As many periods of the same length right before it as make what is usual."""
    start = period.start - _USUAL_PERIODS * (period.end - period.start)
    return Period("before", PeriodKind.CALENDAR, start, period.start)


def _full(board: Board) -> dict[MemberId, int | None]:
    """The gains that cover the whole period."""
    return {row.entry.member: row.entry.value for row in board.standings if row.entry.measured_from is None}


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
