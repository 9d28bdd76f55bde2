"""The notice of a mass leave in the officers' channel, and its two buttons."""

import re
from datetime import datetime
from typing import Any, Self

import discord
import structlog
from discord import ButtonStyle, Interaction
from discord.ext import commands
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, ClanId, MessageId
from bot.domain.mass_leaves import LeaveVerdict, MassLeave
from bot.logs import new_trace
from bot.present.mass_leave import LABELS, mass_leave_notice
from bot.services.registry import Services
from cogs.answers import user_of
from cogs.buttons import NUMBER, pack, pack_moment, unpack, unpack_moment, view_of
from cogs.officers import OfficersItem

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class MassLeaveButton(
    OfficersItem[Button[View]],
    template=rf"le:(?P<clan>{NUMBER}):(?P<seen>{NUMBER}):(?P<verdict>left|not-true)",
):
    """*They left* or *Not true*, for officers only; the first press counts."""

    def __init__(self, clan: ClanId, seen_at: datetime, verdict: LeaveVerdict) -> None:
        custom_id = f"le:{pack(clan)}:{pack_moment(seen_at)}:{verdict}"
        style = ButtonStyle.danger if verdict is LeaveVerdict.LEFT else ButtonStyle.secondary
        super().__init__(Button(label=LABELS[verdict], style=style, custom_id=custom_id))
        self.clan = clan
        self.seen_at = seen_at
        self.verdict = verdict

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        seen_at = unpack_moment(match["seen"])
        if seen_at is None:
            raise ValueError(match["seen"])
        return cls(ClanId(unpack(match["clan"])), seen_at, LeaveVerdict(match["verdict"]))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        decided = await self.services.mass_leaves.decide(
            clan, self.seen_at, self.verdict, user_of(interaction)
        )
        # The buttons stay: who presses one later hears what was said first.
        await interaction.response.edit_message(embed=mass_leave_notice(decided))


class MassLeaveCog(commands.Cog):
    """Tells officers of mass leaves, and when one is over."""

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services

    async def cog_load(self) -> None:
        """Listen for what polls see."""
        self.services.polling.on_mass_leave.append(self._tell)

    async def cog_unload(self) -> None:
        """Leave nothing behind."""
        self.services.polling.on_mass_leave.remove(self._tell)

    def _tell(self, one: MassLeave) -> None:
        # The poll is not kept waiting for Discord.
        self.bot.dispatch("mass_leave", one)

    @commands.Cog.listener()
    async def on_mass_leave(self, one: MassLeave) -> None:
        """Post the notice, or say in it that it is over. What fails is tried again with the next poll."""
        with new_trace(clan_id=one.clan):
            try:
                await (self._post(one) if one.ended_at is None else self._close(one))
            except discord.HTTPException as failure:
                log.warning("mass_leave_not_told", reason=str(failure))

    async def _post(self, one: MassLeave) -> None:
        settings = await self.services.clans.settings(one.guild)
        channel = self.bot.get_channel(settings.officer_channel or 0)
        if not isinstance(channel, discord.abc.Messageable):
            log.info("no_officers_channel")
            return
        view = view_of(*(MassLeaveButton(one.clan, one.seen_at, verdict) for verdict in LeaveVerdict))
        sent = await channel.send(
            embed=mass_leave_notice(one),
            view=view or View(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        place = ChannelId(sent.channel.id), MessageId(sent.id)
        await self.services.mass_leaves.note_posted(one.clan, one.seen_at, *place)

    async def _close(self, one: MassLeave) -> None:
        channel = self.bot.get_channel(one.channel or 0)
        if one.message is not None and isinstance(channel, discord.TextChannel | discord.Thread):
            await channel.get_partial_message(one.message).edit(embed=mass_leave_notice(one), view=None)
