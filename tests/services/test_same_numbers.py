"""What one screen says another says too: workbook, pages, cards and charts of one clan."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from bot.domain.ids import MemberId, UserId
from bot.domain.metrics import BOSS_KILLS, CHAT_STREAK, EHP, MESSAGES, OVERALL, MetricKind
from bot.domain.periods import read_period
from bot.domain.records import RecordSpan
from bot.domain.reports import ClanReport, ReportKind
from bot.domain.site import gained_by_all, totals_by_day
from bot.present.report_files import clan_json
from bot.present.reports import report_page
from bot.present.site.pages import Pages
from bot.present.workbook import Look, workbook
from bot.services.change_sets import ChangeSets
from bot.services.clan_charts import ClanCharts
from bot.services.clan_roster import ClanRoster
from bot.services.clan_site import clan_sites
from bot.services.eligibility.service import Eligibility
from bot.services.inactivity import Inactivity
from bot.services.promotions.service import Promotions
from bot.services.questions import Questions
from bot.services.reports import Reports
from db.models import Clan
from db.queries import members
from db.session import Database
from tests.services.hearing import NOW
from tests.services.laid import METRICS, Laid, game, lay, person
from tests.web.clan import NEWEST, VORKATH

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def report(laid: Laid, period: str = "30d", kind: ReportKind = ReportKind.ALL) -> ClanReport:
    clock, database = laid.clock, laid.database
    eligibility = Eligibility(database, laid.statistics, clock)
    promotions = Promotions(database, eligibility, ChangeSets(database, clock), clock)
    made = Reports(
        database, laid.statistics, ClanRoster(database), Inactivity(database, clock), promotions, clock
    )
    clan = await laid.clan()
    return await made.clan(clan, read_period(period, now=clock(), zone=clan.zone), None, None, kind)


async def test_the_roster_tells_which_gains_begin_late(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, joined_at=NOW - 900 * DAY)
    for back in (2, 0):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**6 - 1000 * back})
    site = await clan_sites(database, laid.clock).read(await laid.clan())
    assert "≈+2,000" in (Pages(site).render("roster.html") or "")
    book = load_workbook(BytesIO(workbook(await report(laid), [ReportKind.ROSTER], Look.DARK)))
    (row,) = book["Roster"].iter_rows(3)
    titles = [cell.value for cell in book["Roster"][2]]
    year = row[titles.index("XP 365 d")]
    assert year.value == 2_000
    said = [str(cell.value) for cell in row] + [str(cell.value) for cell in book["Roster"][2]]
    marked = year.number_format != row[titles.index("XP total")].number_format or year.comment is not None
    assert marked or any("≈" in one or "easured from" in one for one in said), (
        "two days' gain stands there as that of a year"
    )
    assert year.number_format == '"≈"#,##0'
    week, total = row[titles.index("XP 7 d")], row[titles.index("XP total")]
    assert (week.number_format, total.number_format) == ('"≈"#,##0', "#,##0")
    assert row[titles.index("EHP 365 d")].value is None
    assert row[titles.index("Begin late")].value == "7 d, 30 d, 90 d, 365 d"


async def test_who_is_unranked_in_all_xp_gains_of_others_late_too(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1)
    for back in (2, 0):
        await laid.see(1, NOW - back * DAY, {BOSS_KILLS: 100 - back})
    made = await report(laid)
    assert (made.roster[0].xp.windows[1], made.roster[0].kills.windows[1]) == (None, 2)
    assert made.roster[0].late == ("7d", "30d", "90d", "365d")
    assert made.gains[0].measured_from == NOW - 2 * DAY


async def test_a_gain_that_begins_late_does_not_lead_in_the_overview(database: Database) -> None:
    laid = await lay(database)
    for number, name, backs in ((1, "Ann", (29, 0)), (2, "Zed", (3, 0))):
        await laid.member(number, name, number)
        for back in backs:
            await laid.see(number, NOW - back * DAY, {OVERALL: 10**8 - number * back, EHP: number * 10**5})
    book = load_workbook(BytesIO(workbook(await report(laid), [ReportKind.ALL], Look.DARK)))
    leaders = [[cell.value for cell in row] for row in book["Overview"].iter_rows(5, 7, 2, 3)]
    assert leaders == [["Ann", 29], [None, None], [None, None]]
    assert book["Overview"]["E5"].value == "0 for all of whom it is known"
    about = {row[0].value: str(row[1].value) for row in book["About"].iter_rows()}
    assert "36 hours" in about["≈"]


async def test_where_all_began_late_the_overview_says_so(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1)
    for back in (2, 0):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**6 - back, EHP: 10**5})
    book = load_workbook(BytesIO(workbook(await report(laid), [ReportKind.ALL], Look.DARK)))
    first = {
        book["Overview"].cell(4, column).value: book["Overview"].cell(5, column).value for column in (2, 5, 8)
    }
    assert first == {
        "XP": "only gains that begin late (≈)",
        "EHP": "only gains that begin late (≈)",
        "EHB": "nothing known",
    }


async def test_a_boss_that_is_newer_than_the_program_is_in_the_workbook(database: Database) -> None:
    laid = await lay(database, "UTC", (*METRICS, VORKATH, NEWEST))
    await laid.member(1, "Ann", 1)
    for back in (20, 0):
        values = {OVERALL: 10**6, VORKATH: 100 - back, NEWEST: 500 - back}
        await laid.see(1, NOW - back * DAY, values)
    site = await clan_sites(database, laid.clock).read(await laid.clan())
    assert NEWEST in site.bosses
    clan = await laid.clan()
    board = await laid.leaderboards.top(clan, NEWEST, read_period("30d", now=NOW, zone=clan.zone))
    assert [row.entry.value for row in board.standings] == [20]
    made = await report(laid)
    assert (NEWEST.key in {one.key for one in made.bosses}, made.gains[0].gains.get(NEWEST.key)) == (True, 20)


async def test_nobody_is_told_to_have_written_nothing_in_days_in_which_nobody_listened(
    database: Database,
) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1)
    await laid.hold((1, "Ann", None, None))
    await laid.links.claim(await laid.clan(), UserId(7), "Ann")
    # Somebody listened before, and again for an hour: six days of the last seven were not heard.
    await laid.observe(NOW - 100 * DAY, NOW - 7 * DAY + HOUR)
    await laid.observe(NOW - HOUR, NOW)
    clan = await laid.clan()
    board = await laid.leaderboards.top(clan, MESSAGES, read_period("7d", now=NOW, zone=clan.zone))
    site = await clan_sites(database, laid.clock).read(clan)
    told = {
        "board": board.standings[0].entry.value if board.standings else None,
        "board is whole": board.heard_whole,
        "roster": (await report(laid, "7d")).roster[0].messages.windows[0],
        "pages": site.people[0].messages.windows[0],
    }
    assert told == {"board": None, "board is whole": False, "roster": None, "pages": None}


async def test_a_day_in_an_activity_sheet_counts_whole(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1)
    await laid.hold((1, "Ann", None, None))
    await laid.links.claim(await laid.clan(), UserId(7), "Ann")
    await laid.observe(NOW - 40 * DAY, NOW)
    first = NOW - 30 * DAY
    await laid.hear(game("Ann"), [first - 3 * HOUR, first - 2 * HOUR])
    made = await report(laid)
    assert made.slots[0].first == first.date()
    assert made.activity[0].messages[0] == 2


async def test_sheets_of_one_workbook_say_the_same_of_messages(database: Database) -> None:
    laid = await lay(database)
    laid.clock.now = NOW + timedelta(minutes=7)
    await laid.member(1, "Ann", 1)
    await laid.hold((1, "Ann", None, None))
    await laid.observe(NOW - 40 * DAY, NOW)
    await laid.hear(game("Ann"), [NOW - 30 * DAY + timedelta(minutes=5), NOW - DAY])
    made = await report(laid)
    assert made.roster[0].messages.windows[1] == 1
    assert sum(one or 0 for one in made.activity[0].messages) == 2, "the first day counts whole"
    book = load_workbook(BytesIO(workbook(made, [ReportKind.ALL], Look.DARK)))
    leaders = {row[0].value: row[1].value for row in book["Overview"].iter_rows(5, min_col=14, max_col=15)}
    assert leaders["Ann"] == 1
    about = {row[0].value: str(row[1].value) for row in book["About"].iter_rows()}
    assert "Days count whole" in about["Activity"]
    assert "sum to more" in about["Activity"]


async def test_a_day_that_was_heard_in_part_is_unknown_on_a_card_too(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1)
    await laid.hold((1, "Ann", None, None))
    await laid.links.claim(await laid.clan(), UserId(7), "Ann")
    start = (NOW - 3 * DAY).replace(hour=0)
    await laid.observe(NOW - 40 * DAY, start)
    await laid.observe(start + 22 * HOUR, NOW)
    clan = await laid.clan()
    card = await laid.stats.card(
        clan, await laid.lookup.by_name(clan, "Ann"), read_period("7d", now=NOW, zone=clan.zone)
    )
    site = await clan_sites(database, laid.clock).read(clan)
    page = dict(zip(site.days, site.people[0].message_days, strict=True))
    chart = {one.day: one.messages for one in card.days}
    assert page[start.date()] is None
    assert chart[start.date()] is None


@pytest.mark.parametrize("is_back", [False, True])
async def test_what_was_gained_before_joining_is_no_gain_of_the_clans(
    database: Database, is_back: bool
) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, joined_at=NOW - 900 * DAY)
    await laid.member(2, "Bob", 2, joined_at=NOW - 10 * DAY)
    for back in range(40, -1, -1):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**6 - 1_000 * back})
    # Bob was read last when he was gone for months, and then every day from when he joined on.
    away = 120 if is_back else 25
    await laid.see(2, NOW - away * DAY, {OVERALL: 10**6})
    for back in range(9, -1, -1):
        await laid.see(2, NOW - back * DAY, {OVERALL: 10**9 - 1_000 * back})
    site = await clan_sites(database, laid.clock).read(await laid.clan())
    by_day = [one.xp or 0 for one in totals_by_day(site)]
    card = gained_by_all(site, OVERALL)
    assert card is not None
    assert sum(by_day) < 2 * card, "the chart says a thousand million, the card beside it some thousands"


@pytest.mark.slow_on_postgres
async def test_the_clans_weeks_do_not_jump_when_somebody_comes_back(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, joined_at=NOW - 900 * DAY)
    await laid.member(2, "Bob", 2, joined_at=NOW - 10 * DAY)
    for back in range(90, -1, -1):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**6 - 1_000 * back})
    await laid.see(2, NOW - 200 * DAY, {OVERALL: 10**6})
    for back in range(9, -1, -1):
        await laid.see(2, NOW - back * DAY, {OVERALL: 10**9 - 1_000 * back})
    charts = ClanCharts(database, laid.statistics, laid.leaderboards, laid.clock)
    weeks = [week.xp or 0 for week in await charts.trend(await laid.clan())]
    assert max(weeks) < 20_000, weeks


@pytest.mark.slow_on_postgres
async def test_the_clans_messages_are_unknown_where_nobody_is_linked(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, joined_at=NOW - 900 * DAY)
    await laid.see(1, NOW - 50 * DAY, {OVERALL: 10**6})
    await laid.observe(NOW - 100 * DAY, NOW)
    # Much is said in Discord by users whom nobody has linked.
    await laid.hear(person(5), [NOW - back * DAY for back in range(1, 80)])
    site = await clan_sites(database, laid.clock).read(await laid.clan())
    assert {one.messages for one in totals_by_day(site)} == {None}
    charts = ClanCharts(database, laid.statistics, laid.leaderboards, laid.clock)
    assert {week.messages for week in await charts.trend(await laid.clan())} == {None}


async def test_a_leading_number_that_covers_less_is_marked_wherever_it_stands(database: Database) -> None:
    laid = await lay(database, "UTC", (*METRICS, VORKATH))
    for number, name, backs in ((1, "Ann", (29, 0)), (2, "Zed", (3, 0))):
        await laid.member(number, name, number, joined_at=NOW - 90 * DAY)
        for back in backs:
            gained = number * 10**6 * (back == 0)
            await laid.see(number, NOW - back * DAY, {OVERALL: 10**8 + gained, VORKATH: 9 + gained})
    pages = Pages(await clan_sites(database, laid.clock).read(await laid.clan()))
    front = pages.render("index.html") or ""
    card = front[front.index("<dt>Top XP</dt>") :][:300]
    assert "Ann" in card or "≈" in card, card
    bosses = pages.render("bosses.html") or ""
    row = bosses[bosses.index(">Vorkath<") :][:500]
    assert "≈" in row or ">Ann<" in row.split("Has most")[0], row


async def test_a_workbook_of_all_time_names_the_rule_of_its_own_numbers(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1)
    for back in (20, 0):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**6 - back})
    made = await report(laid, "all")
    assert made.gains[0].gains[OVERALL.key] == 10**6, "totals, no gains"
    book = load_workbook(BytesIO(workbook(made, [ReportKind.ALL], Look.DARK)))
    about = {row[0].value: str(row[1].value) for row in book["About"].iter_rows()}
    assert "the reading as of its end less the one as of its start" not in about["Gains sheets"]
    assert "the last reading" in about["Gains sheets"]
    assert "in all" in about["#"]
    assert [cell.value for cell in book["Overview"][4]][1:3] == ["XP", "in all"]
    assert "totals" in (report_page(made, 1).description or "")
    assert json.loads(clan_json(made, ReportKind.GAINS))["period"]["rule"] == "totals"


async def test_who_gained_nothing_is_not_called_unknown(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1)
    for back in (29, 0):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**6})
    book = load_workbook(BytesIO(workbook(await report(laid), [ReportKind.ALL], Look.DARK)))
    assert book["Overview"]["B5"].value == "0 for all of whom it is known"
    assert book["Overview"]["H5"].value == "nothing known", "of EHB it is not known"


async def test_who_gained_nothing_stands_before_who_was_not_measured(database: Database) -> None:
    laid = await lay(database)
    for number, name in enumerate(("Ann", "Bob", "Cy"), start=1):
        await laid.member(number, name, number)
    for back in (29, 0):
        await laid.see(2, NOW - back * DAY, {OVERALL: 10**6})
    book = load_workbook(BytesIO(workbook(await report(laid), [ReportKind.GAINS], Look.DARK)))
    assert [row[0].value for row in book["Gains by skill"].iter_rows(2)] == ["Bob", "Ann", "Cy"]


async def test_who_wrote_nothing_stands_before_who_is_not_known_to_have(database: Database) -> None:
    laid = await lay(database)
    for number, name in enumerate(("Ann", "Bob", "Cy"), start=1):
        await laid.member(number, name, number)
        await laid.hold((number, name, None, None))
    await laid.links.claim(await laid.clan(), UserId(7), "Bob")
    await laid.observe(NOW - 40 * DAY, NOW)
    await laid.hear(game("Cy"), [NOW - HOUR])
    book = load_workbook(BytesIO(workbook(await report(laid), [ReportKind.ACTIVITY], Look.DARK)))
    rows = [(row[0].value, row[1].value) for row in book["Activity"].iter_rows(2)]
    assert rows == [("Cy", 1), ("Bob", 0), ("Ann", None)]


async def test_a_page_names_one_hour_as_that_in_which_most_is_written(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1)
    await laid.hold((1, "Ann", None, None))
    midnight = NOW.replace(hour=0)
    # Ten mornings are heard, and of five days the hour after them too: 8 lines in each of these, 5 in others.
    for back in range(1, 11):
        day = midnight - back * DAY
        await laid.observe(day, day + (13 if back <= 5 else 12) * HOUR)
        await laid.hear(game("Ann"), [day + 9 * HOUR + timedelta(minutes=one) for one in range(5)])
        if back <= 5:
            await laid.hear(game("Ann"), [day + 12 * HOUR + timedelta(minutes=one) for one in range(8)])
    page = Pages(await clan_sites(database, laid.clock).read(await laid.clan())).render("activity.html") or ""
    assert "Most is written from 12:00 on" in page
    assert "most from 09:00" not in page


async def test_news_of_a_rank_is_not_called_of_now_where_it_is_not(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1, wom_role="recruit", joined_at=NOW - 90 * DAY)
    async with database.write() as session:
        await session.execute(update(Clan).values(role_order=["captain", "sergeant", "recruit"]))
        await members.add_events(
            session,
            laid.id,
            [
                {
                    "key": f"test-{back}",
                    "member_id": 1,
                    "kind": "rank_changed",
                    "at": NOW - back * DAY,
                    "before": before,
                    "after": after,
                }
                for back, before, after in ((9, "recruit", "captain"), (2, "captain", "recruit"))
            ],
        )
    front = Pages(await clan_sites(database, laid.clock).read(await laid.clan())).render("index.html") or ""
    assert "is Captain now" not in front, "she fell a week later, which is for officers"


async def test_a_record_is_not_of_what_was_gained_before_joining(database: Database) -> None:
    laid = await lay(database)
    monday = datetime(2026, 1, 19, tzinfo=UTC)
    await laid.member(1, "Ann", 1, joined_at=monday - 4 * HOUR)
    # All but the last 100,000 was gained before she joined, within 36 hours before the week.
    for since, value in ((-35, 10**6), (-5, 11 * 10**6), (167, 11_100_000)):
        await laid.see(1, monday + since * HOUR, {OVERALL: value, BOSS_KILLS: 1})
    questions = Questions(database, laid.statistics, laid.leaderboards, laid.clock)
    week = (await questions.records(await laid.clan())).best(RecordSpan.WEEK, OVERALL)
    assert week is None or week.value <= 100_000, week


async def test_a_record_of_who_was_not_read_between_joining_and_the_week_is_not_known(
    database: Database,
) -> None:
    laid = await lay(database)
    monday = datetime(2026, 1, 19, tzinfo=UTC)
    await laid.member(1, "Ann", 1, joined_at=monday - 4 * HOUR)
    for since, value in ((-35, 10**6), (1, 11 * 10**6), (167, 11_100_000)):
        await laid.see(1, monday + since * HOUR, {OVERALL: value, BOSS_KILLS: 1})
    questions = Questions(database, laid.statistics, laid.leaderboards, laid.clock)
    week = (await questions.records(await laid.clan())).best(RecordSpan.WEEK, OVERALL)
    assert week is None or week.value <= 100_000, week


async def test_a_member_is_drawn_with_a_boss_that_is_newer_than_the_program(database: Database) -> None:
    laid = await lay(database, "UTC", (*METRICS, VORKATH, NEWEST))
    await laid.member(1, "Ann", 1)
    for back in (20, 0):
        await laid.see(1, NOW - back * DAY, {OVERALL: 10**6, VORKATH: 100 - back, NEWEST: 500 - back})
    charts = ClanCharts(database, laid.statistics, laid.leaderboards, laid.clock)
    clan = await laid.clan()
    period = read_period("30d", now=NOW, zone=clan.zone)
    rows = await charts.gains_of(clan, MemberId(1), period, MetricKind.BOSS)
    assert NEWEST.name in {row.name for row in rows}


async def test_nobody_has_a_chat_streak_of_0_where_no_day_was_heard(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Ann", 1)
    await laid.hold((1, "Ann", None, None))
    await laid.links.claim(await laid.clan(), UserId(7), "Ann")
    await laid.observe(NOW - HOUR, NOW)
    clan = await laid.clan()
    board = await laid.leaderboards.top(clan, CHAT_STREAK, read_period("30d", now=NOW, zone=clan.zone))
    assert board.unmeasured == ("Ann",), board.standings
