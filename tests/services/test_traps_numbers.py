"""Numbers that WOM gives late, not at all, or by rules of its own."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from bot.domain.ids import GroupId
from bot.domain.metrics import OVERALL
from bot.domain.periods import read_period
from db.session import Database
from tests.services.tale import Tale, told


@pytest.fixture
async def tale(database: Database) -> AsyncGenerator[Tale]:
    async with told(database) as tale:
        yield tale


@pytest.mark.slow_on_postgres
async def test_a_flagged_member_is_not_checked_any_more_and_has_not_left(tale: Tale) -> None:
    """Trap 5: losses stop WOM's looks until the profile heals."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    checked_at = (await tale.card("Ann")).checked_at
    tale.wom.flag(ann)
    await tale.polled_for(days=4)
    assert await tale.roster() == ["Ann", "Bob"]
    card = await tale.card("Ann")
    assert (card.total_xp, card.checked_at, card.left_at) == (1_000, checked_at, None)
    assert await tale.gained() == {}
    tale.wom.heal(ann)
    tale.plays(ann, 900)
    await tale.polled(hours=1)
    assert (await tale.card("Ann")).total_xp == 900
    assert await tale.gained() == {}, "a loss is no gain"


async def test_gains_are_those_that_wom_itself_shows(tale: Tale) -> None:
    """Trap 6: the first and the last look inside the period, never one from before it."""
    ann, bob, cat, _ = tale.joins("Ann", "Bob", "Cat", "Dee")
    await tale.polled(hours=1)
    for days, looks in ((5, {ann: 1_300, bob: 900}), (2, {ann: 1_700}), (3, {ann: 1_650, bob: 1_200})):
        tale.passes(days=days)
        for player, xp in looks.items():
            tale.plays(player, xp)
        await tale.polled(minutes=1)
    tale.plays(cat, 4_000)
    await tale.polled(minutes=1)
    shown = await tale.stage.client.bulk_gained(GroupId(tale.group), tale.now - timedelta(days=7), tale.now)
    theirs = {
        one.player.display_name: next(row.gained for row in one.data if row.metric == OVERALL.key)
        for one in shown
    }
    assert theirs == {"Ann": 350, "Bob": 300, "Cat": 0}, "at WOM one look is a gain of 0"
    clan = await tale.stage.clan()
    board = await tale.stage.leaderboards.top(clan, OVERALL, read_period("7d", now=tale.now, zone=clan.zone))
    assert {row.entry.name: row.entry.value for row in board.standings} == {"Ann": 350, "Bob": 300}
    assert board.unmeasured == ("Cat", "Dee"), "one look is no gain that is known, and none is none"


@pytest.mark.slow_on_postgres
async def test_a_member_whom_wom_has_not_looked_at_for_long_is_as_old_as_the_look(tale: Tale) -> None:
    """Trap 7: only patrons' groups are updated daily; a poll is no look."""
    ann, _ = tale.joins("Ann", "Bob")
    looked_at = tale.now
    await tale.polled_for(days=10)
    card = await tale.card("Ann")
    assert (card.checked_at, card.total_xp) == (looked_at, 1_000)
    tale.plays(ann, 1_500)
    await tale.polled(minutes=1)
    assert (await tale.card("Ann")).checked_at == tale.now - timedelta(minutes=1)
    board = await tale.stage.leaderboards.top(
        await tale.stage.clan(),
        OVERALL,
        read_period("30d", now=tale.now, zone=(await tale.stage.clan()).zone),
    )
    assert (board.checked_at, board.unmeasured) == (tale.now - timedelta(minutes=1), ("Bob",))
