"""What pages show of themselves: which way a table goes on, that headings sort, what a shade means."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from bot.commandline.site_folder import write_site
from bot.domain.ids import MemberId
from bot.domain.metrics import SKILLS
from bot.domain.site import ClanSite, Former
from bot.services.clan_site import clan_sites
from db.session import Database
from tests.web.clan import lay_hostile
from tests.web.visiting import DESKTOP, PHONE, violations, visit

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
HOUR: Any = (1, *[0] * 23)


@pytest.fixture
async def site(database: Database) -> ClanSite:
    laid = await lay_hostile(database)
    return await clan_sites(database, laid.clock).read(await laid.clan())


def crowded(site: ClanSite) -> ClanSite:
    """The same clan with sixty members, each with names of their own before."""
    ann = next(one for one in site.people if one.name == "Ann")
    people = [
        replace(
            ann,
            member=MemberId(n),
            name=f"Member {n:02}",
            former=(Former(f"Zed_{n:02}", None, None), Former(f"<i>Yak</i> {n:02}", None, None)),
        )
        for n in range(1, 61)
    ]
    return replace(site, people=tuple(people))


async def opened(page: Page, folder: Path, path: str) -> None:
    await page.goto((folder / path).as_uri())


async def top_of(page: Page, selector: str) -> float:
    box = await page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"]


async def test_a_long_tables_headings_stay_say_that_they_sort_and_a_search_says_what_it_found(
    browser: Browser, site: ClanSite, tmp_path: Path
) -> None:
    write_site(tmp_path / "pages", crowded(site))
    made = await visit(browser, DESKTOP)
    page = made.page
    await opened(page, tmp_path / "pages", "roster.html")
    assert await violations(page) == []
    assert await page.get_by_text("Press a heading to sort by it.").is_visible()

    async def mark(heading: str) -> str:
        button = page.get_by_role("button", name=heading, exact=True)
        return await button.evaluate("one => getComputedStyle(one, '::after').content")

    assert "↕" in await mark("XP")
    await page.get_by_role("button", name="XP", exact=True).click()
    assert "↓" in await mark("XP")
    await page.get_by_role("button", name="XP", exact=True).click()
    assert "↑" in await mark("XP")

    before = await top_of(page, "thead th")
    await page.get_by_role("region", name="Roster, table").evaluate("one => one.scrollTo(400, 500)")
    assert await top_of(page, "tbody tr") < before - 300
    assert await top_of(page, "thead th") == pytest.approx(before, abs=1)
    assert await page.locator("thead th").first.is_visible()

    await page.get_by_label("Find a member").fill("nobody at all")
    assert await page.locator("output[aria-live=polite]").inner_text() == "Nobody found."
    for former in ("zed 07", "<i>yak</i> 07"):
        await page.get_by_label("Find a member").fill(former)
        assert await page.locator("output[aria-live=polite]").inner_text() == "1 of 60"
        assert await page.get_by_role("link", name="Member 07").is_visible()
    await page.get_by_label("Find a member").fill("07 <i>yak")
    assert await page.locator("output[aria-live=polite]").inner_text() == "Nobody found.", "each by itself"
    await page.get_by_label("Find a member").fill("")
    await page.emulate_media(media="print")
    table, region = page.locator("table"), page.get_by_role("region", name="Roster, table")
    heights = [await one.evaluate("one => one.offsetHeight") for one in (table, region)]
    assert heights[1] >= heights[0], "paper does not scroll"
    await made.context.close()


async def test_on_a_phone_a_members_skills_fit_and_what_does_not_has_a_shadow_where_it_goes_on(
    browser: Browser, site: ClanSite, tmp_path: Path
) -> None:
    totals, gains = ({one.key: value for one in SKILLS} for value in (154_000_000, 12_345_678))
    ann = next(one for one in site.people if one.name == "Ann")
    people = (replace(ann, totals=totals, gains=gains),)
    write_site(tmp_path / "pages", replace(site, people=people, skills=SKILLS))
    made = await visit(browser, PHONE)
    await opened(made.page, tmp_path / "pages", "members/1.html")
    skills = made.page.get_by_role("region", name="Skills, table")
    assert await skills.evaluate("one => one.scrollWidth - one.clientWidth") == 0
    region = made.page.get_by_role("region", name="Gains, table")
    assert await region.evaluate("one => one.scrollWidth - one.clientWidth") > 0
    grounds = await region.evaluate("one => getComputedStyle(one).backgroundAttachment")
    assert {"local", "scroll"} == set(grounds.split(", "))
    await made.context.close()


async def test_shades_are_explained_where_there_are_any_and_one_message_is_one(
    browser: Browser, site: ClanSite, tmp_path: Path
) -> None:
    made = await visit(browser, DESKTOP)
    known = replace(site, hours=(HOUR,) * 7)
    unknown = replace(site, hours=((None, *HOUR[1:]), *(HOUR,) * 6))
    for name, of in (("known", known), ("unknown", unknown)):
        write_site(tmp_path / name, of)
        for path in ("index.html", "activity.html"):
            await opened(made.page, tmp_path / name, path)
            said = await made.page.get_by_text("Stronger is more").inner_text()
            assert ("hatched is unknown" in said) is (name == "unknown"), path
            assert await made.page.locator(".heat .gap").count() == (name == "unknown")
            titles = await made.page.locator("svg title").all_text_contents()
            assert "Tue 00:00: 1 message" in titles
            assert not [title for title in titles if title.endswith(": 1 messages")]

    # Bo was never measured, and of Ann some days are not.
    await opened(made.page, tmp_path / "known", "members/1.html")
    assert await made.page.get_by_text("shaded: not measured").first.is_visible()
    titles = await made.page.locator("svg.said title").all_text_contents()
    assert titles
    assert not [title for title in titles if title.endswith(": 1 messages")]
    await made.context.close()


async def test_the_news_fill_their_row(browser: Browser, site: ClanSite, tmp_path: Path) -> None:
    write_site(tmp_path / "pages", site)
    made = await visit(browser, DESKTOP)
    await opened(made.page, tmp_path / "pages", "index.html")
    news = made.page.locator("section", has=made.page.get_by_role("heading", name="News, 30 days"))
    widths = [await one.evaluate("one => one.offsetWidth") for one in (news, made.page.locator("div.grid"))]
    assert widths[0] == widths[1]
    await made.context.close()
