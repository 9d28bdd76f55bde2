"""What is said in a simulated Discord is counted, live and from its history."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from operator import attrgetter

import discord
import pytest
import simcord
from simcord.backend.models.channel import Overwrite
from simcord.enums import MessageType, OverwriteType

from bot.domain.clans import GuildSettings, Relay
from bot.domain.ids import ChannelId, ClanId, GuildId, UserId
from cogs.listening import Listening
from db.queries import clans, cursors
from db.session import Database
from tests.cogs.ears import ALL, EarBot
from tests.services.hearing import broadcasts, choose, counted, coverage, make_clan, stored_ids
from tests.simulator import as_bot, run

GUILD = GuildId(1_111_111_111_111_111_111)


class World:
    """A server with two members and a clan that is listened to."""

    def __init__(self, env: simcord.Env, database: Database, clan: ClanId) -> None:
        self.env = env
        self.database = database
        self.clan = clan
        self.guild = env.guild
        self.general = self.guild.channels["general"]
        self.zezima = self.guild.add_member(env.create_user("zezima"))
        self.lynx = self.guild.add_member(env.create_user("lynx"))

    @property
    def bot(self) -> EarBot:
        """The bot that is running; a restart is another."""
        assert isinstance(self.env.bot, EarBot)
        return self.env.bot

    async def counts(self) -> dict[str, int]:
        """What is counted once the second has passed."""
        await self.env.advance_time(2)
        return await counted(self.database, self.clan)

    async def disconnect(self) -> None:
        """The session ends; the bot hears nothing."""
        shard = self.bot.get_shard(0)
        assert shard is not None
        with as_bot(self.env):
            await shard.disconnect()
        await self.env.settle()

    async def identify(self) -> None:
        """A fresh session begins, as after a RESUME that Discord refused."""
        shard = self.bot.get_shard(0)
        assert shard is not None
        with as_bot(self.env):
            await shard.reconnect()
        await self.env.advance_time(0.1)

    async def restart(self, intents: discord.Intents = ALL) -> None:
        """The process ends and another starts."""
        await self.env.restart_bot(EarBot(self.database, intents))
        await self.env.advance_time(0.1)

    @asynccontextmanager
    async def denied(
        self, permissions: discord.Permissions, channel: simcord.ChannelHandle | None = None
    ) -> AsyncGenerator[None]:
        """The bot lacks these in a channel for a while."""
        place = (channel or self.general).id
        bot = self.env.backend.bot_user.id
        overwrite = Overwrite(bot, OverwriteType.MEMBER, deny=permissions.value)
        self.env.backend.set_overwrite(place, overwrite)
        await self.env.settle()
        yield
        self.env.backend.delete_overwrite(place, overwrite.target_id)
        await self.env.settle()

    @contextmanager
    def untold(self) -> Generator[None]:
        """What happens meanwhile is not told to the bot, as with channels that it cannot see."""
        socket = attrgetter("_parent.ws")(self.bot.get_shard(0))
        socket.open = False
        yield
        socket.open = True

    async def cursor(self, channel: int) -> cursors.Cursor:
        async with self.database.read() as session:
            return (await cursors.cursors(session, self.clan))[ChannelId(channel)]

    def history_requests(self) -> int:
        """How often history was asked for."""
        return sum(one.method == "GET" and one.path.endswith("/messages") for one in self.env.http_requests)

    async def make_relay(self, channel: simcord.ChannelHandle, author: int) -> None:
        """What /setup does for a relay."""
        async with self.database.write() as session:
            await clans.save_relay(session, Relay(self.clan, ChannelId(channel.id), UserId(author)))
        await self.tell("tracking_changed")

    async def tell(self, event: str, *arguments: object) -> None:
        """What another cog tells the listener."""
        with as_bot(self.env):
            self.bot.dispatch(event, self.bot.get_guild(GUILD), *arguments)
        await self.env.settle()


@asynccontextmanager
async def listening(
    database: Database,
    intents: discord.Intents = ALL,
    settings: GuildSettings | None = None,
    ready_after: float = 0.01,
) -> AsyncGenerator[World]:
    clan = await make_clan(database, GUILD, relay=False)
    if settings is not None:
        await choose(database, settings)
    async with run(EarBot(database, intents, ready_after)) as env:
        env.create_guild("Clan", id=GUILD).create_text_channel("general")
        world = World(env, database, clan)
        await env.settle()
        yield world


async def test_messages_are_counted_a_second_later(database: Database) -> None:
    async with listening(database) as world:
        await world.zezima.send(world.general, "hello")
        await world.zezima.send(world.general, "anyone?")
        await world.lynx.send(world.general, "me")
        assert await world.counts() == {"zezima": 2, "lynx": 1}


async def test_five_hundred_messages_do_not_wait_for_the_second(database: Database) -> None:
    async with listening(database) as world:
        for number in range(500):
            await world.zezima.send(world.general, str(number))
        assert len(await stored_ids(database, world.clan)) == 500


async def test_deletions_single_and_bulk_are_followed_and_edits_change_nothing(database: Database) -> None:
    async with listening(database) as world:
        said = [await world.zezima.send(world.general, str(number)) for number in range(5)]
        await world.zezima.edit(said[0], "edited")
        assert await world.counts() == {"zezima": 5}
        await world.zezima.delete(said[0])
        seen = world.bot.get_channel(world.general.id)
        assert isinstance(seen, discord.TextChannel)
        await seen.delete_messages(said[1:3])
        assert await world.counts() == {"zezima": 2}
        await world.restart()
        assert await world.counts() == {"zezima": 2}


async def test_bots_and_service_messages_are_ignored(database: Database) -> None:
    async with listening(database) as world:
        await world.guild.create_webhook(world.general).send("news")
        world.guild.create_system_message(world.general, MessageType.NEW_MEMBER, author=world.lynx)
        seen = world.bot.get_channel(world.general.id)
        assert isinstance(seen, discord.TextChannel)
        await seen.send("I am a bot")
        assert await world.counts() == {}


async def test_only_the_configured_relays_lines_count_for_the_named_player(database: Database) -> None:
    async with listening(database) as world:
        chat = world.guild.create_text_channel("clan-chat")
        relay, other = world.guild.create_webhook(chat), world.guild.create_webhook(chat)
        await world.make_relay(chat, relay.id)
        await relay.send("<:Corporal:1> **L\\-loi**: gz")
        await relay.send("L-loi has reached Fishing level 99.")
        await other.send("**L-loi**: I am a liar")
        await world.lynx.send(chat, "**L-loi**: me too")
        assert await world.counts() == {"L-loi": 1, "lynx": 1}
        assert await broadcasts(database, world.clan) == [("level", None)]


async def test_a_first_start_reads_the_history_of_channels_and_threads(database: Database) -> None:
    async with listening(database) as world:
        await world.disconnect()
        for number in range(230):
            await world.zezima.send(world.general, str(number))
        thread = await open_thread(world, "active")
        await world.lynx.send(thread, "in a thread")
        await world.restart()
        assert await world.counts() == {"zezima": 230, "lynx": 1}


async def open_thread(world: World, name: str, *, archived: bool = False) -> simcord.ChannelHandle:
    """A thread that was made while the bot was not looking."""
    backend = world.env.backend
    thread = backend.create_thread(world.general.id, name, world.lynx.id, broadcast=False)
    handle = next(one for one in world.general.threads if one.id == thread.id)
    if archived:
        await world.lynx.send(handle, "in an old thread")
        assert thread.thread_metadata is not None
        thread.thread_metadata.archived = True
        world.env.backend.get_guild(GUILD).thread_ids.remove(thread.id)  # Discord tells of active ones
        thread.thread_metadata.archive_timestamp = world.env.now().isoformat()
    return handle


async def test_archived_threads_are_read_too(database: Database) -> None:
    async with listening(database) as world:
        await world.disconnect()
        await open_thread(world, "old", archived=True)
        await world.restart()
        assert await world.counts() == {"lynx": 1}


async def test_a_channel_that_vanishes_just_now_keeps_no_archive_from_being_read(database: Database) -> None:
    async with listening(database) as world:
        vanishing = world.guild.create_text_channel("raids")
        await world.env.settle()
        with world.untold():
            world.env.backend.delete_channel(vanishing.id)
            await open_thread(world, "old", archived=True)
        await world.tell("tracking_changed")
        assert await world.counts() == {"lynx": 1}


async def test_a_fresh_session_fills_what_was_missed_and_a_resumed_one_asks_for_nothing(
    database: Database,
) -> None:
    async with listening(database) as world:
        await world.zezima.send(world.general, "before")
        assert await world.counts() == {"zezima": 1}
        asked = world.history_requests()
        with as_bot(world.env):
            world.bot.dispatch("shard_disconnect", 0)
            world.bot.dispatch("shard_resumed", 0)
        await world.zezima.send(world.general, "replayed")
        assert await world.counts() == {"zezima": 2}
        assert world.history_requests() == asked
        await world.disconnect()
        await world.zezima.send(world.general, "missed")
        await world.identify()
        await world.zezima.send(world.general, "after")
        assert await world.counts() == {"zezima": 4}


async def test_a_live_message_right_after_a_fresh_session_does_not_hide_what_was_missed(
    database: Database,
) -> None:
    async with listening(database) as world:
        before = await world.zezima.send(world.general, "before")
        await world.counts()
        assert (await world.cursor(world.general.id)).after == before.id
        await world.disconnect()
        await world.lynx.send(world.general, "missed")
        world.env.inject_error("GET", "/channels/*/messages", times=None)
        await world.identify()
        await world.zezima.send(world.general, "at once")
        assert await world.counts() == {"zezima": 2}
        assert (await world.cursor(world.general.id)) == (
            (await world.cursor(world.general.id)).start,
            before.id,
            True,
        )
        world.env.backend.faults.clear()
        # What Discord did not answer is asked again within a minute.
        await world.env.advance_time(61)
        assert await world.counts() == {"zezima": 2, "lynx": 1}


async def test_between_ready_and_the_declaration_of_holes_no_cursor_moves(database: Database) -> None:
    async with listening(database, ready_after=0.5) as world:
        before = await world.zezima.send(world.general, "before")
        await world.counts()
        await world.disconnect()
        missed = await world.lynx.send(world.general, "missed")
        shard = world.bot.get_shard(0)
        assert shard is not None
        with as_bot(world.env):
            await shard.reconnect()
            # READY is here, but the shard waits for further servers; a message comes and is written.
            world.env.backend.create_message(world.general.id, world.zezima.id, "at once")
            while not world.bot.hearing.ingest.waiting:  # noqa: ASYNC110 -- the bot says it to nobody
                await asyncio.sleep(0)
            await world.bot.hearing.ingest.flush()
        assert missed.id not in await stored_ids(database, world.clan)
        assert (await world.cursor(world.general.id)).after == before.id
        await world.env.settle()
        assert await world.counts() == {"zezima": 2, "lynx": 1}


async def test_time_is_covered_while_connected_and_after_it_was_filled(database: Database) -> None:
    async with listening(database) as world:
        await world.env.advance_time(120)
        connected = world.env.now()
        [(_, start, end)] = await coverage(database, world.clan)
        assert connected - end <= timedelta(seconds=61)
        await world.disconnect()
        await world.env.advance_time(600)
        [(_, _, still)] = await coverage(database, world.clan)
        assert still == end
        await world.identify()
        [(_, first, filled)] = await coverage(database, world.clan)
        assert (first, filled >= connected + timedelta(seconds=600)) == (start, True)


async def test_new_channels_and_threads_are_heard_and_covered(database: Database) -> None:
    async with listening(database) as world:
        await world.env.advance_time(2)
        channel = world.guild.create_text_channel("raids")
        thread = world.env.backend.create_thread(world.general.id, "pvm", world.lynx.id)
        handle = next(one for one in world.general.threads if one.id == thread.id)
        await world.zezima.send(channel, "hello")
        await world.lynx.send(handle, "hello")
        assert await world.counts() == {"zezima": 1, "lynx": 1}
        covered = {channel for channel, _, _ in await coverage(database, world.clan)}
        assert covered == {world.general.id, channel.id, thread.id}


async def test_a_channel_that_the_bot_could_not_see_for_a_while_is_read_again(database: Database) -> None:
    async with listening(database) as world:
        await world.zezima.send(world.general, "before")
        await world.counts()
        async with world.denied(discord.Permissions(view_channel=True)):
            with world.untold():
                await world.lynx.send(world.general, "unseen")
        # All within one second, so that only the events themselves tell of it.
        await world.zezima.send(world.general, "after")
        assert await world.counts() == {"zezima": 2, "lynx": 1}


async def test_a_channel_that_is_hidden_from_the_bot_has_a_hole_until_it_is_seen_again(
    database: Database,
) -> None:
    async with listening(database) as world:
        hidden = world.guild.create_text_channel("hidden")
        await world.env.advance_time(2)
        never = world.guild.create_text_channel("never seen")
        async with world.denied(discord.Permissions(view_channel=True), hidden):
            await world.restart()
            await world.env.advance_time(61)
            assert (await world.cursor(hidden.id)).filling
            assert not (await world.cursor(world.general.id)).filling
        await world.env.advance_time(61)
        assert not (await world.cursor(hidden.id)).filling
        assert not (await world.cursor(never.id)).filling


async def test_a_channel_whose_history_may_not_be_read_is_heard_but_not_covered_before(
    database: Database,
) -> None:
    async with listening(database) as world:
        await world.disconnect()
        raids = world.guild.create_text_channel("raids")
        await world.lynx.send(raids, "unread")
        await world.env.advance_time(60)
        async with world.denied(discord.Permissions(read_message_history=True), raids):
            await world.restart()
            begun = world.env.now()
            await world.zezima.send(raids, "heard")
            await world.env.advance_time(61)
            assert await world.counts() == {"zezima": 1}
        [start] = [start for channel, start, _ in await coverage(database, world.clan) if channel == raids.id]
        assert start >= begun - timedelta(seconds=1)


async def test_an_excluded_channel_is_silent_until_it_is_chosen_again_and_then_read(
    database: Database,
) -> None:
    async with listening(database) as world:
        await choose(database, GuildSettings(GUILD, excluded=frozenset({world.general.id})))
        await world.tell("tracking_changed")
        await world.zezima.send(world.general, "hello")
        assert await world.counts() == {}
        await choose(database, GuildSettings(GUILD))
        await world.tell("tracking_changed")
        assert await world.counts() == {"zezima": 1}


async def test_more_days_are_read_on_request(database: Database) -> None:
    async with listening(database, settings=GuildSettings(GUILD, backfill_days=1)) as world:
        await world.bot.remove_cog("Listening")
        async with database.write() as session:
            await cursors.forget_channel(session, world.clan, ChannelId(world.general.id))
        await world.zezima.send(world.general, "long ago")
        await world.env.advance_time(5 * 86_400)
        await world.restart()
        assert await world.counts() == {}
        await world.tell("history_wanted", world.clan, 30)
        assert await world.counts() == {"zezima": 1}
        progress = world.bot.hearing.history.progress(world.clan)
        assert progress is not None
        assert progress.read == 1


async def test_without_the_message_content_intent_people_count_and_the_relay_waits_for_it(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    less = discord.Intents(guilds=True, members=True, guild_messages=True)
    async with listening(database, less) as world:
        chat = world.guild.create_text_channel("clan-chat")
        relay = world.guild.create_webhook(chat)
        await world.make_relay(chat, relay.id)
        await world.zezima.send(world.general, "hello")
        for _ in range(3):
            await relay.send("**L-loi**: gz")
        assert await world.counts() == {"zezima": 1}
        assert capsys.readouterr().out.count("relay_not_readable") == 1
        await world.restart(ALL)
        assert await world.counts() == {"zezima": 1, "L-loi": 3}


async def test_what_waits_is_written_when_the_bot_stops(database: Database) -> None:
    async with listening(database) as world:
        await world.zezima.send(world.general, "last words")
        assert world.bot.hearing.ingest.waiting == 1
        await world.bot.remove_cog("Listening")
        assert await counted(database, world.clan) == {"zezima": 1}


async def test_what_is_asked_while_it_stops_is_not_begun(database: Database) -> None:
    """Nobody would wait for it, and the database is closed next."""
    async with listening(database) as world:
        asked_before = len(world.env.http_requests)
        guild = world.bot.get_guild(GUILD)
        with as_bot(world.env):
            world.bot.dispatch("history_wanted", guild, world.clan, 365)
            await world.bot.remove_cog("Listening")
        await world.env.settle()
        assert len(world.env.http_requests) == asked_before


async def test_a_cog_that_is_loaded_late_catches_up(database: Database) -> None:
    async with listening(database) as world:
        await world.bot.remove_cog("Listening")
        await world.zezima.send(world.general, "unheard")
        hearing = world.bot.hearing
        world.bot.listener = Listening(world.bot, hearing.ingest, hearing.history)
        with as_bot(world.env):
            await world.bot.add_cog(world.bot.listener)
        assert await world.counts() == {"zezima": 1}


async def test_a_server_without_a_clan_costs_nothing(database: Database) -> None:
    async with run(EarBot(database)) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        await guild.add_member(env.create_user("zezima")).send(channel, "hello")
        assert isinstance(env.bot, EarBot)
        assert env.bot.hearing.ingest.waiting == 0
        assert not [one for one in env.http_requests if one.path.endswith("/messages")]
