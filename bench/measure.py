"""Timing what the bot does, and how long the event loop waited meanwhile."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

TICK = 0.001


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds: the median of the runs, the slowest, and the longest that the loop was held."""

    name: str
    median: float
    slowest: float
    held: float
    target: float | None = None

    def __str__(self) -> str:
        target = "" if self.target is None else f"{self.target:8.0f}"
        return f"{self.name:<44}{self.median:9.1f}{self.slowest:9.1f}{self.held:9.1f}{target}"


HEADER = f"{'milliseconds':<44}{'median':>9}{'slowest':>9}{'loop':>9}{'target':>8}"


class LoopWatch:
    """Watches for how long the event loop did not come round."""

    def __init__(self) -> None:
        self.held = 0.0

    async def __aenter__(self) -> "LoopWatch":
        self._task = asyncio.create_task(self._watch())
        await asyncio.sleep(0.01)
        self.held = 0.0
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._task.cancel()

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            self.held = max(self.held, (time.perf_counter() - before - TICK) * 1000)


async def measure(
    name: str, act: Callable[[], Awaitable[object]], *, runs: int = 25, target: float | None = None
) -> Figure:
    """Run it ``runs`` times after two that do not count."""
    for _ in range(2):
        await act()
    times: list[float] = []
    async with LoopWatch() as watch:
        for _ in range(runs):
            begun = time.perf_counter()
            await act()
            times.append((time.perf_counter() - begun) * 1000)
    return Figure(name, statistics.median(times), max(times), watch.held, target)
