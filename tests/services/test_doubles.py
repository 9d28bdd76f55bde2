"""What two relays carry counts once: live, from the history, after a restart, in any order of arrival."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.domain.activity import time_of
from bot.domain.clans import Clan, Relay
from bot.domain.doubles import DOUBLES_WITHIN, RelayId, Told, find_doubles
from bot.domain.facts import MessageKind
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, UserId
from bot.domain.listening import SeenMessage
from bot.domain.setup import RelayShare
from bot.services.history import History, Unreadable
from bot.services.ingest import Ingest
from bot.services.sealing import Sealer
from bot.services.setting_up import SettingUp
from bot.services.upkeep import LONGEST_WAIT, Upkeep
from bot.wom.client import WomClient
from db.models import Message, RelayPrint
from db.queries import clans
from db.session import Database
from tests.services.hearing import NOW, RELAY, RELAYED, Room, SetClock, at, counted, relayed

THERE = ChannelId(12)
SECOND = UserId(78)
OFFICER = UserId(50)
A, B, C = RelayId(RELAYED, RELAY), RelayId(RELAYED, SECOND), RelayId(THERE, RELAY)
"""Two relays in one channel, and the first one's user in another channel."""

_guilds = count(30_000)


def line(relay: RelayId, seconds: float, text: str, guild: GuildId) -> SeenMessage:
    """What one of the relays wrote of Bob, so many seconds after noon."""
    content = f"Bob {text}" if text.startswith("has ") else f"**Bob**: {text}"
    id_ = at(NOW + timedelta(seconds=seconds), int(relay.author) % 10 + int(relay.channel))
    return relayed(id_, content, guild=guild, author=relay.author, channel=relay.channel)


@dataclass
class Chat:
    """A clan with relays, their channels' history, and the services that read them."""

    database: Database
    guild: GuildId
    clan: Clan
    clock: SetClock = field(default_factory=SetClock)
    rooms: dict[ChannelId, Room] = field(default_factory=dict[ChannelId, Room])

    async def start(self) -> None:
        """A process begins."""
        self.ingest = Ingest(self.database, self.clock)
        await self.ingest.load()
        self.history = History(self.database, self.ingest, self.clock)
        self.upkeep = Upkeep(self.database, self.clock)

    def says(self, relay: RelayId, seconds: float, text: str = "gz") -> SeenMessage:
        """A line is written to its channel; nobody has read it yet."""
        written = line(relay, seconds, text, self.guild)
        self.rooms.setdefault(relay.channel, Room(relay.channel)).messages.append(written)
        self.clock.now = max(self.clock.now, time_of(written.message))
        return written

    async def hear(self, *lines: SeenMessage) -> None:
        """Lines come live and are written."""
        for one in lines:
            self.ingest.observe(one)
        await self.ingest.flush()

    async def catch_up(self) -> None:
        """The channels are read, one after the other."""
        self.ingest.suspend(self.guild)
        await self.history.catch_up(self.guild, list(self.rooms.values()))

    async def delete(self, one: SeenMessage) -> None:
        """A line is deleted in Discord."""
        self.rooms[one.channel].messages.remove(one)
        self.ingest.delete(self.guild, one.channel, [one.message])
        await self.ingest.flush()

    async def counts(self) -> int:
        """How many lines of Bob's count."""
        return (await counted(self.database, self.clan.id)).get("Bob", 0)

    async def stored(self) -> dict[int, tuple[MessageKind, int | None]]:
        """Each message's kind, and what it repeats."""
        async with self.database.read() as session:
            rows = await session.execute(
                select(Message.message_id, Message.kind, Message.double_of).where(
                    Message.clan_id == self.clan.id
                )
            )
            return {id_: (MessageKind(kind), first) for id_, kind, first in rows}

    async def doubles(self) -> dict[int, int]:
        """What is stored as a repetition of what."""
        return {id_: first for id_, (_, first) in (await self.stored()).items() if first is not None}

    async def prints(self) -> int:
        """How many lines are remembered."""
        async with self.database.read() as session:
            held = select(func.count()).select_from(RelayPrint).where(RelayPrint.clan_id == self.clan.id)
            return await session.scalar(held) or 0


async def chat_of(database: Database, relays: Iterable[RelayId] = (A, B, C)) -> Chat:
    guild = GuildId(next(_guilds))
    async with database.write() as session:
        id_ = await clans.add_clan(session, guild, GroupId(guild), "Clan", ZoneInfo("UTC"), NOW)
        for relay in relays:
            await clans.save_relay(session, Relay(id_, relay.channel, relay.author))
        clan = await clans.clan_by_id(session, ClanId(id_))
    assert clan is not None
    chat = Chat(database, guild, clan)
    await chat.start()
    return chat


@pytest.fixture
async def chat(database: Database) -> Chat:
    return await chat_of(database)


# Live


@pytest.mark.parametrize("other", [B, C])
async def test_a_line_of_two_relays_counts_once_in_one_channel_or_two(chat: Chat, other: RelayId) -> None:
    first, second = chat.says(A, 0), chat.says(other, 2)
    await chat.hear(first, second)
    assert await chat.counts() == 1
    assert await chat.doubles() == {second.message: first.message}
    assert (await chat.stored())[second.message][0] is MessageKind.GAME_DOUBLE


async def test_the_earlier_line_counts_though_it_is_heard_last(chat: Chat) -> None:
    first, second = chat.says(A, 0), chat.says(B, 2)
    await chat.hear(second)
    assert await chat.counts() == 1
    await chat.hear(first)
    assert await chat.counts() == 1
    assert await chat.doubles() == {second.message: first.message}


async def test_the_same_message_twice_is_not_its_own_double(chat: Chat) -> None:
    one = chat.says(A, 0)
    await chat.hear(one, one)
    await chat.hear(one)
    assert (await chat.counts(), await chat.doubles()) == (1, {})


async def test_what_somebody_says_twice_counts_twice(chat: Chat) -> None:
    await chat.hear(chat.says(A, 0), chat.says(B, 1), chat.says(A, 3), chat.says(B, 4), chat.says(A, 6))
    assert await chat.counts() == 3


async def test_other_words_and_later_ones_are_other_lines(chat: Chat) -> None:
    await chat.hear(chat.says(A, 0), chat.says(B, 1, "gz!"), chat.says(B, 10.5))
    assert await chat.counts() == 3


async def test_an_announcement_that_two_relays_carry_is_one_event(chat: Chat) -> None:
    first, second = chat.says(A, 0, "has left the clan."), chat.says(B, 1, "has left the clan.")
    await chat.hear(second, first)
    stored = await chat.stored()
    assert stored[first.message] == (MessageKind.BROADCAST, None)
    assert stored[second.message] == (MessageKind.BROADCAST_DOUBLE, first.message)


async def test_a_double_after_a_restart_is_still_one(chat: Chat) -> None:
    await chat.hear(chat.says(A, 0))
    await chat.start()
    await chat.hear(chat.says(B, 3))
    assert await chat.counts() == 1


# From the history


async def test_pages_of_different_channels_come_one_after_the_other(chat: Chat) -> None:
    for minute in range(250):
        chat.says(A, minute * 60)
        chat.says(C, minute * 60 + 5)
    await chat.catch_up()
    assert await chat.counts() == 250
    assert len(await chat.doubles()) == 250


async def test_a_copy_that_was_missed_is_known_when_its_channel_is_read_later(chat: Chat) -> None:
    await chat.catch_up()
    await chat.hear(chat.says(A, 0))
    chat.says(C, 4)
    await chat.upkeep.run()
    await chat.start()
    chat.clock.advance(days=3)
    await chat.upkeep.run()
    await chat.catch_up()
    assert await chat.counts() == 1


# Deletions


async def test_where_the_counted_line_is_deleted_its_double_counts(chat: Chat) -> None:
    first, second = chat.says(A, 0), chat.says(B, 2)
    await chat.hear(first, second)
    await chat.delete(first)
    assert await chat.counts() == 1
    assert (await chat.stored())[second.message] == (MessageKind.GAME, None)
    await chat.hear(first)
    assert await chat.counts() == 1
    await chat.delete(second)
    assert await chat.counts() == 0


async def test_a_deletion_long_after_lets_the_double_count_too(chat: Chat) -> None:
    first, second, third = (chat.says(relay, seconds) for relay, seconds in ((A, 0), (B, 1), (C, 2)))
    await chat.catch_up()
    chat.clock.advance(days=1)
    await chat.catch_up()
    await chat.upkeep.run()
    assert await chat.prints() == 0
    await chat.delete(first)
    assert await chat.counts() == 1
    assert await chat.doubles() == {third.message: second.message}
    await chat.delete(second)
    await chat.delete(third)
    assert await chat.counts() == 0


async def test_a_double_that_is_deleted_changes_no_count(chat: Chat) -> None:
    first, second = chat.says(A, 0), chat.says(B, 2)
    await chat.hear(first, second)
    await chat.delete(second)
    assert (await chat.counts(), await chat.doubles()) == (1, {})


async def test_an_announcement_whose_first_line_is_deleted_stays_one_event(chat: Chat) -> None:
    first, second = chat.says(A, 0, "has left the clan."), chat.says(B, 1, "has left the clan.")
    await chat.hear(first, second)
    await chat.delete(first)
    assert (await chat.stored())[second.message] == (MessageKind.BROADCAST, None)


# What officers choose


def setting_up(chat: Chat) -> SettingUp:
    wom = WomClient("http://127.0.0.1:9", user_agent="test")
    return SettingUp(chat.database, wom, Sealer(None), chat.clock)


async def test_a_second_relay_is_compared_with_what_the_first_one_told_before(database: Database) -> None:
    chat = await chat_of(database, [A])
    for minute in range(5):
        await chat.hear(chat.says(A, minute * 60))
        chat.says(C, minute * 60 + 5)
    await chat.catch_up()
    assert (await chat.counts(), await chat.prints()) == (5, 0)
    await setting_up(chat).use_relay(chat.clan, C.author, RelayShare(C.channel, 5, 5), OFFICER)
    await chat.ingest.refresh(chat.guild)
    await chat.catch_up()
    assert (await chat.counts(), len(await chat.doubles())) == (5, 5)


async def test_another_choice_of_seconds_holds_for_the_days_that_are_read_back(chat: Chat) -> None:
    chat.says(A, 0)
    chat.says(C, 15)
    await chat.catch_up()
    assert await chat.counts() == 2
    for seconds, number in ((20, 1), (14, 2), (15, 1), (0, 2)):
        await setting_up(chat).set_doubles_within(chat.clan, seconds, OFFICER)
        await chat.ingest.refresh(chat.guild)
        await chat.catch_up()
        assert await chat.counts() == number


async def test_the_seconds_that_were_chosen_outlive_a_restart(chat: Chat) -> None:
    await setting_up(chat).set_doubles_within(chat.clan, 60, OFFICER)
    await chat.start()
    await chat.hear(chat.says(A, 0), chat.says(B, 59))
    assert await chat.counts() == 1


async def test_a_relay_that_is_dropped_leaves_what_was_counted(chat: Chat) -> None:
    first, second = chat.says(A, 0), chat.says(B, 2)
    await chat.hear(first, second)
    await setting_up(chat).drop_relays(chat.clan, [A, C], OFFICER)
    await chat.ingest.refresh(chat.guild)
    await chat.hear(second, chat.says(B, 30), chat.says(A, 31, "ignored"))
    assert await chat.counts() == 2


# What is kept


async def test_of_a_single_relay_nothing_is_remembered(database: Database) -> None:
    chat = await chat_of(database, [A])
    await chat.hear(chat.says(A, 0))
    assert (await chat.counts(), await chat.prints()) == (1, 0)


async def test_lines_are_remembered_until_every_channel_is_read_past_them(chat: Chat) -> None:
    chat.rooms = {channel: Room(channel) for channel in (RELAYED, THERE)}
    await chat.catch_up()
    await chat.hear(chat.says(A, 0), chat.says(C, 1))
    await chat.upkeep.run()
    assert await chat.prints() == 2
    await chat.hear(chat.says(A, 60, "later"))
    await chat.upkeep.run()
    assert await chat.prints() == 3  # the other channel is read no further
    await chat.hear(chat.says(C, 61, "something"))
    await chat.upkeep.run()
    assert await chat.prints() == 2


async def test_a_silent_channel_that_is_listened_to_is_read_past_too(chat: Chat) -> None:
    await chat.hear(chat.says(A, 0))
    chat.says(C, 1)
    await chat.catch_up()
    chat.clock.advance(minutes=5)
    await chat.ingest.note_observed(chat.guild)
    await chat.upkeep.run()
    assert await chat.prints() == 0


async def test_a_channel_that_may_not_be_read_is_waited_for_but_not_for_ever(chat: Chat) -> None:
    chat.rooms = {RELAYED: Room(RELAYED), THERE: Room(THERE, refusal=Unreadable(gone=False))}
    await chat.catch_up()
    await chat.hear(chat.says(A, 0))
    chat.clock.advance(days=90)
    await chat.catch_up()
    await chat.upkeep.run()
    assert await chat.prints() == 1
    chat.clock.now = NOW + LONGEST_WAIT + timedelta(seconds=1)
    await chat.upkeep.run()
    assert await chat.prints() == 0


async def test_of_relays_that_are_dropped_nothing_is_remembered(chat: Chat) -> None:
    await chat.hear(chat.says(A, 0), chat.says(B, 2))
    await setting_up(chat).drop_relays(chat.clan, [B, C], OFFICER)
    chat.clock.advance(seconds=1)
    await chat.upkeep.run()
    assert await chat.prints() == 0


async def test_a_channel_read_again_alone_counts_nothing_twice(chat: Chat) -> None:
    lines = [chat.says(C, 0), chat.says(A, 2), chat.says(C, 8), chat.says(A, 9)]
    await chat.catch_up()
    before = await chat.stored()
    chat.clock.advance(days=1)
    await chat.catch_up()
    await chat.upkeep.run()
    assert await chat.prints() == 0
    for one in (lines[1], lines[3], lines[2], lines[0]):
        await chat.hear(one)
        assert await chat.stored() == before
    assert await chat.counts() == 2


@dataclass
class Story:
    """Everything that can happen to a chat; ``existing`` are the lines that Discord has at the end."""

    chat: Chat
    existing: list[SeenMessage] = field(default_factory=list[SeenMessage])
    late: list[SeenMessage] = field(default_factory=list[SeenMessage])
    seconds: float = 0
    forgot: bool = False

    def said(self, relay: RelayId, text: str, which: int) -> SeenMessage:
        self.seconds += which + 0.001
        self.existing.append(self.chat.says(relay, self.seconds, text))
        return self.existing[-1]

    async def hear(self, relay: RelayId, text: str, which: int) -> None:
        self.chat.ingest.observe(self.said(relay, text, which))

    async def delay(self, relay: RelayId, text: str, which: int) -> None:
        self.late.append(self.said(relay, text, which))

    async def miss(self, relay: RelayId, text: str, which: int) -> None:
        self.said(relay, text, which)
        self.chat.ingest.suspend(self.chat.guild)

    async def repeat(self, relay: RelayId, text: str, which: int) -> None:
        if self.existing:
            self.chat.ingest.observe(self.existing[which % len(self.existing)])

    async def delete(self, relay: RelayId, text: str, which: int) -> None:
        """What is deleted long after leaves its double to count, whatever else was said: not this test's."""
        one = self.existing[which % len(self.existing)] if self.existing else None
        if one is not None and one not in self.late and not self.forgot:
            self.existing.remove(one)
            await self.chat.delete(one)

    async def flush(self, *_: object) -> None:
        for one in reversed(self.late):
            self.chat.ingest.observe(one)
        self.late.clear()
        await self.chat.ingest.flush()

    async def reconnect(self, *_: object) -> None:
        await self.chat.catch_up()

    async def crash(self, *_: object) -> None:
        await self.chat.start()

    async def forget(self, *_: object) -> None:
        """What is late by more than a moment comes from the history, behind the cursor."""
        if not self.late:
            await self.chat.ingest.note_observed(self.chat.guild)
            await self.chat.upkeep.run()
            self.forgot = True


_HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                Story.hear,
                Story.delay,
                Story.miss,
                Story.repeat,
                Story.delete,
                Story.flush,
                Story.reconnect,
                Story.crash,
                Story.forget,
            ]
        ),
        st.sampled_from([A, B, C]),
        st.sampled_from(["gz", "gz", "has left the clan.", "great"]),
        st.integers(0, 12),
    ),
    max_size=30,
)


@pytest.mark.slow_on_postgres
@given(happenings=_HAPPENINGS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_in_any_order_of_arrival_exactly_the_doubles_of_what_exists_are_stored(
    database: Database, happenings: list[tuple[Callable[..., Awaitable[None]], RelayId, str, int]]
) -> None:
    chat = await chat_of(database)
    chat.rooms = {channel: Room(channel, page=3) for channel in (RELAYED, THERE)}
    await chat.catch_up()
    story = Story(chat)
    for happen, relay, text, which in happenings:
        await happen(story, relay, text, which)
    await story.flush()
    await chat.catch_up()
    told = [Told(one.message, RelayId(one.channel, one.author), len(one.content)) for one in story.existing]
    doubles = find_doubles(told, DOUBLES_WITHIN)
    assert await chat.doubles() == doubles
    stored = [id_ for id_, (kind, _) in (await chat.stored()).items() if kind is not MessageKind.DELETED]
    assert sorted(stored) == sorted(one.message for one in story.existing)
    spoken = [one for one in story.existing if "**" in one.content]
    assert await chat.counts() == sum(one.message not in doubles for one in spoken)
