"""Tells what is new in a clan's channels, a message to each, and nothing twice."""

import asyncio
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Final

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.domain.clans import Clan
from bot.domain.feed import FOR_OFFICERS, Batch, FeedKind
from bot.domain.ids import ChannelId, ClanId
from bot.logs import new_trace
from bot.present.feed import feed_post, said_in
from bot.present.posts import feed_stopped_notice
from bot.services.feed import News
from bot.services.registry import Services
from cogs.officers import progress_channel
from cogs.posts.looking import MayNotLookError, find_own
from cogs.posts.rights import SENT, lacking

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_NONCE: Final = 20
_BEFORE: Final = timedelta(minutes=5)
"""How much a clock may be ahead of Discord's where a message that may have arrived is searched for."""
_SEARCHED: Final = 200


class FeedCog(commands.Cog):
    """Sends what :class:`bot.jobs.posting.PostingJob` finds to be new.

    What could not be sent is found again a minute later. What may have arrived is looked for first.
    """

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self._turns: dict[tuple[ClanId, ChannelId], asyncio.Lock] = {}

    @commands.Cog.listener()
    async def on_feed_news(self, news: News) -> None:
        """Send it, unless the channel is being told of it already."""
        turn = self._turns.setdefault((news.clan.id, news.channel), asyncio.Lock())
        if turn.locked():
            return
        async with turn:
            with new_trace(job="feed", clan_id=news.clan.id):
                await self._send(news)

    async def _send(self, news: News) -> None:
        channel = self.bot.get_partial_messageable(news.channel, guild_id=news.clan.guild)
        try:
            if news.tried is not None:
                arrived = await self._arrived(news.clan, news.tried)
                await self.services.feed.settle(news.clan, news.tried, arrived=arrived)
                if arrived:
                    return
            if news.items and not self._waits(news):
                await self._post(channel, news)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            # It may have arrived. The next look finds out first.
            log.warning("feed_not_sent", clan_id=news.clan.id, reason=str(failure))

    def _waits(self, news: News) -> bool:
        """Whether it is all for officers, whose channel is gone or closed: they choose another, or open it.

        `/setup` says why it waits. It is not tried each minute.
        """
        server = self.bot.get_guild(news.clan.guild)
        if server is None or any(one.kind not in FOR_OFFICERS for one in news.items):
            return False
        missing = lacking(server, news.channel, SENT)
        return missing is None or bool(missing)

    async def _post(self, channel: discord.PartialMessageable, news: News) -> None:
        embed = feed_post(news.items, news.clan.name if news.is_one_of_several else None)
        batch = await self.services.feed.begin(news, said_in(embed))
        if batch is None:
            return
        try:
            await channel.send(
                embed=embed,
                nonce=_nonce(news.clan, batch),
                silent=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except (discord.NotFound, discord.Forbidden) as refusal:
            await self.services.feed.settle(news.clan, batch, arrived=False)
            await self._stop(news, gone=isinstance(refusal, discord.NotFound))
        else:
            await self.services.feed.settle(news.clan, batch, arrived=True)

    async def _arrived(self, clan: Clan, tried: Batch) -> bool:
        """Whether what was tried is there; rather told once too little where the bot may not look."""
        after = tried.tried_at - _BEFORE
        try:
            found = await find_own(
                self.bot, clan.guild, tried.channel, partial(_says, tried), limit=_SEARCHED, after=after
            )
        except discord.NotFound:
            return False
        except (discord.Forbidden, MayNotLookError):
            return True
        return found is not None

    async def _stop(self, news: News, *, gone: bool) -> None:
        """Switch off what is told of in a channel that is gone or closed, and tell officers once.

        What is for them waits until they have another channel, or the bot may post in theirs.
        """
        kinds: list[FeedKind] = []
        for kind, setting in (await self.services.feed.settings(news.clan)).items():
            if setting.channel == news.channel and kind not in FOR_OFFICERS:
                await self.services.feed.switch_off(news.clan, kind, None)
                kinds.append(kind)
        channel = await progress_channel(self.services, news.clan)
        if channel is None or channel == news.channel:
            return
        server = self.bot.get_guild(news.clan.guild)
        missing = (lacking(server, news.channel, SENT) if server else None) or ()
        try:
            await self.bot.get_partial_messageable(channel).send(
                embed=feed_stopped_notice(news.clan, kinds, news.channel, gone=gone, missing=missing),
                silent=True,
            )
        except discord.HTTPException as failure:
            # `/setup` says what is off.
            log.warning("officers_not_told", clan_id=news.clan.id, reason=str(failure))


def _nonce(clan: Clan, batch: Batch) -> str:
    """Discord takes a nonce once: of two attempts within minutes one is posted.

    It does so for all that the bot sends, and keys are one clan's own.
    """
    told = "|".join((str(clan.id), str(batch.channel), *batch.keys))
    return f"feed:{sha256(told.encode()).hexdigest()[:_NONCE]}"


def _says(tried: Batch, message: discord.Message) -> bool:
    return any(said_in(embed) == tried.said for embed in message.embeds)
