"""Who earned which rank, and what officers make of it: promotions, ranks that disagree, who did what."""

from bot.domain.ids import GuildId, UserId
from bot.domain.setup import match_ranks
from cogs.setup.facts import roles_in
from demo.gallery.tour import Part
from demo.stage_record import list_of


class PromotionsTour(Part):
    """After the rules were saved, in the officers' channel."""

    async def all(self) -> None:
        """Looked at, explained, held, previewed and done; then what came of it."""
        officer, recorder, show = self.tour.officer, self.recorder, self.tour.show
        await self._match_roles()
        ready = await show("promotions", await recorder.slash(officer, self.desk, "promotions"))
        first = str(list_of(ready.message, "pa:")["options"][0]["value"])
        why = await show("promotions-why", await recorder.choose(officer, ready, "pa:", first))
        await show("promotions-held", await recorder.press(officer, why, "Hold 7 days"))
        again = await recorder.slash(officer, self.desk, "promotions")
        chosen = [str(one["value"]) for one in list_of(again.message, "pc:")["options"][:4]]
        asked = await recorder.choose(officer, again, "pc:", *chosen)
        preview = await show("promotions-preview", asked)
        await show("promotions-done", await recorder.press(officer, preview, "Do it"))
        await self.stage.env.settle()
        unknown = await recorder.slash(officer, self.desk, "promotions")
        await show("promotions-unknown", await recorder.choose(officer, unknown, "pl:", "u"))
        await show("drift", await recorder.slash(officer, self.desk, "officer drift"))
        await show("history", await recorder.slash(officer, self.desk, "officer history"))

    async def _match_roles(self) -> None:
        """Ranks have the Discord roles of their names, as ``/setup`` proposes it."""
        services, guild = self.stage.bot.services, self.stage.bot.get_guild(self.tour.officer.guild.id)
        clan = await services.clans.default(GuildId(self.tour.officer.guild.id))
        if guild is not None:
            by, matched = UserId(self.tour.officer.id), match_ranks(clan.role_order, roles_in(guild))
            await services.role_sync.use_names(clan, by, matched)
