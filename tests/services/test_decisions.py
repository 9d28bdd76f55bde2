"""Officers' decisions: what shows where follows at once, and undone everything is as it was."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.decisions import DecisionId, Verdict
from bot.domain.errors import (
    CannotMerge,
    ConflictGone,
    DecisionGone,
    DecisionNeeded,
    EmptySpan,
    NothingToSplit,
    PlayerNotTracked,
)
from bot.domain.identity import Dispute
from bot.domain.ids import MemberId, UserId
from bot.domain.metrics import MESSAGES, OVERALL
from bot.domain.names import name_key
from bot.domain.periods import read_period
from bot.services.decisions import Decisions
from db.models import Alias, Attribution, Member
from db.queries import attributions, clans, conflicts, links, names
from db.session import Database
from tests.services.hearing import NOW
from tests.services.laid import Laid, game, lay, person

OFFICER = UserId(77)
DAY = timedelta(days=1)
OLD, NEW, STRANGER = MemberId(1), MemberId(2), MemberId(3)


class Town(Laid):
    """A clan of three: Old left as New came, and a stranger; lines and readings of each."""

    @property
    def decisions(self) -> Decisions:
        return Decisions(self.database, self.clock)

    async def messages(self) -> dict[str, int | None]:
        """The board of messages, by name; who was not heard is linked to nobody, and is not on it."""
        clan = await self.clan()
        board = await self.leaderboards.top(clan, MESSAGES, read_period("30d", now=NOW, zone=clan.zone))
        return {row.entry.name: row.entry.value for row in board.standings}

    async def gains(self) -> dict[str, int | None]:
        """The board of XP, by name."""
        clan = await self.clan()
        board = await self.leaderboards.top(clan, OVERALL, read_period("30d", now=NOW, zone=clan.zone))
        return {row.entry.name: row.entry.value for row in board.standings}

    async def everything(self) -> list[Any]:
        """Whose what is, row by row."""
        async with self.database.read() as session:
            return [
                sorted(tuple(row) for row in await session.execute(statement))
                for statement in (
                    select(Alias.name_key, Alias.from_at, Alias.to_at, Alias.member_id, Alias.origin),
                    select(
                        Attribution.source_id,
                        Attribution.from_at,
                        Attribution.to_at,
                        Attribution.member_id,
                        Attribution.base_id,
                        Attribution.origin,
                    ),
                    select(Member.id, Member.same_as.is_(None)).where(Member.id <= STRANGER),
                )
            ]


@pytest.fixture
async def town(database: Database) -> Town:
    laid = await lay(database)
    town = Town(laid.database, laid.id, laid.clock, laid.known)
    async with database.write() as session:
        assert await clans.take_member_ids(session, town.id, 3) == [OLD, NEW, STRANGER]
    await town.member(OLD, "Old", 71, left_at=NOW - 10 * DAY)
    await town.member(NEW, "New", 72)
    await town.member(STRANGER, "Stranger", 73)
    await town.hold(
        (OLD, "Old", None, NOW - 10 * DAY),
        (NEW, "New", NOW - 10 * DAY, None),
        (STRANGER, "Stranger", None, None),
    )
    await town.hear(game("Old"), [NOW - 20 * DAY, NOW - 15 * DAY])
    await town.hear(game("New"), [NOW - 5 * DAY])
    await town.hear(game("Stranger"), [NOW - 5 * DAY])
    await town.see(71, NOW - 20 * DAY, {OVERALL: 1_000})
    await town.see(71, NOW - 11 * DAY, {OVERALL: 1_500})
    await town.see(72, NOW - 9 * DAY, {OVERALL: 1_600})
    await town.see(72, NOW - DAY, {OVERALL: 2_000})
    await town.observe(NOW - 40 * DAY, NOW)
    return town


@pytest.mark.slow_on_postgres
async def test_merged_members_are_one_on_every_board_and_two_again_when_undone(town: Town) -> None:
    clan, before = await town.clan(), await town.everything()
    assert (await town.messages(), await town.gains()) == ({"New": 1, "Stranger": 1}, {"New": 400})

    decision = await town.decisions.merge(clan, OLD, NEW, OFFICER)

    assert (await town.messages(), await town.gains()) == ({"New": 3, "Stranger": 1}, {"New": 1_000})
    found = await town.lookup.by_name(clan, "old")
    assert (found.member.id, found.member.name, found.former_name) == (NEW, "New", "Old")

    await town.decisions.undo(clan, decision, OFFICER)
    assert await town.everything() == before
    assert (await town.messages(), await town.gains()) == ({"New": 1, "Stranger": 1}, {"New": 400})


async def test_who_is_on_the_roster_stays_whichever_way_round_the_two_are_named(town: Town) -> None:
    await town.decisions.merge(await town.clan(), NEW, OLD, OFFICER)
    assert await town.messages() == {"New": 3, "Stranger": 1}


@pytest.mark.slow_on_postgres
async def test_what_is_heard_after_a_merge_is_both_and_after_its_undoing_each_ones(town: Town) -> None:
    clan = await town.clan()
    decision = await town.decisions.merge(clan, OLD, NEW, OFFICER)
    await town.hear(game("Old"), [NOW - 12 * DAY])
    assert (await town.messages())["New"] == 4
    await town.decisions.undo(clan, decision, OFFICER)
    assert (await town.messages())["New"] == 1


async def test_two_who_are_on_the_roster_are_two_accounts(town: Town) -> None:
    with pytest.raises(CannotMerge) as refused:
        await town.decisions.merge(await town.clan(), STRANGER, NEW, OFFICER)
    assert refused.value == CannotMerge("Stranger", "New", "both-present")


async def test_two_who_are_one_already_are_not_merged_again(town: Town) -> None:
    clan = await town.clan()
    await town.decisions.merge(clan, OLD, NEW, OFFICER)
    for one, other in ((OLD, NEW), (NEW, OLD), (NEW, NEW)):
        with pytest.raises(CannotMerge, match="same"):
            await town.decisions.merge(clan, one, other, OFFICER)


@pytest.mark.slow_on_postgres
async def test_a_split_makes_the_time_before_it_a_strangers(town: Town) -> None:
    clan, before = await town.clan(), await town.everything()
    await town.hold((NEW, "New", None, None))
    await town.hear(game("New"), [NOW - 25 * DAY])
    whole = await town.everything()
    assert (await town.messages())["New"] == 2

    decision = await town.decisions.split(clan, NEW, NOW - 4 * DAY, OFFICER)

    assert "New" not in await town.messages()
    assert await town.gains() == {}, "one reading is left to each, and that is no gain"
    async with town.database.read() as session:
        held = await names.holders(session, town.id, name_key("New"))
    assert [(one.member, one.start, one.end) for one in held] == [
        (NEW, NOW - 4 * DAY, None),
        (MemberId(4), None, NOW - 4 * DAY),
    ]
    await town.decisions.undo(clan, decision, OFFICER)
    assert await town.everything() == whole != before


@pytest.mark.slow_on_postgres
async def test_what_is_learnt_later_of_the_time_before_a_split_is_the_strangers_too(town: Town) -> None:
    await town.decisions.split(await town.clan(), NEW, NOW - 4 * DAY, OFFICER)
    await town.hold((NEW, "Newer", NOW - 4 * DAY, None), (NEW, "New", None, NOW - 4 * DAY))
    await town.hear(game("New"), [NOW - 25 * DAY])
    assert "New" not in await town.messages()


async def test_there_is_nothing_to_split_before_the_first_that_is_known(town: Town) -> None:
    for moment in (NOW - 30 * DAY, NOW + DAY):
        with pytest.raises(NothingToSplit):
            await town.decisions.split(await town.clan(), NEW, moment, OFFICER)


@pytest.mark.slow_on_postgres
async def test_a_split_is_not_undone_while_a_later_decision_rests_on_it(town: Town) -> None:
    clan = await town.clan()
    split = await town.decisions.split(clan, NEW, NOW - 4 * DAY, OFFICER)
    merge = await town.decisions.merge(clan, MemberId(4), OLD, OFFICER)
    with pytest.raises(DecisionNeeded) as refused:
        await town.decisions.undo(clan, split, OFFICER)
    assert (refused.value.number, refused.value.later) == (split, merge)
    await town.decisions.undo(clan, merge, OFFICER)
    await town.decisions.undo(clan, split, OFFICER)


async def test_an_officer_says_who_held_a_name(town: Town) -> None:
    clan, before = await town.clan(), await town.everything()
    decision = await town.decisions.hold(clan, "OLD", NEW, NOW - 16 * DAY, NOW - 10 * DAY, OFFICER)
    assert (await town.messages())["New"] == 2, "the line of 15 days ago, and not the one of 20"
    await town.decisions.undo(clan, decision, OFFICER)
    assert await town.everything() == before


@pytest.mark.slow_on_postgres
async def test_a_name_that_was_nobodys_gives_its_lines_to_nobody(town: Town) -> None:
    await town.decisions.hold(await town.clan(), "Stranger", None, None, None, OFFICER)
    assert await town.messages() == {"New": 1}


@pytest.mark.parametrize(
    ("start", "end"),
    [(NOW, NOW - DAY), (NOW - DAY, NOW - DAY), (NOW + DAY, None)],
    ids=["order", "none", "future"],
)
async def test_a_time_that_is_none_is_refused(town: Town, start: datetime, end: datetime | None) -> None:
    with pytest.raises(EmptySpan):
        await town.decisions.hold(await town.clan(), "Old", NEW, start, end, OFFICER)


async def dispute(town: Town) -> None:
    """New says that the name Stranger was theirs over the last six days."""
    claim = Dispute(name_key("Stranger"), NOW - 6 * DAY, None, STRANGER, NEW)
    async with town.database.write() as session:
        touched = await conflicts.add_disputes(session, town.id, [claim], NOW)
        await names.rebuild_aliases(session, town.id, touched)


@pytest.mark.slow_on_postgres
async def test_disputed_time_is_nobodys_until_an_officer_decides(town: Town) -> None:
    clan = await town.clan()
    await dispute(town)
    await town.hear(game("Stranger"), [NOW - 8 * DAY])
    assert await town.messages() == {"New": 1, "Stranger": 1}, "the line of 5 days ago is nobody's"
    disputed = await town.everything()
    expected = {
        Verdict.HOLDER: {"New": 1, "Stranger": 2},
        Verdict.CLAIMANT: {"New": 2, "Stranger": 1},
        Verdict.NEITHER: {"New": 1, "Stranger": 1},
    }
    for verdict, board in expected.items():
        decision = await town.decisions.decide(clan, name_key("Stranger"), NOW - 6 * DAY, verdict, OFFICER)
        assert await town.messages() == board
        with pytest.raises(ConflictGone):
            await town.decisions.decide(clan, name_key("Stranger"), NOW - 6 * DAY, verdict, OFFICER)
        await town.decisions.undo(clan, decision, OFFICER)
        assert await town.everything() == disputed


async def test_two_who_dispute_a_name_may_be_one_account(town: Town) -> None:
    clan = await town.clan()
    await town.member(STRANGER, "Stranger", 73, left_at=NOW - 6 * DAY)
    await dispute(town)
    decision = await town.decisions.decide(clan, name_key("Stranger"), NOW - 6 * DAY, Verdict.BOTH, OFFICER)
    assert await town.messages() == {"New": 2}
    await town.decisions.undo(clan, decision, OFFICER)
    assert await town.messages() == {"New": 1}


async def test_who_asks_for_a_disputed_name_hears_who_it_may_be(town: Town) -> None:
    clan = await town.clan()
    claim = Dispute(name_key("Stranger"), None, None, STRANGER, NEW)
    async with town.database.write() as session:
        await conflicts.add_disputes(session, town.id, [claim], NOW)
        await names.rebuild_aliases(session, town.id, {name_key("Stranger")})
    found = await town.lookup.by_name(clan, "stranger")
    assert found.member.id == STRANGER
    with pytest.raises(PlayerNotTracked):
        await town.lookup.by_name(clan, "somebody")


async def test_a_decision_is_undone_once(town: Town) -> None:
    clan = await town.clan()
    decision = await town.decisions.merge(clan, OLD, NEW, OFFICER)
    await town.decisions.undo(clan, decision, OFFICER)
    for number in (decision, DecisionId(99)):
        with pytest.raises(DecisionGone):
            await town.decisions.undo(clan, number, OFFICER)


@pytest.mark.slow_on_postgres
async def test_decisions_are_on_record_with_who_made_and_who_undid_them(town: Town) -> None:
    clan = await town.clan()
    decision = await town.decisions.merge(clan, OLD, NEW, OFFICER)
    await town.decisions.hold(clan, "Old", NEW, None, NOW - 10 * DAY, OFFICER)
    await town.decisions.undo(clan, decision, UserId(78))
    made = await town.decisions.history(clan)
    assert [(one.id, one.kind.value, one.made_by, one.undone_by) for one in made] == [
        (2, "name", OFFICER, None),
        (1, "merge", OFFICER, UserId(78)),
    ]


@pytest.mark.slow_on_postgres
async def test_a_discord_users_messages_follow_the_merge_of_their_account(town: Town) -> None:
    clan = await town.clan()
    await town.hear(person(5), [NOW - 3 * DAY])
    async with town.database.write() as session:
        await links.add_link(session, town.id, UserId(5), OLD, is_main=True, now=NOW)
        await attributions.attribute_users(session, town.id, [UserId(5)])
    assert (await town.messages())["New"] == 1
    decision = await town.decisions.merge(clan, OLD, NEW, OFFICER)
    assert (await town.messages())["New"] == 4
    await town.decisions.undo(clan, decision, OFFICER)
    assert (await town.messages())["New"] == 1
