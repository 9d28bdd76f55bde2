"""The way up for members, and the rules behind it as officers write them."""

from bot.domain.ids import GuildId
from bot.domain.rules.files import write_rules
from bot.domain.rules.presets import PRESETS, ladder_of
from demo.gallery.tour import Part
from demo.rules import save_rules
from demo.stage_record import Asked, list_of


class RanksTour(Part):
    """Without rules, with a ready-made set, then everything of ``/rules``."""

    async def all(self) -> None:
        """Each screen once."""
        await self.next_rank()
        await self.edit()
        await self.files()
        await self.simulate()

    async def next_rank(self) -> None:
        """A member's own, before there are rules and after."""
        ask, show = self.recorder.slash, self.tour.show
        await show("nextrank-none", await ask(self.tour.john, self.tour.public, "nextrank", refusal=True))
        await save_rules(self.stage)
        await show("nextrank", await ask(self.tour.john, self.tour.public, "nextrank"))

    async def edit(self) -> None:
        """What counts, a rank, its forms, a preview."""
        officer, recorder, show = self.tour.officer, self.recorder, self.tour.show
        main = await show("rules-edit", await recorder.slash(officer, self.desk, "rules edit"))
        rank = await show("rules-rank", await recorder.choose(officer, main, ":rank", self._a_rank(main)))
        for name, button in (
            ("rules-requirement", "Add requirement"),
            ("rules-roles", "Role and order"),
            ("rules-limits", "Limits"),
            ("rules-text", "As text"),
        ):
            pressed = await officer.click(rank.message.message, label=button)
            await self.tour.show_form(name, rank, pressed)
        await recorder.press(officer, rank, "Remove rank")
        preview = await show("rules-preview", await recorder.press(officer, rank, "Preview"))
        await recorder.press(officer, preview, "Save")
        again = await recorder.slash(officer, self.desk, "rules edit")
        await show("rules-versions", await recorder.press(officer, again, "Versions"))

    async def files(self) -> None:
        """The file goes down, and comes back changed, and broken."""
        officer, show = self.tour.officer, self.tour.show
        await show("rules-export", await self.recorder.slash(officer, self.desk, "rules export", schema=True))
        services = self.stage.bot.services
        clan = await services.clans.default(GuildId(officer.guild.id))
        text = write_rules(PRESETS["points"].rules(ladder_of(clan.role_order)))
        imported = await officer.slash(self.desk, "rules import", file=("rules.yaml", text.encode()))
        await show("rules-import", self.recorder.note(officer, "/rules import", {}, imported))
        broken = text.replace("field: ehb", "field: ebh", 1).replace("at_least: 100", "at_least: many", 1)
        refused = await officer.slash(self.desk, "rules import", file=("rules.yaml", broken.encode()))
        await show("rules-unreadable", self.recorder.note(officer, "/rules import", {}, refused))

    async def simulate(self) -> None:
        """The rules that count, over what happened."""
        asked = await self.recorder.slash(self.tour.officer, self.desk, "rules simulate", days=90)
        await self.tour.show("rules-simulate", asked)

    @staticmethod
    def _a_rank(main: Asked) -> str:
        """The rank in the middle."""
        options = list_of(main.message, ":rank")["options"]
        return str(options[len(options) // 2]["value"])
