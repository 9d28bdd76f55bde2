"""Charts, reports, and what is posted without anybody asking."""

from typing import Final

from demo.gallery.tour import Part
from demo.stage_record import Asked

_FIVE: Final = ("first", "second", "third", "fourth", "fifth")
_CHARTS: Final = {
    "trend": "report-trend",
    "hours": "report-hours",
    "quadrants": "report-quadrants",
    "tenure": "report-tenure",
}


class PostsTour(Part):
    """Switches nothing on: what is posted is tried, where only whoever tries it sees it."""

    async def all(self) -> None:
        """Charts of members, the officers' report and its charts, then everything in ``/setup``."""
        await self.charts()
        await self.report()
        await self.posts()

    async def charts(self) -> None:
        """The charts that belong to an answer."""
        ask, press, show = self.recorder.slash, self.recorder.press, self.tour.show
        john, public = self.tour.john, self.tour.public
        card = await ask(john, public, "stats", period="30d")
        await show("chart-skills", await press(john, card, "Skills"))
        await show("chart-bosses", await press(john, card, "Bosses"))
        board = await ask(john, public, "leaderboard", period="30d")
        await show("chart-board", await press(john, board, "Chart"))
        players = dict(zip(_FIVE, self.stage.present_names(), strict=False))
        compared = await ask(john, public, "compare", period="30d", **players)
        await show("chart-compare", await press(john, compared, "Chart"))

    async def report(self) -> None:
        """The workbook, and the clan drawn over its period."""
        officer = self.tour.officer
        asked = await self.tour.show("report", await self.recorder.slash(officer, self.desk, "report"))
        for chart, name in _CHARTS.items():
            await self.tour.show(name, await self.recorder.choose(officer, asked, "rc:", chart))

    async def posts(self) -> None:
        """What can be posted, a summary tried, the events and the boards."""
        await self.tour.show("posts", await self._part("posts"))
        weekly = await self._press(await self._part("posts"), "Weekly…")
        await self.tour.show("posts-weekly", weekly)
        await self.tour.show("posts-try", await self._press(weekly, "Try it"))
        await self.tour.show("posts-events", await self._press(await self._part("posts"), "Events…"))
        await self.tour.show("posts-boards", await self._press(await self._part("posts"), "Boards…"))

    async def _part(self, value: str) -> Asked:
        main = await self.recorder.slash(self.tour.officer, self.desk, "setup")
        return await self.recorder.choose(self.tour.officer, main, "su:menu", value)

    async def _press(self, on: Asked, label: str) -> Asked:
        return await self.recorder.press(self.tour.officer, on, label)
