"""Who may be about to leave, over real databases; and who is muted."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.domain.at_risk import Risk, RiskReport, Sign
from bot.domain.desk_errors import RiskMuted, RiskNotMuted
from bot.domain.errors import Outdated
from bot.domain.ids import MemberId, UserId
from bot.domain.metrics import ALL_METRICS, OVERALL
from bot.domain.rules.files import read_rules
from bot.services.absences import Absences
from bot.services.at_risk import AtRisk, Server
from bot.services.eligibility.service import Eligibility
from db.models import AuditEntry, Member, MetricValue, SnapshotRow
from db.session import Database
from tests.services.hearing import GENERAL, NOW, RELAYED
from tests.services.laid import game, person
from tests.services.test_inactivity import OFFICER, SQLITE, Silent, ago, counted, silent

OTHER = UserId(51)
NOBODY = Server({}, {}, frozenset())
WATCHED = """
watch:
  - {name: gone, says: no word for a week, when: {field: messages, over: 7d, at_most: 0}}
  - {name: rich, says: gains a lot, when: {field: overall, over: 7d, at_least: 1000}}
"""


async def member(
    clan: Silent,
    number: int,
    name: str,
    usual: int = 7_000,
    lately: int = 7_000,
    *,
    joined: float = 365,
    user: int | None = None,
) -> None:
    """A linked member who gains so much a week, read twice in it, and so much in each of the last two."""
    await clan.quiet_member(number, name, joined_at=ago(joined))
    if user != 0:
        await clan.link(UserId(user or 100 + number), number)
    value = 0
    for week in range(min(11, int(joined // 7)), -1, -1):
        step = usual if week >= 2 else lately
        await clan.see(number, ago(week * 7 + 6.9), {OVERALL: value})
        value += step
        await clan.see(number, ago(week * 7 + 0.02), {OVERALL: value})


async def writes(clan: Silent, number: int, weeks: Iterable[int], times: int = 7) -> None:
    moments = [ago(week * 7 + 1.01 + one / 8) for week in weeks for one in range(times)]
    await clan.hear(person(100 + number), moments)


def risks(clan: Silent) -> AtRisk:
    eligibility = Eligibility(clan.database, clan.statistics, clan.clock)
    return AtRisk(clan.database, clan.statistics, eligibility, clan.clock)


async def report(clan: Silent, server: Server = NOBODY) -> RiskReport:
    return await risks(clan).report(await clan.clan(), server)


def names(found: RiskReport, risk: Risk) -> set[str]:
    return {one.judged.person.lead.name for one in found.of(risk)}


@pytest.mark.slow_on_postgres
async def test_everybody_is_set_against_their_own_past(database: Database) -> None:
    clan = await silent(database)
    await member(clan, 1, "Steady")
    await member(clan, 2, "Gainer", lately=100)
    await member(clan, 3, "Talker")
    await member(clan, 4, "Unlinked", user=0)
    await member(clan, 5, "Main", lately=0)
    await member(clan, 6, "Alt", lately=20_000, user=105)
    await member(clan, 7, "New", 0, 0, joined=20)
    await member(clan, 8, "Chief", lately=100)
    for number in (1, 2, 5):
        await writes(clan, number, range(10))
    await writes(clan, 3, range(2, 10))
    await clan.hear(game("Unlinked"), [ago(week * 7 + 1.1) for week in range(2, 10)])
    async with database.write() as session:
        await session.execute(update(Member).where(Member.id == 4).values(wom_role="owner"))
    await clan.hold((4, "Unlinked", None, None))
    found = await report(clan, Server({UserId(108): frozenset({9})}, {}, frozenset({9})))
    assert names(found, Risk.FADING) == {"Gainer", "Talker"}
    assert names(found, Risk.NEWCOMER) == {"New"}
    assert names(found, Risk.OFFICER) == {"Chief"}
    gainer = found.by_member(MemberId(2))
    assert gainer is not None
    xp, chat = gainer.judged.xp, gainer.judged.chat
    assert (xp.usual, xp.recent, len(xp.known)) == (7_000, 200, 8)
    assert (chat.usual, chat.recent, gainer.judged.signs) == (7, 14, (Sign.XP_FELL,))
    main = found.by_member(MemberId(6))
    assert main is not None
    assert main.judged.xp.recent == 40_000, "an alt that plays speaks for the main"
    await clan.hear(person(103, "Another nickname"), [ago(3 + one / 8) for one in range(9)])
    assert names(await report(clan), Risk.FADING) == {"Gainer", "Chief"}


@pytest.mark.slow_on_postgres
async def test_what_was_not_observed_lists_nobody(database: Database) -> None:
    clan = await silent(database, heard=False)
    await member(clan, 1, "Silent")
    await member(clan, 2, "Stale", lately=0)
    await member(clan, 3, "New", joined=20)
    await writes(clan, 1, range(2, 10))
    async with database.write() as session:
        for table in (SnapshotRow, MetricValue):
            await session.execute(
                delete(table).where((table.source_id == clan.profiles[2]) & (table.taken_at > ago(2.5)))
            )

    async def listed() -> set[str]:
        found = await report(clan)
        return {name for risk in Risk for name in names(found, risk)}

    assert await listed() == set(), "nothing was heard"
    await clan.observe(ago(90), NOW, GENERAL)
    await clan.observe(ago(90), NOW, RELAYED)
    assert await listed() == set(), "no relay wrote"
    await clan.hear(game("Somebody"), [ago(half / 2) for half in range(1, 180) if half not in (9, 10, 11)])
    assert await listed() == set(), "a day without a line of anybody: the relay was broken"
    await clan.hear(game("Somebody"), [ago(4.5), ago(5), ago(5.5)])
    assert await listed() == {"Silent", "New"}
    absences, found = Absences(database, clan.clock), await clan.clan()
    await absences.note_for(found, MemberId(1), NOW + timedelta(days=3), "", OFFICER)
    await clan.hear(person(103), [ago(19), ago(1)])
    assert await listed() == set(), "away, and wrote"


@pytest.mark.slow_on_postgres
async def test_watch_rules_list_whom_they_fit_beyond_doubt(database: Database) -> None:
    clan = await silent(database)
    await member(clan, 1, "Known", lately=0)
    await member(clan, 2, "Rich")
    await clan.quiet_member(3, "Unlinked")
    await writes(clan, 2, [0])
    assert names(await report(clan), Risk.WATCH) == set(), "no rules"
    eligibility, found = Eligibility(clan.database, clan.statistics, clan.clock), await clan.clan()
    await eligibility.save(found, read_rules(WATCHED, ALL_METRICS), OFFICER, "", basis=0)
    told = await report(clan)
    assert {one.judged.person.lead.name: [hit.says for hit in one.hits] for one in told.of(Risk.WATCH)} == {
        "Known": ["no word for a week"],
        "Rich": ["gains a lot"],
    }
    assert told.watches == 2


async def test_a_mute_holds_for_the_person_ends_by_itself_and_is_logged(database: Database) -> None:
    clan = await silent(database)
    await member(clan, 1, "Alt", lately=0)
    await member(clan, 2, "Main", lately=0, user=101)
    found, mutes = await clan.clan(), risks(clan)
    assert names(await report(clan), Risk.FADING) == {"Alt"}
    await mutes.mute(found, MemberId(2), 30, OFFICER)
    told = await report(clan)
    assert (names(told, Risk.FADING), names(told, Risk.MUTED)) == (set(), {"Alt"})
    with pytest.raises(RiskMuted) as refused:
        await mutes.mute(found, MemberId(1), None, OTHER)
    assert (refused.value.by, refused.value.until) == (OFFICER, NOW + timedelta(days=30))
    await mutes.unmute(found, MemberId(1), OTHER)
    with pytest.raises(RiskNotMuted):
        await mutes.unmute(found, MemberId(1), OTHER)
    with pytest.raises(Outdated):
        await mutes.mute(found, MemberId(99), None, OTHER)
    await mutes.mute(found, MemberId(1), 30, OTHER)
    clan.clock.advance(days=30)
    await mutes.mute(found, MemberId(1), None, OFFICER)
    clan.clock.advance(days=3000)
    assert names(await report(clan), Risk.MUTED) == {"Alt"}
    async with database.write() as session:
        await session.execute(update(Member).where(Member.id == 1).values(same_as=2))
    assert names(await report(clan), Risk.MUTED) == {"Main"}, "it follows a merge"
    await mutes.unmute(found, MemberId(2), OFFICER)
    assert names(await report(clan), Risk.MUTED) == set()
    async with database.read() as session:
        logged = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    said = [(one.action, one.detail["before"], one.detail["after"]) for one in logged]
    until = (NOW + timedelta(days=30)).isoformat()
    assert said == [
        ("risk_muted", None, until), ("risk_unmuted", until, None),
        ("risk_muted", None, until), ("risk_muted", None, "for good"), ("risk_unmuted", "for good", None),
    ]  # fmt: skip


@SQLITE
async def test_any_number_of_members_takes_as_many_statements(database: Database) -> None:
    clan = await silent(database)
    eligibility, found = Eligibility(clan.database, clan.statistics, clan.clock), await clan.clan()
    await eligibility.save(found, read_rules(WATCHED, ALL_METRICS), OFFICER, "", basis=0)
    numbers: list[int] = []
    for first, last in ((1, 2), (3, 20)):
        for number in range(first, last + 1):
            await clan.quiet_member(number, f"Member {number}")
            await clan.link(UserId(100 + number), number)
        await report(clan)
        with counted(database) as sent:
            told = await report(clan)
        assert len(told.people) == last
        numbers.append(len(sent))
    assert numbers[0] == numbers[1] <= 45


@SQLITE
async def test_the_roster_is_read_before_others_have_to_wait(database: Database) -> None:
    clan = await silent(database)
    await member(clan, 1, "Somebody")
    mutes, found = risks(clan), await clan.clan()
    with counted(database, writing=True) as written:
        await mutes.mute(found, MemberId(1), 30, OFFICER)
        await mutes.unmute(found, MemberId(1), OFFICER)
    assert len(written) == 10, written
