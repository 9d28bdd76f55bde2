"""History before the bot, as officers ask for it and watch it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord import InteractionResult

from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, UserId
from bot.domain.past import PastState
from bot.services.past_reading import PastReading
from demo.wom import SimulatedWom
from tests.cogs import world
from tests.cogs.conftest import Foundry
from tests.cogs.reading import answer_of, components_of, text_of
from tests.present.makers import plain

EARLIER = world.POLLS[0] - timedelta(days=300)
"""Long before the first poll; from then on WOM looked at everybody once a day."""


@pytest.fixture
async def wom() -> SimulatedWom:
    """WOM with a past that the laid clan knows nothing of: 3,000 XP a day for John until the first poll."""
    clock = world.Clock(world.NOW)
    made = world.restored_wom(clock)
    john = world.player_id(made, world.JOHN)
    for day in range(240):
        made.record(john, {"overall": 90_000_000 + 3000 * day}, EARLIER + timedelta(days=day, hours=1))
    return made


@asynccontextmanager
async def served(foundry: Foundry, wom: SimulatedWom) -> AsyncGenerator[None]:
    """The bot, with a WOM to ask."""
    async with wom.serve() as url:
        await foundry.restart(wom_url=url)
        try:
            yield
        finally:
            await foundry.bot.close()


async def ask(foundry: Foundry, days: str, channel: simcord.ChannelHandle | None = None) -> InteractionResult:
    """Choose a span in ``/setup``."""
    mona, where = foundry.places.manager, channel or foundry.general
    shown = await mona.slash(where, "setup")
    menu = next(one["custom_id"] for one in components_of(shown) if one["custom_id"].startswith("su:menu"))
    asked = await mona.select(answer_of(shown), ["past"], custom_id=menu)
    assert "a page every few seconds: polls and commands go first" in text_of(asked)
    span = next(one["custom_id"] for one in components_of(asked) if one["custom_id"].startswith("su:past"))
    return await mona.select(answer_of(asked), [days], custom_id=span)


def messages(channel: simcord.ChannelHandle) -> list[discord.Message]:
    return [
        one for one in channel.history() if one.embeds and "before the bot" in (one.embeds[0].title or "")
    ]


def told(channel: simcord.ChannelHandle) -> str:
    """What the one message says."""
    (message,) = messages(channel)
    return plain(message.embeds[0].description or "")


def buttons(channel: simcord.ChannelHandle) -> list[str]:
    (message,) = messages(channel)
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return [item.label or "" for row in rows for item in row.children if isinstance(item, discord.Button)]


async def stats_then(foundry: Foundry) -> str:
    """What ``/stats`` says of John's thirty days up to 1 June 2025."""
    named = {"player": world.JOHN, "period": "30d", "as_of": "2025-06-01"}
    return text_of(await foundry.john.slash(foundry.commands, "stats", **named))


async def test_what_stats_did_not_know_is_the_number_of_wom_afterwards(
    foundry: Foundry, wom: SimulatedWom
) -> None:
    async with served(foundry, wom):
        assert "XP —" in await stats_then(foundry)
        assert "History before the bot: since <t>, being read, 0 of 26" in text_of(await ask(foundry, "all"))
        await foundry.env.advance_time(30)
        end = datetime(2025, 6, 1, 22, tzinfo=UTC) - timedelta(milliseconds=1)
        async with world.client_of(foundry.wom_url) as client:
            theirs = await client.bulk_gained(GroupId(world.GROUP), end - timedelta(days=30), end)
        (john,) = [one.data for one in theirs if one.player.display_name == world.JOHN]
        assert next(one.gained for one in john if one.metric == "overall") == 87_000
        assert "XP +87K" in await stats_then(foundry)
        board = await foundry.john.slash(
            foundry.commands, "leaderboard", metric="overall", period="30d", as_of="2025-06-01"
        )
        assert "+87K" in text_of(board)


async def test_the_message_says_how_far_it_is_and_how_it_ended(foundry: Foundry, wom: SimulatedWom) -> None:
    async with served(foundry, wom):
        wom.go_down("stall")
        await ask(foundry, "30")
        assert "⏳ Reading Wise Old Man's snapshots since <t>" in told(foundry.general)
        assert "0 of 26 members · 0 snapshots read\nAbout" in told(foundry.general)
        assert "Cancel" in buttons(foundry.general)
        wom.come_back()
        await foundry.env.advance_time(20)
        assert "✅ Wise Old Man's snapshots since <t> are read\n26 of 26 members" in told(foundry.general)
        assert buttons(foundry.general) == []
        shown = await foundry.places.manager.slash(foundry.general, "setup")
        assert "✅ History before the bot: since <t>" in text_of(shown)


async def test_in_the_officers_channel_if_there_is_one(foundry: Foundry, wom: SimulatedWom) -> None:
    await foundry.services.setting_up.set_officer_channel(
        GuildId(foundry.places.guild.id), ChannelId(foundry.commands.id), UserId(1)
    )
    async with served(foundry, wom):
        await ask(foundry, "7")
        assert messages(foundry.general) == []
        assert len(messages(foundry.commands)) == 1


async def test_whom_wom_knows_no_more_is_named_at_the_end(foundry: Foundry, wom: SimulatedWom) -> None:
    del wom.players[world.player_id(wom, world.CY)]
    for group in wom.groups.values():
        group.members = {player: one for player, one in group.members.items() if player in wom.players}
    async with served(foundry, wom):
        await ask(foundry, "30")
        await foundry.env.advance_time(20)
        assert "25 of 26 members · " in told(foundry.general)
        assert "Without 1 member:\n- Cy: Wise Old Man knows no such player (404)" in told(foundry.general)


async def test_an_officer_cancels_it_and_nobody_else(foundry: Foundry, wom: SimulatedWom) -> None:
    async with served(foundry, wom):
        wom.go_down()
        await ask(foundry, "30")
        await foundry.env.advance_time(10)
        assert "⏸️ Paused: Wise Old Man: it does not answer; I try again <t>" in told(foundry.general)
        (message,) = messages(foundry.general)
        refused = await foundry.john.click(message, label="Cancel")
        assert "That is for officers" in text_of(refused)
        await foundry.restart()
        await foundry.places.officer.click(messages(foundry.general)[0], label="Cancel")
        assert "⚪ Cancelled" in told(foundry.general)
        assert buttons(foundry.general) == []
        wom.come_back()
        wom.requests.clear()
        await foundry.env.advance_time(600)
        assert not any("snapshots" in path for _, path in wom.requests)
        assert "⚪ Cancelled" in told(foundry.general)


async def test_after_a_restart_it_goes_on_in_the_same_message(foundry: Foundry, wom: SimulatedWom) -> None:
    async with served(foundry, wom):
        wom.go_down("503")
        await ask(foundry, "30")
        await foundry.env.advance_time(10)
        wom.come_back()
        await foundry.restart()
        await foundry.env.advance_time(20)
        assert "✅" in told(foundry.general)


async def test_without_its_message_the_job_goes_on(foundry: Foundry, wom: SimulatedWom) -> None:
    async with served(foundry, wom):
        wom.go_down()
        await ask(foundry, "30")
        (message,) = messages(foundry.general)
        await message.delete()
        await foundry.env.advance_time(30)
        await ask(foundry, "7")
        (another,) = messages(foundry.general)
        await another.delete()
        await foundry.env.advance_time(30)
        wom.come_back()
        await foundry.env.advance_time(180)
        progress = await foundry.services.past.progress((await foundry.clan()).id)
        assert progress is not None
        assert (progress.state, progress.done) == (PastState.DONE, 26)
        assert messages(foundry.general) == []


async def test_asking_for_more_while_it_runs_is_one_job_with_one_message(
    foundry: Foundry, wom: SimulatedWom
) -> None:
    async with served(foundry, wom):
        wom.go_down()
        await ask(foundry, "7")
        await ask(foundry, "365")
        assert len(messages(foundry.general)) == 1
        wom.come_back()
        await foundry.env.advance_time(120)
        assert "✅" in told(foundry.general)
        assert "XP +87K" in await stats_then(foundry)


async def test_a_fault_of_ours_pauses_it_and_does_not_end_the_loop(
    foundry: Foundry, wom: SimulatedWom, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[ClanId] = []
    store = PastReading.store

    async def fail_once(reading: PastReading, clan: ClanId, *given: Any) -> None:
        if not failed:
            failed.append(clan)
            raise RuntimeError("disk full")
        await store(reading, clan, *given)

    monkeypatch.setattr(PastReading, "store", fail_once)
    async with served(foundry, wom):
        await ask(foundry, "30")
        await foundry.env.advance_time(20)
        assert failed
        assert "⏸️ Paused: something went wrong on my side" in told(foundry.general)
        await foundry.env.advance_time(80)
        assert "✅" in told(foundry.general)


async def test_where_it_may_not_write_the_job_runs_all_the_same(foundry: Foundry, wom: SimulatedWom) -> None:
    async with served(foundry, wom):
        guild = foundry.bot.get_guild(foundry.places.guild.id)
        assert guild is not None
        channel = guild.get_channel(foundry.general.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.set_permissions(guild.default_role, send_messages=False)
        await ask(foundry, "30")
        await foundry.env.advance_time(20)
        assert messages(foundry.general) == []
        shown = await foundry.places.manager.slash(foundry.commands, "setup")
        assert "✅ History before the bot: since <t>" in text_of(shown)
