"""``python -m bench.starting``: how long the real bot takes to be ready, and the memory it holds.

A process of its own speaks over sockets to a fake Discord with one server of 300 members
and to a simulated WOM with the same clan. Memory is what Linux calls VmRSS, in MB.
"""

import asyncio
import os
import re
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import click

import bot.app
from bot import logs
from bot.domain.cards import DayPoint
from bot.domain.ids import GuildId
from bot.present.chart import member_chart
from tests.gateway.fake_discord import FakeDiscord
from tests.gateway.launch import VARIABLE, pointed_at
from tests.gateway.process import BotProcess
from tests.gateway.support import Town, at_rest, events, town, until

MEMBERS = 300
MESSAGES = 20_000
STARTS = 5
CHARTS = 3
DRAW = "charts_drawn"


class DrawingBot(bot.app.ClanStatsBot):
    """The bot, which draws three charts when it gets SIGUSR1."""

    async def setup_hook(self) -> None:
        """Listen to the signal too."""
        await super().setup_hook()
        self._drawing: asyncio.Task[None] | None = None
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._begin)

    def _begin(self) -> None:
        self._drawing = asyncio.create_task(self._draw())

    async def _draw(self) -> None:
        for number in range(CHARTS):
            days = [
                DayPoint(date(2026, 1, 1) + timedelta(days=day), day * 1000 + number, day)
                for day in range(30 * (number + 1))
            ]
            await self.services.renderer.render(member_chart, days, "Zezima", guild=GuildId(1))
        bot.app.log.info(DRAW)


class MeasuredProcess(BotProcess):
    """The bot's command line with the drawing bot."""

    module = "bench.starting"


@asynccontextmanager
async def clan() -> AsyncGenerator[Town]:
    """A server of 300 members with a day of history, which no bot has seen."""
    with tempfile.TemporaryDirectory() as directory:
        async with FakeDiscord() as fake:
            users = [fake.world.add_member(f"user {number}") for number in range(MEMBERS)]
            async with town(
                fake, Path(directory), members=[f"Member {number}" for number in range(MEMBERS)]
            ) as home:
                channels = [home.channel(f"channel {number}") for number in range(10)]
                for number, user in enumerate(users):
                    home.lay(channels[number % 10], user, MESSAGES // MEMBERS)
                yield home


async def ready_after(process: BotProcess) -> float:
    """Seconds that a process, begun now, takes until the bot is ready."""
    begun = time.perf_counter()
    async with process:
        await until(process, "ready", lambda: bool(events(process, "ready")))
        spent = time.perf_counter() - begun
        await process.terminate()
    return spent


def megabytes(pid: int) -> float:
    """The memory of a process."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def children(pid: int) -> list[int]:
    """The processes that a process began."""
    listed = [file.read_text().split() for file in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for some in listed for child in some]


async def report_memory(home: Town) -> None:
    """Memory when the clan was polled and its history read, and after charts."""
    process = MeasuredProcess(home.fake, home.data, "run", "--migrate", **home.settings)
    async with process:
        await at_rest(process, home)
        await until(process, "polled", lambda: bool(events(process, "polled")))
        click.echo(f"memory at rest, {MEMBERS} members polled, history read: {megabytes(process.pid):.0f} MB")
        os.kill(process.pid, signal.SIGUSR1)
        await until(process, "charts", lambda: bool(events(process, DRAW)))
        click.echo(f"memory after {CHARTS} charts: {megabytes(process.pid):.0f} MB")
        for child in children(process.pid):
            click.echo(
                f"  and a process that draws, until it was idle for 2 minutes: {megabytes(child):.0f} MB"
            )
        await process.terminate()


async def report() -> None:
    """Print every figure."""
    async with clan() as home:
        click.echo(f"first start to ready, with the schema: {await ready_after(home.bot()):.2f} s")
        await report_memory(home)
        times = [await ready_after(home.bot("run")) for _ in range(STARTS)]
        click.echo(f"start to ready, median of {STARTS}: {statistics.median(times):.2f} s")
        click.echo(f"  slowest: {max(times):.2f} s")


def main() -> None:
    """Measure; or, where a fake Discord's address is given, be the bot that is measured."""
    if VARIABLE not in os.environ:
        logs.configure("WARNING", "text", (), sys.stderr)
        asyncio.run(report())
        return
    from bot.__main__ import main as command_line

    bot.app.ClanStatsBot = DrawingBot
    with pointed_at(os.environ[VARIABLE]):
        command_line()


if __name__ == "__main__":
    main()
