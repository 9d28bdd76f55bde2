"""Filling the holes that time without a connection leaves, from Discord's own history.

A hole is declared in the database before live messages may move the channel's cursor,
and closed when a page of its history came back empty. Each page commits its facts and
its cursor together, so a process killed anywhere goes on where it was.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from bot.domain.activity import snowflake_at, time_of
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId
from bot.domain.listening import SeenMessage
from bot.services.clock import Clock
from bot.services.ingest import Ingest
from bot.services.uninterrupted import uninterrupted
from db.queries import cursors
from db.queries.cursors import Cursor
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

AT_ONCE: Final = 4
"""Clans whose history is read at the same time; Discord's own limits are kept by discord.py."""
PAGES_A_REPORT: Final = 50
"""Progress is logged at least this often."""


class Unreadable(Exception):
    """A channel's history cannot be read: it is ``gone`` for good, or else not permitted."""

    def __init__(self, *, gone: bool) -> None:
        super().__init__("gone" if gone else "not permitted")
        self.gone = gone


class NotAnswered(Exception):
    """Discord did not answer; the channel is read again later."""


class Place(Protocol):
    """A channel or a thread that can be read."""

    @property
    def channel(self) -> ChannelId:
        """Its id, which also says when it was made."""
        ...

    async def after(self, message: MessageId) -> Sequence[SeenMessage]:
        """The next messages after an id, oldest first, at most a page; empty where there are none.

        Raises:
            Unreadable: its history may not be read, or it is gone.
            NotAnswered: Discord gave no answer.
        """
        ...


@dataclass(slots=True)
class Progress:
    """How far a clan's holes are filled. ``current`` is the channel being read; ``read`` counts messages.

    ``skipped`` could not be read, ``unanswered`` will be tried again. ``ended_at`` is None
    while it runs and where it was cancelled.
    """

    clan: ClanId
    channels: int
    started_at: datetime
    done: int = 0
    read: int = 0
    pages: int = 0
    current: ChannelId | None = None
    skipped: list[ChannelId] = field(default_factory=list[ChannelId])
    unanswered: list[ChannelId] = field(default_factory=list[ChannelId])
    ended_at: datetime | None = None


class History:
    """Declares and fills holes. One call at a time for a guild: the caller sees to it."""

    def __init__(self, database: Database, ingest: Ingest, clock: Clock) -> None:
        self._database = database
        self._ingest = ingest
        self._clock = clock
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._progress: dict[ClanId, Progress] = {}

    def progress(self, clan: ClanId) -> Progress | None:
        """The last filling of a clan's history, running or ended; None where there was none yet."""
        return self._progress.get(clan)

    @uninterrupted
    async def first_needed(self, guild: GuildId, days: int | None = None) -> datetime:
        """The time since when something may be unread: a thread archived before it needs no look.

        It is ``days`` ago where that is earlier.
        """
        ears = self._ingest.ears(guild)
        now = self._clock()
        if ears is None:
            return now
        async with self._database.read() as session:
            ends = [await cursors.observed_until(session, clan) for clan in ears.clans]
        first_time = now - timedelta(days=ears.settings.backfill_days)
        return min([end or first_time for end in ends] + [now - timedelta(days=days or 0)])

    @uninterrupted
    async def unfinished(self, guild: GuildId) -> frozenset[ChannelId]:
        """The channels that still have a hole from an earlier time."""
        ears = self._ingest.ears(guild)
        async with self._database.read() as session:
            known = [await cursors.cursors(session, clan) for clan in (ears.clans if ears else ())]
        return frozenset(channel for one in known for channel, cursor in one.items() if cursor.filling)

    async def forget(self, guild: GuildId, channel: ChannelId) -> None:
        """A channel is gone from Discord: its hole will never be filled."""
        ears = self._ingest.ears(guild)
        await self._forget(ears.clans if ears else (), channel)

    @uninterrupted
    async def _forget(self, clans: Collection[ClanId], channel: ChannelId) -> None:
        async with self._database.write() as session:
            for clan in clans:
                await cursors.forget_channel(session, clan, channel)

    @uninterrupted
    async def declare(self, guild: GuildId, places: Collection[Place]) -> None:
        """Note that these places have a hole up to now; from here on live messages may move their cursors.

        A place that was never read begins as many days ago as the server chose, or with its creation.
        """
        ears = self._ingest.ears(guild)
        if ears is None:
            return
        starts = _starts(places, self._clock() - timedelta(days=ears.settings.backfill_days))
        async with self._database.write() as session:
            for clan in ears.clans:
                await cursors.open_holes(session, clan, starts)
        for clan in ears.clans:
            self._ingest.go_live(clan, starts)

    @uninterrupted
    async def note_unseen(self, guild: GuildId, channels: Collection[ChannelId]) -> None:
        """These channels are there and hidden from the bot: what was read once has a hole from now on."""
        ears = self._ingest.ears(guild)
        for clan in ears.clans if ears and channels else ():
            async with self._database.read() as session:
                known = await cursors.cursors(session, clan)
            found = {one: known[one].start for one in channels if one in known and not known[one].filling}
            if found:
                async with self._database.write() as session:
                    await cursors.open_holes(session, clan, found)

    async def catch_up(self, guild: GuildId, places: Collection[Place]) -> bool:
        """Declare the holes of these places and fill them. Cancelling loses nothing.

        Returns:
            Whether every place that may be read was read to its end.
        """
        declared = self._clock()
        await self.declare(guild, places)
        ears = self._ingest.ears(guild)
        filled = [await self._fill(clan, places, declared) for clan in (ears.clans if ears else ())]
        return all(filled)

    async def reach_back(self, clan: ClanId, days: int, places: Collection[Place]) -> bool:
        """Read so many days of these places, also where they were read from a later day on.

        Returns:
            Whether every place that may be read was read to its end.
        """
        declared = self._clock()
        await self._move_back(clan, _starts(places, declared - timedelta(days=days)))
        return await self._fill(clan, places, declared)

    @uninterrupted
    async def _move_back(self, clan: ClanId, starts: Mapping[ChannelId, MessageId]) -> None:
        async with self._database.write() as session:
            known = await cursors.cursors(session, clan)
            await cursors.reach_back(session, clan, starts)
            unread = {channel: start for channel, start in starts.items() if channel not in known}
            await cursors.open_holes(session, clan, unread)
        self._ingest.go_live(clan, unread)

    @uninterrupted
    async def _holes(self, clan: ClanId) -> dict[ChannelId, Cursor]:
        async with self._database.read() as session:
            known = await cursors.cursors(session, clan)
        return {channel: cursor for channel, cursor in known.items() if cursor.filling}

    async def _fill(self, clan: ClanId, places: Iterable[Place], declared: datetime) -> bool:
        async with self._slots:
            holes = await self._holes(clan)
            todo = [(place, holes[place.channel]) for place in places if place.channel in holes]
            progress = self._progress[clan] = Progress(clan, len(todo), self._clock())
            log.info("fill_started", clan_id=clan, channels=len(todo))
            for place, cursor in todo:
                progress.current = place.channel
                await self._fill_place(progress, place, cursor, declared)
                progress.done += 1
            progress.current, progress.ended_at = None, self._clock()
            _report("fill_ended", progress)
            return not progress.unanswered

    async def _fill_place(self, progress: Progress, place: Place, cursor: Cursor, declared: datetime) -> None:
        try:
            await self._read_to_end(progress, place, cursor)
        except Unreadable as reason:
            log.info("channel_skipped", clan_id=progress.clan, channel_id=place.channel, gone=reason.gone)
            progress.skipped.append(place.channel)
            if reason.gone:
                await self._forget([progress.clan], place.channel)
            else:
                await self._ingest.hear_only(progress.clan, place.channel, declared)
        except NotAnswered:
            log.warning("channel_not_answered", clan_id=progress.clan, channel_id=place.channel)
            progress.unanswered.append(place.channel)

    async def _read_to_end(self, progress: Progress, place: Place, cursor: Cursor) -> None:
        after, start = cursor.after, time_of(cursor.after)
        while True:
            asked = self._clock()
            page = [seen for seen in await place.after(after) if seen.message > after]
            if not page:
                break
            await self._ingest.store_page(progress.clan, page, start)
            after = max(seen.message for seen in page)
            progress.read += len(page)
            progress.pages += 1
            if progress.pages % PAGES_A_REPORT == 0:
                _report("fill_goes_on", progress)
        await self._ingest.finish_fill(progress.clan, place.channel, after, start, asked)


def _starts(places: Iterable[Place], since: datetime) -> dict[ChannelId, MessageId]:
    """Where reading begins. The id of a forum's post is also that of its first message."""
    first = snowflake_at(since)
    return {place.channel: MessageId(max(first, place.channel - 1)) for place in places}


def _report(event: str, progress: Progress) -> None:
    log.info(
        event,
        clan_id=progress.clan,
        done=progress.done,
        channels=progress.channels,
        messages=progress.read,
        current=progress.current,
        skipped=len(progress.skipped),
        unanswered=len(progress.unanswered),
    )
