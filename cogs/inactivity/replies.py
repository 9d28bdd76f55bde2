"""The buttons in private messages: they work there, after restarts, and for the receiver only."""

import re
from datetime import timedelta
from typing import Any, Final, Self

import discord
import structlog
from discord import ButtonStyle, Interaction
from discord.ui import Button, View

from bot.domain.absences import AWAY_DAYS
from bot.domain.desk_errors import NotAway
from bot.domain.ids import ClanId
from bot.domain.ladder import Reply
from bot.present.quiet_notices import REPLIES, answered, thanks
from bot.present.theme import ACCENT
from bot.services.ladder import Replied
from cogs.answers import user_of
from cogs.buttons import NUMBER, Stateful, pack, unpack, view_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_STYLES: Final = {Reply.BACK: ButtonStyle.success}


def reply_id(clan: ClanId, case: int) -> str:
    """How the custom ids of a notice's buttons begin, by which it is found again."""
    return f"qr:{pack(clan)}:{pack(case)}:"


class ReplyButton(
    Stateful[Button[View]], template=rf"qr:(?P<clan>{NUMBER}):(?P<case>{NUMBER}):(?P<reply>back|away|quit)"
):
    """*I'm back*, *Away 30 days*, *I've quit*, for the receiver of the notice alone."""

    def __init__(self, clan: ClanId, case: int, reply: Reply) -> None:
        style = _STYLES.get(reply, ButtonStyle.secondary)
        custom_id = f"{reply_id(clan, case)}{reply}"
        super().__init__(Button(label=REPLIES[reply], style=style, custom_id=custom_id))
        self.clan, self.case, self.reply = clan, case, reply

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), unpack(match["case"]), Reply(match["reply"]))

    async def press(self, interaction: Interaction[Any]) -> None:
        said = await self.services.ladder.reply(self.clan, self.case, user_of(interaction), self.reply)
        embed = discord.Embed(description=thanks(said.reply, said.clan.name, said.until), colour=ACCENT)
        # Who says that they have quit may think again.
        again = view_of(ReplyButton(self.clan, self.case, Reply.BACK)) if said.reply is Reply.QUIT else None
        await interaction.response.edit_message(embed=embed, view=again)
        await self._tell_officers(interaction, said)

    async def _tell_officers(self, interaction: Interaction[Any], said: Replied) -> None:
        settings = await self.services.clans.settings(said.clan.guild)
        if settings.officer_channel is None:
            return
        try:
            await interaction.client.get_partial_messageable(settings.officer_channel).send(
                embed=answered(said.clan, said.name, said.user, said.reply, said.until),
                silent=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as failure:
            # The answer is stored, and stands in the lists.
            log.warning("officers_not_told", channel_id=settings.officer_channel, reason=str(failure))


def reply_view(clan: ClanId, case: int) -> View:
    """The buttons of a notice."""
    return view_of(*(ReplyButton(clan, case, reply) for reply in Reply)) or View()


class ReminderButton(
    Stateful[Button[View]], template=rf"qa:(?P<clan>{NUMBER}):(?P<absence>{NUMBER}):(?P<reply>back|away)"
):
    """Answers the reminder at the end of an absence: *I'm back*, or away for longer."""

    def __init__(self, clan: ClanId, absence: int, reply: Reply) -> None:
        label = "Away 30 more days" if reply is Reply.AWAY else REPLIES[reply]
        custom_id = f"qa:{pack(clan)}:{pack(absence)}:{reply}"
        super().__init__(
            Button(label=label, style=_STYLES.get(reply, ButtonStyle.secondary), custom_id=custom_id)
        )
        self.clan, self.absence, self.reply = clan, absence, reply

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), unpack(match["absence"]), Reply(match["reply"]))

    async def press(self, interaction: Interaction[Any]) -> None:
        user, until = user_of(interaction), None
        if self.reply is Reply.AWAY:
            wanted = self.services.clock() + timedelta(days=AWAY_DAYS)
            until = await self.services.absences.prolong(self.clan, user, wanted)
        else:
            try:
                await self.services.absences.end(self.clan, user, self.absence)
            except NotAway:
                log.debug("absence_was_over", clan_id=self.clan)
        clan = await self.services.clans.anywhere(self.clan)
        embed = discord.Embed(description=thanks(self.reply, clan.name, until), colour=ACCENT)
        await interaction.response.edit_message(embed=embed, view=None)


def reminder_view(clan: ClanId, absence: int) -> View:
    """The buttons of a reminder."""
    return view_of(*(ReminderButton(clan, absence, one) for one in (Reply.BACK, Reply.AWAY))) or View()


REPLY_ITEMS = (ReplyButton, ReminderButton)
