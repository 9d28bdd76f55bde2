"""What somebody gained while they were not in the clan is none of what the clan did."""

from datetime import timedelta

import pytest

from bot.domain.metrics import OVERALL
from bot.domain.periods import read_period
from bot.domain.site import totals_by_day
from bot.services.clan_charts import ClanCharts
from bot.services.clan_site import clan_sites
from bot.services.questions import Questions
from db.queries import members
from db.session import Database
from tests.services.hearing import NOW
from tests.services.laid import METRICS, Laid, lay
from tests.web.clan import VORKATH

DAY = timedelta(days=1)


async def back_again(database: Database) -> Laid:
    """Bob was read every third day of his first stay, once while he was gone, and again since he is back."""
    laid = await lay(database)
    await laid.member(1, "Bob", 1, joined_at=NOW - 20 * DAY, created_at=NOW - 300 * DAY)
    moved = [("joined", 300), ("left", 40), ("joined", 20)]
    async with database.write() as session:
        await members.add_events(
            session,
            laid.id,
            [
                {"key": f"{kind}-{back}", "member_id": 1, "kind": kind, "at": NOW - back * DAY}
                | {"before": None, "after": None}
                for kind, back in moved
            ],
        )
    for back in range(100, 41, -3):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**6 - 1_000 * back})
    await laid.see(1, NOW - 30 * DAY, {OVERALL: 5 * 10**8})
    for back in (18, 17, 16):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**9 - 1_000 * back})
    return laid


async def test_weeks_of_an_earlier_stay_are_the_clans_and_those_between_are_not(database: Database) -> None:
    laid = await back_again(database)
    charts = ClanCharts(database, laid.statistics, laid.leaderboards, laid.clock)
    weeks = await charts.trend(await laid.clan())
    told = [((NOW.date() - week.start).days, week.xp, week.measured) for week in weeks if week.measured]
    assert [back for back, _, _ in told] == [89, 82, 75, 68, 61, 54, 47, 19]
    assert {xp for _, xp, _ in told[:-1]} == {6_000, 9_000}
    assert told[-1] == (19, 2_000, 1), "the first reading since he is back begins it"


async def test_the_day_of_the_first_reading_since_joining_has_none_before_it(database: Database) -> None:
    laid = await back_again(database)
    site = await clan_sites(database, laid.clock).read(await laid.clan())
    found = {(NOW.date() - one.day).days: (one.xp, one.measured) for one in totals_by_day(site)}
    assert {back: of for back, of in found.items() if of != (None, 0)} == {17: (1_000, 1), 16: (1_000, 1)}
    # Under his own name stands all that he gained.
    (bob,) = site.people
    assert max(value or 0 for value in bob.xp_days) > 10**8


@pytest.mark.parametrize("code", ["this-month", "30d", "all"])
async def test_the_boss_of_a_period_is_not_of_kills_from_before_somebody_came_back(
    database: Database, code: str
) -> None:
    laid = await lay(database, "UTC", (*METRICS, VORKATH))
    await laid.member(1, "Ann", 1, joined_at=NOW - 10 * DAY)
    for back, kills in ((200, 10), (9, 9_000), (0, 9_003)):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**6, VORKATH: kills})
    questions = Questions(database, laid.statistics, laid.leaderboards, laid.clock)
    clan = await laid.clan()
    (boss,) = await questions.bosses(clan, read_period(code, now=NOW, zone=clan.zone))
    assert boss.kills == (9_003 if code == "all" else 3)
