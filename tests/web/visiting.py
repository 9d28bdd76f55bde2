"""A visitor of the pages in a real browser."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page

PHONE, DESKTOP = 375, 1280


@dataclass
class Visit:
    """A visitor's window, and what it asked for and complained of."""

    page: Page
    context: BrowserContext
    asked: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    async def names(self) -> list[str]:
        """The first column of the first table, as far as its rows are shown."""
        return await self.page.locator("tbody tr:visible th").all_inner_texts()

    async def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")

    async def sort_by(self, heading: str) -> list[str]:
        await self.page.get_by_role("button", name=heading, exact=True).click()
        return await self.names()


async def visit(browser: Browser, width: int, scheme: Any = "light", **options: Any) -> Visit:
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, **options
    )
    made = Visit(await context.new_page(), context)
    made.page.on("request", lambda request: made.asked.append(request.url))
    made.page.on("console", lambda said: made.complaints.append(said.text))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.page.on("dialog", lambda dialog: made.complaints.append(dialog.message))
    return made


async def violations(page: Page) -> list[str]:
    """What axe-core finds, rule by rule with where."""
    axe: Any = Axe()
    found: list[dict[str, Any]] = (await axe.run(page)).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
