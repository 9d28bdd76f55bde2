"""The drawings here are small functions of this module, which the worker imports."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from multiprocessing import active_children
from pathlib import Path
from uuid import uuid4

import pytest

from bot.domain.ids import GuildId
from bot.services.rendering import Renderer, RenderFailedError

GUILD = GuildId(1)
ELSEWHERE = GuildId(2)


def process(_tag: object) -> bytes:
    return str(os.getpid()).encode()


def something_new(_tag: object) -> bytes:
    return uuid4().bytes * 25


def hang(_tag: object) -> bytes:
    time.sleep(600)
    return b"never"


def fail(_tag: object) -> bytes:
    raise ValueError("cannot draw that")


def break_once(flag: Path) -> bytes:
    if flag.exists():
        return b"second time"
    flag.touch()
    os._exit(3)


def break_always(_tag: object) -> bytes:
    os._exit(3)


def press_ctrl_c(_tag: object) -> bytes:
    os.kill(os.getpid(), signal.SIGINT)
    return b"went on"


def meet(path: Path) -> bytes:
    """Says that it has begun, then goes on for ever."""
    path.touch()
    return hang(path)


@pytest.fixture
async def renderer() -> AsyncIterator[Renderer]:
    made = Renderer()
    yield made
    await made.close()
    assert active_children() == []


async def worker_of(renderer: Renderer) -> int:
    return int(await renderer.render(process, uuid4(), guild=GUILD))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 -- what a process of the system does has no event
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_it_draws_in_one_other_process(renderer: Renderer) -> None:
    assert not renderer.running
    first, second = await worker_of(renderer), await worker_of(renderer)
    assert first == second != os.getpid()
    assert renderer.running


async def test_the_same_content_is_drawn_once_even_at_the_same_time(renderer: Renderer) -> None:
    one, two = await asyncio.gather(
        renderer.render(something_new, ("a", 1), guild=GUILD),
        renderer.render(something_new, ("a", 1), guild=ELSEWHERE),
    )
    assert one == two == await renderer.render(something_new, ("a", 1), guild=GUILD)
    assert one != await renderer.render(something_new, ("a", 2), guild=GUILD)


async def test_a_key_tells_drawings_apart_whatever_they_are_of(renderer: Renderer) -> None:
    one = await renderer.render(something_new, 1, guild=GUILD, key="x")
    assert one == await renderer.render(something_new, 2, guild=GUILD, key="x")
    assert one != await renderer.render(something_new, 1, guild=GUILD, key="y")
    assert one != await renderer.render(process, 1, guild=GUILD, key="x")


async def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    small = Renderer(cache_bytes=1000)  # two drawings of 400 bytes
    try:
        one = await small.render(something_new, 1, guild=GUILD)
        two = await small.render(something_new, 2, guild=GUILD)
        assert one == await small.render(something_new, 1, guild=GUILD)
        await small.render(something_new, 3, guild=GUILD)
        assert one == await small.render(something_new, 1, guild=GUILD)
        assert two != await small.render(something_new, 2, guild=GUILD)
    finally:
        await small.close()


async def test_a_guild_that_asks_for_much_does_not_keep_others_waiting(renderer: Renderer) -> None:
    order: list[str] = []

    async def ask(name: str, guild: GuildId) -> None:
        await renderer.render(something_new, name, guild=guild)
        order.append(name)

    await asyncio.gather(ask("a1", GUILD), ask("a2", GUILD), ask("a3", GUILD), ask("b1", ELSEWHERE))
    assert order == ["a1", "b1", "a2", "a3"]


async def test_a_drawing_that_takes_too_long_is_given_up_and_the_next_one_works(renderer: Renderer) -> None:
    stuck = await worker_of(renderer)
    renderer.time_limit = 0.1
    with pytest.raises(RenderFailedError, match="slow"):
        await renderer.render(hang, 1, guild=GUILD)
    assert not alive(stuck)
    renderer.time_limit = 60
    assert await worker_of(renderer) != stuck


async def test_a_worker_that_breaks_is_replaced_once(renderer: Renderer, tmp_path: Path) -> None:
    assert await renderer.render(break_once, tmp_path / "flag", guild=GUILD) == b"second time"
    with pytest.raises(RenderFailedError, match="broken"):
        await renderer.render(break_always, 1, guild=GUILD)
    assert await worker_of(renderer)


async def test_what_the_drawing_raises_reaches_who_asked(renderer: Renderer) -> None:
    before = await worker_of(renderer)
    with pytest.raises(ValueError, match="cannot draw"):
        await renderer.render(fail, 1, guild=GUILD)
    assert await worker_of(renderer) == before


async def test_who_stops_waiting_does_not_stop_the_drawing_for_others(renderer: Renderer) -> None:
    impatient = asyncio.create_task(renderer.render(something_new, 1, guild=GUILD))
    patient = asyncio.create_task(renderer.render(something_new, 1, guild=GUILD))
    await asyncio.sleep(0)
    impatient.cancel()
    assert len(await patient) == 400


async def test_closing_ends_a_drawing_in_the_middle_and_tells_who_waits(tmp_path: Path) -> None:
    renderer = Renderer()
    begun = tmp_path / "begun"
    drawing = asyncio.create_task(renderer.render(meet, begun, guild=GUILD))
    queued = asyncio.create_task(renderer.render(something_new, 1, guild=GUILD))
    await until(begun.exists)
    await renderer.close()
    for waiting in (drawing, queued):
        with pytest.raises(RenderFailedError, match="closed"):
            await waiting
    assert active_children() == []
    assert not renderer.running
    with pytest.raises(RenderFailedError, match="closed"):
        await renderer.render(something_new, 2, guild=GUILD)
    await renderer.close()


async def test_an_idle_worker_gives_its_memory_back_and_comes_again_when_needed() -> None:
    renderer = Renderer(idle_after=0)
    try:
        first = await worker_of(renderer)
        await until(lambda: not alive(first))
        assert not renderer.running
        assert await worker_of(renderer) != first
    finally:
        await renderer.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent differently on Windows")
async def test_ctrl_c_is_for_the_bot_alone(renderer: Renderer) -> None:
    assert await renderer.render(press_ctrl_c, 1, guild=GUILD) == b"went on"


ORPHAN = """
import asyncio, os, signal
from bot.services.rendering import Renderer
from tests.services.test_rendering import process

async def main():
    print(int(await Renderer().render(process, 1, guild=1)), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent differently on Windows")
async def test_a_worker_does_not_outlive_a_bot_that_was_killed() -> None:
    killed = await asyncio.to_thread(run, ORPHAN)
    worker = int(killed.stdout.split()[-1])
    await until(lambda: not alive(worker))


CHART = """
import asyncio, pkgutil, sys
import bot.present
from importlib import import_module
from datetime import date
from bot.domain.cards import DayPoint
from bot.services.rendering import Renderer

for module in pkgutil.iter_modules(bot.present.__path__):
    import_module(f"bot.present.{module.name}")

async def main():
    from bot.present.chart import member_chart
    renderer = Renderer()
    picture = await renderer.render(member_chart, [DayPoint(date(2026, 1, 1), 5, 5)], "Jo hn", guild=1)
    await renderer.close()
    assert picture.startswith(b"\\x89PNG")
    print(sorted({name.split(".")[0] for name in sys.modules} & {"matplotlib", "numpy", "openpyxl", "PIL"}))

asyncio.run(main())
"""


async def test_the_bots_own_process_never_loads_what_draws() -> None:
    assert (await asyncio.to_thread(run, CHART)).stdout.splitlines()[-1] == "[]"


def run(script: str) -> "subprocess.CompletedProcess[str]":
    root = Path(__file__).parents[2]
    return subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=120, check=False
    )
