"""What the clan asks about itself: records, what it kills, its score, its competitions."""

from demo.gallery.tour import Part
from demo.stage_record import Options


class ClanTour(Part):
    """Looks only."""

    async def all(self) -> None:
        """Records and habits, the score, and the running competition."""
        dee, show, recorder = self.tour.dee, self.tour.show, self.recorder
        shown = await show("records", await recorder.slash(dee, self.tour.public, "records"))
        await show("records-habits", await recorder.choose(dee, shown, "rc:", "habits"))
        asked: Options = {"metric": "clan_score", "period": "this-month"}
        await show("board-score", await recorder.slash(dee, self.tour.public, "leaderboard", **asked))
        await show("competition", await recorder.slash(dee, self.tour.public, "competition"))
