"""What rules are judged by, as it is loaded; and what is kept of them: versions, standings, holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from bot.domain.as_of import LEFT, RANK_CHANGED
from bot.domain.desk_errors import NoRules, RulesChanged
from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.metrics import EHB, OVERALL
from bot.domain.rules.bounds import Bounds, Gap, at_least, known
from bot.domain.rules.files import read_rules
from bot.domain.rules.holds import Hold
from bot.domain.rules.judging import Outcome
from bot.domain.rules.needs import Atom
from bot.services.eligibility.loading import Loaded, Loading, Presence
from bot.services.eligibility.service import Eligibility
from bot.services.statistics import Statistics
from db.models import AuditEntry, Clan, DiscordLink, MemberEvent, Profile
from db.queries import attributions, clans, links
from db.session import Database
from tests.services.hearing import SetClock
from tests.services.laid import Laid, game, lay, person
from tests.services.lots import NOW, lay_lots
from tests.services.test_presets import everything

ANN, BOB = UserId(5), UserId(6)
OFFICER, OTHER = UserId(50), UserId(51)
LITTLE = timedelta(milliseconds=1)


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


@pytest.fixture
async def laid(database: Database) -> Laid:
    """A clan in Amsterdam, a week after clocks went back there."""
    made = await lay(database, "Europe/Amsterdam")
    made.clock.now = NOW
    return made


async def load(laid: Laid, *atoms: Atom, presence: Presence | None = None, now: datetime = NOW) -> Loaded:
    clan = await laid.clan()
    async with laid.database.read() as session:
        return await Loading(session, clan, laid.known, now).load(atoms, presence)


async def numbers(laid: Laid, atom: Atom, now: datetime = NOW) -> dict[int, Bounds]:
    """What is known of one number, by member."""
    return {int(member): it for member, it in (await load(laid, atom, now=now)).readings[atom].items()}


async def happens(laid: Laid, member: int, kind: str, at: datetime) -> None:
    async with laid.database.write() as session:
        await session.execute(
            insert(MemberEvent),
            {
                "clan_id": laid.id,
                "key": f"{member}{kind}{at}",
                "member_id": member,
                "kind": kind,
                "at": at,
                "before": None,
                "after": None,
                "told_at": None,
            },
        )


async def claims(laid: Laid, user: UserId, *members: int, verified: bool = False) -> None:
    """The first of them is the main account."""
    async with laid.database.write() as session:
        await session.execute(
            insert(DiscordLink),
            [
                {
                    "clan_id": laid.id,
                    "user_id": user,
                    "member_id": member,
                    "verified": verified,
                    "is_main": member == members[0],
                    "linked_at": NOW,
                    "linked_by": user,
                }
                for member in members
            ],
        )
        await attributions.attribute_users(session, laid.id, [user])


@pytest.mark.slow_on_postgres
async def test_gains_in_windows_of_everybody_and_of_each(laid: Laid) -> None:
    await laid.member(1, "Ann", 1, joined_at=ago(days=20), created_at=ago(days=20))
    await laid.member(2, "Bob", 2, created_at=ago(days=20))
    await laid.member(3, "Cy", 3)
    await laid.member(4, "Dee")
    await happens(laid, 1, RANK_CHANGED, ago(days=10))
    for profile in (1, 2):
        for days, value in ((40, 100), (30, 200), (20, 270), (10, 400), (7, 500), (1, 1000)):
            await laid.see(profile, ago(days=days), {OVERALL: value, EHB: None if days > 7 else 5})
    await laid.see(3, ago(days=2), {OVERALL: 9})
    nothing = at_least(0, Gap.ONE_READING)
    expected = {
        "lifetime": [known(1000), known(1000), known(9)],
        "7d": [known(500), known(500), nothing],
        "30d": [known(800), known(800), nothing],
        "joining": [known(730), at_least(730, Gap.NO_DATE), nothing],
        "rank": [known(600), at_least(730, Gap.NO_DATE), nothing],
    }
    for window, bounds in expected.items():
        assert await numbers(laid, Atom("overall", window)) == dict(enumerate(bounds, 1)), window
    assert (await numbers(laid, Atom("ehb", "7d")))[1] == known(0)
    assert (await numbers(laid, Atom("ehb", "30d")))[1] == at_least(0, Gap.UNRANKED)
    assert await numbers(laid, Atom("no_such_boss")) == {}


async def test_dates_of_who_came_back_and_of_who_was_always_there(laid: Laid) -> None:
    await laid.member(1, "Back", joined_at=ago(days=9), created_at=ago(days=400))
    await happens(laid, 1, RANK_CHANGED, ago(days=100))
    await happens(laid, 1, LEFT, ago(days=50))
    await laid.member(2, "Old", created_at=ago(days=400))
    await laid.member(3, "Gone", left_at=ago(days=3))
    loaded = await load(laid)
    days = {one: loaded.readings[Atom(one)] for one in ("days_in_clan", "days_in_rank")}
    assert dict(days["days_in_clan"]) == {1: known(9), 2: at_least(400, Gap.NO_DATE)}
    assert dict(days["days_in_rank"]) == {1: at_least(9, Gap.NO_DATE), 2: at_least(400, Gap.NO_DATE)}
    assert [one.member for one in loaded.subjects] == [1, 2]


async def test_messages_are_exact_for_who_is_surely_linked_where_all_was_heard(laid: Laid) -> None:
    await laid.observe(ago(days=12), NOW)
    for member, name in enumerate(("Ann", "Bob", "Cy"), 1):
        await laid.member(member, name, joined_at=ago(days=10), created_at=ago(days=10))
    await laid.hold((1, "Ann", None, None), (2, "Bob", None, None))
    await claims(laid, ANN, 1, verified=True)
    await claims(laid, BOB, 2)
    await happens(laid, 1, RANK_CHANGED, ago(days=3))
    moments = [ago(days=days) for days in (1, 4, 8, 11)]
    await laid.hear(game("Ann"), moments)
    await laid.hear(person(ANN), [*moments, ago(days=7), ago(days=7) - LITTLE])
    await laid.hear(game("Bob"), moments[:1])
    await laid.hear(person(BOB), moments)
    messages = {window: await numbers(laid, Atom("messages", window)) for window in ("7d", "30d", "joining")}
    assert messages["7d"] == {1: known(5), 2: at_least(1, Gap.NOT_LINKED), 3: at_least(0, Gap.NOT_LINKED)}
    assert messages["30d"][1] == at_least(10, Gap.NOT_OBSERVED)
    assert messages["joining"] == {
        1: known(8),
        2: at_least(1, Gap.NOT_LINKED),
        3: at_least(0, Gap.NOT_LINKED),
    }
    assert (await numbers(laid, Atom("messages", "rank")))[1] == known(2)
    assert (await numbers(laid, Atom("messages")))[1] == known(10)


async def test_a_day_is_the_clans_own_whatever_the_clocks_do(laid: Laid) -> None:
    """The 25th of October had 25 hours there: from 22:00 UTC of the 24th to 23:00 UTC."""
    await laid.observe(datetime(2026, 10, 1, tzinfo=UTC), NOW)
    await laid.member(1, "Ann", created_at=ago(days=90))
    await claims(laid, ANN, 1, verified=True)
    for text in ("24T21:45", "24T22:00", "25T22:45", "25T23:00", "25T23:15"):
        await laid.hear(person(ANN), [datetime.fromisoformat(f"2026-10-{text}+00:00")])
    assert await numbers(laid, Atom("active_days", "14d", "1")) == {1: known(3)}
    assert await numbers(laid, Atom("active_days", "14d", "2")) == {1: known(2)}
    assert await numbers(laid, Atom("active_days", "14d", "3")) == {1: known(0)}
    assert await numbers(laid, Atom("active_days", "8d", "1")) == {1: known(2)}
    assert await numbers(laid, Atom("active_days", "7d", "1")) == {1: known(1)}, "today is one of them"
    for day, active in ((25, 1), (26, 0)):
        past_midnight = datetime(2026, 10, day, 23, 30, tzinfo=UTC)
        assert await numbers(laid, Atom("active_days", "1d", "1"), past_midnight) == {1: known(active)}


async def test_days_that_were_not_heard_or_not_by_a_sure_link_may_have_been_active(laid: Laid) -> None:
    await laid.observe(datetime(2026, 10, 29, tzinfo=UTC), NOW)
    for member, name in enumerate(("Ann", "Bob"), 1):
        await laid.member(member, name, created_at=ago(days=90))
    await claims(laid, ANN, 1, verified=True)
    await claims(laid, BOB, 2)
    for user in (ANN, BOB):
        await laid.hear(person(user), [ago(days=1), ago(days=2)])
    assert await numbers(laid, Atom("active_days", "7d", "1")) == {
        1: Bounds(2, 5, Gap.NOT_OBSERVED),
        2: Bounds(0, 7, Gap.NOT_OBSERVED),
    }, "the 26th to the 28th; of the 29th an hour is missing, which is not enough"
    assert (await numbers(laid, Atom("active_days", "3d", "1")))[2] == Bounds(0, 3, Gap.NOT_LINKED)


async def test_when_somebody_was_seen_last_by_both_clocks(laid: Laid) -> None:
    await laid.observe(ago(days=200), ago(days=30))
    await laid.observe(ago(days=20), NOW)
    for member in range(1, 5):
        await laid.member(member, f"Member {member}", member, created_at=ago(days=90))
    fresh, old = ago(hours=36), ago(days=5)
    async with laid.database.write() as session:
        for profile, looked in ((1, fresh), (2, old), (3, fresh)):
            await session.execute(
                update(Profile)
                .where(Profile.clan_id == laid.id, Profile.source_id == laid.profiles[profile])
                .values(updated_at=looked, changed_at=ago(days=43))
            )
    await claims(laid, ANN, 1, verified=True)
    await claims(laid, BOB, 2, verified=True)
    await laid.hear(person(ANN), [ago(days=40)])
    await laid.hear(person(BOB), [ago(days=10)])
    not_linked = at_least(0, Gap.NOT_LINKED)
    seen = {
        where: await numbers(laid, Atom("days_since_seen", detail=where)) for where in ("game", "discord")
    }
    assert seen["game"] == {
        1: known(43),
        2: Bounds(0, 43, Gap.STALE),
        3: known(43),
        4: at_least(0, Gap.STALE),
    }
    assert seen["discord"] == {
        1: Bounds(20, 40, Gap.NOT_OBSERVED),
        2: known(10),
        3: not_linked,
        4: not_linked,
    }
    assert await numbers(laid, Atom("days_since_seen", detail="anywhere")) == {
        1: Bounds(20, 40, Gap.NOT_OBSERVED),
        2: Bounds(0, 10, Gap.STALE),
        3: Bounds(0, 43, Gap.NOT_LINKED),
        4: at_least(0, Gap.STALE),
    }


async def test_only_verified_links_make_accounts_one_persons(laid: Laid) -> None:
    for member in range(1, 5):
        await laid.member(member, f"Member {member}")
    await claims(laid, ANN, 2, 1, verified=True)
    await claims(laid, BOB, 1, 3)
    presence = {ANN: frozenset({"7", "raider"}), BOB: frozenset({"9"})}
    people = {one.member: one for one in (await load(laid, presence=presence)).subjects}
    assert [people[MemberId(one)].person for one in range(1, 5)] == [(2, 1), (2, 1), (3,), (4,)]
    assert [people[MemberId(one)].linked for one in range(1, 5)] == [True, True, False, False]
    assert people[MemberId(1)].discord_roles == {"7", "raider"}
    assert (people[MemberId(3)].discord_roles, people[MemberId(3)].unseen) == (None, Gap.NOT_LINKED)
    elsewhere = next(one for one in (await load(laid, presence={})).subjects if one.member == 1)
    assert (elsewhere.linked, elsewhere.discord_roles, elsewhere.unseen) == (True, None, Gap.NOT_IN_SERVER)
    untold = next(one for one in (await load(laid)).subjects if one.member == 1)
    assert (untold.discord_roles, untold.unseen) == (None, Gap.NOT_IN_SERVER)


async def test_as_many_statements_for_many_members_as_for_few(database: Database) -> None:
    await lay_lots(database, [5, 5, 25])
    eligibility = Eligibility(database, Statistics(database), SetClock(NOW))
    rules, asked = everything(), [0]

    def count(*_: Any) -> None:
        asked[-1] += 1

    async with database.read() as session:
        found = [await clans.clan_by_id(session, ClanId(number)) for number in (1, 2, 3)]
        engine = (await session.connection()).engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    members: list[int] = []
    for clan in found:
        assert clan is not None
        asked.append(0)
        members.append(len((await eligibility.assess(clan, None, rules)).standings))
    assert members == [5, 5, 25]
    assert asked[2] == asked[3] < 30, "the first time it is asked besides which metrics there are"


RULES = read_rules(
    "ranks: [{name: a, order: 10, wom_role: onyx, demote: after 5 days,"
    " when: {field: overall, at_least: 100}}]"
)


@pytest.fixture
async def ruled(laid: Laid) -> Laid:
    """A clan whose only member may become an onyx."""
    async with laid.database.write() as session:
        await session.execute(
            update(Clan).where(Clan.id == laid.id).values(role_order=["owner", "onyx", "short_green_guy"])
        )
    await laid.member(1, "Ann", 1)
    await laid.see(1, ago(days=1), {OVERALL: 50})
    return laid


async def audit(laid: Laid) -> list[tuple[str, Any]]:
    async with laid.database.read() as session:
        rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.action, row.detail) for row in rows]


async def test_rules_are_kept_by_version_and_the_second_officer_sees_what_the_first_did(ruled: Laid) -> None:
    service, clan = Eligibility(ruled.database, ruled.statistics, ruled.clock), await ruled.clan()
    with pytest.raises(NoRules):
        await service.rules(clan)
    with pytest.raises(NoRules):
        await service.assess(clan, None)
    assert await service.note(clan, None) is None
    assert (await service.assess(clan, None, RULES)).rules.number == 0, "a draft can be tried before"
    assert await service.save(clan, RULES, OFFICER, "first", basis=0) == 1
    with pytest.raises(RulesChanged) as refused:
        await service.save(clan, RULES, OTHER, "also first", basis=0)
    assert (refused.value.by, refused.value.at) == (OFFICER, NOW)
    other = read_rules("ranks: [{name: b, order: 10, wom_role: onyx, when: {field: linked}}]")
    assert await service.save(clan, other, OTHER, "second", basis=1) == 2
    newest = await service.rules(clan)
    assert (newest.number, newest.rules, newest.saved_by, newest.note) == (2, other, OTHER, "second")
    assert (await service.version(clan, 1)).rules == RULES
    with pytest.raises(NoRules):
        await service.version(clan, 3)
    assert [one.number for one in await service.versions(clan)] == [2, 1]
    assert [one.number for one in await service.versions(clan, limit=1)] == [2]
    saved = {"clan_id": ruled.id, "version": 1, "before": None, "note": "first"}
    again = {"clan_id": ruled.id, "version": 2, "before": 1, "note": "second"}
    assert await audit(ruled) == [("rules_saved", saved), ("rules_saved", again)]


async def test_since_when_somebody_meets_a_rank_is_noted_when_it_changes(ruled: Laid) -> None:
    service, clan = Eligibility(ruled.database, ruled.statistics, ruled.clock), await ruled.clan()
    await service.save(clan, RULES, OFFICER, "", basis=0)

    async def noted() -> list[tuple[Outcome, float]]:
        await service.note(clan, None)
        found = (await service.assess(clan, None)).since
        return [(one.outcome, (one.since - NOW) / timedelta(days=1)) for one in found.values()]

    assert await noted() == [(Outcome.FAIL, 0)]
    ruled.clock.advance(days=1)
    assert await noted() == [(Outcome.FAIL, 0)], "it is what it was"
    await ruled.see(1, ruled.clock.now, {OVERALL: 120})
    assert await noted() == [(Outcome.PASS, 1)]
    ruled.clock.advance(days=8)
    assert await noted() == [(Outcome.PASS, 1)], "values never fall"
    await ruled.member(1, "Ann", left_at=ruled.clock.now)
    assert await noted() == []


async def test_who_is_held_is_held_until_then_and_it_is_logged(ruled: Laid) -> None:
    service, clan = Eligibility(ruled.database, ruled.statistics, ruled.clock), await ruled.clan()
    await service.save(clan, RULES, OFFICER, "", basis=0)
    until, member = NOW + timedelta(days=3), MemberId(1)
    hold = Hold(until, OFFICER, NOW, "on trial")
    await service.hold(clan, [member], hold)
    assert (await service.assess(clan, None)).holds == {member: hold}
    ruled.clock.now = until - LITTLE
    assert (await service.assess(clan, None)).holds == {member: hold}
    ruled.clock.now = until
    assert (await service.assess(clan, None)).holds == {}
    for_ever = Hold(None, OTHER, until)
    await service.hold(clan, [member], for_ever)
    ruled.clock.advance(days=900)
    assert (await service.assess(clan, None)).holds == {member: for_ever}
    await service.release(clan, [member], OFFICER)
    assert (await service.assess(clan, None)).holds == {}
    logged = [(action, detail["members"], detail["until"]) for action, detail in (await audit(ruled))[1:]]
    assert logged == [("held", [1], until.isoformat()), ("held", [1], None), ("released", [1], None)]


async def test_a_claim_to_the_owners_account_gains_nothing(laid: Laid) -> None:
    """Whatever somebody claims and writes, no rule is nearer for it."""
    rules = read_rules(
        "ranks: [{name: a, order: 1, discord_role: x, when: {any: [{field: linked},"
        " {field: messages, over: 7d, at_least: 3}, {field: active_days, over: 7d, at_least: 2},"
        " {field: overall, accounts: best, at_least: 10}, {field: discord_role, is: boss},"
        " {field: days_since_seen, where: discord, at_most: 5}]}}]"
    )
    await laid.observe(ago(days=90), NOW)
    await laid.member(1, "Owner", 1, joined_at=ago(days=90))
    await laid.member(2, "Thief", 2, joined_at=ago(days=90))
    await laid.see(1, ago(hours=1), {OVERALL: 50})
    await laid.see(2, ago(hours=1), {OVERALL: 5})
    service, clan = Eligibility(laid.database, laid.statistics, laid.clock), await laid.clan()
    presence = {ANN: frozenset({"boss"}), BOB: frozenset({"boss"})}

    async def outcomes() -> list[Outcome]:
        standings = (await service.assess(clan, presence, rules)).standings
        return [standings[MemberId(one)].badges[0].outcome for one in (1, 2)]

    before = await outcomes()
    await claims(laid, ANN, 2, 1)
    await laid.hear(person(ANN), [ago(days=days, minutes=minute) for days in range(5) for minute in range(5)])
    assert await outcomes() == before == [Outcome.PASS, Outcome.UNKNOWN]
    async with laid.database.write() as session:
        pairs = [(ANN, MemberId(2))]
        await links.add_verified(session, laid.id, pairs, pairs, now=NOW, by=OFFICER)
    assert await outcomes() == [Outcome.PASS, Outcome.PASS], "their own, once it is sure"
