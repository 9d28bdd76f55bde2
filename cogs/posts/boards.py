"""Keeps live boards up to date: posted, edited when something changed, posted again if deleted."""

import asyncio
import re
from datetime import datetime
from typing import Any, Self

import aiohttp
import discord
import structlog
from discord import ButtonStyle, Interaction
from discord.ext import commands
from discord.ui import Button, View

from bot.domain.boards import FOR_OFFICERS, SOONEST, BoardKind, LiveBoard
from bot.domain.clans import Clan
from bot.domain.errors import Outdated
from bot.domain.ids import ClanId, MessageId
from bot.logs import new_trace
from bot.present.live_boards import board_post, board_stopped_notice, digest, unchanged_since
from bot.services.registry import Services
from cogs.answers import answer, guild_of
from cogs.buttons import NUMBER, Stateful, pack, unpack, view_of
from cogs.officers import progress_channel, require_officer
from cogs.posts.looking import MayNotLookError, find_own
from cogs.posts.rights import FOUND_AGAIN, lacking

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_SEARCHED = 30


class BoardRefresh(Stateful[Button[View]], template=rf"lv:(?P<clan>{NUMBER}):(?P<kind>[a-z]{{3,12}})"):
    """Looks at once. By its id a board is found again that may have been posted."""

    def __init__(self, clan: ClanId, kind: BoardKind) -> None:
        custom_id = f"lv:{pack(clan)}:{kind.value}"
        super().__init__(Button(label="Refresh", style=ButtonStyle.secondary, custom_id=custom_id))
        self.clan, self.kind = clan, kind

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), BoardKind(match["kind"]))

    async def press(self, interaction: Interaction[Any]) -> None:
        if self.kind in FOR_OFFICERS:
            await require_officer(self.services, interaction)
        clan = await self.services.clans.by_id(self.clan, guild_of(interaction))
        one = (await self.services.boards.of(clan)).get(self.kind)
        if one is None:
            raise Outdated
        if one.looked_at is not None and self.services.clock() - one.looked_at < SOONEST:
            await answer(interaction, private=True, content="It was looked at a moment ago.")
            return
        await interaction.response.defer()
        interaction.client.dispatch("board_due", clan, one, interaction)


class BoardsCog(commands.Cog):
    """Carries out what :class:`bot.jobs.posting.PostingJob` finds to be due."""

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self._turns: dict[tuple[ClanId, BoardKind], asyncio.Lock] = {}

    @commands.Cog.listener()
    async def on_board_due(self, clan: Clan, one: LiveBoard, pressed: Interaction[Any] | None = None) -> None:
        """Look at it, unless somebody does already.

        Who ``pressed`` hears it where there was nothing to change.
        """
        turn = self._turns.setdefault((clan.id, one.kind), asyncio.Lock())
        if turn.locked():
            return
        async with turn:
            with new_trace(job="board", clan_id=clan.id, board=one.kind.value):
                since = await self._keep(clan, one, pressed=pressed is not None)
                if pressed is not None and since is not None:
                    await answer(pressed, private=True, content=unchanged_since(since))

    async def _keep(self, clan: Clan, due: LiveBoard, *, pressed: bool) -> datetime | None:
        """Keep it. Where it says all there is to say already: since when; else None."""
        one = await self.services.boards.place(clan, due)
        if one is None:
            return None
        shown = await self.services.boards.show(clan, one)
        embed, since = board_post(clan, shown), shown.checked_at or one.looked_at
        now, checked_at = digest(embed), shown.checked_at
        channel = self.bot.get_partial_messageable(one.channel, guild_id=clan.guild)
        try:
            if one.message is not None and not one.is_to_change(now, checked_at, pressed=pressed):
                # Nobody would see a difference, but it may have been deleted.
                if await self._is_there(channel, one.message):
                    await self.services.boards.shown(one)
                    return since
            elif one.message is not None and await self._edit(channel, one.message, one, embed):
                await self.services.boards.shown(one, digest=now, checked_at=checked_at)
                return None
            message = await self._posted(clan, one)
            # One that is found says what it said when it was left.
            if message is None or not await self._edit(channel, message, one, embed):
                message = await self._post(channel, one, embed)
        except (discord.NotFound, discord.Forbidden, MayNotLookError) as refusal:
            await self._stop(clan, one, gone=isinstance(refusal, discord.NotFound))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            log.warning("board_not_kept", clan_id=clan.id, board=one.kind, reason=str(failure))
        else:
            await self.services.boards.shown(one, message=message, digest=now, checked_at=checked_at)
        return None

    async def _is_there(self, channel: discord.PartialMessageable, message: MessageId) -> bool:
        try:
            await channel.get_partial_message(message).fetch()
        except discord.NotFound:
            return False
        return True

    async def _edit(
        self,
        channel: discord.PartialMessageable,
        message: MessageId,
        one: LiveBoard,
        embed: discord.Embed,
    ) -> bool:
        """Change the message; False where it is gone."""
        try:
            await channel.get_partial_message(message).edit(
                embed=embed, view=view_of(BoardRefresh(one.clan, one.kind))
            )
        except discord.NotFound:
            return False
        return True

    async def _post(
        self, channel: discord.PartialMessageable, one: LiveBoard, embed: discord.Embed
    ) -> MessageId:
        sent = await channel.send(
            embed=embed,
            view=view_of(BoardRefresh(one.clan, one.kind)) or discord.utils.MISSING,
            silent=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        return MessageId(sent.id)

    async def _posted(self, clan: Clan, one: LiveBoard) -> MessageId | None:
        """The board that is there though no message is stored, or one that is gone.

        It was posted just before the process ended, or with an answer that was lost, or before it was
        switched off or moved away.
        """
        custom_id = f"lv:{pack(one.clan)}:{one.kind.value}"
        found = await find_own(
            self.bot, clan.guild, one.channel, lambda message: has_item(message, custom_id), limit=_SEARCHED
        )
        return found and MessageId(found.id)

    async def _stop(self, clan: Clan, one: LiveBoard, *, gone: bool) -> None:
        """Switch it off, and tell officers once.

        What is for them waits until they have another channel, or the bot may post in theirs: where it
        cannot be, they could not be told either, and `/setup` says why it waits.
        """
        if one.kind in FOR_OFFICERS:
            log.warning("board_waits", clan_id=clan.id, board=one.kind, gone=gone)
            await self.services.boards.shown(one)
            return
        await self.services.boards.switch_off(clan, one.kind, None)
        channel = await progress_channel(self.services, clan)
        if channel is None or channel == one.channel:
            return
        server = self.bot.get_guild(clan.guild)
        missing = None if server is None else lacking(server, one.channel, FOUND_AGAIN)
        try:
            await self.bot.get_partial_messageable(channel).send(
                embed=board_stopped_notice(clan, one, gone=gone, missing=missing or ()), silent=True
            )
        except discord.HTTPException as failure:
            # `/setup` says what is off.
            log.warning("officers_not_told", clan_id=clan.id, reason=str(failure))


def has_item(message: discord.Message, custom_id: str) -> bool:
    """Whether a message carries a button of this id."""
    return any(
        getattr(item, "custom_id", None) == custom_id
        for row in message.components
        for item in getattr(row, "children", ())
    )
