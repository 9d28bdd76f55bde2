"""Running and stopping: signals, refusals, what is flushed."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

import discord
import pytest
from discord.ext import commands

from bot.commandline.failures import Failure
from bot.commandline.running import keep_running
from tests.commandline.support import TOKEN
from tests.gateway.fake_discord import FakeDiscord
from tests.gateway.launch import pointed_at


class StandIn:
    """As much of a bot as running needs: it is up until it is closed, or fails as told."""

    def __init__(self, fails: Exception | None = None, flags: discord.ApplicationFlags | None = None) -> None:
        self.fails = fails
        self.flags = flags or discord.ApplicationFlags()
        self.started = asyncio.Event()
        self.closed = asyncio.Event()
        self.left = False

    async def __aenter__(self) -> "StandIn":
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.left = True

    async def start(self, token: str) -> None:
        if self.fails is not None:
            raise self.fails
        self.started.set()
        await self.closed.wait()

    async def close(self) -> None:
        self.closed.set()

    def is_ready(self) -> bool:
        return self.started.is_set()

    @property
    def application_flags(self) -> discord.ApplicationFlags:
        return self.flags


async def test_refused_intents_are_told_and_done_without(tmp_path: Path) -> None:
    refused = StandIn(
        fails=discord.PrivilegedIntentsRequired(0), flags=discord.ApplicationFlags(gateway_guild_members=True)
    )
    second = StandIn()
    built: list[frozenset[str]] = []

    def build(lacking: frozenset[str]) -> StandIn:
        built.append(lacking)
        return second if lacking else refused

    running = asyncio.create_task(keep_running(build, TOKEN, tmp_path / "heartbeat"))
    await second.started.wait()
    await second.close()
    await running

    assert built == [frozenset(), frozenset({"message_content"})]
    assert refused.left, "the first bot was closed before the second started"


async def test_with_the_real_library_a_switched_off_intent_is_left_out(tmp_path: Path) -> None:
    built: list[frozenset[str]] = []

    class Bot(commands.AutoShardedBot):
        async def on_connect(self) -> None:
            await self.close()

    def build(lacking: frozenset[str]) -> Bot:
        built.append(lacking)
        intents = discord.Intents(guilds=True, members=True, message_content=not lacking)
        return Bot(commands.when_mentioned, intents=intents)

    async with FakeDiscord() as fake:
        with pointed_at(fake.url):
            fake.refuse_intents(discord.Intents(message_content=True).value)
            await keep_running(build, fake.token, tmp_path / "heartbeat")
            with pytest.raises(Failure, match="does not accept the token"):
                await keep_running(build, "another.to.ken", tmp_path / "heartbeat")

    assert built == [frozenset(), frozenset({"message_content"}), frozenset()]


async def test_a_discord_that_is_away_is_told(tmp_path: Path) -> None:
    def build(_lacking: frozenset[str]) -> commands.AutoShardedBot:
        return commands.AutoShardedBot(commands.when_mentioned, intents=discord.Intents(guilds=True))

    with (
        pointed_at("http://127.0.0.1:9"),
        pytest.raises(Failure, match="Discord cannot be reached"),
    ):
        await keep_running(build, TOKEN, tmp_path / "heartbeat")


async def test_a_refused_token_ends_it_with_what_to_do(tmp_path: Path) -> None:
    bot = StandIn(fails=discord.LoginFailure("Improper token"))
    with pytest.raises(Failure, match="does not accept the token"):
        await keep_running(lambda _lacking: bot, TOKEN, tmp_path / "heartbeat")
    assert bot.left


async def test_a_fault_of_the_bot_is_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        await keep_running(lambda _lacking: StandIn(fails=ZeroDivisionError()), TOKEN, tmp_path / "heartbeat")


RUN = """
import asyncio, sys
from pathlib import Path
from bot import logs
from bot.commandline.running import keep_running
from tests.commandline.test_running import StandIn

class Flushing(StandIn):
    async def start(self, token):
        print("up", flush=True)
        await super().start(token)
    async def close(self):
        await asyncio.sleep(0.05)
        print("flushed", flush=True)
        await super().close()

logs.configure()
asyncio.run(keep_running(lambda lacking: Flushing(), "a.b.c", Path(sys.argv[1])))
print("ended", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="these signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_closes_the_bot_and_exits_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-c", RUN, str(tmp_path / "heartbeat")], cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
    assert rest == "flushed\nended\n"
    assert process.returncode == 0
