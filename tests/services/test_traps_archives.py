"""Trap 4: a profile is archived since another account has its name, and WOM names neither any more."""

from collections.abc import AsyncGenerator

import pytest

from db.session import Database
from tests.services.tale import NOBODY, Tale, told


@pytest.fixture
async def tale(database: Database) -> AsyncGenerator[Tale]:
    async with told(database) as tale:
        yield tale


@pytest.mark.slow_on_postgres
async def test_an_outsider_who_takes_a_leavers_name_and_joins_inherits_nothing(tale: Tale) -> None:
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(hours=1)
    tale.synced(left=[ann])
    tale.wom.archive(ann, tale.now)
    await tale.polled_for(days=3)
    await tale.says("Ann")
    await tale.polled(days=30)
    tale.joins("Ann", xp=70)
    await tale.polled(hours=1)
    await tale.says("Ann")
    assert await tale.roster() == ["Bob", "Ann"]
    assert await tale.spoken() == {"Ann": 1, NOBODY: 1}
    assert (await tale.whois(1)).facts.all == 1


@pytest.mark.slow_on_postgres
async def test_a_profile_archived_since_another_took_its_name_stays_a_member_without_it(tale: Tale) -> None:
    """Trap 4: the archive stays in the group; the new account is no member."""
    ann, _ = tale.joins("Ann", "Bob")
    tale.plays(ann, 1_000)
    await tale.polled(hours=1)
    await tale.says("Ann")
    tale.passes(hours=1)
    tale.plays(ann, 1_400)
    await tale.polled(hours=1)
    tale.wom.archive(ann, tale.now)
    thief = tale.wom.add_player("Ann")
    tale.plays(thief, 9)
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled_for(days=3)
    assert await tale.happened("left") == [], "an archive is on the roster"
    assert await tale.roster() == ["Ann", "Bob"]
    assert await tale.spoken() == {"Ann": 1, NOBODY: 1}
    tale.synced(joined=[thief])
    await tale.polled(hours=1)
    await tale.says("Ann")
    assert await tale.roster() == ["Ann", "Bob", "Ann"]
    assert await tale.spoken() == {"Ann": 1, "Ann #3": 1, NOBODY: 1}
    assert await tale.gained() == {"Ann": 400}


async def test_who_takes_the_name_of_an_archive_that_a_sync_dropped_is_not_its_member(tale: Tale) -> None:
    """Trap 4: Bob was on the roster with her under another name, which is not his first."""
    _, bob = tale.joins("Dan", "Bob")
    await tale.polled(hours=1)
    tale.renames(bob, "Cat")
    await tale.polled(hours=1)
    (ann,) = tale.joins("Ann")
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(hours=1)
    tale.wom.archive(ann, tale.now)
    tale.synced(left=[ann])
    tale.renames(bob, "Ann")
    await tale.polled(hours=1)
    await tale.says("Ann", "Ann")
    assert await tale.spoken() == {"Ann": 2, "Ann #3": 1}, "what the one before said is hers"


async def test_a_former_name_of_a_newcomer_is_nobodys_where_nothing_tells_when_another_gave_it_up(
    tale: Tale,
) -> None:
    """WOM was told that Ann took the name; then her profile was archived, and Eve had the name."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    tale.passes(minutes=5)
    tale.renames(ann, "Cat")
    tale.passes(minutes=5)
    await tale.says("Cat")
    tale.wom.archive(ann, tale.now)
    await tale.polled(hours=1)
    eve = tale.wom.add_player("Cat")
    tale.synced(joined=[eve])
    tale.passes(minutes=5)
    tale.renames(eve, "Fay")
    await tale.polled(hours=1)
    await tale.says("Fay")
    assert await tale.spoken() == {"Fay": 1, NOBODY: 1}, "Ann's line is not hers"


async def test_the_last_name_of_an_archive_is_not_that_of_a_newcomer_who_has_it_now(tale: Tale) -> None:
    """Trap 4: no poll showed Ann as Cat, and WOM tells of her changes only while she is on the roster."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    tale.passes(minutes=5)
    await tale.says("Cat")
    tale.renames(ann, "Cat")
    tale.passes(minutes=5)
    await tale.says("Cat")
    tale.renames(ann, "Dee")
    tale.passes(minutes=5)
    await tale.says("Dee")
    tale.wom.archive(ann, tale.now)
    await tale.polled(hours=1)
    eve, fay = tale.wom.add_player("Cat"), tale.wom.add_player("Dee")
    tale.synced(joined=[eve, fay], left=[ann])
    await tale.polled(hours=1)
    await tale.says("Cat", "Dee")
    assert await tale.spoken() == {"Ann": 2, "Cat": 1, "Dee": 1, NOBODY: 1}, (
        "none of the first three is theirs"
    )


async def test_an_archive_that_took_the_name_of_another_has_what_is_said_since_wom_was_told(
    tale: Tale,
) -> None:
    """Trap 4: both were archived before a poll saw them; what Bob said before it is not Ann's."""
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    tale.passes(minutes=5)
    await tale.says("Bob")
    tale.passes(minutes=5)
    tale.wom.archive(bob, tale.now)
    tale.renames(ann, "Bob")
    tale.passes(minutes=5)
    tale.wom.archive(ann, tale.now)
    await tale.polled(hours=1)
    assert await tale.spoken() == {NOBODY: 1}, "Bob had it until he was seen no more, and perhaps longer"


async def test_a_former_name_of_a_newcomer_begins_no_earlier_than_its_holder_is_known_to_have_lost_it(
    tale: Tale,
) -> None:
    """Trap 4: Ann was last seen under it before her profile was archived; that is not when she lost it."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    tale.passes(minutes=5)
    await tale.says("Ann")
    tale.passes(minutes=5)
    tale.wom.archive(ann, tale.now)
    await tale.polled(hours=1)
    eve = tale.wom.add_player("Ann")
    tale.passes(minutes=5)
    tale.renames(eve, "Fay")
    tale.synced(joined=[eve])
    await tale.polled(hours=1)
    await tale.says("Fay")
    assert await tale.spoken() == {"Fay": 1, NOBODY: 1}
