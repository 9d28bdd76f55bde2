"""Private notices are sent one after the other, each once, and a message shows how far they are."""

from typing import Any, Final

import discord
import structlog
from discord import Interaction
from discord.ext import commands, tasks

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, GuildId, MessageId
from bot.domain.ladder import Notice, Round
from bot.logs import new_trace
from bot.present.quiet_notices import notice, round_message
from bot.services.quiet_notices import Letter
from bot.services.registry import Services
from cogs.answers import is_private
from cogs.inactivity.replies import reply_id, reply_view

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

SECONDS_APART: Final = 2
"""Discord takes many new private messages at once for spam."""
SECONDS_IDLE: Final = 60
"""How often it is looked whether there is anything, while nobody has pressed."""
_SEARCHED: Final = 20


class Sender:
    """Sends what officers wanted, also what an earlier process left; idle where nothing is wanted."""

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self._wanted = True
        self._pressed: dict[int, Interaction[Any]] = {}

    def start(self) -> None:
        """Look at what an earlier process left, then wait."""
        self._deliver.start()

    def stop(self) -> None:
        """Send nothing more; what is left is sent by the next process."""
        self._deliver.cancel()

    async def begin(self, interaction: Interaction[Any], clan: Clan, round_: Round) -> None:
        """An officer pressed. The pressed message shows how far it is, if it outlives 15 minutes.

        Else one in the officers' channel does, and the private one for as long as it can.
        """
        self._wanted = True
        self._deliver.change_interval(seconds=SECONDS_APART)
        message = interaction.message
        if message is not None and not is_private(interaction):
            place = ChannelId(message.channel.id), MessageId(message.id)
            await self.services.quiet_notices.note_shown(round_.id, *place)
            return
        self._pressed[round_.id] = interaction
        settings = await self.services.clans.settings(clan.guild)
        if settings.officer_channel is None:
            return
        try:
            sent = await self._channel(settings.officer_channel).send(
                embed=round_message(round_), silent=True, allowed_mentions=discord.AllowedMentions.none()
            )
        except discord.HTTPException as failure:
            log.warning("notices_not_shown", channel_id=settings.officer_channel, reason=str(failure))
            return
        await self.services.quiet_notices.note_shown(round_.id, settings.officer_channel, MessageId(sent.id))

    @tasks.loop(seconds=SECONDS_APART)
    async def _deliver(self) -> None:
        """Send the next notice of each round. Nothing that fails ends it."""
        if not self._wanted or not self.bot.is_ready():
            return
        with new_trace(job="notices"):
            try:
                # Cleared before it is looked: a press meanwhile sets it again.
                self._wanted = False
                guilds = [GuildId(guild.id) for guild in self.bot.guilds]
                for one in await self.services.quiet_notices.under_way(guilds):
                    self._wanted = True
                    await self._go_on(one)
                if not self._wanted:
                    self._deliver.change_interval(seconds=SECONDS_IDLE)
            except Exception:  # a loop of discord.py ends for good at the first error it does not know
                self._wanted = True
                log.exception("notices_not_sent")

    async def _go_on(self, round_: Round) -> None:
        letter = await self.services.quiet_notices.next(round_)
        if letter is not None:
            await self.services.quiet_notices.note_sent(letter, await self._send(letter))
        progress = await self.services.quiet_notices.progress(round_.id)
        if progress is not None:
            await self._show(progress)

    async def _send(self, letter: Letter) -> Notice:
        try:
            user = self.bot.get_user(letter.user) or await self.bot.fetch_user(letter.user)
            if letter.tried and await self._arrived(user, letter):
                return Notice.DELIVERED
            if letter.case.closed_at is not None:
                return Notice.OVER
            settings = await self.services.ladder.settings(letter.clan)
            until = self.services.clock() + settings.grace
            await user.send(
                embed=notice(letter.clan.name, await self._name(letter), letter.text, until),
                view=reply_view(letter.clan.id, letter.case.id),
                # Discord takes a nonce once, should the process end before it is noted.
                nonce=f"quiet:{letter.case.id}",
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.Forbidden:
            return Notice.CLOSED
        except discord.HTTPException as failure:
            log.info("notice_failed", user_id=letter.user, reason=str(failure))
            return Notice.FAILED
        return Notice.DELIVERED

    async def _arrived(self, user: discord.User, letter: Letter) -> bool:
        """Whether a notice that was begun before the process ended is there."""
        start = reply_id(letter.clan.id, letter.case.id)
        channel = user.dm_channel or await user.create_dm()
        async for message in channel.history(limit=_SEARCHED):
            for row in message.components:
                children = row.children if isinstance(row, discord.ActionRow) else []
                if any((getattr(one, "custom_id", None) or "").startswith(start) for one in children):
                    return True
        return False

    async def _name(self, letter: Letter) -> str:
        found = await self.services.lookup.by_id(letter.clan, letter.case.member)
        return found.member.name

    async def _show(self, round_: Round) -> None:
        embed = round_message(round_)
        pressed = self._pressed.get(round_.id)
        if not round_.left:
            self._pressed.pop(round_.id, None)
        try:
            if pressed is not None and not pressed.is_expired():
                await pressed.edit_original_response(embed=embed, view=None)
            if round_.channel is not None and round_.message is not None:
                await self._channel(round_.channel).get_partial_message(round_.message).edit(embed=embed)
        except discord.HTTPException as failure:
            log.info("notices_not_shown", round_id=round_.id, reason=str(failure))

    def _channel(self, channel: ChannelId) -> discord.PartialMessageable:
        return self.bot.get_partial_messageable(channel)
