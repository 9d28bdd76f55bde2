"""A clan's week tells of what members did while they were in the clan."""

from datetime import datetime

import pytest

from bot.domain.as_of import RENAMED
from bot.domain.ids import UserId
from bot.domain.metrics import OVERALL
from bot.domain.schedules import Part
from bot.domain.summaries import Total
from db.queries.members import add_events
from db.queries.roster import add_achievements
from db.session import Database
from tests.services.hearing import NOW
from tests.services.laid import Laid, game, lay, person
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
    # What Eve gained since her first reading in the clan, late on Thursday, is the clan's too.
    assert [point.xp for point in summary.chart] == [*[1_000] * 6, 10_001_000]


async def test_what_is_read_first_of_who_is_back_is_no_gain_of_the_clans(database: Database) -> None:
    """Eve was away for months, and was not read meanwhile."""
    laid = await lay(database)
    await laid.member(1, "Ann", 1, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.member(2, "Eve", 2, created_at=FIRST - 400 * DAY, joined_at=FIRST + 2 * DAY)
    await laid.hold((1, "Ann", None, None), (2, "Eve", None, None))
    for day in range(-1, 8):
        await laid.see(1, FIRST + day * DAY - HOUR, {OVERALL: 1_000_000 + 1_000 * day})
    await laid.see(2, FIRST - 120 * DAY, {OVERALL: 1_000_000})
    for day in (3, 4):
        await laid.see(2, FIRST + day * DAY - HOUR, {OVERALL: 500_000_000 + 20_000 * day})
    summary = await weekly(laid, frozenset({Part.CHART}))
    assert [point.xp for point in summary.chart] == [1_000, 1_000, 1_000, 21_000, 1_000, 1_000, 1_000]


async def test_between_two_profiles_of_a_member_nothing_is_gained(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, 2, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.hold((1, "Ann", None, None))
    for day in range(-1, 8):
        await laid.see(1, FIRST + day * DAY - HOUR, {OVERALL: 1_000_000 + 1_000 * day})
    # The second one, of before a rename was approved, is the last that was read on two of the days.
    for day in (2, 3):
        await laid.see(2, FIRST + day * DAY - HOUR / 2, {OVERALL: 500_000_000})
    summary = await weekly(laid, frozenset({Part.CHART}))
    assert [point.xp for point in summary.chart] == [1_000] * 7


async def test_what_somebody_wrote_before_they_joined_is_not_in_the_clans_days(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    joined = FIRST + 5 * DAY + 10 * HOUR
    await laid.member(2, "Eve", 2, created_at=joined, joined_at=joined)
    await laid.hold((1, "Ann", None, None), (2, "Eve", None, None))
    await laid.links.claim(await laid.clan(), UserId(7), "Ann")
    await laid.observe(FIRST - DAY, NOW)
    for day in range(7):
        await laid.hear(person(7), [FIRST + day * DAY + 9 * HOUR])
        await laid.hear(game("Eve"), [FIRST + day * DAY + hour * HOUR for hour in (9, 11, 12)])
    summary = await weekly(laid, frozenset({Part.CHAT, Part.CHART}))
    assert [point.messages for point in summary.chart] == [1, 1, 1, 1, 1, 3, 4]


async def test_the_clans_messages_are_unknown_where_nobody_is_linked_and_none_was_heard(
    database: Database,
) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.hold((1, "Ann", None, None))
    await laid.observe(FIRST - DAY, NOW)
    # Much is said in Discord by a user whom nobody has linked.
    await laid.hear(person(7), [FIRST + day * DAY + HOUR for day in range(7)])
    parts = frozenset({Part.CHAT, Part.CHART})
    assert {point.messages for point in (await weekly(laid, parts)).chart} == {None}
    await laid.hear(game("Ann"), [FIRST + DAY])
    assert [point.messages for point in (await weekly(laid, parts)).chart] == [None, 1, *[None] * 5]
    await laid.links.claim(await laid.clan(), UserId(8), "Ann")
    assert [point.messages for point in (await weekly(laid, parts)).chart] == [0, 1, *[0] * 5]


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


@pytest.mark.slow_on_postgres
@pytest.mark.parametrize("last_read", [-3, -2])
async def test_who_was_not_looked_at_when_the_week_began_is_in_no_comparison(
    database: Database, last_read: int
) -> None:
    """Both gain the same each day. What Ann gained at the end of the week before would be of this one."""
    laid = await lay(database)
    for number, name in ((1, "Ann"), (2, "Bob")):
        await laid.member(number, name, number, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.hold((1, "Ann", None, None), (2, "Bob", None, None))
    for day in range(-40, 8):
        xp = {OVERALL: 100_000_000 + 1_000_000 * day}
        await laid.see(2, FIRST + day * DAY, xp)
        if not last_read < day < 6:
            await laid.see(1, FIRST + day * DAY, xp)
    summary = await weekly(laid, frozenset({Part.XP, Part.TOTALS}))
    assert summary.total == Total(7_000_000, 7_000_000, 1)


async def test_who_was_looked_at_every_day_and_gained_much_more_than_usual_has_improved(
    database: Database,
) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, created_at=FIRST - 400 * DAY, joined_at=FIRST - 400 * DAY)
    await laid.hold((1, "Ann", None, None))
    for day in range(-29, 8):
        gained = 1_000_000 * day if day < 0 else 5_000_000 * day
        await laid.see(1, FIRST + day * DAY - DAY / 2, {OVERALL: 100_000_000 + gained})
    summary = await weekly(laid, frozenset({Part.XP, Part.IMPROVED}))
    assert [(one.name, round(one.times)) for one in summary.improved] == [("Ann", 5)]
