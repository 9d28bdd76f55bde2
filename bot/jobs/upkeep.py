"""Forgetting what is kept for a while only, hour by hour."""

from datetime import timedelta

import structlog

from bot.jobs.looping import Looping
from bot.logs import new_trace
from bot.services.upkeep import Upkeep

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)


class UpkeepJob(Looping):
    """The upkeep loop. What fails is tried again an hour later."""

    def __init__(self, upkeep: Upkeep) -> None:
        self._upkeep = upkeep
        super().__init__(self._run, EVERY)

    async def _run(self) -> None:
        with new_trace(job="upkeep"):
            try:
                await self._upkeep.run()
            except Exception:  # a loop of discord.py ends for good at the first error it does not know
                log.exception("upkeep_failed")
