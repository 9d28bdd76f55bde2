"""``/officer history``: who did what, when, from what to what; and undoing it."""

import re
from typing import Any, Final, Self

from discord import Interaction, SelectOption, app_commands
from discord.ui import Select, View

from bot.domain.change_sets import ChangeSetId
from bot.domain.clans import Clan
from bot.domain.decisions import Decision, DecisionId
from bot.domain.errors import Outdated
from bot.domain.history import Action, Changes, HistoryPage, Sort
from bot.domain.ids import ClanId
from bot.present.change_sets import result_embed
from bot.present.dossier import decided_page
from bot.present.history import history_page, option_words
from bot.services.registry import Services
from cogs.answers import answer
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.change_set_items import result_view
from cogs.member.command import officers_command
from cogs.member.identity import Undo
from cogs.officer.pages import Page, Shown, offered, show_first, ways
from cogs.officers import OfficersItem

HISTORY: Final = "h"


async def screen(services: Services, interaction: Interaction[Any], clan: Clan, page: Page) -> Shown:
    """A page as it is now."""
    del interaction
    shown = await services.officer_history.page(clan, page.page)
    opening = OpenEntry(clan.id, shown)
    return history_page(shown), view_of(*([opening] if opening.choices else []), *ways(page, shown.pages))


class OpenEntry(OfficersItem[Select[View]], template=rf"oh:open:(?P<clan>{NUMBER})"):
    """Opens a set of role changes, or a decision, with its **Undo**."""

    def __init__(self, clan: ClanId, shown: HistoryPage | None = None) -> None:
        self.choices = [
            SelectOption(label=option_words(one), value=_value(one))
            for one in (shown.entries if shown else ())
            if not isinstance(one, Action)
        ]
        super().__init__(
            Select(
                custom_id=f"oh:open:{pack(clan)}",
                placeholder="Open, or undo…",
                options=self.choices or [SelectOption(label="…")],
                row=0,
            )
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        sort, _, number = self.item.values[0].partition(":")
        if sort == Sort.CHANGES:
            one, items = await self.services.change_sets.read(clan.id, ChangeSetId(int(number)))
            view = result_view(one, items)
            await answer(interaction, private=True, embed=result_embed(one, items), view=view)
            return
        decision = await self.services.officer_history.decision(clan, int(number))
        if decision is None:
            raise Outdated
        buttons = [] if decision.undone_at else [Undo(clan.id, DecisionId(decision.id))]
        await answer(interaction, private=True, embed=decided_page(decision), view=view_of(*buttons))


def _value(one: Changes | Decision) -> str:
    return f"{Sort.CHANGES}:{one.of.id}" if isinstance(one, Changes) else f"{Sort.DECISION}:{one.id}"


def history_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command."""

    async def history(interaction: Interaction[Any]) -> None:
        """Who did what and when, before and after; role changes and decisions can be undone."""
        await show_first(services, interaction, HISTORY)

    return officers_command(history)


offered({HISTORY: screen})
HISTORY_ITEMS = (OpenEntry,)
