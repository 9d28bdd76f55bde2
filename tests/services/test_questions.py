"""A clan's questions: each answer against one worked out by hand, reading by reading and day by day."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.domain.ids import UserId
from bot.domain.leaderboards import Board
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
    metric,
)
from bot.domain.periods import Period, midnight, read_period
from bot.domain.records import RecordSpan
from bot.domain.schedules import Cadence, Part, slot_at
from bot.present.numbers import short
from bot.present.summary import summary_page
from bot.services.questions import Questions
from bot.services.summaries import Summaries
from db.queries import members, snapshots
from db.queries.snapshots import Seen
from db.session import Database
from tests.services.hearing import NOW
from tests.services.laid import METRICS, Laid, game, lay

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANN, BOB, CAT, DEE = 1, 2, 3, 4
AFTER_THE_WEEK = datetime(2026, 1, 25, 23, 5, tzinfo=UTC)
"""Five minutes after last week ended in Amsterdam."""
NAMES = {ANN: "Ann", BOB: "Bob", CAT: "Cat", DEE: "Dee"}
COX, TOB = metric("chambers_of_xeric"), metric("theatre_of_blood_hard_mode")
ZULRAH, VORKATH = metric("zulrah"), metric("vorkath")
SEEN = (*METRICS, COX, TOB, ZULRAH, VORKATH)
Readings = dict[int, list[tuple[datetime, dict[Metric, int | None]]]]


def questions_of(laid: Laid) -> Questions:
    return Questions(laid.database, laid.statistics, laid.leaderboards, laid.clock)


def shown(board: Board) -> dict[str, int | None]:
    """The figures by name; who has none is None."""
    found: dict[str, int | None] = {row.entry.name: row.entry.value for row in board.standings}
    return found | dict.fromkeys(board.unmeasured)


@dataclass
class Made:
    """A clan with random readings and messages, and what they were."""

    laid: Laid
    readings: Readings = field(default_factory=lambda: defaultdict(list))
    said: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    joined: datetime = NOW - 200 * DAY

    async def live(self, dice: random.Random) -> None:
        """Ann joined lately, Dee was never looked at; the clocks change twice meanwhile."""
        for number, name in NAMES.items():
            since = {"joined_at": self.joined if number == ANN else None, "created_at": NOW - 400 * DAY}
            await self.laid.member(number, name, number, **since)
        await self.laid.hold(*((number, name, None, None) for number, name in NAMES.items()))
        have = {who: dict.fromkeys(SEEN, 13_000_000) for who in (ANN, BOB, CAT)}
        moment = NOW - 380 * DAY
        while moment < NOW:
            moment += timedelta(minutes=dice.randrange(200, 4_000))
            seen: list[Seen] = []
            for who, values in have.items():
                for of in SEEN:
                    values[of] += dice.choice((0, 0, 1, 7, 40_000))
                stored: dict[Metric, int | None] = dict(values)
                stored[TOB] = None if who != ANN else values[TOB]
                stored[VORKATH] = None if moment < NOW - 30 * DAY else values[VORKATH]
                self.readings[who].append((moment, stored))
                ids = {self.laid.known[of.key]: value for of, value in stored.items()}
                seen.append(Seen(self.laid.profiles[who], moment, ids))
            async with self.laid.database.write() as session:
                await snapshots.add_snapshots(session, self.laid.id, seen)
        for who in (ANN, BOB):
            days = [number for number in range(370) if dice.random() < 0.8]
            self.said[who] = [
                NOW - number * DAY + dice.randrange(-11, 11) * HOUR
                for number in days
                for _ in range(dice.randrange(1, 4))
            ]
            self.said[who] = [one for one in self.said[who] if one < NOW] + [AFTER_THE_WEEK] * 40
            await self.laid.hear(game(NAMES[who]), self.said[who])
        await self.laid.observe(NOW - 300 * DAY, NOW - 100 * DAY)
        await self.laid.observe(NOW - 90 * DAY, NOW)

    def as_of(self, who: int, moment: datetime, of: Metric) -> tuple[datetime, int | None] | None:
        before = [(at, values[of]) for at, values in self.readings[who] if at <= moment]
        return before[-1] if before else None

    def gained(self, who: int, start: datetime, end: datetime, of: Metric) -> int | None:
        """By the covering rule, from a first reading before the start."""
        first, last = self.as_of(who, start, of), self.as_of(who, end, of)
        if first is None or last is None or first[0] == last[0] or first[1] is None or last[1] is None:
            return None
        return max(0, last[1] - first[1])


async def made(database: Database) -> Made:
    one = Made(await lay(database, "Europe/Amsterdam", SEEN))
    await one.live(random.Random(11))  # noqa: S311 -- the same clan at every run
    return one


def slots_of(span: RecordSpan, today: date) -> list[tuple[date, date]]:
    """The first day of each slot of the last year that is over, and the one after its last."""
    days = [today - number * DAY for number in range(365, -1, -1)]
    if span is RecordSpan.WEEK:
        days = [day for day in days if day.weekday() == 0]
    elif span is RecordSpan.MONTH:
        days = [day for day in days if day.day == 1]
    return list(pairwise(days))


def longest(days: Iterable[bool | None]) -> int:
    """The longest run; None is unknown, and does nothing."""
    best = run = 0
    for did in days:
        run = run if did is None else run + 1 if did else 0
        best = max(best, run)
    return best


@pytest.mark.slow_on_postgres
async def test_records_and_streaks_are_those_of_the_days_that_were_really_read(database: Database) -> None:
    one = await made(database)
    clan = await one.laid.clan()
    zone, today = clan.zone, NOW.astimezone(clan.zone).date()
    found = await questions_of(one.laid).records(clan)
    for span in RecordSpan:
        for of in (OVERALL, BOSS_KILLS, MESSAGES):
            did = [
                (value, first, NAMES[who])
                for first, past in slots_of(span, today)
                for who, value in in_slot(one, of, NEAR[span], midnight(first, zone), midnight(past, zone))
            ]
            most = max(value for value, _, _ in did)
            record = found.best(span, of)
            assert record is not None, (span, of.key)
            assert record.value == most, (span, of.key)
            holders = sorted((first, name) for value, first, name in did if value == most)
            assert record.first == holders[0][0], (span, of.key)
            assert list(record.holders) == [name for first, name in holders if first == record.first], (
                span,
                of.key,
            )
            assert record.others == 0, (span, of.key)
    assert (found.since, found.members) == (today - 365 * DAY, 4)
    assert found.heard_since == NOW - 300 * DAY
    assert found.measured_since == min(
        first
        for first, past in slots_of(RecordSpan.DAY, today)
        for of in (OVERALL, BOSS_KILLS)
        if [*in_slot(one, of, NEAR[RecordSpan.DAY], midnight(first, zone), midnight(past, zone))]
    )
    day = found.best(RecordSpan.DAY, OVERALL)
    assert day is not None
    assert day.is_news(day.first, day.last)
    assert not day.is_news(day.first + DAY, day.first + 7 * DAY), "it is of another week"
    assert not replace(day, since=day.first - 20 * DAY).is_news(day.first, day.last), (
        "too little to compare with"
    )
    week = found.best(RecordSpan.WEEK, OVERALL)
    assert week is not None
    slot = slot_at(Cadence.WEEKLY, week.last + DAY, NOW)
    questions = questions_of(one.laid)
    summaries = Summaries(one.laid.database, one.laid.statistics, one.laid.leaderboards, questions)
    post = summary_page(
        await summaries.of(clan, Cadence.WEEKLY, slot, frozenset({Part.RECORDS})), chart=None
    ).description
    measured = min(
        first
        for first, past in slots_of(RecordSpan.WEEK, today)
        if [*in_slot(one, OVERALL, NEAR[RecordSpan.WEEK], midnight(first, zone), midnight(past, zone))]
    )
    among = f"the best week since {measured.day}\xa0{measured:%b}"
    told = f"🏆 {week.holders[0]}: {short(week.value, 'experience')} XP, {among}"
    assert told in (post or "").splitlines()
    await one.laid.links.claim(clan, UserId(CAT), NAMES[CAT])
    for code in ("365d", "60d", "30d", "17d", "9d", "this-month", "2025-12", "2025-11", "2025-10", "2025-08"):
        period = read_period(code, now=NOW, zone=zone)
        chat = await one.laid.leaderboards.top(clan, CHAT_STREAK, period)
        heard = was_heard(period.start, period.end)
        assert shown(chat) == {
            # Of who was not heard it is known that they wrote nothing where all of it was listened to,
            # and in Discord alone.
            name: longest(days) if True in days or (who == CAT and heard) else None
            for who, name in NAMES.items()
            for days in ([*days_of_talk(one, who, period)],)
        }
        xp = await one.laid.leaderboards.top(clan, XP_STREAK, period)
        assert shown(xp) == {
            name: longest_rise(one.readings[who], period, zone) for who, name in NAMES.items()
        }, code


NEAR = {RecordSpan.DAY: 6 * HOUR, RecordSpan.WEEK: 36 * HOUR, RecordSpan.MONTH: 36 * HOUR}


def in_slot(
    one: Made, of: Metric, near: timedelta, start: datetime, end: datetime
) -> Iterator[tuple[int, int]]:
    """What each member did between two midnights, where that was read or heard."""
    for who in NAMES:
        if who == ANN and start < one.joined:
            continue
        if of is MESSAGES:
            yield who, sum(start <= at < end for at in one.said[who])
            continue
        ends = [(at, one.as_of(who, at, of)) for at in (start, end)]
        if all(reading is not None and at - reading[0] <= near for at, reading in ends):
            yield who, one.gained(who, start, end, of) or 0


def days_of_talk(one: Made, who: int, period: Period) -> Iterator[bool | None]:
    """Whether a member wrote on each day; None where that is not known."""
    zone = ZoneInfo("Europe/Amsterdam")
    wrote = {at.astimezone(zone).date() for at in one.said[who] if period.start <= at < period.end}
    day = period.start.astimezone(zone).date()
    while midnight(day, zone) < period.end:
        heard = (
            was_heard(midnight(day, zone), midnight(day + DAY, zone)) and midnight(day, zone) >= period.start
        )
        yield True if day in wrote else False if heard else None
        day += DAY


def longest_rise(
    readings: Sequence[tuple[datetime, dict[Metric, int | None]]], period: Period, zone: ZoneInfo
) -> int | None:
    """The longest run of days whose last reading shows more than the one of the day read before.

    Before the first of them that is the last reading up to the period's start.
    """
    before = [of[OVERALL] or 0 for at, of in readings if at <= period.start]
    inside = [
        (at.astimezone(zone).date(), of[OVERALL] or 0)
        for at, of in readings
        if period.start < at <= period.end
    ]
    days = [day for day, _ in inside]
    if before and inside:
        return longest(after > value for value, after in pairwise([before[-1], *dict(inside).values()]))
    if len(days) < 2:
        return None
    last = dict(inside)
    values = [inside[0][1], *last.values()]
    rose = [after > before for before, after in pairwise(values)]
    return longest(rose if days.count(days[0]) > 1 else rose[1:])


def was_heard(start: datetime, end: datetime) -> bool:
    """The whole of a time that is over, but for an hour."""
    holes = [(NOW - 999 * DAY, NOW - 300 * DAY), (NOW - 100 * DAY, NOW - 90 * DAY), (NOW, NOW + 2 * DAY)]
    missing = sum((max(timedelta(0), min(end, past) - max(start, low)) for low, past in holes), timedelta(0))
    return missing <= HOUR


async def test_a_streak_begins_with_what_was_gained_since_the_last_reading_before_the_period(
    database: Database,
) -> None:
    laid = await lay(database, "UTC")
    await laid.member(ANN, "Ann", ANN, created_at=NOW - 400 * DAY)
    await laid.hold((ANN, "Ann", None, None))
    noon = NOW.replace(hour=12, minute=0, second=0, microsecond=0) - 20 * DAY
    for number in range(20):
        await laid.see(ANN, noon + number * DAY, {OVERALL: 1_000_000 + 50_000 * number})
    clan = await laid.clan()
    for code, days in (("last-week", 7), ("yesterday", 1), ("30d", 19), ("today", None)):
        board = await laid.leaderboards.top(clan, XP_STREAK, read_period(code, now=NOW, zone=clan.zone))
        assert shown(board) == {"Ann": days}, code


async def test_one_week_is_answered_with_what_is_unknown_kept_apart(database: Database) -> None:
    one = await made(database)
    laid, clan = one.laid, await one.laid.clan()
    week = read_period("last-week", now=NOW, zone=clan.zone)
    answers = await questions_of(laid).answers(clan, week)
    assert answers.quietest_killer is None, "nobody is linked, so nobody is known to be quiet"
    for who in (BOB, CAT):
        await laid.links.claim(clan, UserId(who), NAMES[who])
    answers = await questions_of(laid).answers(clan, week)
    gained = {who: {of: one.gained(who, week.start, week.end, of) for of in SEEN} for who in (ANN, BOB, CAT)}
    raids = {NAMES[who]: (of[COX] or 0) + (of[TOB] or 0) for who, of in gained.items()}
    assert shown(answers.raids) == raids | {"Dee": None}
    bosses = (COX, TOB, ZULRAH, VORKATH)
    assert shown(answers.diversity) == {
        NAMES[who]: sum(bool(of[boss]) for boss in bosses) for who, of in gained.items()
    } | {"Dee": None}
    kills = {boss: sum(of[boss] or 0 for of in gained.values()) for boss in bosses}
    assert {row.metric: row.kills for row in answers.bosses} == {of: n for of, n in kills.items() if n}
    assert {row.metric for row in answers.boss_of_the_period} == {
        of for of, number in kills.items() if number == max(kills.values())
    }
    (nines,) = [row for row in answers.nines if row.metric is SKILLS[0]]
    levels = [one.as_of(who, week.end, SKILLS[0]) for who in (ANN, BOB, CAT)]
    assert (nines.members, nines.known) == (sum(bool(of and (of[1] or 0) >= XP_99) for of in levels), 3)
    assert answers.heard_whole
    quiet = answers.quietest_killer
    assert quiet is not None
    assert (quiet.names, quiet.messages, quiet.considered) == (("Cat",), 0, 2), "Ann and Dee are not linked"
    assert quiet.kills == gained[CAT][BOSS_KILLS]
    by_hour = Counter(
        at.astimezone(clan.zone).hour
        for who in one.said
        for at in one.said[who]
        if week.start <= at < week.end
    )
    hour = answers.favourite_hour
    assert hour is not None
    assert {number for number in by_hour if by_hour[number] == max(by_hour.values())} == set(hour.hours)
    assert hour.by_hour == tuple(by_hour[number] for number in range(24))
    assert answers.chat.standings[0].entry.value == max(
        sum(week.start <= at < week.end for at in said) for said in one.said.values()
    )
    assert shown(answers.score)["Dee"] is None, "of Dee only the messages are known: a fifth of the weights"
    await the_score_is_by_the_clans_own_weights(one, week)
    await of_many_bosses_at_once_is_said_what_is_said_of_each(one)


async def of_many_bosses_at_once_is_said_what_is_said_of_each(one: Made) -> None:
    """Bob has a second profile, which WOM read in between; Ann joined in July."""
    laid, clan, dice = one.laid, await one.laid.clan(), random.Random(5)  # noqa: S311 -- the same at every run
    await laid.member(BOB, "Bob", 2, 9, created_at=NOW - 400 * DAY)
    for number in range(300, 0, -7):
        have = {of: dice.randrange(10_000_000, 14_000_000) for of in SEEN}
        await laid.see(
            9, NOW - number * DAY, {of: value for of, value in have.items() if dice.random() < 0.9}
        )
    top, questions = laid.leaderboards.top, questions_of(laid)
    seen = min(at for at, _ in one.readings[ANN] if at >= one.joined)
    for code in ("365d", "45d", "this-year", "last-month", "2025", "all"):
        period = read_period(code, now=NOW, zone=clan.zone)
        late = replace(period, start=max(period.start, seen))
        whole = {of: shown(await top(clan, of, period)) for of in (COX, TOB, ZULRAH, VORKATH)}
        known = {name: [of[name] for of in whole.values() if of[name] is not None] for name in NAMES.values()}
        assert shown(await top(clan, DIVERSITY, period)) == {
            name: sum(map(bool, numbers)) if numbers else None for name, numbers in known.items()
        }, code
        totals: dict[Metric, tuple[int, int]] = {}
        for of, by in whole.items():
            by["Ann"] = by["Ann"] if code == "all" else shown(await top(clan, of, late))["Ann"]
            killed = [number for number in by.values() if number]
            if killed:
                totals[of] = sum(killed), len(killed)
        assert {
            row.metric: (row.kills, row.members) for row in await questions.bosses(clan, period)
        } == totals, code
    xp = shown(await top(clan, SKILLS[0], period))
    (nines,) = [row for row in await questions.nines(clan, period) if row.metric is SKILLS[0]]
    assert nines.members == sum((value or 0) >= XP_99 for value in xp.values())
    year = read_period("2025", now=NOW, zone=clan.zone)
    before = await questions.bosses(clan, year, year.end), await questions.records(clan, year.end)
    await laid.member(CAT, "Cat", 3, joined_at=NOW - DAY, created_at=NOW - 400 * DAY)
    left = {"key": "left", "member_id": CAT, "kind": "left", "at": NOW - 2 * DAY}
    async with laid.database.write() as session:
        await members.add_events(session, laid.id, [left | {"before": "member", "after": None}])
    after = await questions.bosses(clan, year, year.end), await questions.records(clan, year.end)
    assert after == before, "Cat has left since, and is back"


async def the_score_is_by_the_clans_own_weights(one: Made, week: Period) -> None:
    laid, clan = one.laid, await one.laid.clan()
    await questions_of(laid).choose_weights(clan, {MESSAGES.key: 3, OVERALL.key: 1}, UserId(5))
    score = shown(await laid.leaderboards.top(clan, SCORE, week))
    xp = {NAMES[who]: one.gained(who, week.start, week.end, OVERALL) or 0 for who in (ANN, BOB, CAT)}
    wrote = {who: sum(week.start <= at < week.end for at in one.said[who]) for who in NAMES}
    # Bob and Cat are linked. That Dee wrote nothing is not known.
    said = {NAMES[who]: number for who, number in wrote.items() if number or who in {BOB, CAT}}
    assert said.keys() == {"Ann", "Bob", "Cat"}

    def ahead(of: dict[str, int], name: str) -> float:
        return sum(value < of[name] for value in of.values()) / (len(of) - 1)

    both = {name: (3 * ahead(said, name) + ahead(xp, name)) / 4 for name in xp}
    assert score == {name: round(1_000 * share) for name, share in both.items()} | {"Dee": None}
    ever = read_period("all", now=NOW, zone=clan.zone)
    killed = shown(await laid.leaderboards.top(clan, DIVERSITY, ever))
    assert killed == {"Ann": 4, "Bob": 3, "Cat": 3, "Dee": None}
    has = one.as_of(BOB, NOW, COX)
    assert has is not None
    assert shown(await laid.leaderboards.top(clan, RAIDS, ever))["Bob"] == has[1]
