"""A loopback server that says what a test tells it to, and what the real WOM said."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.wom.client import WomClient
from bot.wom.pacing import Pacing
from bot.wom.transport import Patience

RECORDED = Path(__file__).parent / "recorded"
INDEX: dict[str, dict[str, Any]] = {
    entry["file"].split(".")[0]: entry for entry in json.loads((RECORDED / "index.json").read_bytes())
}
KEY = "key-that-nobody-may-see"
CODE = "123-456-789"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def body_of(case: str) -> bytes:
    """The recorded body, byte by byte."""
    return (RECORDED / INDEX[case]["file"]).read_bytes()


def json_of(case: str) -> Any:
    """The recorded body, read by another parser than the client's."""
    return json.loads(body_of(case))


def says(
    body: bytes | str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    content_type: str = "application/json",
) -> Answer:
    """An answer of these bytes."""
    raw = body.encode() if isinstance(body, str) else body

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=raw, status=status, headers=headers, content_type=content_type)

    return answer


def recorded(case: str, **headers: str) -> Answer:
    """What the real WOM answered with its headers; ``headers`` replace some of them (``_`` is ``-``)."""
    entry = INDEX[case]
    sent = {name: value for name, value in entry["headers"].items() if name != "Content-Type"}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    return says(body_of(case), entry["status"], sent)


def html(status: int) -> Answer:
    """A proxy's page."""
    return says("<!DOCTYPE html><html><body>oops</body></html>", status, content_type="text/html")


async def cut(request: web.Request) -> web.StreamResponse:
    """The connection ends before any answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def cut_in_the_middle(request: web.Request) -> web.StreamResponse:
    """The connection ends in the middle of the body."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"id": 1, ')
    assert request.transport is not None
    request.transport.abort()
    return response


async def stall(request: web.Request) -> web.StreamResponse:
    """No answer until the client hangs up."""
    await asyncio.Event().wait()
    raise AssertionError


@dataclass
class Seen:
    """A request as it reached the server."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """Plays its answers in order; the last one for ever."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list[Seen])
    answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict[tuple[str, str], list[Answer]])
    otherwise: Answer | None = None

    def on(self, method: str, path: str, *answers: Answer) -> None:
        """Play these for the path as it stands in the request line (still escaped)."""
        self.answers[method, path] = list(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request and play the next answer."""
        path = request.raw_path.partition("?")[0]
        body = await request.read()
        self.seen.append(Seen(request.method, path, dict(request.query), dict(request.headers), body))
        answers = self.answers.get((request.method, path)) or [self.otherwise]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        assert answer is not None, f"no answer for {request.method} {path}"
        return await answer(request)


@asynccontextmanager
async def serving() -> AsyncGenerator[Server]:
    """A server on a free port of the loopback interface."""
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def client_of(url: str, *, patience: Patience | None = None, api_key: str | None = KEY) -> WomClient:
    """A client that waits for nothing between its three tries."""
    return WomClient(
        url,
        user_agent="ClanStats (test)",
        api_key=api_key,
        pacing=Pacing(10_000),
        patience=patience or Patience(attempts=3, wait_initial=0, wait_max=0, wait_jitter=0, longest_wait=5),
    )
