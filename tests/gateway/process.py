"""The bot's command line as a process of its own, against a fake Discord."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.gateway.fake_discord import FakeDiscord
from tests.gateway.launch import VARIABLE

CHECKOUT = Path(__file__).parents[2]
PASSED_ON = ("PATH", "SYSTEMROOT", "LANG", "COVERAGE_PROCESS_START")
NOBODY = "http://127.0.0.1:9"
"""Port 9 (discard): nothing answers there."""


class BotProcess:
    """``clanstats COMMAND``, from ``async with`` to its end at the latest.

    It gets the fake's address and token, ``data`` as its directory and ``settings`` as
    environment variables, and nothing else of this process's settings. WOM is nobody
    unless ``settings`` says where it is.
    """

    module = "tests.gateway.launch"
    """What is run in place of ``python -m bot``."""

    def __init__(self, fake: FakeDiscord, data: Path, *command: str, **settings: str) -> None:
        self._command = command
        self._environment = {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            VARIABLE: fake.url,
            "DISCORD_TOKEN": fake.token,
            "DATA_DIR": str(data),
            "WOM_BASE_URL": NOBODY,
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.output = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self.module, *self._command),
            cwd=CHECKOUT,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read(self._process))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_running:
            await self.kill()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process is not None and self._process.returncode is None

    async def ended(self, timeout: float = 60) -> int:  # noqa: ASYNC109 -- the tests' own patience
        """Wait for its end; the answer is its exit code, negative for a signal.

        Raises:
            TimeoutError: it did not end in ``timeout`` seconds.
        """
        assert self._process is not None
        assert self._reading is not None
        async with asyncio.timeout(timeout):
            await self._reading
            return await self._process.wait()

    async def terminate(self) -> int:
        """Ask it to stop (SIGTERM) and wait; the answer is its exit code."""
        self.signal_end()
        return await self.ended()

    def signal_end(self) -> None:
        """Ask it to stop (SIGTERM), without waiting."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    async def kill(self) -> int:
        """End it in the middle of whatever it does (SIGKILL) and wait."""
        assert self._process is not None
        self._process.kill()
        return await self.ended()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.output += line.decode(errors="replace")
