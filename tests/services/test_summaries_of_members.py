"""A clan's week tells of what members did while they were in the clan."""

from datetime import datetime

from bot.domain.as_of import RENAMED
from bot.domain.metrics import OVERALL
from bot.domain.schedules import Part
from db.queries.members import add_events
from db.queries.roster import add_achievements
from db.session import Database
from tests.services.laid import Laid, lay
from tests.services.test_summaries import DAY, FIRST, HOUR, weekly


async def test_what_somebody_gained_before_they_joined_is_not_in_the_clans_days(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.member(2, "Eve", 2, created_at=FIRST + 5 * DAY, joined_at=FIRST + 5 * DAY)
    await laid.hold((1, "Ann", None, None), (2, "Eve", None, None))
    for day in range(-8, 8):
        await laid.see(1, FIRST + day * DAY - HOUR, {OVERALL: 1_000_000 + 1_000 * (day + 8)})
        # History from before Eve joined: the bot reads it from her snapshots.
        await laid.see(2, FIRST + day * DAY - HOUR, {OVERALL: 100_000_000 + 10_000_000 * (day + 8)})
    summary = await weekly(laid, frozenset({Part.XP, Part.TOTALS, Part.CHART}))
    assert [point.xp for point in summary.chart[:4]] == [1_000] * 4


async def reach(laid: Laid, *reached: tuple[int, datetime]) -> None:
    """These profiles list 99 Fishing as of these times."""
    rows = [
        {
            "source_id": laid.profiles[number],
            "name": "99 Fishing",
            "metric_key": "fishing",
            "threshold": 13_034_431,
            "achieved_at": at,
            "accuracy_ms": 1_000,
        }
        for number, at in reached
    ]
    async with laid.database.write() as session:
        await add_achievements(session, laid.id, rows)


async def test_what_two_profiles_of_a_member_reached_is_told_once(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, 2, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.hold((1, "Ann", None, None))
    await reach(laid, *((number, FIRST + DAY + number * HOUR) for number in (1, 2)))
    summary = await weekly(laid, frozenset({Part.MILESTONES}))
    assert [one.name for one in summary.reached] == ["Ann"]


async def test_what_another_profile_of_a_member_reached_the_week_before_was_told_then(
    database: Database,
) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, 2, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.member(2, "Bob", 3, created_at=FIRST - 400 * DAY, joined_at=None)
    await laid.hold((1, "Ann", None, None), (2, "Bob", None, None))
    await reach(laid, (1, FIRST - HOUR), (2, FIRST + HOUR), (3, FIRST))
    summary = await weekly(laid, frozenset({Part.MILESTONES}))
    assert [one.name for one in summary.reached] == ["Bob"]


async def test_what_somebody_reached_before_they_joined_is_not_of_the_clans_week(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, created_at=FIRST + 3 * DAY, joined_at=FIRST + 2 * DAY)
    await laid.member(2, "Eve", 2, created_at=FIRST + 3 * DAY, joined_at=FIRST + 2 * DAY)
    await laid.hold((1, "Ann", None, None), (2, "Eve", None, None))
    await reach(laid, (1, FIRST + 2 * DAY), (2, FIRST + 2 * DAY - HOUR))
    summary = await weekly(laid, frozenset({Part.MILESTONES}))
    assert [one.name for one in summary.reached] == ["Ann"]


async def test_a_rename_is_of_the_week_in_which_it_was_found(database: Database) -> None:
    """WOM approves some long after the old name was last seen. What is stored from before that was noted
    is of the week in which it happened."""
    laid = await lay(database)
    await laid.member(1, "Ann", 1, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.hold((1, "Ann", None, None))
    renames = [
        ("Found", FIRST - 9 * DAY, FIRST + DAY),
        ("Later", FIRST + DAY, FIRST + 7 * DAY),
        ("Old", FIRST + 2 * DAY, None),
    ]
    stored = [
        {
            "key": name,
            "member_id": 1,
            "kind": RENAMED,
            "at": at,
            "before": name,
            "after": "Ann",
            "noted_at": noted,
        }
        for name, at, noted in renames
    ]
    async with database.write() as session:
        await add_events(session, laid.id, stored)
    summary = await weekly(laid, frozenset({Part.RENAMES}))
    assert [before for before, _ in summary.renamed] == ["Found", "Old"]


async def test_who_was_not_looked_at_for_weeks_has_not_improved(database: Database) -> None:
    """She gains a million a day, always. What lies before the week is no more than usual."""
    laid = await lay(database)
    await laid.member(1, "Ann", 1, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.hold((1, "Ann", None, None))
    for day in (*range(-40, -13), 6):
        await laid.see(1, FIRST + day * DAY, {OVERALL: 100_000_000 + 1_000_000 * day})
    summary = await weekly(laid, frozenset({Part.XP, Part.IMPROVED}))
    assert summary.improved == ()
