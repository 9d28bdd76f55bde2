"""The chart of messages and XP: whose name stands beside which dot."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page

from bot.commandline.site_folder import write_site
from bot.domain.ids import MemberId
from bot.domain.reports import Figures
from bot.domain.site import ClanSite, Person
from bot.services.clan_site import clan_sites
from db.session import Database
from tests.web.clan import lay_hostile
from tests.web.visiting import PHONE, visit

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
LEADERS: Final = {
    "Dee": (5_000, 41_000_000),
    "Cy": (3_200, 30_000_000),
    "WWWWWWWWWWWW": (900, 90_000_000),
    "Ann B": (1_100, 45_000_000),
    "Jo hn": (850, 38_000_000),
    "Pale rat_2": (4_800, 39_000_000),
}
USUAL: Final = {f"Usual {number}": (number, 90_000 * number) for number in range(1, 30)}
SILENT: Final = {"Idle": (3, 0), "Quiet": (0, 2_000_000)}
MEASURED: Final = """() => {
    const box = (one) => { const { x, y, width, height } = one.getBBox(); return { x, y, width, height } };
    const chart = document.querySelector('svg.scatter');
    return {
        labels: [...chart.querySelectorAll('.label')].map((one) => ({ name: one.textContent, ...box(one) })),
        dots: [...chart.querySelectorAll('circle')].map((one) => ({
            name: one.querySelector('title')?.textContent.split(':')[0] ?? '',
            x: one.cx.baseVal.value, y: one.cy.baseVal.value,
        })),
        zero: [...chart.querySelectorAll('text')].filter((one) => one.textContent === '0')
            .map((one) => one.y.baseVal[0].value - 3.5),
        grid: [...chart.querySelectorAll('.grid')].map((one) => one.y1.baseVal.value),
    };
}"""


def clan_of(site: ClanSite, people: dict[str, tuple[int, int]]) -> ClanSite:
    """The same clan with other members: what each wrote and gained in 30 days."""
    some = site.people[0]

    def person(number: int, name: str, said: int, xp: int) -> Person:
        messages, gained = Figures((said,) * 3, said), Figures((xp,) * 4, xp)
        return replace(some, member=MemberId(number), name=name, messages=messages, xp=gained)

    made = (person(number, name, *both) for number, (name, both) in enumerate(people.items(), 1))
    return replace(site, people=tuple(made))


@pytest.fixture
async def site(database: Database) -> ClanSite:
    laid = await lay_hostile(database)
    return await clan_sites(database, laid.clock).read(await laid.clan())


async def drawn(page: Page, folder: Path, site: ClanSite) -> dict[str, Any]:
    write_site(folder, site)
    await page.goto((folder / "index.html").as_uri())
    return await page.evaluate(MEASURED)


def away(label: dict[str, Any], dot: dict[str, Any]) -> float:
    """From a dot's middle to the nearest letter's box."""
    across = max(label["x"] - dot["x"], dot["x"] - label["x"] - label["width"], 0)
    up = max(label["y"] - dot["y"], dot["y"] - label["y"] - label["height"], 0)
    return (across**2 + up**2) ** 0.5


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    up = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    # A line's box is higher than its letters.
    return across > 0 and up > 3


async def test_a_name_stands_beside_its_own_dot_or_nowhere(
    browser: Browser, site: ClanSite, tmp_path: Path
) -> None:
    made = await visit(browser, PHONE)
    chart = await drawn(made.page, tmp_path / "pages", clan_of(site, LEADERS | USUAL | SILENT))
    named = {dot["name"]: dot for dot in chart["dots"] if dot["name"]}
    assert named.keys() == LEADERS.keys()
    labels = {label["name"]: label for label in chart["labels"]}
    assert len(labels) >= 3
    for name, label in labels.items():
        own = away(label, named[name])
        assert own < 8, name
        assert min(away(label, dot) for other, dot in named.items() if other != name) > own, name
        assert not [other for other in labels if other != name and overlap(label, labels[other])], name
        assert label["x"] >= 34
        assert label["x"] + label["width"] <= 360
    # The dots tell whose they are where there is no room for a name.
    told = await made.page.locator("circle.named title").all_text_contents()
    assert "Dee: 5,000 messages, +41M XP" in told
    await made.context.close()


async def test_who_gained_nothing_stands_at_nothing(browser: Browser, site: ClanSite, tmp_path: Path) -> None:
    made = await visit(browser, PHONE)
    chart = await drawn(made.page, tmp_path / "pages", clan_of(site, LEADERS | USUAL | SILENT))
    lowest = max(dot["y"] for dot in chart["dots"])
    assert lowest in chart["zero"]
    assert lowest == max(chart["grid"])
    assert [dot["y"] for dot in chart["dots"]].count(lowest) == 1
    await made.context.close()
