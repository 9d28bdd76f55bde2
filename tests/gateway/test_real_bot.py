"""The real bot, a process of its own, when lines break and processes end: nothing lost, nothing twice."""

import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.gateway.fake_discord import FakeDiscord
from tests.gateway.process import BotProcess
from tests.gateway.support import Town, at_rest, events, town, until


@pytest.fixture
async def home(fake: FakeDiscord, tmp_path: Path) -> AsyncGenerator[Town]:
    """A guild with a clan, which no bot has seen yet."""
    async with town(fake, tmp_path) as made:
        yield made


async def test_what_was_said_while_the_line_was_down_is_replayed_and_not_asked_for(home: Town):
    fake = home.fake
    chat, bob = home.channel("chat"), fake.world.add_member("bob")
    old = home.lay(chat, bob, 5)
    async with home.bot() as bot:
        await at_rest(bot, home)
        before = home.post(chat, bob, 3)
        await until(bot, "live messages are stored", lambda: home.has_kept([*old, *before]))
        asked = len(fake.api.history_requests)
        await fake.drop_connection()
        missed = home.post(chat, bob, 20)
        fake.delete(before[0])
        await until(bot, "missed messages are stored", lambda: home.has_kept(missed))
        after = home.post(chat, bob, 2)
        await until(bot, "later messages are stored", lambda: home.has_kept(after))
        assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)
        assert len(fake.api.history_requests) == asked
        assert await bot.terminate() == 0
    # The deleted one stays as a tombstone, which counts nothing.
    assert await home.kept() == (frozenset([*old, *before, *missed, *after]), 29, 29, 29)


async def test_what_was_said_before_a_new_session_is_read_from_the_history(home: Town):
    fake = home.fake
    chat, quiet = home.channel("chat"), home.channel("quiet")
    bob, ann = fake.world.add_member("bob"), fake.world.add_member("ann")
    async with home.bot() as bot:
        await at_rest(bot, home)
        before = home.post(chat, bob, 3)
        await until(bot, "live messages are stored", lambda: home.has_kept(before))
        await fake.drop_connection(resumable=False)
        missed = [*home.post(chat, bob, 130), *home.post(quiet, ann, 2)]
        await until(bot, "the hole is filled", lambda: home.has_kept(missed))
        after = home.post(chat, ann, 2)
        await until(bot, "later messages are stored", lambda: home.has_kept(after))
        await until(bot, "every channel is read", home.is_filled)
        assert (fake.gateway.identifies, fake.gateway.invalid_resumes) == (2, 1)
        assert await bot.terminate() == 0
    assert await home.kept() == (frozenset([*before, *missed, *after]), 137, 137, 137)


async def test_a_bot_told_to_stop_writes_everything_that_it_heard(home: Town):
    fake = home.fake
    chat, bob = home.channel("chat"), fake.world.add_member("bob")
    async with home.bot() as bot:
        await at_rest(bot, home)
        # Kept from writing, it can only hold what it hears; the heartbeats say that it heard all.
        with home.database_busy():
            said = home.post(chat, bob, 1200)
            await until(bot, "all is heard", lambda: home.unheard() == 0)
            bot.signal_end()
            await until(bot, "it is stopping", lambda: bool(events(bot, "stopping")))
            assert (await home.kept()).messages == frozenset()
        assert await bot.ended() == 0
        assert not events(bot, "facts_left")
    assert await home.kept() == (frozenset(said), 1200, 1200, 1200)


async def test_a_bot_killed_in_the_middle_of_a_fill_goes_on_with_it(home: Town):
    fake = home.fake
    chat, other = home.channel("chat"), home.channel("other")
    bob = fake.world.add_member("bob")
    old = [*home.lay(chat, bob, 350), *home.lay(other, bob, 120, hours=2)]
    fake.hold_history(after_pages=2)
    async with home.bot() as bot:
        await until(bot, "a page is waiting", lambda: fake.history_is_held)
        live = [*home.post(chat, bob, 5), *home.post(other, bob, 5)]
        await until(bot, "live messages are stored", lambda: home.has_kept(live))
        assert await bot.kill() == -9
    part = await home.kept()
    assert len(part.messages) == part.in_quarters == part.in_days == part.shown == 210
    fake.release_history()
    missed = home.post(chat, bob, 4)
    async with home.bot() as bot:
        await until(bot, "everything is stored", lambda: home.has_kept([*old, *live, *missed]))
        await until(bot, "every channel is read", home.is_filled)
        assert await bot.terminate() == 0
    assert await home.kept() == (frozenset([*old, *live, *missed]), 484, 484, 484)


async def _ready(bot: BotProcess) -> float:
    """Seconds that the bot, which was just begun, takes until it is ready."""
    begun = time.perf_counter()
    await until(bot, "ready", lambda: bool(events(bot, "ready")))
    return time.perf_counter() - begun


async def test_commands_are_registered_at_the_first_start_only(home: Town):
    fake = home.fake
    took: list[float] = []
    for _ in range(2):
        async with home.bot() as bot:
            took.append(await _ready(bot))
            assert await bot.terminate() == 0
        assert fake.api.command_writes == 1
    assert {"stats", "leaderboard", "setup"} <= {command["name"] for command in fake.api.commands[None]}
    assert fake.api.unhandled == []
    print("start to ready: " + ", then ".join(f"{one:.2f} s" for one in took))  # noqa: T201 -- shown by pytest -s
