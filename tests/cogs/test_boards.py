"""Live boards as a server sees them: one message each, which keeps itself up to date."""

import re
from datetime import timedelta
from typing import Any

import discord
import pytest
import simcord

from bot.domain.boards import FOR_OFFICERS, BoardKind
from bot.domain.ids import ChannelId, UserId
from bot.services.boards import Boards
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues, deny, lose_answers, officers_meet_in
from tests.cogs.reading import components_of, is_private, message_of, sent_after, text_of
from tests.cogs.world import ANN, GROUP, NOW, Clock, player_id, restored_wom
from tests.simulator import as_bot

HALF_AN_HOUR = timedelta(minutes=31)


async def kept(foundry: Foundry, kind: BoardKind = BoardKind.RACE) -> simcord.ChannelHandle:
    """A channel with a board, once the bot has looked."""
    guild = foundry.places.guild
    channel = await colleagues(foundry) if kind in FOR_OFFICERS else guild.create_text_channel("board")
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    with as_bot(foundry.env):
        await foundry.services.boards.switch_on(clan, kind, ChannelId(channel.id), by)
    await later(foundry, timedelta(minutes=1))
    return channel


async def later(foundry: Foundry, by: timedelta) -> None:
    await foundry.restart(later=by)
    await foundry.env.settle()


def boards(channel: simcord.ChannelHandle) -> list[Any]:
    return list(channel.history())


@pytest.mark.both_databases
async def test_a_board_is_one_message_that_is_edited_only_when_something_changed(foundry: Foundry) -> None:
    channel = await kept(foundry)
    (board,) = boards(channel)
    assert "XP · This week" in text_of(board)
    first = text_of(board)
    await later(foundry, HALF_AN_HOUR)
    (same,) = boards(channel)
    assert same.edited_at is None, "nothing changed"
    wom = restored_wom(Clock(NOW))
    wom.record(player_id(wom, ANN), {"overall": 900_000_000}, NOW + timedelta(minutes=40), level=2_100)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, later=HALF_AN_HOUR)
        await foundry.env.settle()
        await later(foundry, HALF_AN_HOUR)
    (board,) = boards(channel)
    assert text_of(board) != first
    assert text_of(board).splitlines()[2].startswith("🥇 Ann B")


async def test_a_board_says_how_fresh_it_is_once_an_hour_and_at_once_to_who_presses(
    foundry: Foundry,
) -> None:
    channel = await kept(foundry, BoardKind.CHAT)

    def stamp() -> str:
        (board,) = boards(channel)
        return re.findall(r"<t:(\d+):R>", board.embeds[0].description)[0]

    first = stamp()
    await later(foundry, HALF_AN_HOUR)
    assert stamp() == first, "nothing changed, and it is fresh enough"
    for _ in range(2):
        await later(foundry, HALF_AN_HOUR)
    hourly = stamp()
    assert int(hourly) - int(first) > 3_600
    foundry.env.backend.clock.advance(60)
    (board,) = boards(channel)
    pressed = await foundry.john.click(board, label="Refresh")
    await foundry.env.settle()
    assert int(stamp()) > int(hourly)
    assert not pressed.followups


async def test_who_presses_where_there_is_nothing_to_change_hears_so_in_private(foundry: Foundry) -> None:
    channel = await kept(foundry)
    foundry.env.backend.clock.advance(60)
    (board,) = boards(channel)
    pressed = await foundry.john.click(board, label="Refresh")
    await foundry.env.settle()
    assert is_private(sent_after(pressed))
    assert text_of(sent_after(pressed)) == "Nothing has changed since the last look, <t>."
    assert boards(channel)[0].edited_at is None


async def test_a_deleted_board_is_posted_again(foundry: Foundry) -> None:
    channel = await kept(foundry)
    (board,) = boards(channel)
    foundry.env.backend.delete_message(channel.id, board.id)
    await later(foundry, HALF_AN_HOUR)
    (again,) = boards(channel)
    assert again.id != board.id


async def test_a_board_that_was_posted_before_the_bot_was_killed_is_found_again(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        """Nothing is stored: the process is gone."""

    with monkeypatch.context() as context:
        context.setattr(Boards, "shown", never)
        channel = await kept(foundry)
    assert len(boards(channel)) == 1
    await later(foundry, HALF_AN_HOUR)
    assert len(boards(channel)) == 1


async def test_a_board_that_is_switched_on_again_says_at_once_what_is_true_now(foundry: Foundry) -> None:
    channel = await kept(foundry, BoardKind.ROSTER)
    (board,) = boards(channel)
    assert "26 members" in text_of(board)
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    with as_bot(foundry.env):
        await foundry.services.boards.switch_off(clan, BoardKind.ROSTER, by)
    wom, soon = restored_wom(Clock(NOW)), NOW + timedelta(minutes=40)
    wom.join(GROUP, wom.add_player("Eve", at=soon), "member", soon)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, later=timedelta(hours=1))
        await foundry.env.settle()
        await foundry.bot.close()
    await foundry.restart()
    with as_bot(foundry.env):
        await foundry.services.boards.switch_on(clan, BoardKind.ROSTER, ChannelId(channel.id), by)
    await later(foundry, timedelta(minutes=1))
    (same,) = boards(channel)
    assert same.id == board.id
    assert "27 members" in text_of(same)
    await later(foundry, HALF_AN_HOUR)
    assert boards(channel)[0].edited_at == same.edited_at, "nothing changed"


async def test_a_board_that_is_gone_just_as_it_is_found_again_is_posted_anew(foundry: Foundry) -> None:
    channel = await kept(foundry, BoardKind.ROSTER)
    (board,) = boards(channel)
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    with as_bot(foundry.env):
        await foundry.services.boards.switch_off(clan, BoardKind.ROSTER, by)
        await foundry.services.boards.switch_on(clan, BoardKind.ROSTER, ChannelId(channel.id), by)
    foundry.env.inject_error("PATCH", f"/channels/{channel.id}/messages/{board.id}", status=404, code=10008)
    await later(foundry, timedelta(minutes=1))
    assert len(boards(channel)) == 2


async def test_where_nobody_may_look_a_board_that_may_be_there_is_not_posted_again(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the permission Discord answers with an empty history."""
    with monkeypatch.context() as context:
        lose_answers(context, discord.PartialMessageable)
        channel = await kept(foundry, BoardKind.ROSTER)
    assert len(boards(channel)) == 1
    deny(foundry, channel, discord.Permissions(read_message_history=True))
    await later(foundry, HALF_AN_HOUR)
    assert len(boards(channel)) == 1
    assert not await foundry.services.boards.of(await foundry.clan())


@pytest.mark.both_databases
async def test_where_it_cannot_stand_it_ends_and_officers_are_told_once(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    channel = await kept(foundry)
    foundry.env.backend.delete_channel(channel.id)
    await later(foundry, HALF_AN_HOUR)
    await later(foundry, HALF_AN_HOUR)
    assert len([one for one in boards(desk) if "switched off" in text_of(one)]) == 1
    assert not await foundry.services.boards.of(await foundry.clan())


async def test_the_worklist_follows_the_officers_channel_and_waits_while_there_is_none(
    foundry: Foundry,
) -> None:
    before = await colleagues(foundry)
    clan, by = await foundry.clan(), UserId(foundry.places.manager.id)
    after = foundry.places.guild.create_text_channel("new-officers")
    with as_bot(foundry.env):
        await foundry.services.boards.switch_on(clan, BoardKind.WORKLIST, ChannelId(before.id), by)
    await officers_meet_in(foundry, None)
    await later(foundry, HALF_AN_HOUR)
    assert not boards(before)
    await officers_meet_in(foundry, before)
    await later(foundry, HALF_AN_HOUR)
    assert len(boards(before)) == 1
    await officers_meet_in(foundry, after)
    await later(foundry, HALF_AN_HOUR)
    await later(foundry, HALF_AN_HOUR)
    assert (len(boards(before)), len(boards(after))) == (1, 1)


@pytest.mark.parametrize("kind", list(BoardKind))
async def test_every_board_says_something_and_anybody_can_have_it_looked_at(
    foundry: Foundry, kind: BoardKind
) -> None:
    channel = await kept(foundry, kind)
    (board,) = boards(channel)
    assert text_of(board)
    soon = await foundry.places.officer.click(board, label="Refresh")
    assert is_private(soon)
    assert "a moment ago" in text_of(soon)
    refused = await foundry.john.click(board, label="Refresh")
    assert ("officer" if kind is BoardKind.WORKLIST else "a moment ago") in text_of(refused)


async def test_officers_choose_in_setup_which_boards_there_are(foundry: Foundry) -> None:
    manager, desk = foundry.places.manager, await colleagues(foundry)
    channel = foundry.places.guild.create_text_channel("board")
    shown = await manager.slash(foundry.commands, "setup")

    async def choose(start: str, *values: Any) -> None:
        ids = [one["custom_id"] for one in components_of(shown)]
        id_ = next(id_ for id_ in ids if id_.startswith(start))
        await manager.select(message_of(shown), list(values), custom_id=id_)

    await choose("su:menu", "posts")
    await manager.click(message_of(shown), label="Boards…")
    assert "⚪ Members by rank" in text_of(shown)
    await choose("su:bkinds", "roster")
    await choose("su:bchan", channel)
    await choose("su:bevery", "60")
    assert "every 60 minutes" in text_of(shown)
    await manager.click(message_of(shown), label="Back")
    await choose("su:bkinds", "worklist")
    await manager.click(message_of(shown), label="Switch on")
    on = await foundry.services.boards.of(await foundry.clan())
    assert {kind: one.channel for kind, one in on.items()} == {
        BoardKind.ROSTER: channel.id,
        BoardKind.WORKLIST: desk.id,
    }
    await manager.click(message_of(shown), label="Switch off")
    assert BoardKind.WORKLIST not in await foundry.services.boards.of(await foundry.clan())


async def test_officers_choose_what_a_board_of_their_own_shows(foundry: Foundry) -> None:
    manager = foundry.places.manager
    channel = foundry.places.guild.create_text_channel("board")
    shown = await manager.slash(foundry.commands, "setup")

    async def choose(start: str, *values: Any) -> None:
        ids = [one["custom_id"] for one in components_of(shown)]
        id_ = next(id_ for id_ in ids if id_.startswith(start))
        await manager.select(message_of(shown), list(values), custom_id=id_)

    async def ask(metric: str, period: str) -> Any:
        modal: Any = await manager.click(message_of(shown), label="What…")
        first, second = (one["component"]["custom_id"] for one in modal.modal["components"])
        return await manager.submit_modal(modal, {first: metric, second: period})

    await choose("su:menu", "posts")
    await manager.click(message_of(shown), label="Boards…")
    await choose("su:bkinds", "own")
    await choose("su:bchan", channel)
    assert "Shows EHP, this-month." in text_of(shown)
    await later(foundry, HALF_AN_HOUR)
    (board,) = boards(channel)
    assert "EHP · This month" in text_of(board)
    await ask("vork", "7d")
    assert "Shows Vorkath, 7d." in text_of(shown)
    refused = await ask("flying", "7d")
    assert is_private(refused)
    await later(foundry, HALF_AN_HOUR)
    (same,) = boards(channel)
    assert same.id == board.id
    assert "Vorkath · Last 7 days" in text_of(same)
    assert "Jo hn" in text_of(same)
