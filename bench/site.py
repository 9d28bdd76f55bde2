"""How long a clan's pages take: read, written as a folder, and asked for from the bot's own server."""

import tempfile
from collections.abc import AsyncGenerator
from datetime import datetime
from functools import partial
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer
from sqlalchemy import update

from bench.measure import Figure, measure
from bench.sizes import NOW
from bot.commandline.site_folder import write_site
from bot.domain.clans import Clan
from bot.domain.ids import GuildId, UserId
from bot.present.site.pages import ASSETS, Pages, asset
from bot.services.clan_site import clan_sites
from bot.services.eligibility.loading import Presence
from bot.services.inactivity import Roles
from bot.services.registry import Services
from bot.services.site_pages import packed
from bot.settings import Settings
from bot.web.server import WebServer
from db.models import Member
from db.session import Database

RUNS = 5
VISITS = 50
BURST = 100


class Nobody:
    """A Discord in which nobody is an officer."""

    def is_on(self, guild: GuildId) -> bool:
        """True."""
        del guild
        return True

    async def is_officer(self, guild: GuildId, user: UserId) -> bool:
        """False."""
        del guild, user
        return False

    async def people(self, guild: GuildId) -> tuple[Presence | None, Roles]:
        """Nothing."""
        del guild
        return None, None


async def figures(database: Database, url: str, clan: Clan) -> AsyncGenerator[Figure]:
    """With all 404 as members: those who left are back. Nothing is measured after it that counts members."""
    async with database.write() as session:
        await session.execute(update(Member).values(left_at=None))
    sites = clan_sites(database, _now)

    async def export() -> None:
        site = await sites.read(clan)
        with tempfile.TemporaryDirectory() as directory:
            write_site(Path(directory) / "pages", site)

    site = await sites.read(clan)
    yield await measure("pages: everything they say, read", partial(sites.read, clan), runs=RUNS)
    yield await measure("pages: the whole folder, 404 members", export, runs=RUNS, target=5_000)
    pages = Pages(site)
    for path in ("index.html", "roster.html", f"members/{site.people[0].member}.html"):
        yield await measure(
            f"pages: {path.partition('/')[0]} rendered anew", partial(_render, pages, path), target=50
        )
    async for figure in _served(url, clan):
        yield figure


async def _served(url: str, clan: Clan) -> AsyncGenerator[Figure]:
    services = Services.build(Settings(database_url=url, dashboard_port=1), _now)
    await services.dashboards.switch(clan, UserId(1), on=True)
    try:
        async with (
            TestServer(WebServer(services, Nobody()).application()) as server,
            aiohttp.ClientSession() as browser,
        ):

            async def visit(path: str) -> int:
                async with browser.get(server.make_url(f"/c/{clan.id}/{path}")) as page:
                    return len(await page.read())

            async def burst() -> None:
                for number in range(1, BURST + 1):
                    await visit(f"members/{number}.html")

            await visit("index.html")
            for path in ("index.html", "roster.html"):
                yield await measure(f"pages: {path} served", partial(visit, path), runs=VISITS, target=50)
            yield await measure(f"pages: {BURST} members' pages served", burst, runs=RUNS)
    finally:
        await services.site_pages.close()
        await services.close()


async def first_view(database: Database, clan: Clan) -> dict[str, int]:
    """Compressed bytes of what the heaviest first views load: the page with its style and scripts."""
    pages = Pages(await clan_sites(database, _now).read(clan))
    beside = sum(len(packed(asset(name), kind).body) for name, kind in ASSETS.items())
    sizes: dict[str, int] = {}
    for path in ("index.html", "roster.html"):
        sizes[path] = beside + len(packed((pages.render(path) or "").encode(), "text/html").body)
    return sizes


async def _render(pages: Pages, path: str) -> None:
    pages.render(path)


def _now() -> datetime:
    return NOW
