"""A clan's week as its summary tells of it: what nobody heard is unknown, and said to be."""

from datetime import UTC, date, datetime, timedelta

from bot.domain.periods import Period, PeriodKind
from bot.domain.schedules import Cadence, Part, slot_at
from bot.domain.summaries import Summary
from bot.present.summary import summary_page
from bot.services.questions import Questions
from bot.services.summaries import Summaries
from db.session import Database
from tests.present.makers import plain
from tests.services.hearing import NOW
from tests.services.laid import Laid, game, lay

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2026, 1, 24, tzinfo=UTC)
"""The week of the tests: Saturday to Friday."""


async def weekly(laid: Laid, parts: frozenset[Part]) -> Summary:
    """What is posted at :data:`NOW`."""
    questions = Questions(laid.database, laid.statistics, laid.leaderboards, laid.clock)
    summaries = Summaries(laid.database, laid.statistics, laid.leaderboards, questions)
    return await summaries.of(
        await laid.clan(), Cadence.WEEKLY, slot_at(Cadence.WEEKLY, NOW.date(), NOW), parts
    )


def small_print(summary: Summary) -> str:
    description = summary_page(summary, chart=None).description
    return plain(description or "").splitlines()[-1]


async def talking(database: Database) -> Laid:
    """A clan in which Ann writes three lines a day."""
    laid = await lay(database)
    await laid.member(1, "Ann", 1, created_at=FIRST - 400 * DAY)
    await laid.hold((1, "Ann", None, None))
    await laid.hear(game("Ann"), [FIRST + day * DAY + 10 * HOUR for day in range(7) for _ in range(3)])
    return laid


async def test_messages_of_a_day_that_was_not_heard_throughout_are_not_drawn(database: Database) -> None:
    laid = await talking(database)
    await laid.observe(FIRST + DAY + 10 * HOUR, FIRST + DAY + 10 * HOUR + MINUTE)
    # Half an hour without anybody listening is a restart, two are not.
    await laid.observe(FIRST + 3 * DAY + HOUR / 2, FIRST + 5 * DAY + 10 * HOUR)
    await laid.observe(FIRST + 5 * DAY + 12 * HOUR, NOW)
    summary = await weekly(laid, frozenset({Part.CHAT, Part.CHART}))
    assert summary.period == Period("2026-01-24..2026-01-30", PeriodKind.CALENDAR, FIRST, FIRST + 7 * DAY)
    assert {point.day: point.messages for point in summary.chart} == {
        date(2026, 1, 24): None,
        date(2026, 1, 25): None,
        date(2026, 1, 26): None,
        date(2026, 1, 27): 3,
        date(2026, 1, 28): 3,
        date(2026, 1, 29): None,
        date(2026, 1, 30): 3,
    }


async def test_where_collecting_began_within_the_week_messages_say_since_when(database: Database) -> None:
    laid = await talking(database)
    await laid.observe(FIRST + 2 * DAY, NOW)
    summary = await weekly(laid, frozenset({Part.CHAT}))
    assert summary.collecting_since == FIRST + 2 * DAY
    assert "messages since <t>" in small_print(summary)
    assert "messages since" not in small_print(await weekly(laid, frozenset({Part.XP}))), "none are told"
    await laid.observe(FIRST, FIRST + 2 * DAY)
    assert "messages since" not in small_print(await weekly(laid, frozenset({Part.CHAT})))
