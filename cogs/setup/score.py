"""The part of ``/setup`` that is about what the clan's score is made of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from discord import Interaction
from discord.ui import Label, TextInput

from bot.domain.clans import Clan
from bot.domain.questions import WEIGHED, read_weights
from bot.present.numbers import label
from cogs.answers import user_of
from cogs.setup.modals import SetupModal

if TYPE_CHECKING:
    from cogs.setup.desk import Desk


class ScoreModal(SetupModal):
    """Asks how much each metric weighs."""

    def __init__(self, desk: "Desk", clan: Clan, weights: Mapping[str, int]) -> None:
        first, *others = WEIGHED
        self.fields = {one.key: _field(weights.get(one.key, 0)) for one in WEIGHED}
        hint = "How much it weighs: 0 leaves it out, 100 is the most."
        super().__init__(desk, "The clan's score", label(first), self.fields[first.key], hint)
        for one in others:
            self.add_item(Label(text=label(one), component=self.fields[one.key]))
        self.clan = clan

    async def take(self, interaction: Interaction[Any], text: str) -> None:
        del text
        chosen = read_weights({key: field.value for key, field in self.fields.items()})
        await self.desk.services.questions.choose_weights(self.clan, chosen, user_of(interaction))
        await self.desk.posts.ask(interaction, self.clan)


def _field(weight: int) -> TextInput[Any]:
    return TextInput[Any](placeholder="0", default=str(weight), required=False, max_length=3)
