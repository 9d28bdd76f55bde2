"""Pages as they are served: read and rendered once for everybody, off the event loop, one at a time."""

import asyncio
import gzip
from asyncio import Lock, Task, TimerHandle
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import structlog

from bot.domain.clans import Clan
from bot.domain.ids import ClanId
from bot.present.site.document import clan_document
from bot.present.site.pages import Pages
from bot.services.clan_site import ClanSites
from bot.services.clock import Clock

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

DOCUMENT: Final = "clan.json"
FRESH: Final = timedelta(minutes=3)
"""Younger pages are served as they are; older ones too, while newer ones are read."""
STALE: Final = timedelta(minutes=30)
"""Older ones are not served."""
IDLE: Final = 900.0
"""Seconds after which pages that nobody looks at are forgotten."""
_MOST_CLANS: Final = 8


@dataclass(frozen=True, slots=True)
class Made:
    """A page or document, compressed by gzip, with what it is and a tag of its content."""

    body: bytes
    kind: str
    tag: str


@dataclass(slots=True)
class _Held:
    """A clan's pages as they were read, and those that were rendered."""

    pages: Pages
    read_at: datetime
    polled_at: datetime | None
    rendered: dict[str, Made] = field(default_factory=dict[str, Made])


class SitePages:
    """Serves them."""

    def __init__(self, sites: ClanSites, clock: Clock) -> None:
        self._sites = sites
        self._clock = clock
        self._held: OrderedDict[ClanId, _Held] = OrderedDict()
        self._reading: dict[ClanId, Task[_Held]] = {}
        self._reads, self._turn = Lock(), Lock()
        self._idle: TimerHandle | None = None

    async def page(self, clan: Clan, path: str) -> Made | None:
        """A page of a clan, or its document; None where there is none of this path."""
        held = await self._current(clan)
        made = held.rendered.get(path)
        if made is not None:
            return made
        # A burst for one page renders it once, and for many does not take the process from the bot.
        async with self._turn:
            made = held.rendered.get(path) or await asyncio.to_thread(_make, held.pages, path)
        if made is not None:
            held.rendered[path] = made
        return made

    async def close(self) -> None:
        """Let go of everything."""
        if self._idle is not None:
            self._idle.cancel()
        for task in self._reading.values():
            task.cancel()
        await asyncio.gather(*self._reading.values(), return_exceptions=True)
        self._forget()

    async def _current(self, clan: Clan) -> _Held:
        self._stay()
        held, now = self._held.get(clan.id), self._clock()
        if held is not None:
            self._held.move_to_end(clan.id)
            age = now - held.read_at
            if age < FRESH and held.polled_at == clan.polled_at:
                return held
            reading = self._read(clan)
            if age < STALE:
                return held
            return await asyncio.shield(reading)
        return await asyncio.shield(self._read(clan))

    def _read(self, clan: Clan) -> "Task[_Held]":
        """Reading the clan anew, for all who wait."""
        task = self._reading.get(clan.id)
        if task is None:
            task = self._reading[clan.id] = asyncio.create_task(self._anew(clan))
            task.add_done_callback(lambda done: self._done(clan.id, done))
        return task

    async def _anew(self, clan: Clan) -> _Held:
        # Visitors of many clans do not have all of them read at once.
        async with self._reads:
            site = await self._sites.read(clan)
        held = _Held(Pages(site), site.made_at, clan.polled_at)
        self._held[clan.id] = held
        self._held.move_to_end(clan.id)
        while len(self._held) > _MOST_CLANS:
            self._held.popitem(last=False)
        return held

    def _done(self, clan: ClanId, task: "Task[_Held]") -> None:
        self._reading.pop(clan, None)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("pages_not_read", clan_id=clan, exc_info=failure)

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE, self._forget)

    def _forget(self) -> None:
        self._held.clear()


def _make(pages: Pages, path: str) -> Made | None:
    if path == DOCUMENT:
        return packed(clan_document(pages.site), "application/json")
    html = pages.render(path)
    return None if html is None else packed(html.encode(), "text/html")


def packed(content: bytes, kind: str) -> Made:
    """The content compressed, with its tag."""
    return Made(gzip.compress(content, 6, mtime=0), kind, sha256(content).hexdigest()[:20])
