"""Reads history from before the bot, a page of each clan in turn, whenever nobody else asks WOM."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import structlog

from bot.domain.ids import ClanId, GuildId
from bot.jobs.looping import Looping
from bot.logs import new_trace
from bot.services.past import Past

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=5)
"""Between two looks at whether something is to be read, while nothing is."""


class PastJob(Looping):
    """The loop. Nothing that goes wrong with one clan ends it or holds up the others."""

    def __init__(self, past: Past, guilds: Callable[[], Iterable[GuildId]]) -> None:
        self._past = past
        self._guilds = guilds
        super().__init__(self._run, LOOK_EVERY)

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
