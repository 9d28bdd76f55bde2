"""What a clan asks about itself, answered for one period: see :mod:`bot.domain.questions`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Final

from dateutil.relativedelta import relativedelta

from bot.domain.clans import Clan
from bot.domain.coverage import Observed
from bot.domain.ids import MemberId, UserId
from bot.domain.leaderboards import Board
from bot.domain.local_days import date_of, day_number, hours_observed, offsets
from bot.domain.metrics import (
    BOSS_KILLS,
    CHAT_STREAK,
    DIVERSITY,
    MESSAGES,
    OVERALL,
    RAIDS,
    SCORE,
    SKILLS,
    XP_99,
    XP_STREAK,
    Metric,
)
from bot.domain.periods import Period, midnight
from bot.domain.questions import (
    WEIGHED,
    Answers,
    BossTotal,
    FavouriteHour,
    QuietKiller,
    SkillNines,
    favourite_hour,
    quietest_killer,
    ranked_bosses,
)
from bot.domain.records import (
    MEASURED,
    ClanRecords,
    Record,
    RecordSpan,
    Slots,
    boundaries,
    slots_before,
)
from bot.services.clock import Clock
from bot.services.leaderboards import Leaderboards
from bot.services.rosters import AsOf, people_of, present
from bot.services.said import is_heard
from bot.services.statistics import Statistics
from bot.services.together import together
from db.queries import bosses, clans, cursors, links, records, talk, weights
from db.queries.records import Best
from db.queries.talk import People
from db.session import Database

_SPANS: Final = tuple(RecordSpan)


class Questions:
    """Answers."""

    def __init__(
        self, database: Database, statistics: Statistics, leaderboards: Leaderboards, clock: Clock
    ) -> None:
        self._database = database
        self._statistics = statistics
        self._leaderboards = leaderboards
        self._clock = clock

    async def answers(self, clan: Clan, period: Period, as_of: AsOf = None) -> Answers:
        """Everything, of those who are members now, or were at a moment, by the names of then."""
        async with self._database.read() as session:
            here = await present(session, clan.id, as_of)
            spans = await cursors.covered(session, clan.id, period.start, period.end)
        async with together() as group:
            records = group.create_task(self.records(clan, here))
            xp, kills, chat, score, raids, diversity, chat_streak, xp_streak = [
                await self._leaderboards.top(clan, one, period, here)
                for one in (
                    OVERALL, BOSS_KILLS, MESSAGES, SCORE, RAIDS, DIVERSITY, CHAT_STREAK, XP_STREAK,
                )
            ]  # fmt: skip
            quiet = await self._quietest(clan, period, here, kills, chat)
            hour = await self.favourite_hour(clan, period)
            ranked = await self.bosses(clan, period, here)
            nines = await self.nines(clan, period, here)
        return Answers(
            clan=clan.id,
            clan_name=clan.name,
            zone=clan.zone,
            period=period,
            members=len(here.names),
            xp=xp,
            kills=kills,
            chat=chat,
            score=score,
            raids=raids,
            diversity=diversity,
            chat_streak=chat_streak,
            xp_streak=xp_streak,
            weights=await self._leaderboards.derived.weights(clan),
            quietest_killer=quiet,
            favourite_hour=hour,
            bosses=ranked,
            nines=nines,
            records=records.result(),
            heard_whole=is_heard(spans, period),
            checked_at=xp.checked_at,
        )

    async def quietest_killer(self, clan: Clan, period: Period, as_of: AsOf = None) -> QuietKiller | None:
        """See :func:`bot.domain.questions.quietest_killer`; None where not all was listened to."""
        kills = await self._leaderboards.top(clan, BOSS_KILLS, period, as_of)
        chat = await self._leaderboards.top(clan, MESSAGES, period, as_of)
        return await self._quietest(clan, period, as_of, kills, chat)

    async def _quietest(
        self, clan: Clan, period: Period, as_of: AsOf, kills: Board, chat: Board
    ) -> QuietKiller | None:
        async with self._database.read() as session:
            names = (await present(session, clan.id, as_of)).names
            linked = await links.linked_members(session, clan.id)
            spans = await cursors.covered(session, clan.id, period.start, period.end)
        if not is_heard(spans, period):
            return None
        known = linked & names.keys()
        return quietest_killer(_figures(kills), _figures(chat), known, names)

    async def favourite_hour(self, clan: Clan, period: Period) -> FavouriteHour | None:
        """When most is written, in the clan's time zone; None where nothing was."""
        async with self._database.read() as session:
            spans = await cursors.covered(session, clan.id, period.start, period.end)
            if not spans:
                return None
            start = max(period.start, min(one.start for one in spans))
            shifts = offsets(clan.zone, start, period.end)
            said = await talk.by_hour(session, clan.id, shifts)
        listened = [Observed(max(one.start, start), min(one.end, period.end)) for one in spans]
        return favourite_hour([said.get(hour, 0) for hour in range(24)], hours_observed(listened, shifts))

    async def bosses(self, clan: Clan, period: Period, as_of: AsOf = None) -> tuple[BossTotal, ...]:
        """What the members killed while they were in the clan, the most first."""
        ids = await self._leaderboards.derived.boss_ids()
        async with self._database.read() as session:
            people = await people_of(session, clan.id, await present(session, clan.id, as_of))
            found = await bosses.kills(session, clan.id, people, list(ids), period)
        return ranked_bosses({ids[id_].key: (ids[id_], number, did) for id_, (number, did) in found.items()})

    async def nines(self, clan: Clan, period: Period, as_of: AsOf = None) -> tuple[SkillNines, ...]:
        """How many members have level 99 in each skill, as of the period's end, in WOM's order."""
        known = await self._statistics.metric_ids()
        ids = {known[one.key]: one for one in SKILLS if one.key in known}
        async with self._database.read() as session:
            names = (await present(session, clan.id, as_of)).names
            found = await bosses.reached(session, clan.id, list(names), list(ids), XP_99, period)
        return tuple(SkillNines(one, *found[id_]) for id_, one in ids.items() if id_ in found)

    async def records(self, clan: Clan, as_of: AsOf = None) -> ClanRecords:
        """The best days, weeks and months of the last year that are over."""
        async with self._database.read() as session:
            here = await present(session, clan.id, as_of)
            slots = slots_before(here.at or self._clock(), clan.zone)
            names, people = here.names, await people_of(session, clan.id, here)
            start, end = midnight(slots.days[0], clan.zone), midnight(slots.days[-1], clan.zone)
            spans = await cursors.covered(session, clan.id, start, end)
        async with together() as group:
            gained = group.create_task(self._best_gains(clan, slots, people))
            said = await self._best_talk(clan, slots, people) if spans else []

        def days(span: RecordSpan, slot: int) -> tuple[date, date]:
            return slots.of(span)[slot], slots.of(span)[slot + 1] - timedelta(days=1)

        found = [
            *_records(gained.result(), MEASURED, days, names),
            *_records(said, [MESSAGES], _days_of_talk, names),
        ]
        return ClanRecords(
            clan_name=clan.name,
            zone=clan.zone,
            since=slots.days[0],
            records=tuple(found),
            members=len(names),
            checked_at=clan.polled_at,
            heard_since=max(start, min(one.start for one in spans)) if spans else None,
        )

    async def _best_gains(self, clan: Clan, slots: Slots, people: People) -> list[Best]:
        known = await self._statistics.metric_ids()
        if any(one.key not in known for one in MEASURED):
            return []
        ids = [known[one.key] for one in MEASURED]
        async with self._database.read() as session:
            return await records.best_gains(session, clan.id, people, ids, boundaries(slots, clan.zone))

    async def _best_talk(self, clan: Clan, slots: Slots, people: People) -> list[Best]:
        start, end = midnight(slots.days[0], clan.zone), midnight(slots.days[-1], clan.zone)
        shifts = offsets(clan.zone, start, end)
        firsts = [day_number(day) for day in slots.months]
        months = list(pairwise(firsts))
        monday = day_number(slots.weeks[-1])
        async with self._database.read() as session:
            return await records.best_talk(session, clan.id, people, shifts, months, monday)

    async def choose_weights(self, clan: Clan, chosen: Mapping[str, int], by: UserId) -> None:
        """What the clan's score is made of from now on."""
        kept = {one.key: chosen[one.key] for one in WEIGHED if one.key in chosen}
        async with self._database.write() as session:
            await weights.save_weights(session, clan.id, kept)
            detail = {"clan_id": clan.id, "post": "score", **{key: str(one) for key, one in kept.items()}}
            await clans.add_audit_entry(session, clan.guild, by, "posts_changed", detail, self._clock())


def _figures(board: Board) -> dict[MemberId, int | None]:
    """The figures that cover the whole period."""
    return {row.entry.member: row.entry.value for row in board.standings if row.entry.measured_from is None}


def _records(
    found: Sequence[Best],
    of: Sequence[Metric],
    days: Callable[[RecordSpan, int], tuple[date, date]],
    names: Mapping[MemberId, str],
) -> list[Record]:
    """Each span's and metric's record; ``days`` are the first and the last of a slot."""
    made: list[Record] = []
    for (span, number), same in groupby(found, key=lambda one: (one.span, one.metric)):
        best = list(same)
        first, last = days(_SPANS[span], best[0].slot)
        since, _ = days(_SPANS[span], best[0].since)
        holders = tuple(names[one.member] for one in best)
        others = best[0].shared - len(best)
        made.append(Record(_SPANS[span], of[number], best[0].value, first, last, holders, others, since))
    return made


def _days_of_talk(span: RecordSpan, slot: int) -> tuple[date, date]:
    first = date_of(slot)
    if span is RecordSpan.MONTH:
        return first, first + relativedelta(months=1, days=-1)
    return first, first + timedelta(days=0 if span is RecordSpan.DAY else 6)
