"""What all jobs share: a loop of discord.py that is begun once and ended whole."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from discord.ext import tasks


class Looping:
    """Runs ``run`` every so often. It must not raise: a loop of discord.py ends for good at an error."""

    def __init__(self, run: Callable[[], Coroutine[Any, Any, None]], every: timedelta) -> None:
        self._loop = tasks.loop(seconds=every.total_seconds())(run)

    def start(self) -> None:
        """Begin, if it has not; the first round is at once."""
        if not self._loop.is_running():
            self._loop.start()

    async def stop(self) -> None:
        """End; what is under way is given up, and nothing of it is half done."""
        task = self._loop.get_task()
        self._loop.cancel()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)
