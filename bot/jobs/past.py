"""Reads history from before the bot, a page of each clan in turn, whenever nobody else asks WOM."""

import asyncio
from collections.abc import Callable, Iterable

import structlog
from discord.ext import tasks

from bot.domain.ids import ClanId, GuildId
from bot.logs import new_trace
from bot.services.past import Past

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks at whether something is to be read, while nothing is."""


class PastJob:
    """The loop. Nothing that goes wrong with one clan ends it or holds up the others."""

    def __init__(self, past: Past, guilds: Callable[[], Iterable[GuildId]]) -> None:
        self._past = past
        self._guilds = guilds
        self._loop = tasks.loop(seconds=LOOK_EVERY)(self._run)

    def start(self) -> None:
        """Begin, if it has not; what an earlier process left is taken up at once."""
        if not self._loop.is_running():
            self._loop.start()

    async def stop(self) -> None:
        """End; a request that is under way is given up, and nothing is half written."""
        task = self._loop.get_task()
        self._loop.cancel()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        with new_trace(job="past"):
            try:
                while clans := await self._past.due(list(self._guilds())):
                    for clan in clans:
                        await self._step(clan)
            except Exception:  # a loop of discord.py ends for good at the first error it does not know
                log.exception("past_not_looked_up")

    async def _step(self, clan: ClanId) -> None:
        try:
            await self._past.step(clan)
        except Exception:  # nor may one clan's fault hold up the others
            log.exception("past_failed", clan_id=clan)
            self._past.hold_off(clan, "failed")
