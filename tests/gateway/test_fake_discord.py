"""The fake Discord behaves as discord.py expects of the real one, or no test against it proves anything."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import discord
import pytest
from discord.ext import commands

from tests.gateway.fake_discord import TOKEN, FakeDiscord
from tests.gateway.launch import pointed_at
from tests.gateway.process import BotProcess
from tests.gateway.world import now

ALL = discord.Intents(guilds=True, members=True, guild_messages=True, message_content=True)


class Ear(commands.AutoShardedBot):
    """A bot that only notes what it hears."""

    def __init__(self, intents: discord.Intents = ALL) -> None:
        super().__init__("!", intents=intents, guild_ready_timeout=0.05, max_messages=None)
        self.events: asyncio.Queue[tuple[str, object]] = asyncio.Queue()

    async def on_ready(self) -> None:
        self.events.put_nowait(("ready", None))

    async def on_resumed(self) -> None:
        self.events.put_nowait(("resumed", None))

    async def on_message(self, message: discord.Message, /) -> None:
        self.events.put_nowait(("message", message))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        self.events.put_nowait(("delete", payload.message_id))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        self.events.put_nowait(("bulk", payload.message_ids))

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self.events.put_nowait(("thread", thread.id))

    async def hear(self, kind: str) -> object:
        """The next event of a kind; others before it are skipped."""
        async with asyncio.timeout(60):
            while True:
                heard, what = await self.events.get()
                if heard == kind:
                    return what

    async def hear_message(self) -> discord.Message:
        message = await self.hear("message")
        assert isinstance(message, discord.Message)
        return message


@asynccontextmanager
async def listening(fake: FakeDiscord, intents: discord.Intents = ALL) -> AsyncGenerator[Ear]:
    """A bot that is connected and ready."""
    with pointed_at(fake.url):
        async with Ear(intents) as bot:
            run = asyncio.create_task(bot.start(TOKEN))
            ready = asyncio.create_task(bot.hear("ready"))
            await asyncio.wait({run, ready}, return_when=asyncio.FIRST_COMPLETED)
            try:
                if run.done():
                    ready.cancel()
                    run.result()
                await ready
                yield bot
            finally:
                await bot.close()
                await asyncio.wait({run})
    assert fake.api.unhandled == []


async def test_a_bot_connects_and_knows_the_guild(fake: FakeDiscord):
    channel = fake.world.add_channel("chat")
    hidden = fake.world.add_channel("secret", hidden=True)
    thread = fake.world.add_thread(channel, "raids")
    fake.world.add_thread(channel, "old", archived=True)
    bob = fake.world.add_member("bob", nick="Bob")
    async with listening(fake) as bot:
        guild = bot.get_guild(fake.world.guild_id)
        assert guild is not None
        assert guild.me.id == fake.world.bot_id
        assert [member.display_name for member in guild.members if member.id == bob] == ["Bob"]
        assert [thread.id for thread in guild.threads] == [thread]
        visible = {c.id: c.permissions_for(guild.me).read_message_history for c in guild.text_channels}
        assert visible == {channel: True, hidden: False}
        assert bot.application_flags.gateway_message_content_limited


async def test_messages_and_deletions_are_heard(fake: FakeDiscord):
    channel, bob = fake.world.add_channel("chat"), fake.world.add_member("bob", nick="Bob")
    async with listening(fake) as bot:
        first = fake.post(channel, bob, "hello")
        heard = await bot.hear_message()
        assert (heard.id, heard.content, heard.author.display_name) == (first, "hello", "Bob")
        assert heard.guild is not None
        assert abs((now() - heard.created_at).total_seconds()) < 60

        relay = fake.world.new_id()
        more = [
            fake.post(channel, relay, "**Bob**: hi", webhook="Relay", embeds=[{"title": "T"}])
            for _ in range(2)
        ]
        heard = await bot.hear_message()
        assert (heard.webhook_id, heard.author.bot, heard.embeds[0].title) == (relay, True, "T")

        fake.delete(first)
        assert await bot.hear("delete") == first
        fake.delete(*more)
        assert await bot.hear("bulk") == set(more)
        assert fake.history(channel) == []

        thread = fake.open_thread(channel, "raids")
        assert await bot.hear("thread") == thread
        fake.post(thread, bob, "in the thread")
        assert (await bot.hear_message()).channel.id == thread


@pytest.mark.parametrize("code", [4000, 1001, None])
async def test_a_resume_replays_exactly_what_was_missed(fake: FakeDiscord, code: int | None):
    channel, bob = fake.world.add_channel("chat"), fake.world.add_member("bob")
    async with listening(fake) as bot:
        said = [fake.post(channel, bob, str(number)) for number in range(50)]
        assert (await bot.hear_message()).id == said[0]
        said += [fake.post(channel, bob, "on its way as the line breaks") for _ in range(50)]
        await fake.drop_connection(code=code)
        said += [fake.post(channel, bob, "while away") for _ in range(20)]
        await fake.until(lambda: fake.gateway.resumes == 1)
        said.append(fake.post(channel, bob, "and on"))
        assert [(await bot.hear_message()).id for _ in said[1:]] == said[1:]
        assert bot.events.empty()
        assert fake.gateway.identifies == 1


@pytest.mark.parametrize("code", [4009, None])
async def test_a_session_that_is_gone_is_identified_again_and_what_was_missed_is_only_in_the_history(
    fake: FakeDiscord, code: int | None
):
    channel, bob = fake.world.add_channel("chat"), fake.world.add_member("bob")
    async with listening(fake) as bot:
        await fake.drop_connection(resumable=False, code=code)
        missed = fake.post(channel, bob, "missed")
        await bot.hear("ready")
        assert (fake.gateway.identifies, fake.gateway.resumes, fake.gateway.invalid_resumes) == (2, 0, 1)
        heard = fake.post(channel, bob, "heard")
        assert (await bot.hear_message()).id == heard
        found = bot.get_partial_messageable(channel).history(after=discord.Object(missed - 1))
        assert [message.id async for message in found] == [missed, heard]


async def test_sessions_forgotten_while_connected_are_refused_at_the_next_resume(fake: FakeDiscord):
    async with listening(fake) as bot:
        fake.forget_sessions()
        assert fake.gateway.connected == []
        await fake.drop_connection()
        await bot.hear("ready")
        assert fake.gateway.invalid_resumes == 1


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
async def test_history_pages_forwards_and_backwards_without_a_gap(fake: FakeDiscord, count: int):
    channel, bob = fake.world.add_channel("chat"), fake.world.add_member("bob")
    start = now() - timedelta(days=30)
    laid = [fake.lay(channel, bob, str(n), start + timedelta(minutes=n)) for n in range(count)]
    async with listening(fake) as bot:
        place = bot.get_partial_messageable(channel)
        forwards = [m.id async for m in place.history(limit=None, oldest_first=True)]
        backwards = [m.id async for m in place.history(limit=None)]
        after = [m.id async for m in place.history(limit=None, after=start + timedelta(minutes=10))]
        some = [m.id async for m in place.history(limit=3, after=start)]
        before = [m.id async for m in place.history(limit=2, before=start + timedelta(minutes=60))]
    assert forwards == laid
    assert backwards == laid[::-1]
    assert after == laid[11:]
    assert some == laid[1:4]
    assert before == laid[:60][::-1][:2]


async def test_a_page_after_an_id_holds_the_next_messages_newest_first(fake: FakeDiscord):
    channel, bob = fake.world.add_channel("chat"), fake.world.add_member("bob")
    said = [fake.post(channel, bob, str(number)) for number in range(10)]
    async with listening(fake) as bot:
        page = await bot.http.logs_from(channel, 3, after=said[2])
        assert [int(message["id"]) for message in page] == [said[5], said[4], said[3]]
        with pytest.raises(discord.HTTPException, match="50035"):
            await bot.http.logs_from(channel, 101)


async def test_held_history_waits_until_it_is_released(fake: FakeDiscord):
    channel, bob = fake.world.add_channel("chat"), fake.world.add_member("bob")
    said = [fake.post(channel, bob, str(number)) for number in range(150)]
    async with listening(fake) as bot:
        fake.hold_history(after_pages=1)
        messages = bot.get_partial_messageable(channel).history(limit=None, oldest_first=True)
        reading = asyncio.create_task(_ids(messages))
        await fake.until(lambda: fake.history_is_held)
        assert len(fake.api.history_requests) == 2
        # Whatever else is asked is answered meanwhile; the page is not.
        fake.post(fake.world.add_channel("other"), bob, "still here")
        await bot.hear_message()
        await bot.tree.fetch_commands()
        assert not reading.done()
        fake.release_history()
        assert await reading == said


async def _ids(messages: AsyncIterator[discord.Message]) -> list[int]:
    return [message.id async for message in messages]


async def test_hidden_and_unknown_channels_are_refused(fake: FakeDiscord):
    hidden = fake.world.add_channel("secret", hidden=True)
    async with listening(fake) as bot:
        with pytest.raises(discord.Forbidden):
            await bot.http.logs_from(hidden, 10)
        with pytest.raises(discord.NotFound):
            await bot.http.logs_from(1, 10)


async def test_threads_are_listed_open_and_archived(fake: FakeDiscord):
    channel = fake.world.add_channel("chat")
    is_open = fake.world.add_thread(channel, "open")
    archived = [fake.world.add_thread(channel, str(n), archived=True) for n in range(3)]
    private = fake.world.add_thread(channel, "private", archived=True, private=True)
    async with listening(fake) as bot:
        guild = bot.get_guild(fake.world.guild_id)
        assert guild is not None
        text = guild.get_channel(channel)
        assert isinstance(text, discord.TextChannel)
        assert [thread.id for thread in await guild.active_threads()] == [is_open]
        assert [thread.id async for thread in text.archived_threads(limit=2)] == archived[:0:-1]
        assert [thread.id async for thread in text.archived_threads(limit=None)] == archived[::-1]
        assert [thread.id async for thread in text.archived_threads(private=True)] == [private]
        last = fake.world.threads[archived[2]]["thread_metadata"]["archive_timestamp"]
        page = await bot.http.get_public_archived_threads(channel, before=last, limit=1)
        assert ([thread["id"] for thread in page["threads"]], page["has_more"]) == ([str(archived[1])], True)
        fake.archive_thread(is_open)
        assert await guild.active_threads() == []


async def test_refused_intents_end_the_bot_and_show_in_the_applications_flags(fake: FakeDiscord):
    fake.refuse_intents(discord.Intents(message_content=True).value)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with listening(fake):
            pass
    lesser = discord.Intents(guilds=True, members=True, guild_messages=True)
    channel, bob = fake.world.add_channel("chat"), fake.world.add_member("bob")
    async with listening(fake, lesser) as bot:
        assert not bot.application_flags.gateway_message_content_limited
        assert bot.application_flags.gateway_guild_members_limited
        said = fake.post(channel, bob, "hello")
        heard = await bot.hear_message()
        assert (heard.id, heard.content) == (said, "")
        page = await bot.http.logs_from(channel, 10)
        assert [message["content"] for message in page] == [""]


async def test_without_the_members_intent_the_guild_holds_the_bot_alone(fake: FakeDiscord):
    fake.world.add_member("bob")
    async with listening(fake, discord.Intents(guilds=True)) as bot:
        guild = bot.get_guild(fake.world.guild_id)
        assert guild is not None
        assert [member.id for member in guild.members] == [fake.world.bot_id]
        assert guild.member_count == 3


async def test_a_wrong_token_is_refused(fake: FakeDiscord):
    with pointed_at(fake.url):
        async with Ear() as bot:
            with pytest.raises(discord.LoginFailure):
                await bot.login("wrong")


async def test_commands_are_registered_and_the_bot_can_speak(fake: FakeDiscord):
    channel = fake.world.add_channel("chat")
    async with listening(fake) as bot:

        @bot.tree.command()
        async def ping(interaction: discord.Interaction) -> None:
            """Answer."""

        assert ping.name == "ping"
        assert [command.name for command in await bot.tree.sync()] == ["ping"]
        assert [command.name for command in await bot.tree.fetch_commands()] == ["ping"]
        guild = discord.Object(fake.world.guild_id)
        assert await bot.tree.sync(guild=guild) == []
        assert fake.api.command_writes == 2

        sent = await bot.get_partial_messageable(channel).send("hello", nonce=7)
        assert (await bot.hear_message()).id == sent.id
        file = discord.File(__file__)
        await bot.get_partial_messageable(channel).send("a file", file=file)
        assert [message["content"] for message in fake.history(channel)] == ["hello", "a file"]


async def test_the_command_line_as_a_process_of_its_own_speaks_to_the_fake(fake: FakeDiscord, tmp_path: Path):
    async with BotProcess(fake, tmp_path, "doctor") as doctor:
        await doctor.ended()
    assert "the token is ClanStats's" in doctor.output
    assert fake.api.unhandled == []


async def test_a_process_can_be_ended_in_the_middle(fake: FakeDiscord, tmp_path: Path):
    async with BotProcess(fake, tmp_path, "doctor") as doctor:
        assert await doctor.kill() == -9
    assert not doctor.is_running
