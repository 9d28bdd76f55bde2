"""What is pressed under a summary."""

import re
from datetime import date
from typing import Any, Final, Self

from discord import ButtonStyle, Interaction
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.ids import ClanId
from bot.domain.metrics import OVERALL
from bot.domain.schedules import Cadence, period_of
from cogs.answers import guild_of, user_of
from cogs.buttons import NUMBER, Stateful, pack, unpack, view_of
from cogs.leaderboard import Shown as ShownBoard
from cogs.leaderboard import show_board
from cogs.stats import Shown as ShownCard
from cogs.stats import show_card

MARK: Final = "po:"
"""How the custom ids of a summary's buttons begin."""
_LABELS: Final = {
    (Cadence.WEEKLY, "mine"): "My week",
    (Cadence.MONTHLY, "mine"): "My month",
    (Cadence.WEEKLY, "all"): "Everybody",
    (Cadence.MONTHLY, "all"): "Everybody",
}


class SummaryButton(
    Stateful[Button[View]],
    template=rf"po:(?P<clan>{NUMBER}):(?P<cadence>weekly|monthly):(?P<day>[0-9-]{{10}}):(?P<what>mine|all)",
):
    """Shows whoever presses their own figures, or everybody's, over what the summary tells of.

    It also marks the message: by its id a post is found again that may have arrived.
    """

    def __init__(self, clan: ClanId, key: str, what: str) -> None:
        cadence = Cadence(key.partition(":")[0])
        super().__init__(
            Button(
                label=_LABELS[cadence, what],
                style=ButtonStyle.secondary,
                custom_id=id_of(clan, key, what),
            )
        )
        self.clan, self.key, self.what = clan, key, what

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), f"{match['cadence']}:{match['day']}", match["what"])

    async def press(self, interaction: Interaction[Any]) -> None:
        clan = await self.services.clans.by_id(self.clan, guild_of(interaction))
        period = _period(clan, self.key)
        if self.what == "all":
            board = ShownBoard(interaction.user.id, clan.id, OVERALL.key, period)
            await show_board(self.services, interaction, board, private=True)
            return
        name = interaction.user.display_name
        found = await self.services.lookup.of_user(clan, user_of(interaction), name)
        card = ShownCard(interaction.user.id, clan.id, found.member.id, period)
        await show_card(self.services, interaction, card, found, private=True)


def id_of(clan: ClanId, key: str, what: str) -> str:
    """The custom id of a summary's button; ``key`` is its slot's."""
    return f"{MARK}{pack(clan)}:{key}:{what}"


def _period(clan: Clan, key: str) -> str:
    """The code of the period that a summary tells of."""
    cadence, _, day = key.partition(":")
    return period_of(Cadence(cadence), date.fromisoformat(day), clan.zone).code


def buttons(clan: ClanId, key: str) -> View | None:
    """What stands under a summary."""
    return view_of(SummaryButton(clan, key, "mine"), SummaryButton(clan, key, "all"))
