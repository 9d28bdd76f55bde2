"""Transactions: whole or not at all, and none is lost to another."""

import asyncio
import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from bot.domain.facts import MessageFact, MessageKind, discord_source
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, UserId
from bot.services.storing import Heard, store
from db import session
from db.models import Clan
from db.queries import clans
from db.session import Database
from tests.services.hearing import GENERAL, NOW, at, counted, stored_ids

WRITERS = 3


@pytest.fixture
async def clan(database: Database) -> ClanId:
    async with database.write() as session:
        return await clans.add_clan(session, GuildId(1), GroupId(1), "Clan", ZoneInfo("UTC"), NOW)


async def test_three_writers_who_read_and_then_write_lose_nothing(database: Database, clan: ClanId) -> None:
    async def count_up() -> None:
        for _ in range(20):
            async with database.write() as session:
                await clans.lock_clan(session, clan)
                number = await session.scalar(select(Clan.next_member_id).where(Clan.id == clan))
                assert number is not None
                await asyncio.sleep(0)
                await clans.update_clan(session, clan, next_member_id=number + 1)

    await asyncio.gather(*(count_up() for _ in range(WRITERS)))
    async with database.read() as session:
        assert await session.scalar(select(Clan.next_member_id)) == 1 + 20 * WRITERS


async def test_three_writers_never_get_the_same_number(database: Database, clan: ClanId) -> None:
    async def take() -> list[int]:
        taken: list[int] = []
        for _ in range(20):
            async with database.write() as session:
                taken += await clans.take_member_ids(session, clan, 2)
        return taken

    taken = [
        number for numbers in await asyncio.gather(*(take() for _ in range(WRITERS))) for number in numbers
    ]
    assert sorted(taken) == list(range(1, 1 + 40 * WRITERS))


async def test_three_writers_of_the_same_messages_count_each_once(database: Database, clan: ClanId) -> None:
    facts = [
        MessageFact(
            at(NOW + timedelta(minutes=number)),
            GENERAL,
            MessageKind.DISCORD,
            discord_source(UserId(number % 4 + 1), f"User {number % 4}"),
            5,
        )
        for number in range(60)
    ]

    async def hear() -> None:
        for start in range(0, 60, 6):
            async with database.write() as session:
                piece = [Heard(ChannelId(GENERAL), fact.message, fact) for fact in facts[start : start + 6]]
                await store(session, clan, piece, {})

    await asyncio.gather(*(hear() for _ in range(WRITERS)))
    assert await stored_ids(database, clan) == [fact.message for fact in facts]
    assert await counted(database, clan) == {f"User {number}": 15 for number in range(4)}


async def test_a_transaction_that_fails_leaves_nothing(database: Database, clan: ClanId) -> None:
    async def fail_after_writing() -> None:
        async with database.write() as session:
            await clans.update_clan(session, clan, name="Half")
            raise LookupError

    with pytest.raises(LookupError):
        await fail_after_writing()
    async with database.read() as session:
        assert await session.scalar(select(Clan.name)) == "Clan"


async def test_every_reader_refuses_to_write(database: Database, clan: ClanId) -> None:
    """All connections of the pool, not only the first."""
    everybody_reads = asyncio.Barrier(4)

    async def try_it() -> None:
        async with database.read() as session:
            await session.scalar(select(Clan.name))
            await everybody_reads.wait()
            with pytest.raises(DBAPIError, match=r"readonly|read-only"):
                await session.execute(update(Clan).values(name="Other"))

    await asyncio.gather(*(try_it() for _ in range(4)))


async def test_a_reader_sees_one_state_although_others_write(database: Database, clan: ClanId) -> None:
    async with database.read() as session:
        before = await session.scalar(select(Clan.name))
        async with database.write() as other:
            await clans.update_clan(other, clan, name="Other")
        assert await session.scalar(select(Clan.name)) == before
    async with database.read() as session:
        assert await session.scalar(select(Clan.name)) == "Other"


async def test_nothing_that_is_written_while_reading_stays(database: Database, clan: ClanId) -> None:
    async with database.read() as session:
        try:
            await session.execute(update(Clan).values(name="Other"))
        except DBAPIError:
            await session.rollback()
    async with database.read() as session:
        assert await session.scalar(select(Clan.name)) == "Clan"


async def test_readers_do_not_wait_for_a_writer(database: Database, clan: ClanId) -> None:
    async with database.write() as writing:
        await clans.update_clan(writing, clan, name="New")
        async with asyncio.timeout(60), database.read() as session:
            assert await session.scalar(select(Clan.name)) == "Clan"
    async with database.read() as session:
        assert await session.scalar(select(Clan.name)) == "New"


async def test_what_is_being_written_at_the_closing_is_written_whole(
    database: Database, clan: ClanId, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, ending = asyncio.Event(), asyncio.Event()

    async def write_slowly() -> None:
        async with database.write() as session:
            await clans.update_clan(session, clan, next_member_id=7)
            written.set()
            await ending.wait()

    writing = asyncio.create_task(write_slowly())
    await written.wait()
    closing = asyncio.create_task(database.close())
    done, _ = await asyncio.wait([closing], timeout=10 * session.LOOK_EVERY)
    assert not done, "somebody is writing"
    ending.set()
    await asyncio.gather(writing, closing)
    async with database.read() as reading:
        assert await reading.scalar(select(Clan.next_member_id)) == 7
    async with database.read():
        monkeypatch.setattr(session, "PATIENCE", 0.0)
        await database.close()


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_whoever_comes_while_it_is_closed_keeps_no_connection_open(database: Database) -> None:
    """Each connection of SQLite has a thread, which goes with it."""

    async def keep_asking() -> None:
        while not closing.done():
            async with database.read() as reading:
                await reading.scalar(select(1))
            for _ in range(20):  # it is closed while nobody asks
                await asyncio.sleep(0)

    async def everybody_asks() -> None:
        async with database.read() as reading:
            await reading.scalar(select(1))
            await barrier.wait()

    barrier = asyncio.Barrier(session.READERS)
    await asyncio.gather(*(everybody_asks() for _ in range(session.READERS)))
    closing = asyncio.create_task(database.close())
    await asyncio.gather(keep_asking(), closing)
    await database.close()
    threads = [thread for thread in threading.enumerate() if "_connection_worker" in thread.name]
    for thread in threads:
        thread.join(5)
    assert not [thread for thread in threads if thread.is_alive()]
