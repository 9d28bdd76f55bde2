"""Sending a request to WOM and getting bytes back: pacing, retries, limits, logging."""

import random
import time
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote

import aiohttp
import stamina
import structlog
from yarl import URL

from bot.wom.errors import WomDown, WomError, WomNonsense, WomRateLimited, WomTimeout
from bot.wom.pacing import Pacing
from bot.wom.refusals import error_of, update_refusal

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes, unpacked: six times the largest clan's metrics, and decoded within 50 ms."""


class Again(Enum):
    """When a failed request may be sent again.

    ``ALWAYS``: it only reads. ``UNLESS_DONE``: it changes something at WOM, so only where
    it was surely not carried out: it could not be sent, or the limiter turned it away.
    Had it been carried out, a second try would report the player's cooldown as the outcome.
    """

    ALWAYS = "always"
    UNLESS_DONE = "unless_done"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait and how often to try; seconds.

    ``longest_wait`` bounds what WOM may ask for by ``Retry-After``: where it asks for
    more, the request is given up at once and the error says how long it would take.
    """

    attempts: int = 4
    wait_initial: float = 1.0
    wait_max: float = 15.0
    wait_jitter: float = 1.0
    longest_wait: float = 90.0
    connect: float = 10.0
    stall: float = 30.0
    total: float = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``template`` is a path as ``/groups/{}``, filled in with ``args``; it goes to the log.

    ``secret`` travels as the verification code in the body, beside ``said``, and is struck from
    every message.
    ``background`` gives way to all other requests, and is never sent again by itself: who asks in
    the background has time to come back later.
    """

    method: str
    template: str
    args: tuple[str | int, ...] = ()
    params: dict[str, str] = field(default_factory=dict[str, str])
    again: Again = Again.ALWAYS
    secret: str | None = field(default=None, repr=False)
    said: dict[str, str] = field(default_factory=dict[str, str])
    updates_player: bool = False
    background: bool = False

    @property
    def path(self) -> str:
        """The path with its arguments escaped, so that no name reaches another endpoint."""
        return self.template.format(*(quote(str(arg), safe="").replace(".", "%2E") for arg in self.args))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Transport:
    """Sends calls to one WOM server. Use it as an async context manager.

    Raises:
        ValueError: the base address is not one of HTTP.
    """

    def __init__(
        self, base_url: str, *, user_agent: str, api_key: str | None, pacing: Pacing, patience: Patience
    ) -> None:
        url = URL(base_url)
        if url.scheme not in {"http", "https"} or not url.host:
            raise ValueError(f"not an HTTP address: {base_url!r}")
        self._base = base_url.rstrip("/")
        self._headers = {"User-Agent": user_agent, "Accept": "application/json"}
        if api_key:
            self._headers["x-api-key"] = api_key
        self._api_key = api_key
        self._pacing = pacing
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool; nothing is sent yet."""
        timeout = aiohttp.ClientTimeout(
            total=self._patience.total, connect=self._patience.connect, sock_read=self._patience.stall
        )
        connector = aiohttp.TCPConnector(limit=8)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout, connector=connector)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, call: Call) -> bytes:
        """The body of a 2xx answer, after as many tries as the call allows.

        Raises:
            WomError: what came instead; see :mod:`bot.wom.errors`.
        """
        patience = self._patience
        tries = stamina.retry_context(
            on=lambda error: self._backoff(call, error),
            attempts=patience.attempts,
            timeout=None,
            wait_initial=patience.wait_initial,
            wait_max=patience.wait_max,
            wait_jitter=patience.wait_jitter,
        )
        async for attempt in tries:
            with attempt:
                return await self._logged(call, attempt.num)
        raise AssertionError("stamina ended without a result or an error")

    def _backoff(self, call: Call, error: Exception) -> bool | float:
        """Whether to try again, or after how many seconds."""
        if call.background:
            return False
        if isinstance(error, WomRateLimited):
            if error.retry_after is None:
                return True
            wait = error.retry_after + random.uniform(0, self._patience.wait_jitter)  # noqa: S311 -- no secret
            return wait if error.retry_after <= self._patience.longest_wait else False
        if isinstance(error, WomDown | WomTimeout):
            return error.unsent or call.again is Again.ALWAYS
        return False

    async def _logged(self, call: Call, attempt: int) -> bytes:
        await (self._pacing.background_turn() if call.background else self._pacing.turn())
        started = time.perf_counter()
        fields = {"method": call.method, "path": call.template, "attempt": attempt}
        try:
            status, body = await self._once(call)
        except WomError as error:
            log.warning(
                "wom_request_failed",
                **fields,
                ms=_ms_since(started),
                status=error.status,
                error=type(error).__name__,
                reason=error.reason,
            )
            raise
        log.info("wom_request", **fields, ms=_ms_since(started), status=status, bytes=len(body))
        return body

    async def _once(self, call: Call) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the WOM client is not open")
        # A redirect is never followed: aiohttp would take our API key along to another host.
        sending = self._session.request(
            call.method,
            URL(self._base + call.path, encoded=True).update_query(call.params),
            json=None if call.secret is None else {**call.said, "verificationCode": call.secret},
            allow_redirects=False,
        )
        try:
            async with sending as response:
                body = await _read(call, response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _no_answer(call, error) from error
        self._judge(call, response, body)
        return response.status, body

    def _judge(self, call: Call, response: aiohttp.ClientResponse, body: bytes) -> None:
        self._pacing.heed(response.headers)
        if call.updates_player and not response.ok:
            refusal = update_refusal(str(call), response.status, body)
            if refusal is not None:
                raise refusal
        secrets = tuple(secret for secret in (self._api_key, call.secret) if secret)
        error = error_of(str(call), response.status, response.headers, body, secrets=secrets)
        if isinstance(error, WomRateLimited) and error.retry_after is not None:
            self._pacing.hold(error.retry_after)
        if error is not None:
            raise error


async def _read(call: Call, response: aiohttp.ClientResponse) -> bytes:
    """The whole unpacked body, given up as soon as it is too large."""
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > LARGEST_BODY:
            raise WomNonsense(str(call), f"more than {LARGEST_BODY} bytes", status=response.status)
    return bytes(body)


def _no_answer(call: Call, error: aiohttp.ClientError | TimeoutError | OSError) -> WomError:
    if isinstance(error, TimeoutError):
        unsent = isinstance(error, aiohttp.ConnectionTimeoutError)
        return WomTimeout(
            str(call), "no connection in time" if unsent else "no answer in time", unsent=unsent
        )
    unsent = isinstance(error, aiohttp.ClientConnectorError)
    what = "no connection" if unsent else "the connection was cut"
    return WomDown(str(call), f"{what} ({type(error).__name__})", unsent=unsent)


def _ms_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
