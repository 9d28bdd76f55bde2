"""What charts of a clan and of a member's gains show, from the questions that reports and boards ask."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from bot.domain.activity import past_quarter, quarter_of
from bot.domain.clan_charts import Ranked, Spot, TrendWeek, by_weekday_and_hour, outliers
from bot.domain.clan_days import sum_known
from bot.domain.clans import Clan
from bot.domain.coverage import heard_throughout
from bot.domain.ids import MemberId, MetricId
from bot.domain.metrics import MESSAGES, OVERALL, SKILLS, Metric, MetricKind
from bot.domain.periods import Period, PeriodKind, midnight
from bot.domain.rules.facts import HOLE
from bot.services.clock import Clock
from bot.services.leaderboards import Leaderboards
from bot.services.measured import entry_of, group_ends
from bot.services.rosters import people_at, present_at
from bot.services.statistics import Statistics
from bot.services.together import together
from db.queries import charts, cursors, gains, links, members, reports
from db.queries.cursors import CoveredSpan
from db.queries.gains import Ends
from db.session import Database

WEEKS: Final = 12
_DAYS_A_WEEK: Final = 7
_TENURES: Final = (("under a month", 30), ("1–3 months", 91), ("3–12 months", 365), ("1–2 years", 730))


class ClanCharts:
    """Reads it."""

    def __init__(
        self, database: Database, statistics: Statistics, leaderboards: Leaderboards, clock: Clock
    ) -> None:
        self._database = database
        self._statistics = statistics
        self._leaderboards = leaderboards
        self._clock = clock

    async def gains_of(self, clan: Clan, member: MemberId, period: Period, kind: MetricKind) -> list[Ranked]:
        """A member's gains of skills, or of bosses, the largest first; what was not gained is left out."""
        measured = await self._metrics(kind)
        async with self._database.read() as session:
            ends = group_ends(await gains.readings_of(session, clan.id, list(measured), period, member))
        entries = (
            entry_of(member, one.name, one, ends.get((member, id_)), period) for id_, one in measured.items()
        )
        found = [Ranked(one.name, one.value, one.is_partial) for one in entries if one.value]
        return sorted(found, key=lambda one: (-one.value, one.name))

    async def _metrics(self, kind: MetricKind) -> dict[MetricId, Metric]:
        """Skills without their sum, or every boss that was ever seen."""
        if kind is MetricKind.BOSS:
            return await self._leaderboards.derived.boss_ids()
        known = await self._statistics.metric_ids()
        return {known[one.key]: one for one in SKILLS if one.key in known}

    async def hours(self, clan: Clan, period: Period) -> list[list[int | None]]:
        """Messages of everybody by weekday and hour of the clan's time zone; None was not observed."""
        async with self._database.read() as session:
            spans = await cursors.covered(session, clan.id, period.start, period.end)
            heard = [(max(one.start, period.start), min(one.end, period.end)) for one in spans]
            said = await charts.messages_by_quarter(
                session, clan.id, quarter_of(period.start), past_quarter(period.end)
            )
        # Of some years that are a hundred thousand quarters of an hour: others have their turn meanwhile.
        return await asyncio.to_thread(by_weekday_and_hour, said, joined_spans(heard), clan.zone)

    async def quadrants(self, clan: Clan, period: Period) -> list[Spot]:
        """XP and messages of everybody of whom both are known."""
        xp = await self._leaderboards.top(clan, OVERALL, period)
        said = await self._leaderboards.top(clan, MESSAGES, period)
        wrote = {row.entry.member: row.entry.value or 0 for row in said.standings}
        return outliers(
            [
                Spot(row.entry.name, wrote[row.entry.member], row.entry.value or 0)
                for row in xp.standings
                if row.entry.member in wrote
            ]
        )

    async def trend(self, clan: Clan) -> list[TrendWeek]:
        """The last weeks, Monday to Sunday, of those who were members at the end of each.

        A week's XP is the sum of what each gained from the reading before it to the last one in it,
        so that it is counted once, in the week in which WOM looked, and never jumps with the roster:
        what was read before somebody joined, or came back, is none of it.
        Messages of a week that was not listened to throughout, all but an hour of a day, are unknown;
        so are those of a clan of whom nobody was heard and nobody is anybody's in Discord.
        """
        today = self._clock().astimezone(clan.zone).date()
        monday = today - timedelta(days=today.weekday())
        firsts = [monday - timedelta(weeks=back) for back in range(WEEKS, -1, -1)]
        starts = [midnight(first, clan.zone) for first in firsts]
        weeks = list(pairwise(starts))
        known = await self._statistics.metric_ids()
        overall = known.get(OVERALL.key)
        # One looks for readings while the other adds up messages.
        async with together() as group:
            chat = group.create_task(self._chat(clan, weeks))
            async with self._database.read() as session:
                rosters = await present_at(session, clan.id, [end for _, end in weeks])
                people = await people_at(session, clan.id, rosters)
                read: list[list[Ends]] = [[] for _ in weeks]
                if overall is not None:
                    read = await gains.readings_in_slots(session, clan.id, overall, weeks, people)
        spans, said, linked = chat.result()
        listened = [(one.start, one.end) for one in spans]
        return [
            _trend_week(
                firsts[number],
                weeks[number],
                rosters[number].names,
                read[number],
                [
                    said.get(member, {}).get(number, 0 if member in linked else None)
                    for member in rosters[number].names
                ],
                heard=heard_throughout(listened, *weeks[number], but=HOLE * _DAYS_A_WEEK),
            )
            for number in range(WEEKS)
        ]

    async def _chat(
        self, clan: Clan, weeks: Sequence[tuple[datetime, datetime]]
    ) -> tuple[Sequence[CoveredSpan], Mapping[MemberId, Mapping[int, int]], Collection[MemberId]]:
        """What was listened to in all of the weeks, everybody's messages by week, and who is linked."""
        async with self._database.read() as session:
            slots = [(quarter_of(start), quarter_of(end)) for start, end in weeks]
            return (
                await cursors.covered(session, clan.id, weeks[0][0], weeks[-1][1]),
                await reports.messages_in_slots(session, clan.id, slots),
                await links.linked_members(session, clan.id),
            )

    async def ranks(self, clan: Clan) -> list[tuple[str | None, int]]:
        """How many members hold each of WOM's roles, in the clan's order; None is none."""
        async with self._database.read() as session:
            held = [one.wom_role for one in await members.current_members(session, clan.id)]
        order = {role: place for place, role in enumerate(clan.role_order)}
        roles = sorted(set(held), key=lambda role: (order.get(role or "", len(order)), role or ""))
        return [(role, held.count(role)) for role in roles]

    async def tenures(self, clan: Clan) -> list[Ranked]:
        """How many members are in the clan for how long; who joined when nobody knows is apart."""
        now = self._clock()
        async with self._database.read() as session:
            joined = [one.joined_at for one in await members.current_members(session, clan.id)]
        days = [(now - at).days for at in joined if at is not None]
        found: list[Ranked] = []
        low = 0
        for name, high in _TENURES:
            found.append(Ranked(name, sum(1 for one in days if low <= one < high)))
            low = high
        found.append(Ranked("over 2 years", sum(1 for one in days if one >= low)))
        unknown = len(joined) - len(days)
        return [*found, *([Ranked("not known", unknown)] if unknown else [])]


def joined_spans(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans of several channels as one after the other."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _week(start: datetime, end: datetime) -> Period:
    return Period("week", PeriodKind.CALENDAR, start, end)


def _trend_week(
    first: date,
    week: tuple[datetime, datetime],
    names: Mapping[MemberId, str],
    read: Sequence[Ends],
    said: Sequence[int | None],
    *,
    heard: bool,
) -> TrendWeek:
    """One week; ``said`` are its members' messages, which count where it was ``heard``."""
    start, end = week
    ends = {member: of for (member, _), of in group_ends(read).items()}
    values = (
        entry_of(member, name, OVERALL, ends.get(member), _week(start, end)).value
        for member, name in names.items()
    )
    gained = [value for value in values if value is not None]
    return TrendWeek(first, sum_known(gained), sum_known(said) if heard else None, len(gained))
