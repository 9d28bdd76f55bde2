"""How fast we ask, proved on a clock of our own: no test waits."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wom.pacing import Pacing, retry_after

NOTHING_LEFT = {"RateLimit-Limit": "20", "RateLimit-Remaining": "0", "RateLimit-Reset": "60"}


TICK = 1e-6
"""Seconds that each turn of the loop takes at least: a clock that stood still would keep a timer waiting."""


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop that jumps to the next timer in place of waiting for it."""

    def __init__(self) -> None:
        super().__init__(_SkippingSelector(self))
        self.now = 0.0

    def time(self) -> float:
        return self.now


class _SkippingSelector(selectors.SelectSelector):
    def __init__(self, loop: SkippingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        self._loop.now += max(timeout or 0, TICK)
        return super().select(0)


def on_its_own_clock(work: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await work()

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(run())


def busiest(moments: list[float], period: float) -> int:
    """The most moments in any stretch of so many seconds, a hundredth of a second short of its end."""
    return max(sum(start <= moment < start + period - 0.01 for moment in moments) for start in moments)


def moments_of(pacing: Pacing, arrivals: list[float], hold: tuple[float, float] | None = None) -> list[float]:
    moments: list[float] = []

    async def one(at: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(at)
        await pacing.turn()
        moments.append(loop.time())

    async def holding() -> None:
        if hold is not None:
            await asyncio.sleep(hold[0])
            pacing.hold(hold[1])

    async def work() -> None:
        await asyncio.gather(holding(), *(one(at) for at in arrivals))

    on_its_own_clock(work)
    return moments


@given(
    with_key=st.booleans(),
    rushes=st.lists(st.tuples(st.floats(0, 200), st.integers(1, 60)), min_size=1, max_size=5),
    hold=st.none() | st.tuples(st.floats(0, 100), st.floats(0, 120)),
)
def test_no_minute_ever_sees_more_than_the_published_limit(
    with_key: bool, rushes: list[tuple[float, int]], hold: tuple[float, float] | None
) -> None:
    arrivals = [at for at, count in rushes for _ in range(count)]
    moments = moments_of(Pacing.published(with_key=with_key), arrivals, hold)
    assert len(moments) == len(arrivals)
    assert busiest(moments, 60) <= (100 if with_key else 20)


def test_who_waited_through_a_hold_does_not_set_off_all_at_once() -> None:
    moments = moments_of(Pacing.published(with_key=False), [0.0] * 60, hold=(1, 90))
    assert busiest(moments, 60) <= 20


def test_a_quiet_poll_of_five_requests_never_waits() -> None:
    assert max(moments_of(Pacing.published(with_key=False), [0.0] * 5)) < 0.01


def test_a_long_queue_moves_steadily_at_three_quarters_of_the_limit() -> None:
    moments = moments_of(Pacing.published(with_key=False), [0.0] * 65)
    assert moments[-1] == pytest.approx(240, abs=0.01)
    assert max(b - a for a, b in pairwise(moments[4:])) == pytest.approx(4, abs=0.01)


def test_nothing_is_sent_while_a_hold_lasts() -> None:
    moments = moments_of(Pacing(10_000), [0, 10, 30, 69, 71], hold=(5, 65))
    assert moments == pytest.approx([0, 70, 70, 70, 71], abs=0.01)


def test_a_shorter_hold_does_not_end_a_longer_one() -> None:
    async def work() -> None:
        pacing = Pacing()
        pacing.hold(60)
        pacing.hold(1)
        await pacing.turn()
        assert asyncio.get_running_loop().time() == pytest.approx(60, abs=0.01)

    on_its_own_clock(work)


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        (NOTHING_LEFT, 60),
        ({**NOTHING_LEFT, "RateLimit-Remaining": "1"}, 0),
        ({**NOTHING_LEFT, "RateLimit-Limit": "1"}, 0),
        ({**NOTHING_LEFT, "RateLimit-Reset": "soon"}, 0),
        ({**NOTHING_LEFT, "RateLimit-Reset": "-5"}, 0),
        ({**NOTHING_LEFT, "RateLimit-Reset": "1795000000"}, 0),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "7"}, 7),
        ({}, 0),
    ],
)
def test_what_wom_says_about_its_limit_is_heeded_where_it_makes_sense(
    headers: Mapping[str, str], until: float
) -> None:
    async def work() -> None:
        pacing = Pacing()
        pacing.heed(headers)
        await pacing.turn()
        assert asyncio.get_running_loop().time() == pytest.approx(until, abs=0.01)

    on_its_own_clock(work)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "60"}, 60),
        ({"Retry-After": "Sun, 22 Nov 2026 10:01:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 90),
        ({"Retry-After": "Sun, 22 Nov 2026 09:00:00 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:01:30 GMT"}, None),
        ({"Retry-After": "a while", "RateLimit-Reset": "12"}, 12),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "nan"}, None),
        ({}, None),
    ],
)
def test_how_long_wom_asks_us_to_wait(headers: Mapping[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def waits_beside(limit: int, polls: list[tuple[float, int]]) -> tuple[list[float], list[float], int]:
    """How long each request of some polls waits beside a job that always wants more.

    Returns the waits, the moments of all requests in ten minutes, and how many of them were the job's.
    """
    pacing = Pacing(limit)
    waits: list[float] = []
    moments: list[float] = []
    job_moments: list[float] = []

    async def reading() -> None:
        while True:
            await pacing.background_turn()
            moments.append(asyncio.get_running_loop().time())
            job_moments.append(moments[-1])
            await asyncio.sleep(0.3)  # WOM takes its time to answer

    async def poll(at: float, requests: int) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(at)
        for _ in range(requests):
            asked = loop.time()
            await pacing.turn()
            moments.append(loop.time())
            waits.append(loop.time() - asked)

    async def work() -> None:
        job = asyncio.create_task(reading())
        asked = [asyncio.create_task(poll(at, requests)) for at, requests in polls]
        await asyncio.sleep(600)
        for task in (job, *asked):
            task.cancel()

    on_its_own_clock(work)
    return waits, moments, len(job_moments)


@settings(max_examples=30)
@given(at=st.floats(0, 500), with_key=st.booleans())
def test_a_poll_during_a_job_in_the_background_waits_no_longer_than_one_request(
    at: float, with_key: bool
) -> None:
    limit = 100 if with_key else 20
    waits, moments, _ = waits_beside(limit, [(at, 5)])
    assert waits[0] < 0.01, "the first request is sent at once"
    assert sum(waits) <= Pacing(limit).step + 0.01
    assert busiest(moments, 60) <= limit


def test_a_job_in_the_background_uses_what_the_others_leave() -> None:
    _, moments, alone = waits_beside(20, [])
    assert alone == len(moments) >= 600 / 4 * 0.8, "alone nearly three quarters of the limit"
    _, moments, beside = waits_beside(20, [(0.0, 400)])
    assert beside == 1, "but nothing while others ask for everything"
    assert len(moments) >= 600 / 4


def test_a_job_in_the_background_asks_nothing_while_a_hold_lasts() -> None:
    async def work() -> None:
        pacing = Pacing()
        pacing.hold(60)
        assert pacing.held_for == pytest.approx(60, abs=0.01)
        await pacing.background_turn()
        assert asyncio.get_running_loop().time() == pytest.approx(60, abs=0.01)
        assert pacing.held_for == 0

    on_its_own_clock(work)
