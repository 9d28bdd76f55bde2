"""What a clan's pages say: the same numbers as boards, and of each member only what everybody may see."""

import re

import pytest

from bot.domain.ids import MemberId, UserId
from bot.domain.metrics import EHP, MESSAGES, OVERALL, Metric
from bot.domain.periods import read_period
from bot.domain.reports import ChangeKind, Figures
from bot.domain.site import ClanSite, Health, gained_by_all, health, rising_star, totals_by_day
from bot.present.site.pages import Pages
from bot.services.clan_site import clan_sites
from db.session import Database
from tests.services.hearing import NOW
from tests.services.laid import lay
from tests.web.clan import ABOVE, DAY, FORMER, METRICS, NEWEST, SLAYER, VORKATH, lay_hostile


def figures(site: ClanSite, of: Metric) -> dict[MemberId, Figures]:
    fields = {OVERALL.key: "xp", EHP.key: "ehp", MESSAGES.key: "messages"}
    return {one.member: getattr(one, fields[of.key]) for one in site.people}


@pytest.mark.slow_on_postgres
async def test_pages_say_what_boards_say_and_nothing_of_who_left(database: Database) -> None:
    laid = await lay_hostile(database)
    await laid.links.claim(await laid.clan(), UserId(1), "Ann")
    site = await clan_sites(database, laid.clock).read(await laid.clan())

    assert [one.member for one in sorted(site.people, key=lambda one: one.member)] == list(range(1, 8))
    for of in (OVERALL, EHP, MESSAGES):
        for number, code in enumerate(("7d", "30d", "90d")):
            period = read_period(code, now=NOW, zone=site.zone)
            board = await laid.leaderboards.top(await laid.clan(), of, period)
            told = {row.entry.member: row.entry.value for row in board.standings}
            ours = {member: one.windows[number] for member, one in figures(site, of).items()}
            assert {member: value for member, value in ours.items() if value is not None} == told

    by_number = {one.member: one for one in site.people}
    ann, bo, cy = (by_number[MemberId(number)] for number in (1, 2, 3))
    assert bo.xp == Figures((None,) * 4, None)
    assert bo.xp_days == (None,) * 30
    # Nobody in Discord is known to be Cy, who was not heard.
    assert (bo.messages.windows[0], cy.messages.windows[0]) == (1, None)
    assert cy.measured_from[0] is not None
    assert ann.measured_from == (None, None, None, ann.measured_from[3])
    assert [(old.name, old.since) for old in ann.former] == [(FORMER, None)]
    assert by_number[MemberId(7)].totals["vorkath"] is None

    # Readings of 6, 3, 1 and 0 days ago: what lies between two shows on the day of the later one.
    gained = {number: value for number, value in enumerate(ann.xp_days) if value}
    assert gained.keys() == {0, 23, 26, 28, 29}
    assert ann.xp_days[27] is None
    # Ten days ago somebody listened from noon on and heard nothing: that is no day without a message.
    assert ann.message_days[:21] == (None,) * 20 + (0,)
    assert days_of_messages(site)[18:21] == [None, None, 0]
    assert (sum(value or 0 for value in ann.message_days), ann.message_days[29]) == (4, 2)
    days = totals_by_day(site)
    assert days[29].measured == 6
    assert days[27].xp is None

    # The pages of bosses add up to what the clan's own question says.
    for boss in site.answers.bosses[:2]:
        gains = [value for one in site.people if (value := one.gains.get(boss.metric.key))]
        assert (sum(gains), len(gains)) == (boss.kills, boss.members)
    assert [one.metric.key for one in site.answers.bosses] == [NEWEST.key, "vorkath", ABOVE.key]
    pages = Pages(site)
    assert "metrics/the_newest_one.html" in pages.paths()
    assert 'href="metrics/the_newest_one.html"' in (pages.render("index.html") or "")

    # Who fell in rank is for officers, and of a rank without an order nobody knows.
    assert {(one.kind, one.member) for one in site.changes} == {
        (ChangeKind.RENAMED, 1),
        (ChangeKind.RANK_CHANGED, 2),
    }
    assert site.hours[0][13] is None or site.hours[0][13] == 0
    assert sum(value or 0 for row in site.hours for value in row) == 5
    assert site.collecting_since is not None
    assert health(site.people, site.made_at) == Health(week=7, month=0, quiet=0, unknown=0)
    assert rising_star(site.people) is not None


@pytest.mark.slow_on_postgres
async def test_the_clan_gains_of_each_what_lies_after_they_joined(database: Database) -> None:
    laid = await lay(database, "Europe/Amsterdam", METRICS)
    for number, joined in ((1, 100), (2, 10), (3, 2), (4, 29)):
        await laid.member(number, f"M{number}", number, joined_at=NOW - joined * DAY)
    # The second has gained most before, the third was not read since, the fourth never.
    for number, readings in ((1, {29: 0, 0: 1}), (2, {29: 0, 12: 500, 9: 600, 0: 620}), (3, {29: 0, 3: 900})):
        for back, gained in readings.items():
            values = {OVERALL: 10**6 + gained, SLAYER: 10**5 + gained, VORKATH: 50 + gained}
            await laid.see(number, NOW - back * DAY, values)
    site = await clan_sites(database, laid.clock).read(await laid.clan())

    assert [gained_by_all(site, of) for of in (OVERALL, SLAYER, VORKATH)] == [21, 21, 21]
    # By themselves they gained it all, as the boards say.
    assert [one.gains.get("vorkath") for one in site.people] == [1, 620, 900, None]
    pages = Pages(site)
    assert "+21 in 30 days, 3 measured" in (pages.render("index.html") or "")
    for path, of in (("skills.html", "Slayer"), ("bosses.html", "Vorkath")):
        row = re.search(rf">{of}<.*?<td[^>]*>([^<]*)<", pages.render(path) or "", re.DOTALL)
        assert row is not None
        assert row[1] == "+21"


@pytest.mark.slow_on_postgres
async def test_who_shares_the_first_place_leads_together(database: Database) -> None:
    laid = await lay(database, "Europe/Amsterdam", METRICS)
    told: list[str] = []
    for number, name in ((1, "Zed"), (2, "Bo"), (3, "Ann")):
        await laid.member(number, name, number, joined_at=NOW - 100 * DAY)
        for back in (29, 0):
            await laid.see(number, NOW - back * DAY, {OVERALL: 10**6 - 500 * back})
        page = (
            Pages(await clan_sites(database, laid.clock).read(await laid.clan())).render("index.html") or ""
        )
        found = re.search(r"<dt>Top XP</dt><dd class=.big.>(.*?)</dd>", page)
        assert found is not None
        told.append(re.sub(r"<[^>]*>", "", found[1]))
    assert told == ["Zed", "Bo and Zed", "Ann and 2 more"]


@pytest.mark.slow_on_postgres
async def test_who_is_idle_is_told_only_where_all_was_heard_and_measured(database: Database) -> None:
    laid = await lay_hostile(database)
    looks = {"Dee": (29, 0), "Eve": (29, 0), "Flo": (3, 0), "Gus": (29, 3)}
    for number, name in enumerate(looks, start=9):
        await laid.member(number, name, number, joined_at=NOW - 90 * DAY)
        for back in looks[name]:
            await laid.see(number, NOW - back * DAY, {OVERALL: 1_000_000})
            await laid.look(number, None, NOW - back * DAY)
        await laid.hold((number, name, None, None))
    for user, name in ((1, "Dee"), (2, "Flo"), (3, "Gus")):
        await laid.links.claim(await laid.clan(), UserId(user), name)

    async def idle() -> Health:
        made = await clan_sites(database, laid.clock).read(await laid.clan())
        return health(made.people, made.made_at)

    # Of the first 20 days nothing was heard.
    assert await idle() == Health(week=7, month=0, quiet=0, unknown=4)
    # Eve is not linked, Flo's readings began 3 days ago, and Gus's ended then.
    await laid.observe(NOW - 31 * DAY, NOW)
    assert await idle() == Health(week=7, month=0, quiet=1, unknown=3)


def days_of_messages(site: ClanSite) -> list[int | None]:
    return [one.messages for one in totals_by_day(site)]


@pytest.mark.slow_on_postgres
async def test_where_nobody_was_measured_all_the_time_a_marked_number_leads(database: Database) -> None:
    laid = await lay(database, "Europe/Amsterdam", METRICS)
    for number, name in ((1, "Ann"), (2, "Zed")):
        await laid.member(number, name, number, joined_at=NOW - 100 * DAY)
        for back in (3, 0):
            gained = number * 10**6 * (back == 0)
            await laid.see(number, NOW - back * DAY, {OVERALL: 10**7 + gained, VORKATH: 50 + gained})
    pages = Pages(await clan_sites(database, laid.clock).read(await laid.clan()))
    card = re.search(r"<dt>Top XP</dt>.*?</div>", pages.render("index.html") or "", re.DOTALL)
    assert card is not None
    assert "Zed" in card[0]
    assert "≈+2M in 30 days" in card[0]
    row = re.search(r">Vorkath<.*?</tr>", pages.render("bosses.html") or "", re.DOTALL)
    assert row is not None
    assert re.sub(r"<[^>]*>", " ", row[0]).split()[:5] == [">Vorkath", "+3M", "Zed", "≈+2M", "Zed"]
