"""Leaderboards of what no reading holds: raids, different bosses, the clan's score, streaks."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.clans import Clan
from bot.domain.coverage import Observed
from bot.domain.gains import partial_from
from bot.domain.ids import MemberId, MetricId
from bot.domain.leaderboards import Board, Entry
from bot.domain.local_days import known_days, offsets
from bot.domain.metrics import (
    BOSSES,
    CHAT_STREAK,
    DIVERSITY,
    OVERALL,
    RAID_KEYS,
    RAIDS,
    SCORE,
    XP_STREAK,
    Metric,
    MetricKind,
    metric,
)
from bot.domain.periods import Period, PeriodKind, days_of, midnight
from bot.domain.questions import USUAL_WEIGHTS, WEIGHED, scored
from bot.services.measured import Key, board_of, entry_of, group_ends, span_of, value_of
from bot.services.rosters import AsOf, present
from bot.services.said import Said, is_heard
from bot.services.statistics import Statistics
from db.queries import bosses, cursors, gains, links, talk, weights, xp_days
from db.queries.gains import Ends
from db.session import Database

Top = Callable[[Clan, Metric, Period, AsOf], Awaitable[Board]]
STREAKS_OF = timedelta(days=365)
"""Streaks are looked for in the last so many days of a longer period."""


class Derived:
    """Makes them."""

    def __init__(self, database: Database, statistics: Statistics) -> None:
        self._database = database
        self._statistics = statistics

    async def top(self, clan: Clan, of: Metric, period: Period, as_of: AsOf, top: Top) -> Board:
        """The leaderboard of a derived metric; ``top`` makes those of others."""
        if of.key == SCORE.key:
            return await self._score(clan, period, as_of, top)
        if of.key == RAIDS.key:
            return await self._raids(clan, period, as_of)
        if of.key == DIVERSITY.key:
            return await self._diversity(clan, period, as_of)
        if of.key == CHAT_STREAK.key:
            return await self._chat_streak(clan, period, as_of)
        return await self._xp_streak(clan, period, as_of)

    async def weights(self, clan: Clan) -> Mapping[str, int]:
        """What the clan's score is made of, by metric key, in the order of :data:`WEIGHED`."""
        async with self._database.read() as session:
            chosen = await weights.weights(session, clan.id) or USUAL_WEIGHTS
        return {one.key: chosen.get(one.key, 0) for one in WEIGHED}

    async def _score(self, clan: Clan, period: Period, as_of: AsOf, top: Top) -> Board:
        chosen = await self.weights(clan)
        boards = {
            key: await top(clan, metric(key), period, as_of) for key, weight in chosen.items() if weight > 0
        }
        async with self._database.read() as session:
            names = (await present(session, clan.id, as_of)).names
        entries = {key: [row.entry for row in board.standings] for key, board in boards.items()}
        checked = [board.checked_at for board in boards.values() if board.checked_at is not None]
        oldest = [board.oldest_check for board in boards.values() if board.oldest_check is not None]
        board = board_of(clan, SCORE, period, scored(entries, chosen, names), checked + oldest)
        return replace(board, weights=chosen)

    async def _raids(self, clan: Clan, period: Period, as_of: AsOf) -> Board:
        """Of who was never ranked in any raid it is not known how many they did."""
        known = await self._statistics.metric_ids()
        ids = {known[key]: metric(key) for key in RAID_KEYS if key in known}
        async with self._database.read() as session:
            names = (await present(session, clan.id, as_of)).names
            ends = group_ends(await gains.readings(session, clan.id, list(ids), period)) if ids else {}
        entries = [_together(member, name, ids, ends, period) for member, name in names.items()]
        return board_of(clan, RAIDS, period, entries, _checks(ends, entries))

    async def _diversity(self, clan: Clan, period: Period, as_of: AsOf) -> Board:
        known = await self._statistics.metric_ids()
        ids = await self.boss_ids()
        async with self._database.read() as session:
            names = (await present(session, clan.id, as_of)).names
            found = await bosses.diversity(session, clan.id, list(names), list(ids), period)
            overall = [known[OVERALL.key]] if OVERALL.key in known else []
            ends = group_ends(await gains.readings(session, clan.id, overall, period)) if overall else {}
        entries: list[Entry] = []
        for member, name in names.items():
            killed = found.get(member)
            of = [] if killed is None else ends.get((member, overall[0]), [])
            entries.append(
                Entry(member, name, killed, entry_of(member, name, OVERALL, of, period).measured_from)
            )
        return board_of(clan, DIVERSITY, period, entries, _checks(ends, entries))

    async def boss_ids(self) -> dict[MetricId, Metric]:
        """Every boss that was ever seen, also those that this program does not know."""
        known = await self._statistics.metric_ids()
        seen = [one for one in await self._statistics.metrics_seen() if one.kind is MetricKind.BOSS]
        keys = dict.fromkeys([one.key for one in BOSSES] + [one.key for one in seen])
        return {known[key]: metric(key, MetricKind.BOSS) for key in keys if key in known}

    async def _chat_streak(self, clan: Clan, period: Period, as_of: AsOf) -> Board:
        """Who was not heard has none only where :class:`bot.services.said.Said` knows of their silence."""
        period = streak_period(period)
        async with self._database.read() as session:
            names = (await present(session, clan.id, as_of)).names
            spans = await cursors.covered(session, clan.id, period.start, period.end)
            listened = [Observed(one.start, one.end) for one in spans]
            days = days_of(period, clan.zone)
            whole = [
                start == midnight(day, clan.zone) and end == midnight(day + timedelta(days=1), clan.zone)
                for day, start, end in days
            ]
            found = await talk.streaks(
                session,
                clan.id,
                dict.fromkeys(names),
                offsets(clan.zone, period.start, period.end),
                known_days(days, listened, whole),
            )
            linked = await links.linked_members(session, clan.id)
        said = Said(found, spans, linked, is_heard(spans, period))
        entries = [Entry(member, name, said.of(member)) for member, name in names.items()]
        checked = [min(span.end, period.end) for span in spans]
        first = said.observed_since
        since = first if first and first > period.start else None
        board = board_of(clan, CHAT_STREAK, period, entries, checked, since=since)
        return replace(board, heard_whole=said.is_whole)

    async def _xp_streak(self, clan: Clan, period: Period, as_of: AsOf) -> Board:
        known = await self._statistics.metric_ids()
        period = streak_period(period)
        async with self._database.read() as session:
            names = (await present(session, clan.id, as_of)).names
            if OVERALL.key not in known:
                return board_of(clan, XP_STREAK, period, [Entry(*one, None) for one in names.items()], [])
            overall = known[OVERALL.key]
            found = await xp_days.streaks(
                session,
                clan.id,
                dict.fromkeys(names),
                overall,
                period.start,
                period.end,
                offsets(clan.zone, period.start, period.end),
            )
            ends = group_ends(await gains.readings(session, clan.id, [overall], period))
        entries = [Entry(member, name, found.get(member)) for member, name in names.items()]
        return board_of(clan, XP_STREAK, period, entries, _checks(ends, entries))


def streak_period(period: Period) -> Period:
    """The last year of a longer period."""
    start = max(period.start, period.end - STREAKS_OF)
    return Period(period.code, period.kind, start, period.end)


def _together(
    member: MemberId,
    name: str,
    ids: Mapping[MetricId, Metric],
    ends: Mapping[Key, Sequence[Ends]],
    period: Period,
) -> Entry:
    """The sum of what is known of several metrics; one that is unranked adds nothing."""
    values = [value_of(of, ends.get((member, id_)), period) for id_, of in ids.items()]
    known = [value for value in values if value is not None]
    of = next((ends[(member, id_)] for id_ in ids if (member, id_) in ends), None)
    if not known or not of or period.kind is PeriodKind.TOTAL:
        return Entry(member, name, sum(known) if known else None)
    return Entry(member, name, sum(known), partial_from(period.start, span_of(of, period).first.at))


def _checks(ends: Mapping[Key, Sequence[Ends]], entries: Iterable[Entry]) -> list[datetime]:
    """When WOM last looked at each member who has a figure."""
    placed = {one.member for one in entries if one.value is not None}
    last: dict[MemberId, datetime] = {}
    for (member, _), of in ends.items():
        if member in placed:
            last[member] = max(end.last_at for end in of)
    return list(last.values())
