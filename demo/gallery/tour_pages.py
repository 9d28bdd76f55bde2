"""The clan's pages in a browser, and how officers make them public."""

from typing import Final

from bot.domain.ids import GuildId
from demo.gallery.tour import Part
from demo.stage_pages import open_pages

PAGES: Final = {
    "pages-overview": "index.html",
    "pages-roster": "roster.html",
    "pages-member": "members/{member}.html",
    "pages-activity": "activity.html",
}
"""The pictured pages by the name of their screen."""


class PagesTour(Part):
    """Switches the pages on and looks at some of them."""

    async def all(self) -> None:
        """Off, on, then the pages as everybody sees them."""
        officer, recorder = self.tour.officer, self.recorder
        off = await self.tour.show(
            "dashboard-off", await recorder.slash(officer, self.desk, "officer dashboard")
        )
        await self.tour.show("dashboard", await recorder.press(officer, off, "Switch on"))
        services = self.stage.bot.services
        clan = await services.clans.default(GuildId(self.stage.header.guild))
        member = (await services.lookup.by_name(clan, self.stage.called(self.tour.john))).member.id
        async with open_pages(self.stage) as address:
            for name, path in PAGES.items():
                await self.tour.album.add_page(name, address + path.format(member=member))
