"""The bot as a whole: what it tells Discord, when, how it polls, and how it ends."""

import asyncio
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import discord
import pytest
import simcord
import structlog
from discord import Interaction, app_commands
from discord.ext import commands
from sqlalchemy import text

from bot.app import ClanStatsBot
from bot.domain.ids import GuildId
from bot.jobs.polling import PollingJob
from bot.services.registry import Services
from bot.services.rendering import Renderer, RenderFailedError
from bot.settings import Settings
from cogs.owner import OwnerCog
from demo.wom import SimulatedWom
from tests.cogs.conftest import Foundry
from tests.cogs.reading import count_public, lines_of, message_of
from tests.cogs.world import NOW, Clock, open_discord, restored_wom


@pytest.fixture
def logs() -> Generator[list[Any]]:
    with structlog.testing.capture_logs() as captured:
        yield captured


def is_sync(request: simcord.HttpLogEntry) -> bool:
    """Whether a request sends the commands to Discord."""
    return request.method == "PUT" and request.path.endswith("/commands")


def syncs(foundry: Foundry) -> int:
    """How often the commands were sent to Discord."""
    return sum(map(is_sync, foundry.env.http_requests))


async def wom_was_asked(wom: SimulatedWom) -> None:
    """Until WOM has got a request."""
    while not wom.requests:  # noqa: ASYNC110 -- the simulated WOM keeps a list, not an event
        await asyncio.sleep(0.01)


def loops() -> list[asyncio.Task[Any]]:
    """The loops of discord.py that have not ended."""
    return [one for one in asyncio.all_tasks() if getattr(one.get_coro(), "__qualname__", "") == "Loop._loop"]


def simulated_guild() -> GuildId:
    """The server's id, the same in every simulated Discord."""
    return GuildId(open_discord(simcord.Env(discord.Client(intents=discord.Intents.default()))).guild.id)


# Commands


async def test_commands_are_for_servers_only_and_for_installs_on_servers(foundry: Foundry) -> None:
    (sent,) = [one.json for one in foundry.env.http_requests if is_sync(one)]
    assert isinstance(sent, list)
    for command in cast("list[dict[str, Any]]", sent):
        assert (command["contexts"], command["integration_types"]) == ([0], [0]), command["name"]


async def test_setup_is_for_managers_and_the_rest_for_all(foundry: Foundry) -> None:
    needed = {one.name: one.default_member_permissions for one in await foundry.bot.tree.fetch_commands()}
    assert needed.pop("setup") == discord.Permissions(manage_guild=True)
    assert set(needed.values()) == {None}
    assert "setup" not in foundry.john.available_commands(foundry.general)


def number_of_commands(foundry: Foundry) -> int:
    """How many commands the bot has, of the slash and of the Apps menu."""
    return sum(len(foundry.bot.tree.get_commands(type=kind)) for kind in discord.AppCommandType)


async def test_commands_are_sent_once_and_again_only_when_they_changed(fresh: Foundry) -> None:
    assert syncs(fresh) == 1
    await fresh.restart()
    assert syncs(fresh) == 1

    async def new(interaction: Interaction[Any]) -> None:
        del interaction

    command: app_commands.Command[Any, ..., Any] = app_commands.Command(
        name="new", description="A command of a new version", callback=new
    )
    fresh.bot.tree.add_command(command)
    known = number_of_commands(fresh)
    assert await fresh.bot.sync_commands() == known
    assert syncs(fresh) == 2
    assert await fresh.bot.sync_commands() == 0
    command.description = "The same in other words"
    assert await fresh.bot.sync_commands() == known


async def test_the_owner_alone_sends_the_commands_again_by_mention(foundry: Foundry, logs: list[Any]) -> None:
    foundry.bot.owner_id = foundry.ann.id
    assert foundry.bot.user is not None
    before, mention = syncs(foundry), foundry.bot.user.mention
    await foundry.john.send(foundry.commands, f"{mention} sync")
    await foundry.john.send(foundry.commands, f"{mention} hello, how are you?")
    assert syncs(foundry) == before
    assert count_public(foundry.commands) == 2
    await foundry.ann.send(foundry.commands, f"{mention} sync")
    assert syncs(foundry) == before + 1
    last = foundry.commands.last_message
    assert last is not None
    sent = f"{number_of_commands(foundry)} commands sent to Discord."
    assert last.content == f"{sent} It shows them within a minute."
    assert not [one for one in logs if one["log_level"] == "error"]
    foundry.forgive(commands.NotOwner)


async def test_an_owners_command_that_breaks_is_told_and_logged(foundry: Foundry, logs: list[Any]) -> None:
    foundry.bot.owner_id = foundry.ann.id
    assert foundry.bot.user is not None
    foundry.env.inject_error("PUT", "/applications/*/commands", status=400)
    await foundry.ann.send(foundry.commands, f"{foundry.bot.user.mention} sync")
    last = foundry.commands.last_message
    assert last is not None
    assert last.content.startswith("Something broke on my side")
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["command_failed"]
    foundry.forgive(Exception)


# Polling


async def test_it_polls_when_it_starts_and_then_as_often_as_it_was_told(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))

    def polls() -> int:
        return sum(path.endswith("/groups/123") for _, path in wom.requests)

    async with wom.serve() as url:
        await foundry.restart(wom_url=url, poll_minutes=5)
        assert polls() == 1
        await foundry.env.advance_time(295)
        assert polls() == 1
        await foundry.env.advance_time(305)
        assert polls() == 3
        await foundry.bot.close()


async def test_no_trouble_of_a_poll_ends_the_loop(foundry: Foundry, logs: list[Any]) -> None:
    wom = restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, poll_minutes=5)
        for before, after in (("clans", "away"), ("away", "clans")):
            async with foundry.services.database.write() as session:
                await session.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))
            wom.requests.clear()
            await foundry.env.advance_time(300)
        assert "clans_not_read" in {one["event"] for one in logs}
        assert wom.requests
        await foundry.bot.close()


async def test_a_poll_under_way_is_given_up_before_the_database_closes(
    laid_url: str, logs: list[Any]
) -> None:
    wom = restored_wom(Clock(NOW))
    async with wom.serve() as url:
        wom.go_down("stall")
        services = Services.build(Settings(database_url=laid_url, wom_base_url=url), lambda: NOW)
        await services.open()
        job = PollingJob(services, lambda: [simulated_guild()])
        job.start()
        await wom_was_asked(wom)
        await asyncio.wait_for(job.stop(), 20)
        assert not loops()
        await services.close()
        wom.come_back()
    assert {one["event"] for one in logs} <= {"wom_request"}


# The end


async def test_nothing_goes_on_after_the_end(foundry: Foundry) -> None:
    assert loops()
    await foundry.bot.close()
    assert not loops()
    with pytest.raises(RenderFailedError, match="closed"):
        await Renderer.render(foundry.services.renderer, bytes, guild=simulated_guild())


async def test_closing_twice_is_closing_once(foundry: Foundry, logs: list[Any]) -> None:
    await foundry.bot.close()
    await foundry.bot.close()
    assert [one["event"] for one in logs].count("closed") == 1


async def test_what_was_heard_last_is_written_when_it_ends(foundry: Foundry) -> None:
    board = {"metric": "messages", "period": "today"}
    await foundry.john.send(foundry.general, "the last word")
    await foundry.restart(later=timedelta(minutes=1))
    result = await foundry.john.slash(foundry.commands, "leaderboard", **board)
    assert lines_of(result)[2] == "🥇 Jo hn · 1"
    assert message_of(result).embeds


def test_intents_that_discord_refuses_are_done_without(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    everything = ClanStatsBot.build(settings)
    assert everything.intents.members
    assert everything.intents.message_content
    assert not everything.intents.presences
    without = ClanStatsBot.build(settings, lacking=frozenset({"members", "message_content"}))
    assert not without.intents.members
    assert not without.intents.message_content
    assert without.intents.guild_messages


async def test_the_real_bot_has_the_owners_command(foundry: Foundry) -> None:
    assert isinstance(foundry.bot.get_cog("OwnerCog"), OwnerCog)
