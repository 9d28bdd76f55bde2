"""Holes are filled oldest first, missing and doubling nothing, wherever a fill was ended."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.domain.clans import GuildSettings
from bot.domain.ids import ChannelId, GuildId, MessageId
from bot.domain.listening import SeenMessage
from bot.services.history import History, NotAnswered, Unreadable
from bot.services.ingest import Ingest
from db.queries import cursors
from db.session import Database
from tests.services.hearing import (
    GENERAL,
    GUILD,
    NOW,
    Room,
    SetClock,
    at,
    choose,
    counted,
    coverage,
    make_clan,
    said,
    stored_ids,
)

DAY = timedelta(days=1)
OTHER = ChannelId(20)


class Ear:
    """Listening services that begin as a process does."""

    def __init__(self, database: Database, clock: SetClock | None = None) -> None:
        self.clock = clock or SetClock()
        self.ingest = Ingest(database, self.clock)
        self.history = History(database, self.ingest, self.clock)

    async def begin(self) -> "Ear":
        await self.ingest.load()
        return self


@dataclass
class HeldRoom(Room):
    """Gives so many pages, then says that it is held and waits for ever."""

    pages: int = 2
    held: asyncio.Event = field(default_factory=asyncio.Event)

    async def after(self, message: MessageId) -> Sequence[SeenMessage]:
        if len(self.asked) >= self.pages:
            self.asked.append(message)
            self.held.set()
            await asyncio.Event().wait()
        return await super().after(message)


def room_of(number: int, *, channel: ChannelId = GENERAL, days_ago: float = 1) -> Room:
    return Room(channel, [said(at(NOW - days_ago * DAY, one), channel=channel) for one in range(number)])


async def test_a_first_start_reads_as_many_days_as_the_server_chose(database: Database) -> None:
    clan = await make_clan(database)
    await choose(database, GuildSettings(GUILD, backfill_days=7))
    ear = await Ear(database).begin()
    old, new = said(at(NOW - 8 * DAY)), said(at(NOW - 6 * DAY))
    assert await ear.history.catch_up(GUILD, [Room(messages=[new, old])])
    assert await stored_ids(database, clan) == [new.message]
    assert await coverage(database, clan) == [(GENERAL, NOW - 7 * DAY, NOW)]


async def test_a_channel_made_since_is_covered_from_its_creation_with_its_first_message(
    database: Database,
) -> None:
    clan = await make_clan(database)
    post = ChannelId(at(NOW - DAY))
    ear = await Ear(database).begin()
    # A forum's post has the id of its first message.
    await ear.history.catch_up(GUILD, [Room(post, [said(post, channel=post)])])
    assert await stored_ids(database, clan) == [post]
    [(_, start, _)] = await coverage(database, clan)
    assert abs(start - (NOW - DAY)) <= timedelta(milliseconds=1)


async def test_pages_are_asked_for_oldest_first_until_one_is_empty(database: Database) -> None:
    clan = await make_clan(database)
    ear = await Ear(database).begin()
    room = room_of(250)
    await ear.history.catch_up(GUILD, [room])
    ids = [one.message for one in room.messages]
    assert room.asked == [at(NOW - 30 * DAY), ids[99], ids[199], ids[249]]
    assert await stored_ids(database, clan) == ids
    progress = ear.history.progress(clan)
    assert progress is not None
    assert (progress.done, progress.channels, progress.read, progress.ended_at) == (1, 1, 250, NOW)


@pytest.mark.parametrize("pages", [0, 1, 2, 3])
async def test_a_fill_killed_in_the_middle_goes_on_where_it_was(database: Database, pages: int) -> None:
    clan = await make_clan(database)
    first = await Ear(database).begin()
    held = HeldRoom(GENERAL, room_of(250).messages)
    held.pages = pages
    fill = asyncio.create_task(first.history.catch_up(GUILD, [held]))
    await held.held.wait()
    progress = first.history.progress(clan)
    assert progress is not None
    assert (progress.read, progress.current, progress.ended_at) == (min(pages * 100, 250), GENERAL, None)
    fill.cancel()
    await asyncio.wait([fill])
    again = await Ear(database).begin()
    room = Room(GENERAL, held.messages)
    await again.history.catch_up(GUILD, [room])
    assert await counted(database, clan) == {"User 1": 250}
    assert len(room.asked) == 4 - pages
    assert await coverage(database, clan) == [(GENERAL, NOW - 30 * DAY, NOW)]


@pytest.mark.slow_on_postgres
async def test_cancelling_at_any_moment_loses_and_doubles_nothing(database: Database) -> None:
    clan = await make_clan(database)
    room = room_of(30)
    room.page = 7
    for turns in range(0, 60, 3):
        ear = await Ear(database).begin()
        fill = asyncio.create_task(ear.history.catch_up(GUILD, [room]))
        for _ in range(turns):
            await asyncio.sleep(0.0005)
        fill.cancel()
        await asyncio.wait([fill])
        async with database.read() as session:
            cursor = (await cursors.cursors(session, clan)).get(GENERAL)
        stored = await stored_ids(database, clan)
        assert stored == [one.message for one in room.messages[: len(stored)]]
        # The cursor is where the stored page ends: they were committed together.
        assert cursor is None or not stored or cursor.after == stored[-1]
    ear = await Ear(database).begin()
    await ear.history.catch_up(GUILD, [room])
    assert await counted(database, clan) == {"User 1": 30}


async def test_live_messages_during_a_fill_do_not_let_it_be_skipped_after_a_kill(database: Database) -> None:
    clan = await make_clan(database)
    ear = await Ear(database).begin()
    held = HeldRoom(GENERAL, room_of(250).messages)
    fill = asyncio.create_task(ear.history.catch_up(GUILD, [held]))
    await held.held.wait()
    now = said(at(NOW))
    held.messages.append(now)
    ear.ingest.observe(now)
    await ear.ingest.flush()
    assert len(await stored_ids(database, clan)) == 201
    fill.cancel()
    await asyncio.wait([fill])
    again = await Ear(database).begin()
    await again.history.catch_up(GUILD, [Room(GENERAL, held.messages)])
    assert await counted(database, clan) == {"User 1": 251}


async def test_time_without_a_connection_is_filled_from_the_last_message_and_covered(
    database: Database,
) -> None:
    clan = await make_clan(database)
    clock = SetClock()
    ear = await Ear(database, clock).begin()
    room = Room()
    await ear.history.catch_up(GUILD, [room])
    for number in range(3):
        room.messages.append(said(at(NOW, number)))
    ear.ingest.observe(room.messages[0])
    await ear.ingest.flush()
    clock.advance(hours=1)
    ear.ingest.suspend(GUILD)
    room.asked.clear()
    await ear.history.catch_up(GUILD, [room])
    assert room.asked == [at(NOW, 0), at(NOW, 2)]
    assert await counted(database, clan) == {"User 1": 3}
    assert await coverage(database, clan) == [(GENERAL, NOW - 30 * DAY, NOW + timedelta(hours=1))]


async def test_nothing_is_covered_before_it_was_read(database: Database) -> None:
    clan = await make_clan(database)
    ear = await Ear(database).begin()
    held = HeldRoom(GENERAL, room_of(250).messages)
    fill = asyncio.create_task(ear.history.catch_up(GUILD, [held, room_of(5, channel=OTHER)]))
    await held.held.wait()
    await ear.ingest.note_observed(GUILD)
    last_read = NOW - DAY
    assert await coverage(database, clan) == [(GENERAL, NOW - 30 * DAY, last_read)]
    fill.cancel()
    await asyncio.wait([fill])


async def test_a_channel_that_may_not_be_read_is_noted_heard_live_and_not_covered_before(
    database: Database,
) -> None:
    clan = await make_clan(database)
    clock = SetClock()
    ear = await Ear(database, clock).begin()
    closed = Room(GENERAL, refusal=Unreadable(gone=False))
    assert await ear.history.catch_up(GUILD, [closed, room_of(5, channel=OTHER)])
    progress = ear.history.progress(clan)
    assert progress is not None
    assert (progress.skipped, progress.done) == ([GENERAL], 2)
    clock.advance(minutes=1)
    ear.ingest.observe(said(at(NOW)))
    await ear.ingest.note_observed(GUILD)
    assert len(await stored_ids(database, clan)) == 6
    later = NOW + timedelta(minutes=1)
    # It begins with the first minute after the hole: nothing was there to be extended before.
    assert [span for span in await coverage(database, clan) if span[0] == OTHER] == [
        (OTHER, NOW - 30 * DAY, later)
    ]
    assert all(start >= NOW for channel, start, _ in await coverage(database, clan) if channel == GENERAL)


async def test_an_old_observation_is_not_stretched_over_a_hole_that_may_not_be_read(
    database: Database,
) -> None:
    clan = await make_clan(database)
    clock = SetClock()
    ear = await Ear(database, clock).begin()
    room = Room()
    await ear.history.catch_up(GUILD, [room])
    clock.advance(hours=1)
    ear.ingest.suspend(GUILD)
    room.refusal = Unreadable(gone=False)
    await ear.history.catch_up(GUILD, [room])
    clock.advance(minutes=1)
    await ear.ingest.note_observed(GUILD)
    again = NOW + timedelta(hours=1)
    assert await coverage(database, clan) == [
        (GENERAL, NOW - 30 * DAY, NOW),
        (GENERAL, again, again + timedelta(minutes=1)),
    ]


async def test_a_channel_that_is_gone_is_asked_for_no_more(database: Database) -> None:
    await make_clan(database)
    ear = await Ear(database).begin()
    await ear.history.catch_up(GUILD, [Room(GENERAL, refusal=Unreadable(gone=True))])
    assert await ear.history.unfinished(GUILD) == frozenset()


async def test_what_discord_did_not_answer_is_read_later(database: Database) -> None:
    clan = await make_clan(database)
    ear = await Ear(database).begin()
    room = room_of(5)
    room.refusal = NotAnswered()
    assert not await ear.history.catch_up(GUILD, [room])
    assert await ear.history.unfinished(GUILD) == {GENERAL}
    room.refusal = None
    assert await ear.history.catch_up(GUILD, [room])
    assert await counted(database, clan) == {"User 1": 5}
    assert await ear.history.unfinished(GUILD) == frozenset()


async def test_more_days_on_request_count_nothing_twice(database: Database) -> None:
    clan = await make_clan(database)
    ear = await Ear(database).begin()
    room = Room(messages=[said(at(NOW - days * DAY)) for days in (80, 40, 20, 1)])
    await ear.history.catch_up(GUILD, [room])
    assert len(await stored_ids(database, clan)) == 2
    archived = Room(OTHER, [said(at(NOW - 60 * DAY), channel=OTHER)])
    await ear.history.reach_back(clan, 90, [room, archived])
    assert await counted(database, clan) == {"User 1": 5}
    assert await coverage(database, clan) == [
        (GENERAL, NOW - 90 * DAY, NOW),
        (OTHER, NOW - 90 * DAY, NOW),
    ]
    room.asked.clear()
    await ear.history.reach_back(clan, 60, [room])
    assert room.asked == []


async def test_a_reach_back_that_was_killed_goes_on_at_the_next_start(database: Database) -> None:
    clan = await make_clan(database)
    ear = await Ear(database).begin()
    held = HeldRoom(GENERAL, [said(at(NOW - 80 * DAY, one)) for one in range(150)])
    held.pages = 10
    await ear.history.catch_up(GUILD, [held])
    held.pages = len(held.asked) + 1
    fill = asyncio.create_task(ear.history.reach_back(clan, 90, [held]))
    await held.held.wait()
    fill.cancel()
    await asyncio.wait([fill])
    again = await Ear(database).begin()
    await again.history.catch_up(GUILD, [Room(GENERAL, held.messages)])
    assert await counted(database, clan) == {"User 1": 150}


async def test_archived_threads_are_looked_for_as_far_back_as_something_may_be_unread(
    database: Database,
) -> None:
    await make_clan(database)
    clock = SetClock()
    ear = await Ear(database, clock).begin()
    assert await ear.history.first_needed(GUILD) == NOW - 30 * DAY
    await ear.history.catch_up(GUILD, [Room()])
    clock.advance(days=2)
    assert await ear.history.first_needed(GUILD) == NOW
    assert await ear.history.first_needed(GUILD, 10) == NOW - 8 * DAY


async def test_fills_of_many_servers_run_together_but_not_all_at_once(database: Database) -> None:
    guilds = [GuildId(number) for number in range(1, 8)]
    for guild in guilds:
        await make_clan(database, guild)
    ear = await Ear(database).begin()
    rooms = [HeldRoom(GENERAL) for _ in guilds]
    for room in rooms:
        room.pages = 0
    fills = [
        asyncio.create_task(ear.history.catch_up(guild, [room]))
        for guild, room in zip(guilds, rooms, strict=True)
    ]
    # Every hole is declared, so that no server waits for another to be heard.
    while not all([await ear.history.unfinished(guild) for guild in guilds]):  # noqa: ASYNC110 -- no event
        await asyncio.sleep(0)
    waiting = [asyncio.create_task(room.held.wait()) for room in rooms]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    assert sum(bool(room.asked) for room in rooms) == 4
    for fill in fills:
        fill.cancel()
    await asyncio.wait(fills)
