"""Running the bot until it is told to stop, on every operating system."""

import asyncio
import gc
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Protocol, Self

import aiohttp
import discord
import structlog

from bot.commandline.failures import Failure
from bot.commandline.heartbeat import beat

_SWITCHES = {
    "members": ("Server Members Intent", "it does not see who joins, leaves or changes nickname"),
    "message_content": ("Message Content Intent", "it cannot read relayed clan chat; messages still count"),
}

_UNREACHABLE = (aiohttp.ClientConnectionError, discord.DiscordServerError, discord.GatewayNotFound)

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class RunnableBot(Protocol):
    """What is needed of a bot to run it; every ``discord.Client`` has it."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
    async def start(self, token: str) -> None: ...
    async def close(self) -> None: ...
    def is_ready(self) -> bool: ...
    @property
    def application_flags(self) -> discord.ApplicationFlags: ...


BuildBot = Callable[[frozenset[str]], RunnableBot]
"""Builds a bot that does without the named intents."""


async def keep_running(build: BuildBot, token: str, heartbeat: Path) -> None:
    """Run until SIGTERM, SIGINT or the bot's own end. Refused intents are told and done without.

    Raises:
        Failure: Discord refused the token, or could not be reached at the start.
    """
    # The bot never speaks: that the voice libraries are missing is nobody's concern.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    stop = asyncio.Event()
    with on_stop_signals(stop.set):
        lacking = await _attempt(build, frozenset(), token, heartbeat, stop)
        if lacking:
            _tell(lacking)
            still_lacking = await _attempt(build, lacking, token, heartbeat, stop)
            if still_lacking:
                raise Failure("Discord refuses the bot's intents even without the privileged ones.")
    log.info("stopped")


def keep_loaded() -> None:
    """Take what the process has loaded out of garbage collection: walking it held the event loop for 50 ms.

    For a process that is one bot until its end, since what is frozen is never given back.
    """
    gc.collect()
    gc.freeze()


async def _attempt(
    build: BuildBot, lacking: frozenset[str], token: str, heartbeat: Path, stop: asyncio.Event
) -> frozenset[str]:
    """One bot's life. Returns the intents that Discord refused, empty where it ended well."""
    bot = build(lacking)
    try:
        await run_until(stop, bot, token, heartbeat)
    except discord.PrivilegedIntentsRequired:
        # Where the portal does not say which, the bot does without both.
        return switched_off(bot.application_flags) or frozenset(_SWITCHES)
    except discord.LoginFailure as error:
        raise Failure(
            "Discord does not accept the token. Copy it again from the developer portal (Bot → Reset Token) "
            "and run `clanstats init`, or set DISCORD_TOKEN."
        ) from error
    except _UNREACHABLE as error:
        raise Failure(f"Discord cannot be reached: {error or type(error).__name__}") from error
    return frozenset()


async def run_until(stop: asyncio.Event, bot: RunnableBot, token: str, heartbeat: Path) -> None:
    """Start the bot; at ``stop`` close it, which flushes what it holds; raise what ended it otherwise."""
    async with bot:
        beating = asyncio.create_task(beat(heartbeat, bot.is_ready))
        stopping = asyncio.create_task(stop.wait())
        running = asyncio.create_task(bot.start(token))
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            else:
                log.info("stopping")
                await bot.close()
        finally:
            await _end(running, stopping, beating)


async def _end(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            log.debug("ended_with", error=repr(result))


def switched_off(flags: discord.ApplicationFlags) -> frozenset[str]:
    """The privileged intents that the developer portal has switched off."""
    allowed = {
        "members": flags.gateway_guild_members or flags.gateway_guild_members_limited,
        "message_content": flags.gateway_message_content or flags.gateway_message_content_limited,
    }
    return frozenset(name for name, on in allowed.items() if not on)


def explain_missing(intents: frozenset[str]) -> list[str]:
    """Which switches are off and what does not work without them, one line each."""
    lines: list[str] = []
    for name in sorted(intents):
        switch, loss = _SWITCHES[name]
        lines.append(f"{switch} is off in the developer portal (Bot → Privileged Gateway Intents): {loss}")
    return lines


def _tell(lacking: frozenset[str]) -> None:
    for line in explain_missing(lacking):
        log.warning("intent_refused", what=line)


@contextmanager
def on_stop_signals(stop: Callable[[], object]) -> Generator[None]:
    """Call ``stop`` in the event loop at the first SIGINT, SIGTERM or, on Windows, Ctrl-Break.

    A second one ends the process at once, as usual.
    """
    loop = asyncio.get_running_loop()
    names = [name for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)}

    def handle(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stop)

    # loop.add_signal_handler does not exist on Windows; this does, and wakes the loop on both.
    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
