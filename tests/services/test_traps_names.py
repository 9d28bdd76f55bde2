"""Names that pass from one to another: each owner's lines are theirs, and those between nobody's."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from db.session import Database
from tests.services.tale import NOBODY, Tale, told


@pytest.fixture
async def tale(database: Database) -> AsyncGenerator[Tale]:
    async with told(database) as tale:
        yield tale


async def test_two_members_who_swap_names_keep_their_own_lines(tale: Tale) -> None:
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann", "Ann", "Bob")
    await tale.polled(minutes=10)
    between = await tale.says("Ann")
    tale.passes(minutes=10)
    tale.renames(ann, "Cat")
    given_up = await tale.says("Ann")
    for player, name in ((bob, "Ann"), (ann, "Bob")):
        tale.passes(minutes=1)
        tale.renames(player, name)
    tale.plays(ann, 1_400)
    tale.plays(bob, 1_030)
    tale.passes(minutes=10)
    await tale.says("Ann", "Bob")
    await tale.polled(minutes=10)
    assert await tale.spoken() == {"Bob": 3, "Ann": 2, NOBODY: 2}
    assert await tale.gained() == {"Bob": 400, "Ann": 30}
    assert await tale.who_was("Ann", between) is None, "it may have been either's"
    assert await tale.who_was("Ann", given_up) is None, "nobody is known to have it yet"
    assert [one.display for one in (await tale.whois("Bob")).names] == ["Ann", "Cat", "Bob"]


async def test_a_name_given_up_and_taken_by_another_member_is_each_ones_for_their_time(tale: Tale) -> None:
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    tale.passes(hours=1)
    tale.renames(ann, "Cat")
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(hours=1)
    tale.renames(bob, "Ann")
    await tale.polled(hours=1)
    await tale.says("Ann")
    assert await tale.spoken() == {"Cat": 1, "Ann": 1, NOBODY: 1}
    assert (await tale.whois("Ann")).member == (await tale.whois("Bob")).member


async def test_a_name_that_changes_hands_within_one_gap_is_nobodys_until_the_taker_is_known(
    tale: Tale,
) -> None:
    """The boundary is the first one's last sighting; WOM was told that the second has it at a moment."""
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(minutes=10)
    await tale.says("Ann")
    tale.passes(minutes=10)
    changes = [tale.renamed(ann, "Cat"), tale.renamed(bob, "Ann")]
    tale.passes(minutes=10)
    await tale.says("Ann")
    tale.approved(*changes)
    await tale.polled(minutes=10)
    await tale.says("Ann")
    assert await tale.spoken() == {"Cat": 1, "Ann": 2, NOBODY: 1}


@pytest.mark.slow_on_postgres
async def test_an_outsider_who_takes_a_former_name_and_joins_inherits_nothing(tale: Tale) -> None:
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    tale.plays(ann, 1_400)
    await tale.polled(hours=1)
    tale.renames(ann, "Cat")
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(days=30)
    tale.joins("Ann", xp=70)
    await tale.polled(hours=1)
    await tale.says("Ann")
    assert await tale.roster() == ["Cat", "Bob", "Ann"]
    assert await tale.spoken() == {"Cat": 1, "Ann": 1, NOBODY: 1}
    assert await tale.gained() == {"Cat": 400}


@pytest.mark.slow_on_postgres
async def test_a_player_id_that_vanishes_by_a_merge_leaves_the_member_whole(tale: Tale) -> None:
    """Trap 1: WOM knew the account under an older profile, which takes this one over; its id is 404."""
    older = tale.wom.add_player("Ann")
    tale.plays(older, 500)
    tale.passes(days=30)
    cat, _ = tale.joins("Cat", "Bob")
    await tale.polled(hours=1)
    await tale.says("Cat")
    tale.passes(hours=1)
    tale.plays(cat, 1_200)
    await tale.polled(hours=1)
    before = await tale.whois("Cat")
    tale.renames(older, "Cat")
    assert cat not in tale.wom.players
    tale.plays(older, 1_300)
    result = await tale.polled(hours=1)
    assert (result.joined, result.left, result.renamed) == (0, 0, 0)
    await tale.says("Cat")
    await tale.polled_for(days=3)
    after = await tale.whois("Cat")
    assert (after.member, after.joined_at, after.left_at) == (before.member, before.joined_at, None)
    assert await tale.roster() == ["Cat", "Bob"]
    assert await tale.spoken() == {"Cat": 2}
    assert await tale.gained() == {"Cat": 300}
    assert await tale.happened("left") == []


async def test_what_was_heard_while_wom_was_two_names_behind_is_its_speakers_once_wom_knows(
    tale: Tale,
) -> None:
    """Trap 2: the roster showed the first one under a name that was the second one's by then."""
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    tale.passes(minutes=10)
    tale.renames(ann, "Cat")
    tale.passes(minutes=10)
    changes = [tale.renamed(ann, "Dee"), tale.renamed(bob, "Cat")]
    await tale.polled(minutes=10)
    await tale.says("Cat")
    assert await tale.spoken() == {"Cat": 1}, "nothing but WOM's word is known"
    await tale.polled(hours=1)
    tale.approved(*changes)
    await tale.polled(hours=1)
    assert await tale.roster() == ["Dee", "Cat"]
    assert (await tale.whois("Dee")).facts.all == 0
    assert await tale.spoken() == {"Cat": 1}
    assert (await tale.whois("Cat")).member == (await tale.whois("Bob")).member


async def test_a_name_given_up_by_who_was_missing_ends_when_wom_was_told(tale: Tale) -> None:
    """Trap 11: WOM tells of the changes of present members only, and a broken sync dropped her."""
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    change = tale.renamed(ann, "Eve")
    tale.passes(minutes=5)
    await tale.says("Ann")
    await tale.polled(hours=1)
    tale.approved(change)
    tale.synced(left=[ann])
    tale.wom.sync_rename_as_leave_and_join(tale.group, bob, "Ann", tale.now)
    await tale.polled(hours=1)
    tale.synced(joined=[ann])
    await tale.polled(hours=1)
    assert await tale.spoken() == {NOBODY: 1}, "Bob said it, who may have taken the name by then"


async def test_a_name_that_another_had_between_two_polls_is_theirs_until_it_is_taken(tale: Tale) -> None:
    """No roster ever showed Ann as Cat, and WOM tells that she was, from when to when."""
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    tale.renames(ann, "Cat")
    tale.passes(minutes=5)
    await tale.says("Cat")
    await tale.says("Bob")
    tale.passes(minutes=5)
    tale.renames(ann, "Dee")
    tale.passes(minutes=5)
    tale.renames(bob, "Cat")
    await tale.says("Cat")
    await tale.polled(hours=1)
    assert await tale.spoken() == {"Dee": 1, "Cat": 2}


@pytest.mark.parametrize("first", ["Eve", "Cat"])
async def test_a_former_name_of_a_newcomer_is_not_theirs_while_wom_tells_of_another_under_it(
    tale: Tale, first: str
) -> None:
    """Ann took a name and gave it up again between two polls; then Eve had it, and then she joined."""
    ann, bob = tale.joins("Ann", "Cat")
    await tale.polled(hours=1)
    tale.passes(minutes=5)
    tale.renames(bob, "Bob")
    await tale.polled(hours=1)
    tale.renames(ann, "Cat")
    await tale.says("Cat")
    tale.renames(ann, "Ann")
    eve = tale.wom.add_player(first)
    tale.passes(minutes=5)
    if first != "Cat":
        tale.renames(eve, "Cat")
    await tale.says("Cat")
    tale.renames(eve, "Fay")
    tale.synced(joined=[eve])
    await tale.polled(hours=1)
    assert await tale.roster() == ["Ann", "Bob", "Fay"]
    assert await tale.spoken() == {"Fay": 1, "Ann": 1}, "Ann's line is not hers"
    assert [one.display for one in (await tale.whois("Fay")).names] == [*dict.fromkeys((first, "Cat", "Fay"))]


async def test_who_gave_a_name_up_and_took_it_again_did_not_have_it_between(tale: Tale) -> None:
    """WOM showed Ann under the old name until it approved; Bob had it in the meantime."""
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    tale.passes(minutes=5)
    away = tale.renamed(ann, "Eve")
    tale.passes(minutes=5)
    taken = tale.renamed(bob, "Ann")
    await tale.says("Ann")
    await tale.polled(hours=1)
    tale.approved(away, taken)
    tale.renames(bob, "Bob")
    tale.passes(minutes=5)
    tale.renames(ann, "Ann")
    tale.passes(minutes=5)
    tale.renames(ann, "Fay")
    await tale.polled(hours=1)
    assert await tale.roster() == ["Fay", "Bob"]
    assert await tale.spoken() == {"Bob": 1}, "Bob's line is not hers"


async def test_a_name_given_up_and_taken_again_between_two_polls_keeps_its_earlier_time(tale: Tale) -> None:
    """Every poll saw Ann under the name, and WOM tells what she was called in between."""
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(hours=1)
    tale.passes(minutes=5)
    tale.renames(ann, "Cat")
    tale.passes(minutes=5)
    tale.renames(bob, "Ann")
    await tale.says("Ann")
    await tale.says("Cat")
    tale.passes(minutes=5)
    tale.renames(bob, "Bob")
    tale.passes(minutes=5)
    tale.renames(ann, "Ann")
    tale.passes(minutes=5)
    await tale.says("Ann")
    await tale.polled(hours=1)
    assert await tale.spoken() == {"Ann": 3, "Bob": 1}
    tale.renames(ann, "Eve")
    await tale.polled(hours=1)
    assert await tale.spoken() == {"Eve": 3, "Bob": 1}
    assert [one.display for one in (await tale.whois("Eve")).names] == ["Ann", "Cat", "Ann", "Eve"]


async def test_a_short_earlier_time_under_a_name_does_not_end_the_one_before(tale: Tale) -> None:
    """Ann was Eve for a moment before she was Cat; when she becomes Eve again, Cat ends then."""
    (ann,) = tale.joins("Ann")
    await tale.polled(hours=1)
    tale.passes(minutes=5)
    tale.renames(ann, "Eve")
    await tale.says("Eve")
    tale.passes(minutes=5)
    tale.renames(ann, "Ann")
    tale.passes(minutes=5)
    tale.renames(ann, "Cat")
    await tale.polled(hours=12)
    await tale.says("Cat")
    await tale.polled(hours=12)
    tale.passes(minutes=5)
    tale.renames(ann, "Eve")
    await tale.polled(hours=12)
    assert await tale.who_was("Cat", tale.now - timedelta(hours=20)) == "Eve"


async def test_a_name_taken_back_tells_nothing_of_the_time_before_the_clan_was_polled(tale: Tale) -> None:
    """The hold that the rename to it began is the later one, not that of the first roster."""
    ann, _ = tale.joins("Ann", "Bob")
    before = await tale.says("Cat")
    await tale.polled(hours=1)
    tale.passes(minutes=5)
    tale.renames(ann, "Dee")
    await tale.polled(hours=1)
    tale.renames(ann, "Cat")
    tale.passes(minutes=5)
    tale.renames(ann, "Ann")
    await tale.polled(hours=1)
    assert await tale.who_was("Cat", before) is None
    assert await tale.spoken() == {NOBODY: 1}
    assert [one.display for one in (await tale.whois("Ann")).names] == ["Ann", "Dee", "Cat", "Ann"]


async def test_a_newcomers_old_name_that_wom_still_showed_ends_when_wom_was_told(tale: Tale) -> None:
    """WOM shows the old name until it approves: she had given it up before she came, and Bob had taken it."""
    tale.joins("Bob")
    await tale.polled(hours=1)
    fay = tale.wom.add_player("Ann")
    change = tale.renamed(fay, "Fay")
    tale.passes(minutes=5)
    await tale.says("Ann")
    tale.synced(joined=[fay])
    await tale.polled(hours=1)
    tale.approved(change)
    await tale.polled(hours=1)
    assert await tale.roster() == ["Bob", "Fay"]
    assert await tale.spoken() == {NOBODY: 1}, "Bob said it"
