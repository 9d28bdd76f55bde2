"""Renames, however WOM tells of them: all that a member did stays theirs, and nobody else's comes along."""

from collections.abc import AsyncGenerator

import pytest

from db.session import Database
from tests.services.hearing import NOW
from tests.services.tale import NOBODY, Tale, told


@pytest.fixture
async def tale(database: Database) -> AsyncGenerator[Tale]:
    async with told(database) as tale:
        yield tale


async def test_a_plain_rename_takes_the_lines_and_the_xp_along(tale: Tale) -> None:
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann", "Bob")
    await tale.polled(hours=1)
    tale.renames(ann, "Ann B")
    tale.plays(ann, 1_500)
    await tale.says("Ann B")
    assert (await tale.polled(hours=1)).renamed == 1
    await tale.says("Ann_B", "Ann")
    assert await tale.spoken() == {"Ann B": 3, "Bob": 1, NOBODY: 1}, "the old name is free for strangers"
    assert await tale.gained() == {"Ann B": 500}
    dossier = await tale.whois("ann")
    assert [one.display for one in dossier.names] == ["Ann", "Ann B"]
    assert dossier.name == "Ann B"
    assert await tale.happened("left") == []
    assert await tale.happened("renamed") == [("Ann B", "renamed")]


@pytest.mark.slow_on_postgres
@pytest.mark.parametrize("later", [{"hours": 1}, {"days": 1}, {"days": 7}], ids=["hour", "day", "week"])
async def test_a_rename_first_seen_as_one_left_and_one_joined_leaves_no_trace(
    tale: Tale, later: dict[str, float]
) -> None:
    """Trap 2: the plugin syncs before the approval; both rows of the activity vanish with it."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    joined_at = (await tale.whois("Ann")).joined_at
    await tale.polled(hours=1)
    change = tale.renamed(ann, "Cat")
    cat = tale.wom.sync_rename_as_leave_and_join(tale.group, ann, "Cat", tale.now)
    tale.plays(cat, 1_200)
    await tale.says("Cat")
    await tale.polled(hours=1)
    await tale.says("Cat")
    assert await tale.spoken() == {"Ann": 1, "cat": 2}, "two until WOM says that they are one"
    for _ in range(4):
        await tale.polled(days=later.get("days", 0) / 4, hours=later.get("hours", 0) / 4)
    tale.approved(change)
    tale.plays(ann, 1_400)
    result = await tale.polled(hours=1)
    assert (result.joined, result.left, result.renamed) == (0, 0, 1)
    assert await tale.roster() == ["Cat", "Bob"]
    assert await tale.spoken() == {"Cat": 3}
    assert await tale.gained() == {"Cat": 400}, "the numbers of both profiles are one row of numbers"
    dossier = await tale.whois("Ann")
    assert (dossier.name, dossier.joined_at, dossier.left_at) == ("Cat", joined_at, None)
    assert sorted(await tale.happened()) == [("Bob", "joined"), ("Cat", "joined"), ("Cat", "renamed")]


@pytest.mark.slow_on_postgres
async def test_a_membership_that_moves_without_any_event_comes_back_with_the_approval(tale: Tale) -> None:
    """Trap 10: pending changes are not listed, and the activity says nothing."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(hours=1)
    change = tale.renamed(ann, "Cat")
    cat = tale.wom.sync_moves_membership(tale.group, ann, "Cat", tale.now)
    tale.plays(cat, 1_200)
    await tale.polled(hours=1)
    await tale.says("Cat")
    await tale.polled_for(days=3)
    assert await tale.happened("left") == [("Ann", "left")]
    tale.approved(change)
    await tale.polled(hours=1)
    assert await tale.roster() == ["Cat", "Bob"]
    assert await tale.spoken() == {"Cat": 2}
    assert await tale.gained() == {"Cat": 200}
    assert await tale.happened("left") == []


async def test_a_double_under_a_name_that_was_taken_and_given_up_between_two_polls_is_found(
    tale: Tale,
) -> None:
    """The double was merged with the first change; the member is back under the name before it."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    change = tale.renamed(ann, "Cat")
    tale.wom.sync_rename_as_leave_and_join(tale.group, ann, "Cat", tale.now)
    await tale.polled(hours=1)
    await tale.says("Cat")
    await tale.polled(hours=1)
    tale.approved(change)
    tale.passes(hours=1)
    tale.renames(ann, "Ann")
    result = await tale.polled(hours=1)
    assert (result.joined, result.left) == (0, 0)
    assert await tale.roster() == ["Ann", "Bob"]
    tale.joins("Cat")
    await tale.says("Cat")
    await tale.polled(hours=1)
    await tale.says("Cat", "Ann")
    assert await tale.spoken() == {"Ann": 3, "Cat": 2}, "the double's name is free again"
    assert await tale.happened("left") == []


@pytest.mark.slow_on_postgres
async def test_a_membership_that_moved_and_is_never_approved_is_one_by_an_officers_word_alone(
    tale: Tale,
) -> None:
    """Trap 10: that one left as another came proves nothing, so nobody is given the other's lines."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(hours=1)
    tale.wom.sync_moves_membership(tale.group, ann, "Cat", tale.now)
    await tale.polled(hours=1)
    await tale.says("Cat")
    await tale.polled_for(days=3)
    before = await tale.spoken()
    assert before == {"cat": 1}
    assert (await tale.card("Ann")).chat.total == 1
    cat, former = await tale.whois("Cat"), await tale.whois("Ann")
    clan = await tale.stage.clan()
    decision = await tale.decisions.merge(clan, former.member, cat.member, by=tale.officer)
    assert await tale.spoken() == {"cat": 2}
    await tale.decisions.undo(clan, decision, tale.officer)
    assert (await tale.spoken(), (await tale.card("Ann")).chat.total) == (before, 1)


@pytest.mark.slow_on_postgres
async def test_a_late_approval_that_does_not_come_on_top_is_found(tale: Tale) -> None:
    """Trap 3: WOM sorts by submission, so what it approves late stands on a later page."""
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    joined_at = (await tale.whois("Ann")).joined_at
    change = tale.renamed(ann, "Cat")
    cat = tale.wom.sync_rename_as_leave_and_join(tale.group, ann, "Cat", tale.now)
    tale.plays(cat, 1_200)
    for number in range(60):
        tale.passes(minutes=1)
        tale.renames(bob, f"Bob {number}")
    await tale.polled(hours=1)
    await tale.says("Cat")
    await tale.polled_for(days=3)
    assert await tale.happened("left") == [("Ann", "left")]
    tale.approved(change)
    tale.plays(ann, 1_300)
    await tale.polled(minutes=30)
    assert await tale.roster() == ["Cat", "Bob 59", "cat"], "the approval is not on the first page"
    for _ in range(3):
        await tale.polled(hours=1)
    assert await tale.roster() == ["Cat", "Bob 59"]
    assert await tale.spoken() == {"Cat": 1}
    dossier = await tale.whois("Ann")
    assert (dossier.name, dossier.joined_at) == ("Cat", joined_at)
    assert await tale.happened("left") == []
    assert await tale.happened("joined") == [("Cat", "joined"), ("Bob 59", "joined")]


async def test_of_a_chain_within_one_poll_gap_every_name_is_theirs(tale: Tale) -> None:
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    tale.passes(minutes=5)
    tale.renames(ann, "Cat")
    tale.passes(minutes=5)
    between = await tale.says("Cat")
    tale.passes(minutes=5)
    tale.renames(ann, "Dee")
    await tale.says("Dee")
    await tale.polled(minutes=5)
    assert [one.display for one in (await tale.whois("Dee")).names] == ["Ann", "Cat", "Dee"]
    assert await tale.who_was("Cat", between) == "Dee"
    assert await tale.spoken() == {"Dee": 3}


async def test_a_rename_that_was_submitted_twice_is_one(tale: Tale) -> None:
    """Trap 9."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    first, second = tale.renamed(ann, "Cat"), tale.renamed(ann, "Cat")
    tale.approved(first)
    await tale.polled(hours=1)
    tale.approved(second)
    await tale.polled(hours=1)
    assert [one.display for one in (await tale.whois("Cat")).names] == ["Ann", "Cat"]
    assert await tale.happened("renamed") == [("Cat", "renamed")]
    assert await tale.spoken() == {"Cat": 1}


async def test_capitals_are_no_rename(tale: Tale) -> None:
    """Trap 12: a profile made by a sync is in lower case until WOM knows better."""
    (ann,) = tale.joins("ann of cleve")
    await tale.polled(hours=1)
    await tale.says("Ann of Cleve")
    tale.wom.players[ann].name = "Ann of Cleve"
    result = await tale.polled(hours=1)
    assert result.renamed == 0
    assert await tale.spoken() == {"Ann of Cleve": 1}
    assert [one.display for one in (await tale.whois("ann of cleve")).names] == ["Ann of Cleve"]
    assert await tale.happened() == [("Ann of Cleve", "joined")]
    assert await tale.who_was("ANN-OF-CLEVE", NOW) == "Ann of Cleve"


@pytest.mark.slow_on_postgres
@pytest.mark.parametrize("missed", [False, True], ids=["there", "missed"])
async def test_a_double_goes_to_nobody_who_took_its_name_after_its_owner(tale: Tale, missed: bool) -> None:
    """WOM is told of Bob's next name, and of Ann's taking his last one, before the bot polls again."""
    ann, bob = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    tale.renames(ann, "Anna")
    tale.plays(ann, 1_200)
    await tale.polled(hours=1)
    change = tale.renamed(bob, "Cat")
    double = tale.wom.sync_rename_as_leave_and_join(tale.group, bob, "Cat", tale.now)
    tale.plays(double, 9_000)
    if missed:
        tale.synced(left=[ann])
    await tale.polled(hours=1)
    await tale.says("Cat")
    tale.approved(change)
    tale.renames(bob, "Dan")
    tale.renames(ann, "Cat")
    if missed:
        tale.synced(joined=[ann])
    await tale.polled(hours=1)
    await tale.says("Cat", "Cat")
    assert (await tale.spoken())["Cat"] == 2, "what Bob said under the name is not Ann's"
    assert (await tale.gained())["Cat"] == 200, "nor is what he gained"
    await tale.polled_for(days=3)
    assert await tale.roster() == ["Cat", "Dan"], "the double left, and nobody is it"
