"""What is heard is stored once, whatever happens to the database, the connection or the order."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import GuildSettings
from bot.domain.facts import SourceRef
from bot.domain.identity import Held
from bot.domain.ids import ChannelId, ClanId, GuildId, MemberId, NameKey, SourceId
from bot.services import ingest as ingest_module
from bot.services.history import History
from bot.services.ingest import Ingest
from bot.services.storing import Deleted, Heard
from db.queries import clans, counts, cursors, members, names
from db.session import Database
from tests.services.hearing import (
    GENERAL,
    GUILD,
    NOW,
    RELAYED,
    Room,
    SetClock,
    at,
    broadcasts,
    choose,
    counted,
    coverage,
    make_clan,
    relayed,
    said,
    stored_ids,
)


class FailingDatabase(Database):
    """A database that refuses to write for a while."""

    failing = False

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        async with super().write() as session:
            yield session
            if self.failing:
                raise OperationalError("COMMIT", {}, Exception("disk I/O error"))


async def listening(database: Database) -> Ingest:
    ingest = Ingest(database, SetClock())
    await ingest.load()
    return ingest


async def cursor_of(database: Database, clan: ClanId, channel: ChannelId = GENERAL) -> cursors.Cursor:
    async with database.read() as session:
        return (await cursors.cursors(session, clan))[channel]


async def test_messages_are_counted_by_who_said_them(database: Database) -> None:
    clan = await make_clan(database)
    ingest = await listening(database)
    for number in range(3):
        ingest.observe(said(at(NOW, number), author=1 + number % 2))
    ingest.observe(relayed(at(NOW, 5), "**Zezima**: hello"))
    ingest.observe(relayed(at(NOW, 6), "Zezima has left the clan."))
    ingest.observe(relayed(at(NOW, 7), "Gnomeball tonight!"))
    await ingest.flush()
    assert await counted(database, clan) == {"User 1": 2, "User 2": 1, "Zezima": 1}
    assert await broadcasts(database, clan) == [("left", None), ("unknown", "Gnomeball tonight!")]
    assert ingest.waiting == 0


async def test_the_same_message_twice_counts_once(database: Database) -> None:
    clan = await make_clan(database)
    ingest = await listening(database)
    for _ in range(2):
        ingest.observe(said(at(NOW)))
        ingest.observe(said(at(NOW)))
        ingest.observe(relayed(at(NOW, 1), "Zezima has left the clan."))
        await ingest.flush()
    assert await counted(database, clan) == {"User 1": 1}
    assert len(await broadcasts(database, clan)) == 1


async def test_each_clan_of_a_server_counts_and_a_relay_only_for_its_own(database: Database) -> None:
    clan, sister = await make_clan(database), await make_clan(database, relay=False)
    ingest = await listening(database)
    ingest.observe(said(at(NOW)))
    ingest.observe(relayed(at(NOW, 1), "**Zezima**: hello"))
    await ingest.flush()
    assert await counted(database, clan) == {"User 1": 1, "Zezima": 1}
    assert await counted(database, sister) == {"User 1": 1}


async def test_a_deleted_message_is_taken_back_and_no_later_reading_brings_it_again(
    database: Database,
) -> None:
    clan = await make_clan(database)
    ingest = await listening(database)
    ids = [at(NOW, number) for number in range(4)]
    for id_ in ids:
        ingest.observe(said(id_))
    ingest.observe(relayed(at(NOW, 9), "Zezima has left the clan."))
    await ingest.flush()
    ingest.delete(GUILD, GENERAL, [ids[0]])
    ingest.delete(GUILD, GENERAL, ids[1:3])
    ingest.delete(GUILD, RELAYED, [at(NOW, 9)])
    await ingest.flush()
    assert await stored_ids(database, clan) == [ids[3]]
    for id_ in ids:
        ingest.observe(said(id_))
    ingest.observe(relayed(at(NOW, 9), "Zezima has left the clan."))
    await ingest.flush()
    assert await counted(database, clan) == {"User 1": 1}
    assert await broadcasts(database, clan) == []


async def test_new_sources_belong_to_their_member_at_once(database: Database) -> None:
    clan = await make_clan(database)
    async with database.write() as session:
        row = {"id": 1, "name": "Zezima", "account_type": "regular", "build": "main", "created_at": NOW}
        empty = dict.fromkeys(("wom_role", "joined_at", "left_at", "leave_seen_at", "last_seen_at"))
        await members.save_members(session, clan, [row | empty])
        held = Held(MemberId(1), NameKey("zezima"), "Zezima", None, None, "roster")
        await names.rebuild_aliases(
            session, clan, await names.replace_names(session, clan, [MemberId(1)], [held])
        )
    ingest = await listening(database)
    ingest.observe(relayed(at(NOW), "**Zezima**: hello"))
    await ingest.flush()
    async with database.read() as session:
        found = await counts.message_counts(session, clan, NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert found == [(1, 1)]


async def test_what_the_database_refuses_is_kept_and_written_later(database_url: str) -> None:
    database = FailingDatabase(database_url)
    clan = await make_clan(database)
    ingest = await listening(database)
    database.failing = True
    ingest.observe(said(at(NOW)))
    await ingest.flush()
    ingest.observe(said(at(NOW, 1)))
    await ingest.flush()
    assert await stored_ids(database, clan) == []
    assert ingest.waiting == 2
    database.failing = False
    await ingest.close()
    assert await counted(database, clan) == {"User 1": 2}
    await database.close()


async def test_a_refused_source_is_not_remembered_as_known(database_url: str) -> None:
    database = FailingDatabase(database_url)
    clan = await make_clan(database)
    ingest = await listening(database)
    database.failing = True
    ingest.observe(said(at(NOW), author=8))
    await ingest.flush()
    database.failing = False
    ingest.observe(said(at(NOW, 1), author=9))
    await ingest.flush()
    assert await counted(database, clan) == {"User 8": 1, "User 9": 1}
    await database.close()


async def test_another_clans_refusal_holds_nobody_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = await make_clan(database, GuildId(1)), await make_clan(database, GuildId(2))
    ingest = await listening(database)
    ingest.observe(said(at(NOW), guild=GuildId(1)))
    ingest.observe(said(at(NOW), guild=GuildId(2)))
    real = ingest_module.store

    async def store(
        session: AsyncSession,
        clan: ClanId,
        heard: Iterable[Heard | Deleted],
        known: Mapping[SourceRef, SourceId],
        within: timedelta,
    ) -> dict[SourceRef, SourceId]:
        if clan == broken:
            raise OperationalError("INSERT", {}, Exception("broken"))
        return await real(session, clan, heard, known, within)

    monkeypatch.setattr(ingest_module, "store", store)
    await ingest.flush()
    assert await counted(database, sound) == {"User 1": 1}
    monkeypatch.undo()
    await ingest.flush()
    assert await counted(database, broken) == {"User 1": 1}


@pytest.mark.slow_on_postgres
async def test_a_buffer_that_is_full_keeps_no_more_but_says_that_history_must_be_read(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module, "BOUND", 4)
    database = FailingDatabase(database_url)
    clan = await make_clan(database)
    ingest = await listening(database)
    history = History(database, ingest, SetClock())
    room = Room(messages=[said(at(NOW, number)) for number in range(8)])
    await history.catch_up(GUILD, [Room()])
    database.failing = True
    for message in room.messages:
        ingest.observe(message)
        await ingest.flush()
    assert ingest.waiting == 4
    assert ingest.behind() == frozenset()
    database.failing = False
    await ingest.flush()
    assert ingest.behind() == {GUILD}
    ingest.observe(said(at(NOW, 9)))
    await ingest.flush()
    room.messages.append(said(at(NOW, 9)))
    await history.catch_up(GUILD, [room])
    assert await stored_ids(database, clan) == [one.message for one in room.messages]
    await database.close()


async def test_a_channel_that_is_not_live_keeps_its_cursor(database: Database) -> None:
    clan = await make_clan(database)
    ingest = await listening(database)
    history = History(database, ingest, SetClock())
    await history.catch_up(GUILD, [Room()])
    ingest.observe(said(at(NOW, 1)))
    await ingest.flush()
    assert (await cursor_of(database, clan)).after == at(NOW, 1)
    ingest.suspend(GUILD)
    ingest.observe(said(at(NOW, 5)))
    await ingest.flush()
    assert (await cursor_of(database, clan)).after == at(NOW, 1)
    await history.declare(GUILD, [Room()])
    ingest.observe(said(at(NOW, 6)))
    await ingest.flush()
    assert await cursor_of(database, clan) == (at(NOW - timedelta(days=30)), at(NOW, 1), True)


async def test_a_bots_messages_move_the_cursor_too(database: Database) -> None:
    clan = await make_clan(database)
    ingest = await listening(database)
    history = History(database, ingest, SetClock())
    await history.catch_up(GUILD, [Room(RELAYED)])
    ingest.observe(relayed(at(NOW, 4), "beep", author=12345))
    await ingest.flush()
    assert (await cursor_of(database, clan, RELAYED)).after == at(NOW, 4)
    assert await stored_ids(database, clan) == []


async def test_a_new_choice_of_channels_stops_every_cursor_until_holes_are_declared(
    database: Database,
) -> None:
    clan = await make_clan(database)
    ingest = await listening(database)
    await History(database, ingest, SetClock()).catch_up(GUILD, [Room()])
    await choose(database, GuildSettings(GUILD, excluded=frozenset({GENERAL})))
    await ingest.refresh(GUILD)
    ingest.observe(said(at(NOW, 1)))
    await choose(database, GuildSettings(GUILD))
    await ingest.refresh(GUILD)
    ingest.observe(said(at(NOW, 2)))
    await ingest.flush()
    assert await stored_ids(database, clan) == [at(NOW, 2)]
    assert (await cursor_of(database, clan)).after < at(NOW, 1)


async def test_nothing_is_kept_of_a_server_without_a_clan_or_after_unlinking(database: Database) -> None:
    clan = await make_clan(database)
    ingest = await listening(database)
    ingest.observe(said(at(NOW), guild=GuildId(4)))
    async with database.write() as session:
        await clans.unlink_clan(session, clan)
    await ingest.refresh(GUILD)
    ingest.observe(said(at(NOW)))
    await ingest.flush()
    assert await stored_ids(database, clan) == []
    assert ingest.ears(GUILD) is None


async def test_what_is_heard_while_connected_is_covered(database: Database) -> None:
    clan = await make_clan(database)
    clock = SetClock()
    ingest = Ingest(database, clock)
    await ingest.load()
    await History(database, ingest, clock).catch_up(GUILD, [Room()])
    clock.advance(minutes=5)
    await ingest.note_observed(GUILD)
    start, minutes = NOW - timedelta(days=30), timedelta(minutes=1)
    assert await coverage(database, clan) == [(GENERAL, start, NOW + 5 * minutes)]
    ingest.suspend(GUILD)
    clock.advance(minutes=5)
    await ingest.note_observed(GUILD)
    assert await coverage(database, clan) == [(GENERAL, start, NOW + 5 * minutes)]


async def test_coverage_does_not_grow_while_the_database_refuses_facts(database_url: str) -> None:
    database = FailingDatabase(database_url)
    clan = await make_clan(database)
    clock = SetClock()
    ingest = Ingest(database, clock)
    await ingest.load()
    await History(database, ingest, clock).catch_up(GUILD, [Room()])
    before = await coverage(database, clan)
    database.failing = True
    ingest.observe(said(at(NOW, 1)))
    clock.advance(minutes=5)
    await ingest.note_observed(GUILD)
    assert await coverage(database, clan) == before
    await database.close()


_HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["said", "missed", "again", "deleted", "flush", "reconnect", "crash"]), st.integers(0)
    ),
    max_size=40,
)
"""A message is heard, missed, told twice or deleted; facts are written; a session ends; SIGKILL."""
_guilds = count(10_000)


@pytest.mark.slow_on_postgres
@given(happenings=_HAPPENINGS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_any_order_of_live_fill_delete_and_repeat_counts_exactly_the_messages_that_exist(
    database: Database, happenings: list[tuple[str, int]]
) -> None:
    guild = GuildId(next(_guilds))
    clan = await make_clan(database, guild)
    room = Room(page=3)
    ingest = await listening(database)
    history = History(database, ingest, SetClock())
    await history.catch_up(guild, [room])
    written = True
    for number, (what, which) in enumerate(happenings):
        one = room.messages[which % len(room.messages)] if room.messages else None
        if what in {"said", "missed"}:
            room.messages.append(said(at(NOW, number), author=which % 3, guild=guild))
            if what == "said":
                ingest.observe(room.messages[-1])
            else:
                ingest.suspend(guild)
        elif what == "again" and one:
            ingest.observe(one)
        elif what == "deleted" and one:
            room.messages.remove(one)
            ingest.delete(guild, one.channel, [one.message])
            written = False
        elif what == "flush":
            await ingest.flush()
            written = True
        elif what == "reconnect":
            ingest.suspend(guild)
            await history.catch_up(guild, [room])
        elif what == "crash" and written:  # no history tells of a deletion that was not written
            ingest = await listening(database)
            history = History(database, ingest, SetClock())
    await ingest.flush()
    ingest.suspend(guild)
    await history.catch_up(guild, [room])
    assert await stored_ids(database, clan) == [one.message for one in room.messages]
    authors = [one.author_name for one in room.messages]
    assert await counted(database, clan) == {name: authors.count(name) for name in authors}
