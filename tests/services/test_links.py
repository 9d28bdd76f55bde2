"""Whose messages count for whom, as users link accounts, officers decide, and members are renamed."""

import contextlib
from collections import Counter
from collections.abc import AsyncGenerator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from bot.domain.accounts import PENDING_NAMES, Account, LinkChange
from bot.domain.errors import (
    AlreadyLinked,
    ClaimRefused,
    InvalidName,
    LinkNotFound,
    TooManyNames,
    UserError,
)
from bot.domain.ids import NameKey, UserId
from db.models import Clan, DiscordLink
from db.session import Database
from tests.services.linked import ANN, BOB, CY, OFFICER, Linked, linked


@pytest.fixture
async def home(database: Database) -> AsyncGenerator[Linked]:
    async with linked(database) as home:
        yield home


async def test_a_nickname_that_names_another_account_counts_for_it(home: Linked) -> None:
    home.join("Main", "Al t")
    await home.stage.poll()
    await home.say(ANN, "AL-T | boss", 2)
    await home.claim(ANN, "Main", "Al t")
    await home.say(ANN, "Peter", 3)
    await home.say(ANN, "[tag] alt", 4)
    assert await home.counted() == {"Main": 3, "Al t": 6}
    await home.stage.links.make_main(await home.stage.clan(), ANN, await home.member("Al t"))
    assert await home.counted() == {"Al t": 9}
    await home.stage.links.remove(await home.stage.clan(), ANN, await home.member("Al t"))
    assert await home.counted() == {"Main": 9}


async def test_a_rename_changes_whom_a_nickname_names_in_the_poll_that_finds_it(home: Linked) -> None:
    home.join("Main")
    player = home.stage.joins("Alt")
    await home.stage.poll()
    await home.claim(ANN, "Main", "Alt")
    await home.say(ANN, "Alt")
    await home.say(ANN, "Newname", 2)
    assert await home.counted() == {"Main": 2, "Alt": 1}
    home.stage.wom.approve_rename(
        home.stage.wom.submit_rename(player, "New Name", home.stage.clock.now), home.stage.clock.now
    )
    await home.stage.later(minutes=30)
    assert await home.counted() == {"New Name": 3}, "the former name goes on naming it"


async def test_claims_stand_side_by_side_until_one_is_verified(home: Linked) -> None:
    home.join("Owner", "Other")
    await home.stage.poll()
    clan = await home.stage.clan()
    owner = await home.member("Owner")
    await home.claim(ANN, "Owner", "Other")
    await home.claim(BOB, "Owner")
    await home.say(ANN, "Ann", 2)
    await home.say(BOB, "Bob", 3)
    assert await home.counted() == {"Owner": 5}
    await home.review.verify(clan, OFFICER, BOB, owner)
    assert await home.counted() == {"Owner": 3, "Other": 2}
    assert await home.shown(ANN) == ["Other*", "Owner-"]
    await home.say(ANN, "Owner")
    assert await home.counted() == {"Owner": 3, "Other": 3}, "nor does the name in the nickname"
    with pytest.raises(LinkNotFound):
        await home.stage.links.make_main(clan, ANN, owner)
    with pytest.raises(LinkNotFound):
        await home.stage.links.want_code(clan, ANN, owner)
    with pytest.raises(AlreadyLinked):
        await home.claim(CY, "Owner")
    await home.review.unlink(clan, OFFICER, BOB, owner)
    assert await home.counted() == {"Owner": 3}, "the claim stands again"
    assert await home.shown(ANN) == ["Owner*", "Other"]
    assert [(user, action) for user, action, _ in await home.audit()] == [
        (OFFICER.user, "link_verified"),
        (OFFICER.user, "link_removed"),
    ]
    assert (await home.audit())[0][2] == {
        "clan_id": clan.id,
        "user": BOB,
        "member_id": owner,
        "how": "officer",
    }


async def test_the_database_refuses_a_second_verified_owner(home: Linked) -> None:
    home.join("Owner")
    await home.stage.poll()
    await home.claim(ANN, "Owner")
    await home.claim(BOB, "Owner")
    with pytest.raises(IntegrityError):
        async with home.stage.database.write() as session:
            await session.execute(update(DiscordLink).values(verified=True))


async def test_who_gives_an_account_up_leaves_the_claims_of_others(home: Linked) -> None:
    home.join("Owner")
    await home.stage.poll()
    clan, owner = await home.stage.clan(), await home.member("Owner")
    await home.claim(ANN, "Owner")
    await home.claim(BOB, "Owner")
    await home.say(BOB, "Bob")
    await home.review.verify(clan, OFFICER, ANN, owner)
    assert await home.counted() == {}
    await home.stage.links.remove(clan, ANN, owner)
    assert await home.counted() == {"Owner": 1}


async def test_a_name_not_on_the_roster_is_kept_and_linked_by_the_poll_that_finds_it(home: Linked) -> None:
    home.join("Else")
    await home.stage.poll()
    mine = await home.stage.links.claim(await home.stage.clan(), ANN, "new_guy")
    assert (mine.kept, mine.accounts) == ("new_guy", [])
    await home.claim(ANN, "Second")
    await home.say(ANN, "Ann")
    assert await home.shown(ANN) == ["(new_guy)", "(Second)"]
    assert await home.counted() == {}
    home.join("Second", "New Guy")
    await home.stage.later(minutes=30)
    assert await home.shown(ANN) == ["New Guy*", "Second"], "the first that was asked for is the main one"
    assert await home.counted() == {"New Guy": 1}
    assert sorted((one.user, one.name, one.change) for one in home.told) == [
        (ANN, "New Guy", LinkChange.CLAIMED),
        (ANN, "Second", LinkChange.CLAIMED),
    ]
    await home.stage.later(minutes=30)
    assert len(home.told) == 2


async def test_a_name_of_somebody_who_left_is_kept_for_whoever_comes_under_it(home: Linked) -> None:
    home.join("Else")
    gone = home.stage.joins("Recycled")
    await home.stage.poll()
    old = await home.member("Recycled")
    home.stage.wom.leave(home.stage.group, gone, home.stage.clock.now)
    await home.stage.later(minutes=10)
    await home.stage.later(hours=60)
    await home.claim(ANN, "Recycled")
    assert await home.shown(ANN) == ["(Recycled)"]
    await home.say(ANN, "Recycled")
    assert await home.counted() == {}, "a stranger inherits nothing"
    home.stage.wom.archive(gone, home.stage.clock.now)
    home.join("Recycled")
    await home.stage.later(hours=1)
    (account,) = await home.accounts(ANN)
    assert account.member != old
    assert account.member == await home.member("Recycled")


async def test_a_former_name_of_a_member_claims_nothing_and_says_who_had_it(home: Linked) -> None:
    player = home.stage.joins("Before")
    await home.stage.poll()
    home.stage.wom.approve_rename(
        home.stage.wom.submit_rename(player, "Today", home.stage.clock.now), home.stage.clock.now
    )
    await home.stage.later(minutes=30)
    mine = await home.stage.links.claim(await home.stage.clan(), ANN, "before")
    assert (mine.kept, mine.nearest, mine.accounts) == ("before", ("Today",), [])


async def test_a_kept_name_that_is_taken_or_refused_gives_nothing(home: Linked) -> None:
    home.join("Else")
    await home.stage.poll()
    clan = await home.stage.clan()
    for user in (ANN, BOB, CY):
        await home.claim(user, "Late")
    home.join("Late")
    await home.stage.later(minutes=30)
    late = await home.member("Late")
    await home.review.verify(clan, OFFICER, ANN, late)
    await home.review.refuse(clan, OFFICER, BOB, late)
    with pytest.raises(AlreadyLinked):
        await home.claim(BOB, "Late")
    await home.review.unlink(clan, OFFICER, ANN, late)
    with pytest.raises(ClaimRefused):
        await home.claim(BOB, "Late")
    await home.review.link(clan, OFFICER, BOB, "late")
    assert await home.shown(BOB) == ["Late*!"]
    assert await home.shown(CY) == ["Late-"]


async def test_a_kept_name_of_whom_officers_refused_is_dropped(home: Linked) -> None:
    player = home.stage.joins("Early")
    await home.stage.poll()
    clan, early = await home.stage.clan(), await home.member("Early")
    await home.claim(ANN, "Early")
    await home.review.refuse(clan, OFFICER, ANN, early)
    await home.claim(ANN, "Later")
    home.stage.wom.approve_rename(
        home.stage.wom.submit_rename(player, "Later", home.stage.clock.now), home.stage.clock.now
    )
    await home.stage.later(minutes=30)
    assert await home.shown(ANN) == []
    assert home.told == []


async def test_only_so_many_names_are_kept_and_they_can_be_dropped(home: Linked) -> None:
    clan = await home.stage.clan()
    for number in range(PENDING_NAMES):
        await home.claim(ANN, f"Name {number}")
    with pytest.raises(TooManyNames):
        await home.claim(ANN, "One more")
    await home.claim(ANN, "name-0")
    await home.stage.links.drop_name(clan, ANN, NameKey("name 0"))
    await home.claim(ANN, "One more")
    assert len(await home.shown(ANN)) == PENDING_NAMES
    with pytest.raises(InvalidName):
        await home.claim(ANN, "not a name!")


async def test_of_two_verified_owners_of_one_account_the_one_of_who_stays_is(home: Linked) -> None:
    """A rename seen as one left and one joined; each was verified for another user meanwhile."""
    player = home.stage.joins("Old Name", overall=5)
    home.join("Else")
    await home.stage.poll()
    clan = await home.stage.clan()
    home.stage.clock.advance(minutes=10)
    change = home.stage.wom.submit_rename(player, "New Name", home.stage.clock.now)
    synced = home.stage.wom.sync_rename_as_leave_and_join(
        home.stage.group, player, "New Name", home.stage.clock.now
    )
    home.stage.wom.record(synced, {"overall": 7}, home.stage.clock.now)
    await home.stage.later(minutes=10)
    await home.review.link(clan, OFFICER, ANN, "Old Name")
    await home.review.link(clan, OFFICER, BOB, "New Name")
    await home.say(BOB, "Bob")
    home.stage.wom.approve_rename(change, home.stage.clock.now)
    await home.stage.later(minutes=10)
    assert await home.shown(ANN) == ["New Name*!"]
    assert await home.shown(BOB) == ["New Name-"]
    assert await home.counted() == {}


async def test_whoever_speaks_first_under_a_new_nickname_is_attributed_with_the_message(home: Linked) -> None:
    home.join("Main", "Alt")
    await home.stage.poll()
    await home.claim(ANN, "Main", "Alt")
    await home.say(ANN, "Alt 🔥")
    assert await home.counted() == {"Alt": 1}


USERS, NAMES = (ANN, BOB), ("Aaa", "B bb", "Ccc")
NAMED = {"Aaa": ["Aaa"], "B bb": ["B bb"], "Ccc": ["Ccc"], "Nobody": [], "bbb | Ccc": ["Ccc", "B bb"]}
"""Whom a nickname names, the surest first."""
DEEDS = ("claim", "remove", "make_main", "verify", "refuse", "unlink")
STEPS = st.one_of(
    st.tuples(st.sampled_from(DEEDS), st.sampled_from(USERS), st.sampled_from(NAMES)),
    st.tuples(st.just("say"), st.sampled_from(USERS), st.sampled_from(sorted(NAMED))),
)


@pytest.mark.slow_on_postgres
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25))
async def test_whatever_users_and_officers_do_each_message_counts_for_the_account_that_speaks(
    database: Database, steps: list[tuple[str, UserId, str]]
) -> None:
    async with database.write() as session:
        await session.execute(delete(Clan))
    async with linked(database) as home:
        home.join(*NAMES)
        await home.stage.poll()
        said: list[tuple[UserId, str]] = []
        for deed, user, name in steps:
            if deed == "say":
                await home.say(user, name)
                said.append((user, name))
            else:
                await _do(home, deed, user, name)
            accounts = {one: await home.accounts(one) for one in USERS}
            verified = [one.member for mine in accounts.values() for one in mine if one.verified]
            assert len(verified) == len(set(verified))
            expected = Counter(filter(None, (_speaker(accounts[who], nickname) for who, nickname in said)))
            assert await home.counted() == expected


async def _do(home: Linked, deed: str, user: UserId, name: str) -> None:
    """Do it, or be refused."""
    clan, member = await home.stage.clan(), await home.member(name)
    with contextlib.suppress(UserError):
        if deed == "claim":
            await home.claim(user, name)
        elif deed in {"remove", "make_main"}:
            await getattr(home.stage.links, deed)(clan, user, member)
        else:
            await getattr(home.review, deed)(clan, OFFICER, user, member)


def _speaker(accounts: list[Account], nickname: str) -> str | None:
    standing = [one for one in accounts if one.stands]
    named = [name for name in NAMED[nickname] if any(one.name == name for one in standing)]
    return next(iter(named), next((one.name for one in standing if one.is_main), None))
