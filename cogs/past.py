"""The message that shows how far history from before the bot is read, and its button."""

import re
from typing import Any, Self

import discord
import structlog
from discord import ButtonStyle, Interaction
from discord.ext import commands, tasks
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.errors import UserError
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId
from bot.domain.past import PastProgress, PastState
from bot.logs import new_trace
from bot.present.past import past_message
from bot.services.registry import Services
from cogs.answers import user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.officers import OfficersItem

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

SECONDS_TO_SHOW = 10
"""How often a message is brought up to date at most."""


class CancelPast(OfficersItem[Button[View]], template=rf"past:stop:(?P<clan>{NUMBER})"):
    """Ends the reading, for officers."""

    def __init__(self, clan: ClanId) -> None:
        super().__init__(
            Button(label="Cancel", style=ButtonStyle.danger, custom_id=f"past:stop:{pack(clan)}")
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.services.past.cancel(clan, user_of(interaction))
        progress = await self.services.past.progress(clan.id)
        if progress is not None:
            await interaction.response.edit_message(**_shown(clan, progress))


class PastCog(commands.Cog):
    """Posts the message when ``bot.dispatch("past_wanted", clan, channel_id)`` tells of a new job.

    It is edited while the job runs, by whichever process runs it, and says at last how it ended.
    Whoever deletes it, or forbids the bot to write, does not end the job.
    """

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self._said: dict[ClanId, discord.Embed] = {}

    async def cog_load(self) -> None:
        """Look at what an earlier process left, and hear of clans that are unlinked."""
        self.services.setting_up.on_change.append(self._look_again)
        self._show.start()

    async def cog_unload(self) -> None:
        """Leave nothing behind."""
        self.services.setting_up.on_change.remove(self._look_again)
        self._show.cancel()

    async def _look_again(self, _: GuildId) -> None:
        self.services.past.refresh()

    @commands.Cog.listener()
    async def on_past_wanted(self, clan: Clan, channel: ChannelId) -> None:
        """Post the message: in the officers' channel, else where it was asked for."""
        with new_trace(job="past", clan_id=clan.id):
            progress = await self.services.past.progress(clan.id)
            settings = await self.services.clans.settings(clan.guild)
            where = settings.officer_channel or channel
            if progress is None:
                return
            try:
                message = await self._channel(where).send(**_shown(clan, progress))
            except discord.HTTPException as failure:
                log.warning("past_not_shown", channel_id=where, reason=str(failure))
                return
            await self.services.past.note_message(clan.id, where, MessageId(message.id))

    @tasks.loop(seconds=SECONDS_TO_SHOW)
    async def _show(self) -> None:
        """Bring the messages up to date. Nothing that fails ends it."""
        if not self.bot.is_ready():
            return
        with new_trace(job="past"):
            try:
                guilds = [GuildId(guild.id) for guild in self.bot.guilds]
                for clan, guild in (await self.services.past.open_jobs(guilds)).items():
                    await self._show_one(clan, guild)
            except Exception:  # a loop of discord.py ends for good at the first error it does not know
                log.exception("past_not_shown")

    async def _show_one(self, clan_id: ClanId, guild: GuildId) -> None:
        past = self.services.past
        progress = await past.progress(clan_id)
        if progress is None:
            return
        told = await self._edit(clan_id, guild, progress)
        if told and progress.state is not PastState.RUNNING:
            await past.note_told(clan_id)
            self._said.pop(clan_id, None)

    async def _edit(self, clan_id: ClanId, guild: GuildId, progress: PastProgress) -> bool:
        """Whether nothing is left to be said in the message, which may be gone."""
        if progress.channel is None or progress.message is None:
            return True
        try:
            clan = await self.services.clans.by_id(clan_id, guild)
            shown = _shown(clan, progress)
            if self._said.get(clan_id) != shown["embed"]:
                message = self._channel(progress.channel).get_partial_message(progress.message)
                await message.edit(**shown)
                self._said[clan_id] = shown["embed"]
        except (discord.NotFound, discord.Forbidden, UserError) as failure:
            log.info("past_message_gone", clan_id=clan_id, reason=str(failure))
            await self.services.past.note_message(clan_id, None, None)
        except discord.HTTPException as failure:
            log.warning("past_not_shown", clan_id=clan_id, reason=str(failure))
            return False
        return True

    def _channel(self, channel: ChannelId) -> discord.PartialMessageable:
        return self.bot.get_partial_messageable(channel)


def _shown(clan: Clan, progress: PastProgress) -> dict[str, Any]:
    """The message's content; only a job that runs can be cancelled."""
    running = progress.state is PastState.RUNNING
    return {
        "embed": past_message(clan.name, progress),
        "view": view_of(CancelPast(clan.id)) if running else None,
    }
