"""The part of ``/setup`` that asks Wise Old Man for history from before the bot."""

import re
from typing import TYPE_CHECKING, Any, Self

from discord import Interaction, SelectOption
from discord.ui import Select, View

from bot.domain.clans import Clan
from bot.domain.ids import ClanId
from bot.domain.past import DAYS
from bot.present.past import ask_past, past_option
from cogs.answers import guild_of, user_of
from cogs.buttons import pack, unpack, view_of
from cogs.setup.items import CLAN, Go, SetupItem
from cogs.setup.showing import defer, show

if TYPE_CHECKING:
    from cogs.setup.desk import Desk

_ALL = "all"


class PastSpan(SetupItem[Select[View]], template=rf"su:past:{CLAN}"):
    """Chooses how far back the clan's past is read."""

    def __init__(self, clan: ClanId) -> None:
        options = [SelectOption(label=past_option(days), value=str(days)) for days in DAYS]
        options.append(SelectOption(label=past_option(None), value=_ALL))
        super().__init__(
            Select(custom_id=f"su:past:{pack(clan)}", placeholder="Read it for…", options=options, row=1)
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await defer(interaction)
        clan = await desk.services.clans.by_id(self.clan, guild_of(interaction))
        chosen = self.item.values[0]
        days = None if chosen == _ALL else int(chosen)
        if await desk.services.past.want(clan, days, user_of(interaction)):
            interaction.client.dispatch("past_wanted", clan, interaction.channel_id)
        await desk.show_main(interaction, clan)


async def ask(interaction: Interaction[Any], clan: Clan) -> None:
    """Ask how far back the past is to be read."""
    await show(interaction, ask_past(), view_of(PastSpan(clan.id), Go(clan.id, "main", "Back", row=2)))
