"""When clans are polled: each every POLL_MINUTES, at once after it was linked, one at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

import structlog

from bot.domain.clans import Clan
from bot.domain.errors import UserError
from bot.domain.ids import ClanId, GuildId
from bot.jobs.looping import Looping
from bot.logs import new_trace
from bot.services.registry import Services
from bot.wom.errors import WomError

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class PollingJob(Looping):
    """The poll loop. Nothing that goes wrong with one clan ends it or holds up the others."""

    def __init__(
        self,
        services: Services,
        guilds: Callable[[], Iterable[GuildId]],
        polled: Callable[[Clan], object] = lambda _: None,
    ) -> None:
        """``polled`` is called after each poll that succeeded."""
        self._services = services
        self._polled = polled
        self._guilds = guilds
        self._turns: dict[ClanId, asyncio.Lock] = {}
        super().__init__(self._poll_all, timedelta(minutes=services.settings.poll_minutes))

    async def poll_now(self, clan: Clan) -> None:
        """Poll one clan at once.

        Raises:
            WomError: WOM did not answer usefully; the loop tries again.
        """
        async with self._turns.setdefault(clan.id, asyncio.Lock()):
            await self._services.polling.poll(clan)
        self._polled(clan)

    async def _poll_all(self) -> None:
        with new_trace(job="polling"):
            try:
                clans = await self._services.clans.active(self._guilds())
            except Exception:  # a loop of discord.py ends for good at the first error it does not know
                log.exception("clans_not_read")
                return
            for clan in clans:
                await self._poll_one(clan)

    async def _poll_one(self, clan: Clan) -> None:
        # After a poll that failed there is nothing new; else neither of the others waits for the other.
        if await self._tried("clan_skipped", clan, self.poll_now):
            await self._tried("clan_not_refreshed", clan, self._services.refreshing.update_clan_if_due)
            await self._tried("feed_not_looked", clan, self._services.feed.look)

    async def _tried(self, failed: str, clan: Clan, work: Callable[[Clan], Awaitable[object]]) -> bool:
        """Do a part of the work; where it fails that is logged as ``failed``, and False."""
        try:
            await work(clan)
        except WomError as error:
            log.warning(failed, clan_id=clan.id, request=error.request, reason=error.reason)
        except UserError as error:
            log.warning(failed, clan_id=clan.id, reason=type(error).__name__)
        except Exception:  # nor may one clan's fault keep the others from being polled
            log.exception("poll_failed", clan_id=clan.id, part=failed)
        else:
            return True
        return False
