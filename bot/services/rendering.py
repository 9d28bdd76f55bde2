"""The render process: what draws for long, in one process of its own.

Matplotlib and openpyxl hold the interpreter for hundreds of milliseconds and keep
a hundred megabytes. So the bot's own process imports neither: it names a function of
:mod:`bot.present`, and a worker, started when first needed and ended when idle, calls it.
"""

import asyncio
import os
import pickle
import signal
from asyncio import Lock, Task, TimerHandle
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from hashlib import sha256
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Final, TypeVarTuple
from weakref import WeakValueDictionary

import structlog

from bot.domain.ids import GuildId

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Args = TypeVarTuple("Args")

_KILL: Final = getattr(signal, "SIGKILL", signal.SIGTERM)
_ATTEMPTS: Final = 2


class RenderFailedError(Exception):
    """Nothing was drawn; the answer can go out without. ``reason`` is one of: broken, slow, closed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Renderer:
    """Draws in another process, one thing at a time, and remembers what it drew.

    A guild queues one drawing at a time, so that one that asks for ten things does not
    keep the others waiting for all ten.
    """

    def __init__(
        self, *, time_limit: float = 20.0, idle_after: float = 120.0, cache_bytes: int = 16 * 1024 * 1024
    ) -> None:
        """``time_limit`` and ``idle_after`` are seconds; a drawing's time begins with its turn."""
        self.time_limit = time_limit
        self.idle_after = idle_after
        self._cache = _Cache(cache_bytes)
        self._worker: _Worker | None = None
        self._turn = Lock()
        self._guilds: WeakValueDictionary[GuildId, Lock] = WeakValueDictionary()
        self._drawing: dict[str, Task[bytes]] = {}
        self._ending: set[Task[None]] = set()
        self._idle: TimerHandle | None = None
        self._closed = False

    @property
    def running(self) -> bool:
        """Whether there is a worker now, with the memory that it takes."""
        return self._worker is not None

    async def render(
        self, function: Callable[[*Args], bytes], *args: *Args, guild: GuildId, key: str | None = None
    ) -> bytes:
        """What ``function`` returns for ``args``: drawn now, or remembered.

        ``function`` stands at the top of a module, and ``args`` can be pickled. ``key``
        tells drawings of one function apart; without one their content does. Who asks for
        what is being drawn already waits for the same drawing. A caller that is cancelled
        does not stop it.

        Raises:
            RenderFailedError: the worker broke twice, took too long, or the bot is closing.
            Exception: whatever ``function`` itself raises.
        """
        if self._closed:
            raise RenderFailedError("closed")
        name = f"{function.__module__}.{function.__qualname__}"
        known = f"{name}:{_content(args) if key is None else key}"
        drawn = self._cache.get(known)
        if drawn is not None:
            return drawn
        task = self._drawing.get(known)
        if task is None:
            work = self._in_turn(known, name, lambda worker: worker.submit(function, *args), guild)
            task = self._drawing[known] = asyncio.create_task(work)
            task.add_done_callback(lambda _done: self._drawing.pop(known, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End the worker, even in the middle of a drawing; whoever waits is told."""
        self._closed = True
        self._stay()
        if self._worker is not None and self._drawing:
            self._worker.kill()
        await asyncio.gather(*self._drawing.values(), return_exceptions=True)
        await self._end_worker()
        await asyncio.gather(*self._ending)

    async def _in_turn(
        self, known: str, name: str, submit: "Callable[[_Worker], Future[bytes]]", guild: GuildId
    ) -> bytes:
        loop = asyncio.get_running_loop()
        async with self._guilds.setdefault(guild, Lock()), self._turn:
            self._stay()
            begun = loop.time()
            try:
                drawn = await self._attempt(submit)
            finally:
                if not self._closed:
                    self._idle = loop.call_later(self.idle_after, self._end_when_idle)
        self._cache.put(known, drawn)
        milliseconds = round((loop.time() - begun) * 1000)
        log.debug("rendered", function=name, guild_id=guild, milliseconds=milliseconds, bytes=len(drawn))
        return drawn

    async def _attempt(self, submit: "Callable[[_Worker], Future[bytes]]") -> bytes:
        """One drawing; a worker that breaks is replaced once."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._once(submit)
            except BrokenProcessPool as broken:
                await self._end_worker()
                if self._closed:
                    raise RenderFailedError("closed") from broken
                log.warning("render_worker_broke", attempt=attempt)
        raise RenderFailedError("broken")

    async def _once(self, submit: "Callable[[_Worker], Future[bytes]]") -> bytes:
        if self._worker is None:
            # Starting a process blocks for some milliseconds.
            self._worker = await asyncio.to_thread(_Worker)
        if self._closed:
            raise RenderFailedError("closed")
        drawing = asyncio.wrap_future(submit(self._worker))
        done, _pending = await asyncio.wait((drawing,), timeout=self.time_limit)
        if done:
            return drawing.result()
        drawing.cancel()
        log.warning("render_too_slow", seconds=self.time_limit)
        self._worker.kill()
        await self._end_worker()
        raise RenderFailedError("slow")

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _end_when_idle(self) -> None:
        self._idle = None
        worker = self._worker
        if self._turn.locked() or worker is None:
            return
        log.debug("render_worker_idle")
        # Forgotten at once: what is asked for from now on gets a new one.
        self._worker = None
        ending = asyncio.create_task(asyncio.to_thread(worker.end))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await asyncio.to_thread(worker.end)


class _Worker:
    """A pool of one process, whose number is known so that it can be killed."""

    def __init__(self) -> None:
        # Spawned, since a fork would copy the bot's memory, its threads' locks and its sockets.
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_prepare_worker)
        self._pid = self._pool.submit(os.getpid)

    def submit(self, function: Callable[[*Args], bytes], *args: *Args) -> "Future[bytes]":
        return self._pool.submit(function, *args)

    def kill(self) -> None:
        """At once, or as soon as it has started."""
        self._pid.add_done_callback(_kill_process)

    def end(self) -> None:
        """Wait until the process is gone."""
        self._pool.shutdown(cancel_futures=True)


class _Cache:
    """The drawings used last, up to so many bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._drawings: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        drawn = self._drawings.get(key)
        if drawn is not None:
            self._drawings.move_to_end(key)
        return drawn

    def put(self, key: str, drawn: bytes) -> None:
        self._size += len(drawn) - len(self._drawings.pop(key, b""))
        self._drawings[key] = drawn
        while self._size > self._limit:
            _key, oldest = self._drawings.popitem(last=False)
            self._size -= len(oldest)


def _content(args: tuple[object, ...]) -> str:
    return sha256(pickle.dumps(args)).hexdigest()


def _kill_process(pid: "Future[int]") -> None:
    if not pid.cancelled() and pid.exception() is None:
        with suppress(ProcessLookupError):
            os.kill(pid.result(), _KILL)


def _prepare_worker() -> None:
    """Ctrl-C is for the bot, which ends its worker itself; a worker whose bot was killed ends too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(0)
