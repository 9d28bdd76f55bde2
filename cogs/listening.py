"""Hearing what is said: messages and deletions as they come, and what was missed, from the history."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Final

import discord
import structlog
from discord.ext import commands, tasks

from bot.domain.ids import ClanId, GuildId
from bot.logs import new_trace
from bot.services.history import History, Unreadable
from bot.services.ingest import Ingest
from cogs.channels import (
    DiscordPlace,
    archived_places,
    fetch_place,
    open_places,
    seen_of,
    unseen_places,
)

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

SECONDS_TO_WRITE: Final = 1
SECONDS_TO_CHECK: Final = 60
"""How often coverage grows, channels are compared with what is live, and a broken fill is tried again."""

Work = Callable[[discord.Guild], Awaitable[bool]]


class Listening(commands.Cog):
    """Listens in every server that has a clan.

    A fresh connection (READY) may have missed events: from that moment no cursor moves
    until the server's holes are declared. A resumed one missed nothing. Other parts of
    the bot tell by ``bot.dispatch("tracking_changed", guild)`` that a server's clans, relays,
    channels or days of history changed, and by
    ``bot.dispatch("history_wanted", guild, clan_id, days)`` that more days are to be read once.
    """

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, ingest: Ingest, history: History) -> None:
        self.bot = bot
        self._ingest = ingest
        self._history = history
        self._fills: dict[int, asyncio.Task[None]] = {}
        self._filling: dict[int, asyncio.Lock] = {}
        self._connected: set[int] = set()
        self._ready: set[int] = set()
        self._again: set[int] = set()
        self._changed: set[int] = set()
        self._days: dict[int, int] = {}
        """How many days of history each server's officers wanted when its channels were last looked at."""
        self._said_blank = False
        self._unloaded = False

    async def cog_load(self) -> None:
        """Learn what to listen to before the first message comes, then start writing."""
        await self._ingest.load()
        for guild_id in self._ingest.guilds:
            self._note_days(guild_id)
        self._write.start()
        self._check.start()
        if self.bot.is_ready():
            for shard in {guild.shard_id for guild in self.bot.guilds}:
                await self.on_shard_connect(shard)
                await self.on_shard_ready(shard)

    async def cog_unload(self) -> None:
        """Stop the fills, which go on where they are at the next start, and write what waits."""
        self._unloaded = True
        for task in self._fills.values():
            task.cancel()
        await asyncio.gather(*self._fills.values(), return_exceptions=True)
        # Closing waits for a write under way; cancelling the loop first would cut it off.
        await self._ingest.close()
        self._write.cancel()
        self._check.cancel()

    # Messages

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Take in a message."""
        if message.guild is None or (ears := self._ingest.ears(message.guild.id)) is None:
            return
        seen = seen_of(message)
        if seen is None:
            return
        if not (self._with_content or self._said_blank) and ears.relayed_to(
            seen.channel, (seen.author, seen.webhook)
        ):
            log.warning("relay_not_readable", guild_id=seen.guild, lacking="message content intent")
            self._said_blank = True
        self._ingest.observe(seen)
        if self._ingest.is_full:
            await self._ingest.flush()

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Follow a deletion."""
        if payload.guild_id is not None:
            self._ingest.delete(payload.guild_id, payload.channel_id, [payload.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Follow a deletion of many."""
        if payload.guild_id is not None:
            self._ingest.delete(payload.guild_id, payload.channel_id, payload.message_ids)

    @tasks.loop(seconds=SECONDS_TO_WRITE)
    async def _write(self) -> None:
        """Write what waits, and look at the servers where channels changed. Nothing that fails ends it."""
        await self._ingest.flush()
        for guild_id in self._ingest.behind():
            self._again.add(guild_id)
        changed, self._changed = self._changed, set()
        for guild in map(self.bot.get_guild, changed):
            if guild is not None:
                self._hear_new_places(guild)

    @tasks.loop(seconds=SECONDS_TO_CHECK)
    async def _check(self) -> None:
        """Note what was observed. Nothing that fails ends it."""
        for guild in list(self.bot.guilds):
            if (ears := self._ingest.ears(guild.id)) is None or guild.unavailable:
                continue
            if guild.id in self._again and not self.is_filling(guild.id):
                self._again.discard(guild.id)
                self._start(guild, self._catch_up)
            if guild.shard_id not in self._connected:
                continue
            self._hear_new_places(guild)
            try:
                await self._ingest.note_observed(guild.id)
                await self._history.note_unseen(GuildId(guild.id), unseen_places(guild, ears))
            except Exception:  # nor may one server's fault keep the others from being noted
                log.exception("coverage_not_noted", guild_id=guild.id)

    # Connections

    @commands.Cog.listener()
    async def on_shard_connect(self, shard_id: int) -> None:
        """A fresh session: events may have been missed, so no cursor moves from this moment on."""
        self._connected.add(shard_id)
        self._ready.discard(shard_id)
        shards = self.bot.shard_count or 1
        for guild_id in self._ingest.guilds:
            if (guild_id >> 22) % shards == shard_id:
                self._stop_hearing(guild_id)

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Fill what was missed in the shard's servers."""
        self._ready.add(shard_id)
        for guild in self.bot.guilds:
            if guild.shard_id == shard_id and self._ingest.ears(guild.id) is not None:
                self._start(guild, self._catch_up)

    @commands.Cog.listener()
    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Nothing is observed until the session is resumed or a new one begins."""
        self._connected.discard(shard_id)

    @commands.Cog.listener()
    async def on_shard_resumed(self, shard_id: int) -> None:
        """Everything that happened meanwhile has just been told: no hole."""
        self._connected.add(shard_id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is back after an outage; while a shard starts, its readiness is waited for instead."""
        if guild.shard_id in self._ready and self._ingest.ears(guild.id) is not None:
            self._start(guild, self._catch_up)

    @commands.Cog.listener()
    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """An outage: events may be missed."""
        self._stop_hearing(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was added, perhaps again: what is known of the server's clan is taken up."""
        await self.on_tracking_changed(guild)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed."""
        self._stop_hearing(guild.id)
        self._ingest.forget(GuildId(guild.id))

    # Channels

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """A new channel is heard from its creation on."""
        self._look_again(channel.guild)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A deleted channel is observed no longer."""
        self._look_again(channel.guild)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel
    ) -> None:
        """Permissions may have changed."""
        self._look_again(channel.guild)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, role: discord.Role) -> None:
        """Permissions may have changed."""
        if before.permissions != role.permissions:
            self._look_again(role.guild)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, member: discord.Member) -> None:
        """The bot's own roles may have changed."""
        if member == member.guild.me and before.roles != member.roles:
            self._look_again(member.guild)

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """A new thread is heard from its creation on."""
        self._look_again(thread.guild)

    @commands.Cog.listener()
    async def on_thread_update(self, _: discord.Thread, thread: discord.Thread) -> None:
        """A thread may have been archived, or opened again."""
        self._look_again(thread.guild)

    def _look_again(self, guild: discord.Guild) -> None:
        """End the live time of what can no longer be seen, at once; what is new is heard within a second."""
        if (ears := self._ingest.ears(guild.id)) is None:
            return
        places = [place.channel for place in open_places(guild, ears, with_content=self._with_content)]
        for clan in ears.clans:
            self._ingest.keep_live(clan, places)
        self._changed.add(guild.id)

    def _hear_new_places(self, guild: discord.Guild) -> None:
        """Fill the places that came to be, or to be seen, since the holes were declared."""
        ears = self._ingest.ears(guild.id)
        if ears is None or guild.shard_id not in self._ready or self.is_filling(guild.id):
            return
        places = open_places(guild, ears, with_content=self._with_content)
        channels = [place.channel for place in places]
        new = frozenset[int]().union(*(self._ingest.keep_live(clan, channels) for clan in ears.clans))
        if new:
            unheard = [place for place in places if place.channel in new]
            self._start(guild, lambda found: self._history.catch_up(GuildId(found.id), unheard))

    # Filling

    @commands.Cog.listener()
    async def on_tracking_changed(self, guild: discord.Guild) -> None:
        """Officers changed what is listened to: learn it, and read what was not heard, or more days."""
        ears = await self._ingest.refresh(GuildId(guild.id))
        if ears is None:
            return
        if self._note_days(guild.id):
            self._reach_back(guild, ears.clans, ears.settings.backfill_days)
        else:
            self._start(guild, self._catch_up)

    def _note_days(self, guild_id: int) -> bool:
        """Remember how many days a server wants, and return whether they became more."""
        ears = self._ingest.ears(guild_id)
        if ears is None:
            return False
        before = self._days.get(guild_id)
        self._days[guild_id] = ears.settings.backfill_days
        return before is not None and before < ears.settings.backfill_days

    @commands.Cog.listener()
    async def on_history_wanted(self, guild: discord.Guild, clan: ClanId, days: int) -> None:
        """Officers want more of a clan's past."""
        self._reach_back(guild, [clan], days)

    def _reach_back(self, guild: discord.Guild, clans: Collection[ClanId], days: int) -> None:
        async def reach_back(found: discord.Guild) -> bool:
            complete = await self._catch_up(found)
            places = await self._places(found, days=days)
            for clan in clans:
                complete &= await self._history.reach_back(clan, days, places)
            return complete

        self._start(guild, reach_back)

    def is_filling(self, guild_id: int) -> bool:
        """Whether history is being read for a server."""
        task = self._fills.get(guild_id)
        return task is not None and not task.done()

    async def _catch_up(self, guild: discord.Guild) -> bool:
        if await self._ingest.refresh(GuildId(guild.id)) is None:
            return True
        return await self._history.catch_up(GuildId(guild.id), await self._places(guild))

    async def _places(self, guild: discord.Guild, days: int | None = None) -> list[DiscordPlace]:
        """Every place where something may be unread: open ones, archived ones, and old holes."""
        ears = self._ingest.ears(guild.id)
        if ears is None:
            return []
        since = await self._history.first_needed(GuildId(guild.id), days)
        content = self._with_content
        found = {place.channel: place for place in open_places(guild, ears, with_content=content)}
        for place in await archived_places(guild, ears, since, with_content=content):
            found.setdefault(place.channel, place)
        for channel in await self._history.unfinished(GuildId(guild.id)) - found.keys():
            try:
                place = await fetch_place(guild, ears, channel, with_content=content)
            except Unreadable:
                await self._history.forget(GuildId(guild.id), channel)
            else:
                if place is not None:
                    found[channel] = place
        return list(found.values())

    @property
    def _with_content(self) -> bool:
        return self.bot.intents.message_content

    def _stop_hearing(self, guild_id: int) -> None:
        self._ingest.suspend(guild_id)
        if task := self._fills.get(guild_id):
            task.cancel()

    def _start(self, guild: discord.Guild, work: Work) -> None:
        """Do this work for a server in the background, in place of what is being done for it."""
        if self._unloaded:  # asked by a listener that was under way: nobody would wait for the work
            return
        if task := self._fills.get(guild.id):
            task.cancel()
        self._fills[guild.id] = asyncio.create_task(self._run(guild, work))

    async def _run(self, guild: discord.Guild, work: Work) -> None:
        # The lock waits for the work that was cancelled: it must not close a hole declared after it.
        async with self._filling.setdefault(guild.id, asyncio.Lock()):
            with new_trace(guild_id=guild.id):
                try:
                    complete = await work(guild)
                except Exception:  # a fill that broke is begun again, whatever broke it
                    log.exception("fill_failed")
                    complete = False
                if not complete:
                    self._again.add(guild.id)
