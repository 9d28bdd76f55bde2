"""Listening: what is seen in Discord becomes facts in a buffer, and the buffer goes to the database.

A channel is *live* for a clan once the hole before the present connection is declared
in the database (:mod:`bot.services.history`). Whatever is heard is stored at once;
only in a live channel it also moves the cursor. So a process that is killed at any
moment finds each unread stretch behind a cursor.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import structlog

from bot.domain.accounts import LinkNotice
from bot.domain.activity import time_of
from bot.domain.clans import GuildSettings
from bot.domain.doubles import DOUBLES_WITHIN
from bot.domain.facts import MessageFact
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId
from bot.domain.listening import Ears, SeenMessage, read_message
from bot.services.clock import Clock
from bot.services.linking import use_codes
from bot.services.printing import printing_key
from bot.services.storing import Deleted, Heard, KnownSources, store
from bot.services.uninterrupted import uninterrupted
from db.queries import clans, cursors, listening
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

PIECE: Final = 500
"""Facts in one transaction, and how many may wait before they are written without waiting for the second."""
BOUND: Final = 100_000
"""Facts that may wait in all, about 40 MB: 20 s at 5,000 a second.

Where the database takes nothing for longer, further messages are not kept: their
channels stop being live, so that the history is read again from where the database
ended (:meth:`Ingest.behind`). Deletions are always kept, since no history tells of them.
"""


OnLink = Callable[[LinkNotice], None]


@dataclass(slots=True)
class _Waiting:
    """What waits for one clan. A live channel is heard since a time, None while its hole is being filled.

    ``refused`` is whether the last write failed.
    """

    guild: GuildId
    entries: deque[Heard | Deleted] = field(default_factory=deque[Heard | Deleted])
    live: dict[ChannelId, datetime | None] = field(default_factory=dict[ChannelId, datetime | None])
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    refused: bool = False


class Ingest:
    """The one door for what is heard, live or from the history.

    Every callback of ``on_link`` is told of a link that a code in the game chat verified.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._ears: dict[GuildId, Ears] = {}
        self._waiting: dict[ClanId, _Waiting] = {}
        self._known = KnownSources()
        self._flushing = asyncio.Lock()
        self._size = 0
        self._refused = False
        self._behind: set[GuildId] = set()
        self._key = b""
        self.on_link: list[OnLink] = []

    # What is listened to

    async def load(self) -> None:
        """Learn what is listened to in every server, before the first message can arrive."""
        self._key = await printing_key(self._database)
        async with self._database.read() as session:
            guilds = await listening.guilds_with_clans(session)
        for guild in guilds:
            await self.refresh(guild)

    @uninterrupted
    async def refresh(self, guild: GuildId) -> Ears | None:
        """Read a server's clans, relays and choice of channels anew; None where it has no clan."""
        async with self._database.read() as session:
            found = await clans.clans_of(session, guild)
            linked = [clan.id for clan in found]
            relays = await clans.relays_of(session, linked)
            settings = await clans.guild_settings(session, guild) or GuildSettings(guild)
        if not linked:
            self.forget(guild)
            return None
        within = {clan.id: clan.doubles_within for clan in found}
        ears = Ears(settings, tuple(linked), tuple(relays), within, self._key)
        if ears != self._ears.get(guild):
            # A channel may have gone unheard under the old choice, and its cursor must not jump over that.
            self.suspend(guild)
            self._ears[guild] = ears
            for clan in linked:
                self._waiting.setdefault(clan, _Waiting(guild))
        return ears

    def forget(self, guild: GuildId) -> None:
        """Listen no more in a server. What was heard there is still written."""
        self.suspend(guild)
        self._ears.pop(guild, None)

    def ears(self, guild: int) -> Ears | None:
        """What is listened to in a server; None where nothing is."""
        return self._ears.get(GuildId(guild))

    @property
    def guilds(self) -> Collection[GuildId]:
        """The servers that are listened to."""
        return tuple(self._ears)

    # What is heard

    @property
    def waiting(self) -> int:
        """How many facts wait to be written."""
        return self._size

    @property
    def is_writing(self) -> bool:
        """Whether a flush is under way."""
        return self._flushing.locked()

    @property
    def is_full(self) -> bool:
        """Whether so much waits that it should be written now, and neither is written nor was refused."""
        return self._size >= PIECE and not self._flushing.locked() and not self._refused

    def observe(self, seen: SeenMessage) -> None:
        """Take in a live message. An edit changes nothing, so it need not be told."""
        ears = self._ears.get(seen.guild)
        if ears is None or not ears.hears(seen.channel, seen.parent):
            return
        if self._size >= BOUND:
            self._fall_behind(seen.guild)
            return
        facts = dict(read_message(seen, ears))
        for clan in ears.clans:
            self._waiting[clan].entries.append(Heard(seen.channel, seen.message, facts.get(clan)))
            self._size += 1

    def delete(self, guild: int, channel: int, messages: Collection[int]) -> None:
        """Take in a deletion, single or bulk. It is followed even where the channel is tracked no more."""
        ears = self._ears.get(GuildId(guild))
        if ears is None or not messages:
            return
        ids = tuple(MessageId(message) for message in messages)
        for clan in ears.clans:
            self._waiting[clan].entries.append(Deleted(ChannelId(channel), ids))
            self._size += 1

    def _fall_behind(self, guild: GuildId) -> None:
        if guild not in self._behind:
            log.error("facts_not_kept", guild_id=guild, waiting=self._size, bound=BOUND)
        self._behind.add(guild)
        self.suspend(guild)

    def behind(self) -> frozenset[GuildId]:
        """The servers whose messages were not all kept, where facts are taken again; asking clears it."""
        if self._size >= BOUND // 2:
            return frozenset()
        behind = frozenset(self._behind)
        self._behind.clear()
        return behind

    # What is live

    def suspend(self, guild: int) -> None:
        """No channel of the server is live any more: events may have been missed."""
        for waiting in self._waiting.values():
            if waiting.guild == guild:
                waiting.live.clear()

    def go_live(self, clan: ClanId, channels: Iterable[ChannelId]) -> None:
        """The holes of these channels are declared; live messages may move their cursors from now on."""
        self._waiting[clan].live.update(dict.fromkeys(channels))

    def keep_live(self, clan: ClanId, channels: Collection[ChannelId]) -> frozenset[ChannelId]:
        """End the live time of all other channels, and return which of these were not live."""
        live = self._waiting[clan].live
        for gone in live.keys() - set(channels):
            del live[gone]
        return frozenset(channels) - live.keys()

    # Writing

    @uninterrupted
    async def flush(self) -> None:
        """Write everything that waits, each clan in its order, in pieces that block nobody.

        What could not be written is logged, waits on and is tried again by the next flush.
        """
        async with self._flushing:
            for clan, waiting in list(self._waiting.items()):
                for _ in range(0, len(waiting.entries), PIECE):
                    if not await self._write_piece(clan, waiting):
                        break
            self._refused = any(waiting.refused for waiting in self._waiting.values())

    async def _write_piece(self, clan: ClanId, waiting: _Waiting) -> bool:
        piece = list(islice(waiting.entries, PIECE))
        newest: dict[ChannelId, MessageId] = {}
        for entry in piece:
            # Live in this moment: its hole, if any, is declared, and the database keeps its cursor there.
            if isinstance(entry, Heard) and entry.channel in waiting.live:
                newest[entry.channel] = max(entry.message, newest.get(entry.channel, entry.message))
        try:
            await self._store(clan, piece, newest)
        except Exception as error:  # noqa: BLE001 -- whatever it is, its facts must wait and others go on
            self._note_refusal(clan, waiting, error)
            return False
        for _ in piece:
            waiting.entries.popleft()
        self._size -= len(piece)
        waiting.refused = False
        return True

    def _within(self, clan: ClanId) -> timedelta:
        """How far apart a clan's relays write the same line; the usual where its server is heard no more."""
        ears = self._ears.get(self._waiting[clan].guild)
        return DOUBLES_WITHIN if ears is None else ears.doubles_within(clan)

    def _note_refusal(self, clan: ClanId, waiting: _Waiting, error: Exception) -> None:
        """The first refusal is logged with its traceback, the next ones, a second apart, in short."""
        log.error(
            "facts_not_written",
            clan_id=clan,
            waiting=len(waiting.entries),
            error=str(error),
            exc_info=None if waiting.refused else error,
        )
        waiting.refused = True

    async def _store(
        self, clan: ClanId, piece: Sequence[Heard | Deleted], newest: Mapping[ChannelId, MessageId]
    ) -> None:
        async with self._waiting[clan].writing:
            async with self._database.write() as session:
                learnt = await store(session, clan, piece, self._known.of(clan), self._within(clan))
                verified = await use_codes(session, clan, _facts(piece), self._clock())
                await cursors.advance_live(session, clan, newest)
            self._known.remember(clan, learnt)
        self._tell(verified)

    @uninterrupted
    async def store_page(self, clan: ClanId, page: Sequence[SeenMessage], start: datetime) -> None:
        """Store a page of one channel's history and, in the same transaction, move the channel's cursor.

        The channel was observed from ``start`` to the page's last message.
        """
        ears = self._ears[self._waiting[clan].guild]
        heard = [Heard(seen.channel, seen.message, dict(read_message(seen, ears)).get(clan)) for seen in page]
        channel, last = page[0].channel, max(seen.message for seen in page)
        async with self._waiting[clan].writing:
            async with self._database.write() as session:
                learnt = await store(session, clan, heard, self._known.of(clan), self._within(clan))
                verified = await use_codes(session, clan, _facts(heard), self._clock())
                await cursors.advance_fill(session, clan, channel, last, finished=False)
                await cursors.cover(session, clan, channel, start, time_of(last))
            self._known.remember(clan, learnt)
        self._tell(verified)

    def _tell(self, notices: Iterable[LinkNotice]) -> None:
        for notice in notices:
            for callback in self.on_link:
                callback(notice)

    @uninterrupted
    async def finish_fill(
        self, clan: ClanId, channel: ChannelId, after: MessageId, start: datetime, end: datetime
    ) -> None:
        """A channel has no hole any more: it was observed from ``start`` to ``end`` and is heard since."""
        async with self._waiting[clan].writing, self._database.write() as session:
            await cursors.advance_fill(session, clan, channel, after, finished=True)
            await cursors.cover(session, clan, channel, start, end)
        self._heard_since(clan, channel, end)

    @uninterrupted
    async def hear_only(self, clan: ClanId, channel: ChannelId, since: datetime) -> None:
        """A channel whose history may not be read is heard since a time; its hole stays open."""
        async with self._waiting[clan].writing, self._database.write() as session:
            await cursors.cover(session, clan, channel, since, self._clock())
        self._heard_since(clan, channel, since)

    def _heard_since(self, clan: ClanId, channel: ChannelId, moment: datetime) -> None:
        live = self._waiting[clan].live
        if channel in live:
            live[channel] = moment

    @uninterrupted
    async def note_observed(self, guild: int) -> None:
        """Extend the coverage of a server's live channels. Call it while connected, and only then."""
        ears = self._ears.get(GuildId(guild))
        now = self._clock()
        await self.flush()
        for clan in ears.clans if ears else ():
            waiting = self._waiting[clan]
            since = {channel: moment for channel, moment in waiting.live.items() if moment is not None}
            if since and not waiting.refused:
                async with waiting.writing, self._database.write() as session:
                    await cursors.extend_coverage(session, clan, since, now)

    async def close(self) -> None:
        """Write what waits; what the database refuses even now is lost here and read again later."""
        await self.flush()
        if self._size:
            log.error("facts_left", waiting=self._size)


def _facts(heard: Iterable[Heard | Deleted]) -> list[MessageFact]:
    return [entry.fact for entry in heard if isinstance(entry, Heard) and entry.fact is not None]
