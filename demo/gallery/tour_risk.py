"""Who may be about to leave, as officers see it."""

from demo.gallery.tour import Part
from demo.stage_record import list_of


class RiskTour(Part):
    """Looks at the lists and at one member, and mutes nobody."""

    async def all(self) -> None:
        """Each list, then whoever is first on one."""
        officer, show, recorder = self.tour.officer, self.tour.show, self.recorder
        fading = await show("atrisk", await recorder.slash(officer, self.desk, "officer atrisk"))
        new = await show("atrisk-newcomers", await recorder.choose(officer, fading, "rk:", "n"))
        first = str(list_of(new.message, "ra:")["options"][0]["value"])
        await show("atrisk-one", await recorder.choose(officer, new, "ra:", first))
        await show("atrisk-officers", await recorder.choose(officer, fading, "rk:", "o"))
        await show("atrisk-watch", await recorder.choose(officer, fading, "rk:", "w"))
