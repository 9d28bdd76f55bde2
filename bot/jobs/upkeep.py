"""Forgetting what is kept for a while only, hour by hour."""

import asyncio

import structlog
from discord.ext import tasks

from bot.logs import new_trace
from bot.services.upkeep import Upkeep

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

HOURS = 1


class UpkeepJob:
    """The upkeep loop. What fails is tried again an hour later."""

    def __init__(self, upkeep: Upkeep) -> None:
        self._upkeep = upkeep
        self._loop = tasks.loop(hours=HOURS)(self._run)

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

    async def _run(self) -> None:
        with new_trace(job="upkeep"):
            try:
                await self._upkeep.run()
            except Exception:  # a loop of discord.py ends for good at the first error it does not know
                log.exception("upkeep_failed")
