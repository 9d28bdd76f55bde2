"""Who is quiet, what officers do about it, and what a member who is away sees."""

from demo.gallery.tour import Part

DAYS = 3
"""The made-up clan is lively: with a longer limit its lists are empty."""


class QuietTour(Part):
    """Looks at the lists, notes absences, and stops before a notice is sent."""

    async def all(self) -> None:
        """After everything else of the officers' channel, since it notes absences."""
        officer, show, recorder = self.tour.officer, self.tour.show, self.recorder
        away = await recorder.slash(
            self.tour.dee, self.tour.elsewhere, "away", until="in 2 weeks", because="a holiday"
        )
        await show("away", away)
        noted = await recorder.slash(
            officer, self.desk, "member away", member="Cy", until="2026-12-24", because="exams"
        )
        await show("member-away", noted)
        quiet = await show("inactive", await recorder.slash(officer, self.desk, "inactive", days=DAYS))
        await show("inactive-rules", await recorder.press(officer, quiet, "Settings"))
        await show("inactive-unknown", await recorder.choose(officer, quiet, "qs:", "unknown"))
        await show("inactive-excepted", await recorder.choose(officer, quiet, "qs:", "excepted"))
