"""The pages in a real browser: hostile names, a phone's width, keyboard, theme, nothing from outside."""

import socket
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from bot.commandline.site_folder import write_site
from bot.domain.ids import GuildId, UserId
from bot.services.clan_site import clan_sites
from bot.services.eligibility.loading import Presence
from bot.services.inactivity import Roles
from bot.services.registry import Services
from bot.settings import Settings
from bot.web.server import WebServer
from db.session import Database
from tests.web.clan import EMOJI, QUOTES, SCRIPT, lay_hostile
from tests.web.visiting import DESKTOP, PHONE, violations, visit

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
OFFICER = UserId(4242)


class Server:
    """What Discord would say: one officer, and nothing of the others."""

    def is_on(self, guild: GuildId) -> bool:
        return True

    async def is_officer(self, guild: GuildId, user: UserId) -> bool:
        return user == OFFICER

    async def people(self, guild: GuildId) -> tuple[Presence | None, Roles]:
        return None, None


async def test_the_pages_stand_up_to_hostile_names_on_a_phone_and_by_keyboard(
    browser: Browser, database: Database, database_url: str, tmp_path: Path
) -> None:
    laid = await lay_hostile(database)
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    # Behind a path, as a proxy has it.
    address = f"http://127.0.0.1:{port}/behind/a/proxy"
    settings = Settings(database_url=database_url, dashboard_port=port, dashboard_url=address)
    services = Services.build(settings, laid.clock)
    clan = await laid.clan()
    await services.dashboards.switch(clan, OFFICER, on=True)
    outside = web.Application()
    outside.add_subapp("/behind/a/proxy", WebServer(services, Server()).application())
    try:
        async with TestServer(outside, port=port):
            here = f"{address}/c/{clan.id}/"
            await on_a_phone(browser, here)
            await on_a_desktop(browser, here)
            await without_a_script(browser, here)
            await as_an_officer(browser, here, await services.dashboards.officers_link(clan, OFFICER))
    finally:
        await services.site_pages.close()
        await services.close()
    site = await clan_sites(database, laid.clock).read(clan)
    write_site(tmp_path / "pages", site)
    await from_a_folder(browser, tmp_path / "pages")


LOOKED_INTO = ("index.html", "roster.html", "activity.html", "about.html", "members/1.html")
MEASURED = ("leaderboards.html", "skills.html", "records.html", "members/2.html", "metrics/vorkath.html")


async def on_a_phone(browser: Browser, here: str) -> None:
    made = await visit(browser, PHONE, "dark")
    for path in (*LOOKED_INTO, *MEASURED):
        await made.page.goto(here + path)
        assert await made.overflow() == 0, path
        if path in LOOKED_INTO:
            assert await violations(made.page) == [], path
    assert made.complaints == []
    assert [url for url in made.asked if not url.startswith(here)] == []
    await made.context.close()


async def on_a_desktop(browser: Browser, here: str) -> None:
    made = await visit(browser, DESKTOP)
    page = made.page
    await page.goto(f"{here}roster.html")
    assert "Iron <script>x=1</script>" in await page.title()
    # Ann leads; who was never measured, and so is no 0, comes last both ways.
    descending = await made.sort_by("XP")
    assert (descending[0], descending[-1]) == ("Ann", "Bo")
    ascending = await made.sort_by("XP")
    assert ascending == [*descending[-2::-1], "Bo"]
    assert await page.locator("th[aria-sort=ascending]").inner_text() == "XP"
    assert {SCRIPT, QUOTES, "evil", EMOJI} < set(descending)

    # By keyboard alone: past the pages' links, to the search, to a member.
    await page.keyboard.press("Control+Home")
    await page.goto(f"{here}roster.html")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.type("SCRIPT>x")
    assert await made.names() == [SCRIPT]
    assert await page.locator("output").inner_text() == "1 of 7"
    await page.get_by_role("link", name=SCRIPT, exact=True).focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/members/4.html")
    assert await page.locator("h1").inner_text() == SCRIPT
    assert await page.locator("script:not([src])").count() == 0

    await page.goto(f"{here}members/1.html")
    await page.get_by_text("Former names").click()
    assert await page.get_by_text("Old Ann").is_visible()
    await choose_themes(page)
    assert await violations(page) == []
    assert made.complaints == []
    assert [url for url in made.asked if not url.startswith(here)] == []
    await made.context.close()


async def choose_themes(page: Page) -> None:
    """A theme is kept from page to page, and the system's counts again in the end."""

    async def paper() -> str:
        return await page.evaluate("getComputedStyle(document.body).backgroundColor")

    light = await paper()
    switch = page.get_by_role("button", name="Theme:")
    await switch.click()
    assert await paper() == light
    await switch.click()
    dark = await paper()
    assert dark != light
    await page.reload()
    assert await paper() == dark
    await switch.click()
    assert (await switch.inner_text(), await paper()) == ("Theme: auto", light)


async def without_a_script(browser: Browser, here: str) -> None:
    made = await visit(browser, PHONE, java_script_enabled=False)
    await made.page.goto(f"{here}roster.html")
    assert len(await made.names()) == 7
    assert not await made.page.locator(".find, #theme").first.is_visible()
    await made.context.close()


async def as_an_officer(browser: Browser, here: str, link: str) -> None:
    stranger = await visit(browser, PHONE)
    refused = await stranger.page.goto(f"{here}officers/inactive.html")
    assert refused is not None
    assert refused.status == 403
    assert await stranger.page.get_by_text("Ann").count() == 0
    await stranger.context.close()
    made = await visit(browser, PHONE)
    await made.page.goto(link)
    for name in ("Inactive", "Promotions"):
        await made.page.get_by_role("link", name=name, exact=True).click()
        assert await made.page.locator("h1").inner_text() == name
        assert await made.overflow() == 0
        assert await violations(made.page) == []
    assert made.complaints == []
    await made.context.close()


async def from_a_folder(browser: Browser, folder: Path) -> None:
    made = await visit(browser, PHONE)
    await made.page.goto((folder / "index.html").as_uri())
    await made.page.get_by_role("link", name="Roster").first.click()
    assert (await made.sort_by("XP"))[0] == "Ann"
    await made.page.get_by_role("link", name="Ann").click()
    assert await made.page.locator("h1").inner_text() == "Ann"
    assert await made.page.locator("a[href*=officers]").count() == 0
    assert made.complaints == []
    assert [url for url in made.asked if not url.startswith("file:")] == []
    await made.context.close()
