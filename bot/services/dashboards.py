"""Whose pages are public, where they are, and the links to officers' pages."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.clans import Clan
from bot.domain.dashboards import DashboardState, Pass
from bot.domain.errors import Outdated, SecretsUnavailable
from bot.domain.ids import ClanId, GuildId, UserId
from bot.services.clock import Clock
from bot.services.sealing import Sealer
from db.queries import clans, dashboards
from db.session import Database


@dataclass(frozen=True, slots=True)
class Served:
    """How pages are served: under which address people reach them, None where they are not served.

    ``lasts`` is how long a link to officers' pages does.
    """

    address: str | None
    lasts: timedelta


class Dashboards:
    """Keeps it."""

    def __init__(self, database: Database, sealer: Sealer, served: Served, clock: Clock) -> None:
        self._database = database
        self._served = served
        self._clock = clock
        # Without a key of the operator's, links live as long as the process.
        self._sealer = sealer if sealer.available else Sealer(secrets.token_urlsafe(32))

    async def state(self, clan: Clan) -> DashboardState:
        """A clan's pages as they are."""
        async with self._database.read() as session:
            since = await dashboards.public_since(session, clan.id)
        address = self._served.address
        here = None if address is None else f"{address}/c/{clan.id}/"
        return DashboardState(address is not None, since, here, self._served.lasts)

    async def switch(self, clan: Clan, by: UserId, *, on: bool) -> None:
        """Make a clan's pages public, or let nobody see them any more; where they are so, nothing happens."""
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            before = await dashboards.public_since(session, clan.id)
            if on is (before is not None):
                return
            if on:
                await dashboards.switch_on(session, clan.id, by, now)
            else:
                await dashboards.switch_off(session, clan.id)
            detail = {"clan_id": clan.id, "before": not on, "after": on}
            await clans.add_audit_entry(session, clan.guild, by, "dashboard", detail, now)

    async def removed(self, guild: GuildId) -> None:
        """The bot was removed from a server: added again, it has no pages until somebody wants them."""
        async with self._database.write() as session:
            await dashboards.switch_off_all(session, guild)

    async def public(self, clan: ClanId) -> Clan | None:
        """The clan, if it is linked and everybody may see its pages."""
        async with self._database.read() as session:
            if await dashboards.public_since(session, clan) is None:
                return None
            return await clans.clan_by_id(session, clan)

    async def public_clans(self) -> list[ClanId]:
        """Every clan whose pages everybody may see."""
        async with self._database.read() as session:
            return await dashboards.public_clans(session)

    async def officers_link(self, clan: Clan, user: UserId) -> str:
        """The address that lets an officer see the officers' pages for a while.

        Raises:
            Outdated: the clan has no pages any more.
        """
        state = await self.state(clan)
        if state.address is None or state.public_since is None:
            raise Outdated
        granted = Pass(clan.id, user, self._clock() + self._served.lasts)
        # The key is derived when first needed, which takes its time.
        sealed = await asyncio.to_thread(self._sealer.seal, granted.write())
        return f"{state.address}officers/enter-{sealed}"

    async def opened(self, clan: ClanId, sealed: str) -> Pass | None:
        """What a link or cookie grants for a clan now; None for nothing."""
        if not sealed.isascii():
            return None
        try:
            text = await asyncio.to_thread(self._sealer.open, sealed)
        except SecretsUnavailable:
            return None
        granted = Pass.read(text)
        return granted if granted is not None and granted.opens(clan, self._clock()) else None
