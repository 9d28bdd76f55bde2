"""Rosters that lie or change much at once: who really came and went, and who never did."""

from collections.abc import AsyncGenerator

import pytest

from db.session import Database
from tests.services.tale import Tale, told

CROWD = [f"Member {number:02}" for number in range(20)]


@pytest.fixture
async def tale(database: Database) -> AsyncGenerator[Tale]:
    async with told(database) as tale:
        yield tale


@pytest.mark.slow_on_postgres
async def test_true_leavers_and_joiners_of_one_sync_are_two_people(tale: Tale) -> None:
    """Trap 10: they share their instant to the millisecond, which proves nothing."""
    ann, _ = tale.joins("Ann", "Bob")
    cat = tale.wom.add_player("Cat")
    tale.plays(cat, 1_000)
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(hours=1)
    tale.synced(left=[ann], joined=[cat])
    await tale.polled(hours=1)
    await tale.says("Cat")
    await tale.polled_for(days=3)
    assert await tale.roster() == ["Bob", "Cat"]
    assert await tale.spoken() == {"Cat": 1}
    assert (await tale.whois("Ann")).facts.all == 1
    assert (await tale.whois("Ann")).left_at is not None
    assert await tale.happened("left") == [("Ann", "left")]


@pytest.mark.slow_on_postgres
@pytest.mark.parametrize("told_wom", [True, False], ids=["approved", "unapproved"])
async def test_who_returns_months_later_under_another_name_is_the_same_member(
    tale: Tale, told_wom: bool
) -> None:
    """By the player's id. Where WOM was never told it is another profile, and so another member."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled(hours=1)
    tale.synced(left=[ann])
    await tale.polled_for(days=3)
    assert await tale.roster() == ["Bob"]
    await tale.polled(days=90)
    returned_at = tale.now
    if told_wom:
        tale.renames(ann, "Cat")
        tale.plays(ann, 5_000)
        tale.synced(joined=[ann])
    else:
        tale.joins("Cat", xp=5_000)
    await tale.polled(hours=1)
    await tale.says("Cat")
    assert await tale.roster() == (["Cat", "Bob"] if told_wom else ["Bob", "Cat"])
    assert await tale.spoken() == {"Cat": 2 if told_wom else 1}
    assert await tale.gained() == ({"Cat": 4_000} if told_wom else {})
    dossier = await tale.whois("Ann")
    assert dossier.name == ("Cat" if told_wom else "Ann")
    assert (dossier.left_at is None) == told_wom
    assert (await tale.whois("Cat")).joined_at == returned_at
    assert await tale.happened("left") == [("Cat" if told_wom else "Ann", "left")]


@pytest.mark.slow_on_postgres
@pytest.mark.parametrize("later", [{"hours": 1}, {"days": 7}], ids=["hour", "week"])
async def test_a_broken_sync_that_drops_most_of_the_roster_and_is_repaired_leaves_no_trace(
    tale: Tale, later: dict[str, float]
) -> None:
    players = tale.joins(*CROWD)
    await tale.polled(hours=1)
    await tale.says(*CROWD)
    await tale.polled(hours=1)
    joins, events = [(await tale.whois(name)).joined_at for name in CROWD], await tale.happened()
    spoken = await tale.spoken()
    tale.synced(left=players[:12])
    assert (await tale.polled(hours=1)).mass_leave == 12
    newcomer = tale.joins("Newcomer")[0]
    for player in (*players, newcomer):
        tale.plays(player, 1_500)
    for _ in range(7):
        result = await tale.polled(days=later.get("days", 0) / 7, hours=later.get("hours", 0) / 7)
        assert (result.left, result.mass_leave) == (0, 12)
    assert await tale.roster() == [*CROWD, "Newcomer"], "joins and values go on being stored"
    tale.synced(joined=players[:12])
    result = await tale.polled(hours=1)
    assert (result.joined, result.left, result.mass_leave) == (0, 0, 0)
    await tale.polled_for(days=3)
    assert await tale.roster() == [*CROWD, "Newcomer"]
    assert await tale.spoken() == spoken
    assert await tale.gained() == dict.fromkeys(CROWD, 500)
    assert [(await tale.whois(name)).joined_at for name in CROWD] == joins
    assert [one for one in await tale.happened() if one[0] != "Newcomer"] == events


@pytest.mark.slow_on_postgres
async def test_a_purge_of_a_fifth_by_officers_is_believed(tale: Tale) -> None:
    crowd = [*CROWD, *(f"Other {number:02}" for number in range(10))]
    players = tale.joins(*crowd)
    await tale.polled(hours=1)
    await tale.says(*crowd)
    seen_at = tale.now
    tale.passes(minutes=5)
    tale.synced(left=players[:6])
    assert (await tale.polled(hours=1)).mass_leave == 0
    await tale.polled_for(days=3)
    assert await tale.roster() == crowd[6:]
    gone = [await tale.whois(name) for name in crowd[:6]]
    assert all(one.left_at is not None and one.left_at <= seen_at for one in gone)
    assert [one.facts.all for one in gone] == [1] * 6, "what they did is kept"
    assert await tale.spoken() == dict.fromkeys(crowd[6:], 1)


@pytest.mark.slow_on_postgres
async def test_two_clans_that_share_a_player_share_nothing_else(tale: Tale) -> None:
    other = await tale.sister()
    ann, _ = tale.joins("Ann", "Bob")
    other.synced(joined=[ann])
    for clan in (tale, other):
        await clan.polled(hours=1)
    await tale.says("Ann", "Ann")
    await other.says("Ann")
    tale.passes(hours=1)
    tale.renames(ann, "Cat")
    await tale.polled(hours=1)
    assert (await tale.spoken(), await other.spoken()) == ({"Cat": 2}, {"Ann": 1}), "each as it was polled"
    tale.synced(left=[ann])
    await tale.polled_for(days=3)
    await other.polled(hours=1)
    assert (await tale.roster(), await other.roster()) == (["Bob"], ["Cat"])
    await tale.says("Cat")
    assert (await tale.whois("Cat")).facts.all == 2 + 1
    assert await other.spoken() == {"Cat": 1}
    assert await other.happened("left") == []


@pytest.mark.slow_on_postgres
async def test_name_changes_that_a_wipe_hides_undo_nothing(tale: Tale) -> None:
    """Trap 11: WOM lists the changes of present members only; what is known of them stays known."""
    players = tale.joins(*CROWD)
    await tale.polled(hours=1)
    await tale.says(CROWD[0])
    await tale.polled(hours=1)
    tale.renames(players[0], "Cat")
    await tale.polled(hours=1)
    before = await tale.whois("Cat")
    tale.synced(left=players)
    await tale.polled_for(days=4)
    assert (await tale.whois(CROWD[0])).member == before.member
    tale.synced(joined=players)
    await tale.polled(hours=2)
    assert await tale.whois("Cat") == before
    assert await tale.spoken() == {"Cat": 1}


@pytest.mark.slow_on_postgres
async def test_an_unlooked_at_member_and_an_archive_have_no_values_and_are_members(tale: Tale) -> None:
    """Trap 12: WOM's bulk hiscores lack them."""
    tale.joins("Bob")
    new = tale.wom.add_player("Ann")
    tale.synced(joined=[new])
    await tale.polled(hours=1)
    await tale.says("Ann")
    await tale.polled_for(days=3)
    assert await tale.roster() == ["Bob", "Ann"]
    assert (await tale.card("Ann")).total_xp is None, "unknown, and not 0"
    tale.wom.archive(new, tale.now)
    await tale.polled_for(days=3)
    assert await tale.roster() == ["Bob", "Ann"]
    assert await tale.spoken() == {"Ann": 1}
