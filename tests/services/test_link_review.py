"""What officers see of links and decide about them."""

from collections.abc import AsyncGenerator

import pytest

from bot.domain.errors import AccountTaken, NotPermitted, Outdated, PlayerNotTracked, SeveralForOne
from bot.domain.ids import UserId
from bot.domain.link_review import Officer, Talker, fingerprint
from db.session import Database
from tests.services.linked import ANN, BOB, CY, MANAGER, OFFICER, Linked, linked

PEOPLE = {ANN: "Jo hn | GIM", BOB: "lloi", CY: "Somebody"}


@pytest.fixture
async def home(database: Database) -> AsyncGenerator[Linked]:
    async with linked(database) as home:
        home.join("Jo hn", "L-loi", "Else")
        home.join("Boss", role="owner")
        await home.stage.poll()
        yield home


async def suggested(home: Linked, people: dict[UserId, str]) -> list[tuple[int, str, bool]]:
    found = await home.review.suggestions(await home.stage.clan(), people)
    return [(one.user, one.name, one.exact) for one in found]


async def test_claims_wait_in_order_with_what_speaks_for_each(home: Linked) -> None:
    await home.claim(ANN, "Jo hn")
    home.stage.clock.advance(minutes=1)
    await home.claim(CY, "Jo hn")
    home.stage.clock.advance(minutes=1)
    await home.claim(CY, "Boss")
    await home.review.link(await home.stage.clan(), OFFICER, BOB, "L-loi")
    claims = await home.review.claims(await home.stage.clan(), {ANN: "Jo hn | GIM"})
    assert [(one.user, one.name, one.agrees, one.rivals, one.leads, one.nickname) for one in claims] == [
        (ANN, "Jo hn", True, 1, False, "Jo hn | GIM"),
        (CY, "Jo hn", False, 1, False, None),
        (CY, "Boss", False, 0, True, None),
    ]


async def test_a_claim_that_is_gone_cannot_be_decided(home: Linked) -> None:
    clan, john = await home.stage.clan(), await home.member("Jo hn")
    for decide in (home.review.verify, home.review.refuse):
        with pytest.raises(Outdated):
            await decide(clan, OFFICER, ANN, john)
    await home.review.link(clan, OFFICER, ANN, "Jo hn")
    with pytest.raises(Outdated):
        await home.review.refuse(clan, OFFICER, ANN, john)
    assert await home.shown(ANN) == ["Jo hn*!"]


async def test_an_officer_verifies_no_account_of_their_own_but_a_manager_does(home: Linked) -> None:
    clan, boss = await home.stage.clan(), await home.member("Boss")
    officer, manager = OFFICER.user, MANAGER.user
    await home.claim(officer, "Boss")
    with pytest.raises(NotPermitted):
        await home.review.verify(clan, OFFICER, officer, boss)
    with pytest.raises(NotPermitted):
        await home.review.link(clan, OFFICER, officer, "Boss")
    with pytest.raises(NotPermitted):
        await home.review.accept(clan, OFFICER, {officer: "Else"}, {(officer, await home.member("Else"))})
    assert await home.shown(officer) == ["Boss*"]
    await home.review.link(clan, MANAGER, manager, "Boss")
    assert await home.shown(manager) == ["Boss*!"]


async def test_an_account_is_given_to_one_user_at_a_time(home: Linked) -> None:
    clan = await home.stage.clan()
    await home.review.link(clan, OFFICER, ANN, "jo_hn")
    await home.review.link(clan, OFFICER, ANN, "Jo hn")
    with pytest.raises(AccountTaken) as refused:
        await home.review.link(clan, OFFICER, BOB, "Jo hn")
    assert refused.value.owner == ANN
    with pytest.raises(PlayerNotTracked):
        await home.review.link(clan, OFFICER, BOB, "Nobody")
    assert len([entry for entry in await home.audit() if entry[1] == "link_verified"]) == 1


async def test_nicknames_suggest_and_what_is_accepted_is_verified_and_logged(home: Linked) -> None:
    clan = await home.stage.clan()
    assert await suggested(home, PEOPLE) == [(ANN, "Jo hn", True), (BOB, "L-loi", False)]
    await home.say(ANN, "Jo hn | GIM")
    exact = [one for one in await home.review.suggestions(clan, PEOPLE) if one.exact]
    linked_now = await home.review.accept_exact(clan, OFFICER, PEOPLE, fingerprint(exact))
    assert [one.name for one in linked_now] == ["Jo hn"]
    assert await home.shown(ANN) == ["Jo hn*!"]
    assert await home.counted() == {"Jo hn": 1}
    assert await suggested(home, PEOPLE) == [(BOB, "L-loi", False)]
    await home.review.accept(clan, OFFICER, PEOPLE, {(BOB, await home.member("L-loi"))})
    assert await home.shown(BOB) == ["L-loi*!"]
    assert [(user, detail["user"], detail["how"]) for user, _, detail in await home.audit()] == [
        (OFFICER.user, ANN, "suggestion"),
        (OFFICER.user, BOB, "suggestion"),
    ]


async def test_what_was_not_shown_is_not_accepted(home: Linked) -> None:
    clan, john = await home.stage.clan(), await home.member("Jo hn")
    seen = fingerprint([one for one in await home.review.suggestions(clan, PEOPLE) if one.exact])
    with pytest.raises(Outdated):
        await home.review.accept_exact(clan, OFFICER, {**PEOPLE, CY: "Else"}, seen)
    with pytest.raises(Outdated):
        await home.review.accept(clan, OFFICER, {ANN: "Peter"}, {(ANN, john)})
    twins = {ANN: "Jo hn", BOB: "jo_hn"}
    with pytest.raises(SeveralForOne):
        await home.review.accept(clan, OFFICER, twins, {(ANN, john), (BOB, john)})
    assert await home.shown(ANN) == await home.shown(BOB) == []


async def test_accepting_all_leaves_out_the_officers_own(home: Linked) -> None:
    clan, people = await home.stage.clan(), {OFFICER.user: "Else", ANN: "Jo hn"}
    seen = fingerprint([one for one in await home.review.suggestions(clan, people) if one.exact])
    accepted = await home.review.accept_exact(clan, OFFICER, people, seen)
    assert [one.name for one in accepted] == ["Jo hn"]
    assert await suggested(home, people) == [(OFFICER.user, "Else", True)]


async def test_nobody_becomes_the_owner_by_a_nickname_without_a_look(home: Linked) -> None:
    assert await suggested(home, {CY: "Boss"}) == [(CY, "Boss", False)]


async def test_what_officers_refused_is_suggested_no_more(home: Linked) -> None:
    await home.claim(ANN, "Jo hn")
    assert await suggested(home, PEOPLE) == [(BOB, "L-loi", False)], "a claim is reviewed, not suggested"
    await home.review.refuse(await home.stage.clan(), OFFICER, ANN, await home.member("Jo hn"))
    assert await suggested(home, PEOPLE) == [(BOB, "L-loi", False)]


async def test_members_without_a_linked_user_in_the_server_are_listed(home: Linked) -> None:
    clan = await home.stage.clan()
    await home.claim(ANN, "Else")
    await home.claim(UserId(99), "Jo hn")
    unseen = await home.review.unseen(clan, {ANN: "Ann", BOB: "lloi"})
    assert [(one.name, one.left, one.maybe) for one in unseen] == [
        ("Boss", False, None),
        ("Jo hn", True, None),
        ("L-loi", False, BOB),
    ]


async def test_who_talks_and_is_nobody_on_the_roster_is_listed_with_counts(home: Linked) -> None:
    await home.say(ANN, "Ann", 2)
    await home.say(ANN, "Annie", 3)
    await home.say(BOB, "Bob", 7)
    await home.claim(BOB, "Else")
    await home.relay("**Stranger**: hi")
    await home.relay("**Jo hn**: hi")
    talk = await home.review.talk(await home.stage.clan(), {BOB: "Bob"})
    assert talk.talkers == [Talker(ANN, ("Annie", "Ann"), 5, here=False), Talker(None, ("Stranger",), 1)]
    home.stage.clock.advance(days=31)
    assert (await home.review.talk(await home.stage.clan(), {})).talkers == []


async def test_another_officer_may_decide_what_concerns_an_officer(home: Linked) -> None:
    await home.claim(OFFICER.user, "Else")
    await home.review.verify(
        await home.stage.clan(), Officer(UserId(60)), OFFICER.user, await home.member("Else")
    )
    assert await home.shown(OFFICER.user) == ["Else*!"]
