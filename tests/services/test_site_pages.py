"""Pages as they are served: one reading for a burst, and never older than they may be."""

import asyncio
import re
from datetime import datetime, timedelta
from gzip import decompress

import pytest

from bot.domain.clans import Clan
from bot.services.clan_site import clan_sites
from bot.services.site_pages import SitePages
from db.queries import clans
from db.session import Database
from tests.services.hearing import SetClock
from tests.web.clan import lay_hostile

PATHS = ("index.html", "roster.html", "members/1.html", "members/2.html", "clan.json")


class Ticking:
    """A clock a second ahead of another for each time that somebody looked, so that no two readings agree."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.looked = 0

    def __call__(self) -> datetime:
        self.looked += 1
        return self.clock.now + timedelta(seconds=self.looked)


async def made_at(pages: SitePages, clan: Clan, path: str) -> str:
    made = await pages.page(clan, path)
    assert made is not None
    text = decompress(made.body).decode()
    found = re.search(r'(?:<time datetime="|"made_at":")([^"+Z]+)', text)
    assert found is not None
    return found[1]


async def newer_than(before: str, pages: SitePages, clan: Clan) -> str:
    """Ask until the pages are of a later time; asking lets the reading go on."""
    for _ in range(3_000):
        found = await made_at(pages, clan, "index.html")
        if found > before:
            return found
        await asyncio.sleep(0.001)
    raise AssertionError(before)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_burst_is_one_reading_and_pages_are_read_anew_when_they_are_old(database: Database) -> None:
    laid = await lay_hostile(database)
    clan, clock = await laid.clan(), laid.clock
    pages = SitePages(clan_sites(database, Ticking(clock)), clock)

    async def burst() -> set[str]:
        return set(await asyncio.gather(*(made_at(pages, clan, path) for path in PATHS * 4)))

    try:
        first = await burst()
        assert len(first) == 1
        clock.advance(minutes=2)
        assert await burst() == first

        # Older ones are served at once, while newer ones are read for who comes next.
        clock.advance(minutes=5)
        assert await made_at(pages, clan, "index.html") in first
        second = await newer_than(max(first), pages, clan)
        assert await made_at(pages, clan, "roster.html") == second

        # After a poll too, however soon; and what is too old is waited for.
        async with database.write() as session:
            await clans.update_clan(session, clan.id, polled_at=clock.now)
        clan = await laid.clan()
        third = await newer_than(second, pages, clan)
        clock.advance(hours=1)
        assert await made_at(pages, clan, "index.html") > third
        assert await pages.page(clan, "members/8.html") is None
    finally:
        await pages.close()
