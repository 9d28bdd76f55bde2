"""Posts summaries, each once, and tells officers where one cannot be."""

import asyncio
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, ClanId, MessageId
from bot.domain.posts import Post
from bot.domain.schedules import Part
from bot.domain.summaries import Summary
from bot.logs import new_trace
from bot.present.chart import clan_chart
from bot.present.posts import given_up_notice, stopped_notice
from bot.present.summary import span_of, summary_page
from bot.services.posts import Due
from bot.services.registry import Services
from bot.services.rendering import RenderFailedError
from cogs.officers import progress_channel
from cogs.posts.boards import has_item
from cogs.posts.items import buttons, id_of
from cogs.posts.looking import MayNotLookError, find_own

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

CHART: Final = "summary.png"
_BEFORE: Final = timedelta(minutes=5)
"""How much a clock may be ahead of Discord's where a post that may have arrived is searched for."""
_SEARCHED: Final = 200


class PostsCog(commands.Cog):
    """Sends what :class:`bot.jobs.posting.PostingJob` finds to be due."""

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self._turns: dict[tuple[ClanId, str], asyncio.Lock] = {}

    @commands.Cog.listener()
    async def on_post_due(self, one: Due) -> None:
        """Send it, unless it is being sent already."""
        turn = self._turns.setdefault((one.clan.id, one.post.key), asyncio.Lock())
        if turn.locked():
            return
        async with turn:
            with new_trace(job="post", clan_id=one.clan.id, key=one.post.key):
                await self._send(one)
        self._turns.pop((one.clan.id, one.post.key), None)

    @commands.Cog.listener()
    async def on_post_late(self, clan: Clan, post: Post) -> None:
        """Tell officers of one that never was sent."""
        with new_trace(job="post", clan_id=clan.id, key=post.key):
            await self._tell(clan, given_up_notice(clan, post))

    async def _send(self, one: Due) -> None:
        try:
            arrived = await self._arrived(one)
            if arrived is not None:
                await self.services.posts.sent(one.post, arrived)
                return
            # Before the summary is read: whatever fails from here on waits longer each time, and is told of.
            if not await self.services.posts.begin(one):
                return
            channel = await self._channel(one.schedule.channel)
            summary = await self.services.summaries.of(
                one.clan, one.schedule.cadence, one.slot, one.schedule.parts
            )
            chart = await chart_of(self.services, one.clan, summary)
            sent = await channel.send(**self._content(one, summary, chart))
        except (discord.NotFound, discord.InvalidData):
            await self._stop(one, "no_channel")
        except (discord.Forbidden, MayNotLookError):
            await self._stop(one, "forbidden")
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            # It may have arrived. The next attempt looks first.
            log.warning("post_not_sent", clan_id=one.clan.id, key=one.post.key, reason=str(failure))
        except Exception:  # whatever it is, the post is tried again, and officers are told in the end
            log.exception("post_failed", clan_id=one.clan.id, key=one.post.key)
        else:
            await self.services.posts.sent(one.post, MessageId(sent.id))

    def _content(self, one: Due, summary: Summary, chart: discord.File | None) -> dict[str, Any]:
        mention, guild = one.schedule.mention, self.bot.get_guild(one.clan.guild)
        if mention and guild is not None and guild.get_role(mention) is None:
            # It is gone: its mention would read as an unknown role.
            mention = None
        given: dict[str, Any] = {
            "embed": summary_page(summary, chart=chart and chart.filename),
            "view": buttons(one.clan.id, one.post.key) or discord.utils.MISSING,
            # Discord takes a nonce once: of two attempts within minutes one is posted.
            "nonce": f"{one.clan.id}:{one.post.key}"[:25],
            "allowed_mentions": discord.AllowedMentions(
                everyone=False, users=False, roles=[discord.Object(mention)] if mention else False
            ),
        }
        if chart is not None:
            given["file"] = chart
        if mention:
            given["content"] = f"<@&{mention}>"
        return given

    async def _channel(self, channel: ChannelId) -> discord.abc.Messageable:
        """Where to post.

        Raises:
            discord.NotFound: it is gone.
            discord.Forbidden: the bot does not see it.
            discord.InvalidData: it is nothing in which anybody can write.
        """
        known = self.bot.get_channel(channel) or await self.bot.fetch_channel(channel)
        if not isinstance(known, discord.abc.Messageable):
            raise discord.InvalidData(f"nothing can be written in {channel}")
        return known

    async def _arrived(self, one: Due) -> MessageId | None:
        """The message of the last attempt, if its answer was lost; it is where that attempt went.

        In another channel than is chosen now it is not, where nobody can look.

        Raises:
            discord.NotFound: the chosen channel is gone.
            discord.Forbidden: the bot does not see it.
            discord.InvalidData: it is nothing in which anybody can write.
            MayNotLookError: the bot may not read there.
        """
        post = one.post
        if post.tried_at is None:
            return None
        mark, after = id_of(post.clan, post.key, "mine"), post.tried_at - _BEFORE
        try:
            await self._channel(post.channel)
            found = await find_own(
                self.bot,
                one.clan.guild,
                post.channel,
                lambda message: has_item(message, mark),
                limit=_SEARCHED,
                after=after,
            )
        except (discord.NotFound, discord.Forbidden, discord.InvalidData, MayNotLookError):
            if post.channel == one.schedule.channel:
                raise
            return None
        return found and MessageId(found.id)

    async def _stop(self, one: Due, why: str) -> None:
        """Switch the schedule off, and tell officers once."""
        log.warning("schedule_stopped", clan_id=one.clan.id, cadence=one.schedule.cadence, why=why)
        await self.services.posts.stop(one.clan, one.schedule.cadence, why)
        await self._tell(one.clan, stopped_notice(one.clan, one.schedule.cadence, why))

    async def _tell(self, clan: Clan, embed: discord.Embed) -> None:
        channel = await progress_channel(self.services, clan)
        if channel is None:
            return
        try:
            await self.bot.get_partial_messageable(channel).send(
                embed=embed, silent=True, allowed_mentions=discord.AllowedMentions.none()
            )
        except discord.HTTPException as failure:
            # `/setup` says the same for as long as it lasts.
            log.warning("officers_not_told", clan_id=clan.id, reason=str(failure))


async def chart_of(services: Services, clan: Clan, summary: Summary) -> discord.File | None:
    """The summary's chart; None where it is not wanted, there is nothing to draw, or drawing failed."""
    known = any(point.xp is not None or point.messages is not None for point in summary.chart)
    if Part.CHART not in summary.parts or not known:
        return None
    title = f"{summary.clan_name} · {span_of(summary)}"
    try:
        png = await services.renderer.render(clan_chart, summary.chart, title, guild=clan.guild)
    except RenderFailedError as failure:
        # The numbers are the post; the picture only goes with them.
        log.warning("chart_left_out", clan_id=clan.id, reason=failure.reason)
        return None
    return discord.File(BytesIO(png), CHART)
