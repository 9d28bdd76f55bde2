"""What a clan's pages say: the same numbers as boards, and of each member only what everybody may see."""

from bot.domain.ids import MemberId
from bot.domain.metrics import EHP, MESSAGES, OVERALL, Metric
from bot.domain.periods import read_period
from bot.domain.reports import ChangeKind, Figures
from bot.domain.site import ClanSite, Health, health, rising_star, totals_by_day
from bot.services.clan_site import clan_sites
from db.session import Database
from tests.services.hearing import NOW
from tests.web.clan import FORMER, lay_hostile


def figures(site: ClanSite, of: Metric) -> dict[MemberId, Figures]:
    fields = {OVERALL.key: "xp", EHP.key: "ehp", MESSAGES.key: "messages"}
    return {one.member: getattr(one, fields[of.key]) for one in site.people}


async def test_pages_say_what_boards_say_and_nothing_of_who_left(database: Database) -> None:
    laid = await lay_hostile(database)
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
    assert (bo.messages.windows[0], cy.messages.windows[0]) == (1, 0)
    assert cy.measured_from[0] is not None
    assert ann.measured_from == (None, None, None, ann.measured_from[3])
    assert [(old.name, old.since) for old in ann.former] == [(FORMER, None)]
    assert by_number[MemberId(7)].totals["vorkath"] is None

    # Readings of 6, 3, 1 and 0 days ago: what lies between two shows on the day of the later one.
    gained = {number: value for number, value in enumerate(ann.xp_days) if value}
    assert gained.keys() == {0, 23, 26, 28, 29}
    assert ann.xp_days[27] is None
    assert ann.message_days[:18] == (None,) * 18
    assert (sum(value or 0 for value in ann.message_days), ann.message_days[29]) == (4, 2)
    days = totals_by_day(site)
    assert days[29].measured == 6
    assert days[27].xp is None

    # The pages of bosses add up to what the clan's own question says.
    for boss in site.answers.bosses:
        gains = [value for one in site.people if (value := one.gains.get(boss.metric.key))]
        assert (sum(gains), len(gains)) == (boss.kills, boss.members)
    assert [one.metric.key for one in site.answers.bosses] == ["vorkath"]

    assert {one.kind for one in site.changes} == {ChangeKind.RENAMED}
    assert site.hours[0][13] is None or site.hours[0][13] == 0
    assert sum(value or 0 for row in site.hours for value in row) == 5
    assert site.collecting_since is not None
    assert health(site.people) == Health(week=7, month=0, quiet=0, unknown=0)
    assert rising_star(site.people) is not None
