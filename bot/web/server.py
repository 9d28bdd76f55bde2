"""The dashboard's server: the pages of clans whose officers made them public, and officers' own.

Every link and every redirect is relative, so it may stand behind any path of a reverse proxy.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog
from aiohttp import web

from bot.domain.clans import Clan
from bot.domain.dashboards import Pass
from bot.domain.ids import ClanId, GuildId, UserId
from bot.logs import new_trace
from bot.present.site.officers import WAYS as OFFICERS_WAYS
from bot.present.site.officers import officers_page
from bot.present.site.pages import ASSETS, asset
from bot.services.dashboards import Dashboards
from bot.services.eligibility.loading import Presence
from bot.services.inactivity import Roles
from bot.services.officers_site import OfficersSites
from bot.services.registry import Services
from bot.services.site_pages import Made, SitePages, packed
from bot.web.replies import FILE, PAGE, SECRET, elsewhere, not_found, refusal, reply

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

COOKIE: Final = "officers"
_CLAN: Final = r"/c/{clan:[1-9]\d{0,8}}"
_LONGEST_PASS: Final = 1_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Discord(Protocol):
    """What pages ask of Discord."""

    def is_on(self, guild: GuildId) -> bool:
        """Whether the bot is on a server."""
        ...

    async def is_officer(self, guild: GuildId, user: UserId) -> bool:
        """Whether somebody is an officer of a server now; False where that cannot be told."""
        ...

    async def people(self, guild: GuildId) -> tuple[Presence | None, Roles]:
        """Who is on a server with which roles; None where Discord does not tell of everybody."""
        ...


class WebServer:
    """Serves pages on one port, or nothing where none is set."""

    def __init__(self, services: Services, discord: Discord) -> None:
        self._settings = services.settings
        self._dashboards: Dashboards = services.dashboards
        self._pages: SitePages = services.site_pages
        self._officers: OfficersSites = services.officers_sites
        self._discord = discord
        self._clock = services.clock
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int | None:
        """The port that is listened on; None where nothing is."""
        if self._runner is None or not self._runner.addresses:
            return None
        return int(self._runner.addresses[0][1])

    async def start(self) -> None:
        """Listen. A port that is taken leaves the bot without pages, and is told in the log."""
        host, port = self._settings.dashboard_host, self._settings.dashboard_port
        if port is None:
            return
        runner = web.AppRunner(self.application(), access_log=None, handle_signals=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            await runner.cleanup()
            log.warning("dashboard_not_served", host=host, port=port, reason=str(error))
            return
        self._runner = runner
        log.info("dashboard_served", host=host, port=self.port)

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._pages.close()

    def application(self) -> web.Application:
        """The routes."""
        made = web.Application(middlewares=[_told])
        made.router.add_get("/", self._start)
        made.router.add_get(_CLAN, self._clan)
        made.router.add_get(f"{_CLAN}/", self._page)
        made.router.add_get(f"{_CLAN}/assets/{{name}}", self._asset)
        made.router.add_get(f"{_CLAN}/officers/enter-{{pass}}", self._enter)
        made.router.add_get(f"{_CLAN}/officers/{{path:.*}}", self._officers_page)
        made.router.add_get(f"{_CLAN}/{{path:.+}}", self._page)
        return made

    async def _start(self, _request: web.Request) -> web.StreamResponse:
        """The only clan's pages. Of several none is named: that a clan's pages are public makes no list."""
        found = [await self._shown(one) for one in await self._dashboards.public_clans()]
        public = [one for one in found if one is not None]
        if len(public) == 1:
            return elsewhere(f"c/{public[0].id}/")
        return refusal(404, "ClanStats", "Ask your clan for the address of its pages.")

    async def _clan(self, request: web.Request) -> web.StreamResponse:
        return elsewhere(f"{request.match_info['clan']}/")

    async def _page(self, request: web.Request) -> web.StreamResponse:
        clan = await self._public(request)
        if clan is None:
            return not_found()
        made = await self._pages.page(clan, request.match_info.get("path", "index.html"))
        return not_found() if made is None else reply(request, made, PAGE)

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        return reply(request, _packed_asset(name), FILE) if name in ASSETS else not_found()

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """Take the pass of a link into a cookie for the officers' pages of this clan alone."""
        sealed = request.match_info["pass"]
        granted = await self._granted(request, sealed)
        if granted is None:
            return _no_entry()
        # Leads away at once, so that the address with the pass stays in no history.
        response = elsewhere("inactive.html")
        response.set_cookie(
            COOKIE,
            sealed,
            # An empty path is left out: the browser takes this address's, whatever is before it at a proxy.
            path="",
            max_age=int((granted.until - self._clock()).total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=(self._settings.dashboard_url or "").startswith("https:"),
        )
        return response

    async def _officers_page(self, request: web.Request) -> web.StreamResponse:
        granted = await self._granted(request, request.cookies.get(COOKIE, ""))
        clan = await self._public(request)
        if granted is None or clan is None:
            return _no_entry()
        path = f"officers/{request.match_info['path']}"
        if path == "officers/":
            return elsewhere("inactive.html")
        if path not in {way.path for way in OFFICERS_WAYS}:
            return not_found()
        presence, roles = await self._discord.people(clan.guild)
        site = await self._officers.read(clan, presence, roles)
        html = await asyncio.to_thread(officers_page, site, path, granted.until)
        return not_found() if html is None else reply(request, packed(html.encode(), "text/html"), SECRET)

    async def _public(self, request: web.Request) -> Clan | None:
        return await self._shown(ClanId(int(request.match_info["clan"])))

    async def _shown(self, clan: ClanId) -> Clan | None:
        """The clan, if its pages are public and the bot is still on its server."""
        found = await self._dashboards.public(clan)
        return found if found is not None and self._discord.is_on(found.guild) else None

    async def _granted(self, request: web.Request, sealed: str) -> Pass | None:
        """What a pass grants, if whoever it was given to is still an officer."""
        if not 0 < len(sealed) <= _LONGEST_PASS:
            return None
        clan = await self._public(request)
        granted = None if clan is None else await self._dashboards.opened(clan.id, sealed)
        if clan is None or granted is None:
            return None
        return granted if await self._discord.is_officer(clan.guild, granted.user) else None


def _no_entry() -> web.Response:
    return refusal(403, "For officers", "Ask the bot for a new link: /officer dashboard")


_ASSETS: Final[dict[str, Made]] = {}


def _packed_asset(name: str) -> Made:
    if name not in _ASSETS:
        _ASSETS[name] = packed(asset(name), ASSETS[name])
    return _ASSETS[name]


@web.middleware
async def _told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log every request, without its address where that is a secret, and answer for what went wrong."""
    begun = time.perf_counter()
    with new_trace(request=request.match_info.get("clan")) as trace:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            response = not_found() if error.status == 404 else refusal(error.status, error.reason, "")
        except Exception:  # the last resort, as the tree's handler is for commands
            log.exception("page_failed", path=_shown(request))
            response = refusal(500, "Something went wrong", f"The bot's log knows it as {trace}.")
        milliseconds = round((time.perf_counter() - begun) * 1000)
        log.debug("page", path=_shown(request), status=response.status, milliseconds=milliseconds)
    return response


def _shown(request: web.Request) -> str:
    head, entered, _ = request.path.partition("/enter-")
    return f"{head}{entered}…" if entered else head
