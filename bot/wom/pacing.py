"""How fast we ask. One :class:`Pacing` is shared by every clan of a process."""

import asyncio
import math
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from aiolimiter import AsyncLimiter

WITHOUT_KEY = 20
WITH_KEY = 100
LONGEST_HOLD = 3600.0


class Pacing:
    """At most ``limit`` requests in any ``period`` seconds, and none while WOM says to wait.

    The limiter is a leaky bucket, which lets through its burst *and* what leaks meanwhile;
    so a quarter of the limit may come at once and the other three quarters leak over the
    period. That keeps the promise at every moment, and no caller waits a whole period.
    """

    def __init__(self, limit: int = WITHOUT_KEY, *, period: float = 60.0) -> None:
        burst = max(1.0, limit / 4)
        self.limit = limit
        self.step = period / max(1.0, limit - burst)
        """Seconds from one request to the next where they come in a long queue."""
        self._bucket = AsyncLimiter(burst, burst * self.step)
        self._hold_until = -math.inf

    @classmethod
    def published(cls, *, with_key: bool) -> "Pacing":
        """The limits that WOM publishes: 20 a minute for an address, 100 for a key."""
        return cls(WITH_KEY if with_key else WITHOUT_KEY)

    async def turn(self) -> None:
        """Wait until one more request may be sent.

        A turn got while a hold began is given up for a new one, or all who waited would
        set off together when the hold ends.
        """
        while True:
            await self._wait_out_hold()
            await self._bucket.acquire()
            if self._left() <= 0:
                return

    async def background_turn(self) -> None:
        """Wait for a turn as :meth:`turn` does, until nobody else has asked for anything lately.

        It is taken only while the whole burst is free, so that whoever comes after it finds
        all of the burst but this one request, and whoever waits already goes first.
        """
        while True:
            await self._wait_out_hold()
            if self._bucket.has_capacity(self._bucket.max_rate):
                await self._bucket.acquire()  # at once: nothing else runs in between
                return
            await asyncio.sleep(self.step / 4)

    @property
    def held_for(self) -> float:
        """Seconds for which WOM asked to send nothing, from now; 0 for none."""
        return max(0.0, self._left())

    @property
    def is_busy(self) -> bool:
        """Whether more was asked lately than one request: one in the background has to wait."""
        return not self._bucket.has_capacity(self._bucket.max_rate - 1)

    def hold(self, seconds: float) -> None:
        """Send nothing for so long; a shorter hold than the present one changes nothing."""
        until = asyncio.get_running_loop().time() + min(max(seconds, 0.0), LONGEST_HOLD)
        self._hold_until = max(self._hold_until, until)

    def heed(self, headers: Mapping[str, str]) -> None:
        """Hold until the reset where WOM says that nothing remains.

        A limit of 1 is one player's own cooldown and says nothing about other requests.
        """
        if headers.get("RateLimit-Remaining") != "0" or headers.get("RateLimit-Limit") == "1":
            return
        reset = seconds_of(headers.get("RateLimit-Reset"))
        if reset is not None and reset <= LONGEST_HOLD:
            self.hold(reset)

    def _left(self) -> float:
        return self._hold_until - asyncio.get_running_loop().time()

    async def _wait_out_hold(self) -> None:
        if (left := self._left()) > 0:
            await asyncio.sleep(left)
            await self._wait_out_hold()  # another answer may have asked for more meanwhile


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait after a 429: ``Retry-After`` (seconds or a date), else the reset; None where unsaid."""
    text = headers.get("Retry-After")
    for said in (
        seconds_of(text),
        _until(text, headers.get("Date")),
        seconds_of(headers.get("RateLimit-Reset")),
    ):
        if said is not None:
            return said
    return None


def seconds_of(text: str | None) -> float | None:
    """A header's number of seconds; None where it is missing, negative or no number."""
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(text: str | None, sent: str | None) -> float | None:
    """From the answer's own date to the given one, so that no clock of ours matters."""
    then, now = _date(text), _date(sent)
    return None if then is None or now is None else max(0.0, (then - now).total_seconds())


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text or "")
    except ValueError:
        return None
