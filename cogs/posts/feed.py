"""Tells what is new in a clan's channels, a message to each, and nothing twice."""

import asyncio
from hashlib import sha256
from typing import Final

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.domain.feed import FeedKind
from bot.domain.ids import ChannelId, ClanId
from bot.logs import new_trace
from bot.present.feed import feed_post
from bot.present.posts import feed_stopped_notice
from bot.services.feed import News
from bot.services.registry import Services
from cogs.officers import progress_channel

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_NONCE: Final = 20


class FeedCog(commands.Cog):
    """Sends what :class:`bot.jobs.posting.PostingJob` finds to be new.

    What could not be sent is found again a minute later.
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
        # Discord takes a nonce once: what was sent before the process ended is not sent again.
        keys = "|".join(one.key for one in news.items)
        nonce = f"feed:{sha256(keys.encode()).hexdigest()[:_NONCE]}"
        try:
            await self.bot.get_partial_messageable(news.channel, guild_id=news.clan.guild).send(
                embed=feed_post(news.items, news.clan.name if news.is_one_of_several else None),
                nonce=nonce,
                silent=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except (discord.NotFound, discord.Forbidden) as refusal:
            await self._stop(news, gone=isinstance(refusal, discord.NotFound))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            log.warning("feed_not_sent", clan_id=news.clan.id, reason=str(failure))
        else:
            await self.services.feed.told(news)

    async def _stop(self, news: News, *, gone: bool) -> None:
        """Switch off what is told of in a channel that is gone or closed, and tell officers once."""
        kinds: list[FeedKind] = []
        for kind, setting in (await self.services.feed.settings(news.clan)).items():
            if setting.channel == news.channel:
                await self.services.feed.switch_off(news.clan, kind, None)
                kinds.append(kind)
        channel = await progress_channel(self.services, news.clan)
        if channel is None or channel == news.channel:
            return
        try:
            await self.bot.get_partial_messageable(channel).send(
                embed=feed_stopped_notice(news.clan, kinds, gone=gone), silent=True
            )
        except discord.HTTPException as failure:
            # `/setup` says what is off.
            log.warning("officers_not_told", clan_id=news.clan.id, reason=str(failure))
