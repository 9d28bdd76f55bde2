"""Posts summaries, each once, and tells officers where one cannot be."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any, Final

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, ClanId, MessageId
from bot.domain.posts import GivenUp, Post
from bot.domain.schedules import Part, read_key
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
from cogs.posts.rights import WITH_FILE, lacking

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
        await self._in_turn(one.clan, one.post, partial(self._send, one))

    @commands.Cog.listener()
    async def on_post_late(self, clan: Clan, post: Post) -> None:
        """Give it up and tell officers, unless it is there, or being sent or looked for already."""
        await self._in_turn(clan, post, partial(self._give_up, clan, post))

    async def _in_turn(self, clan: Clan, post: Post, work: Callable[[], Awaitable[None]]) -> None:
        turn = self._turns.setdefault((clan.id, post.key), asyncio.Lock())
        if turn.locked():
            return
        async with turn:
            with new_trace(job="post", clan_id=clan.id, key=post.key):
                await work()
        self._turns.pop((clan.id, post.key), None)

    async def _give_up(self, clan: Clan, post: Post) -> None:
        """Settle one that is too late; where Discord does not answer it is looked for again in a minute."""
        why = GivenUp.TOO_LATE
        try:
            arrived = await self._look(clan, post)
        except (discord.NotFound, discord.InvalidData):
            why = GivenUp.NO_CHANNEL
        except (discord.Forbidden, MayNotLookError):
            why = GivenUp.UNKNOWN
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            log.warning("post_not_looked_for", clan_id=clan.id, key=post.key, reason=str(failure))
            return
        else:
            if arrived is not None:
                await self.services.posts.sent(post, arrived)
                return
        if await self.services.posts.give_up(post, why):
            schedule = await self.services.posts.schedule(clan, read_key(post.key)[0])
            is_on = schedule.since is not None and schedule.stopped is None
            await self._tell(clan, given_up_notice(clan, post, why, is_on=is_on))

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
        except discord.Forbidden:
            await self._stop(one, "forbidden")
        except MayNotLookError:
            await self._stop(one, "unreadable")
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
            As :meth:`_look` does, of the chosen channel.
        """
        try:
            return await self._look(one.clan, one.post)
        except (discord.NotFound, discord.Forbidden, discord.InvalidData, MayNotLookError):
            if one.post.channel == one.schedule.channel:
                raise
            return None

    async def _look(self, clan: Clan, post: Post) -> MessageId | None:
        """The message of the last attempt; None where there was none, or it is not where it went.

        Raises:
            discord.NotFound: that channel is gone.
            discord.Forbidden: the bot does not see it.
            discord.InvalidData: it is nothing in which anybody can write.
            MayNotLookError: the bot may not read there.
        """
        if post.tried_at is None:
            return None
        mark = id_of(post.clan, post.key, "mine")
        await self._channel(post.channel)
        found = await find_own(
            self.bot,
            clan.guild,
            post.channel,
            lambda message: has_item(message, mark),
            limit=_SEARCHED,
            after=post.tried_at - _BEFORE,
        )
        return found and MessageId(found.id)

    async def _stop(self, one: Due, why: str) -> None:
        """Switch the schedule off, and tell officers once."""
        schedule, guild = one.schedule, self.bot.get_guild(one.clan.guild)
        log.warning("schedule_stopped", clan_id=one.clan.id, cadence=schedule.cadence, why=why)
        await self.services.posts.stop(one.clan, schedule.cadence, why)
        missing: Sequence[str] = ()
        if guild is not None and why != "no_channel":
            missing = lacking(guild, schedule.channel, WITH_FILE) or ()
        await self._tell(one.clan, stopped_notice(one.clan, schedule.cadence, why, schedule.channel, missing))

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
