"""A small Discord on loopback, with the switches that a test needs."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.gateway.rest import Api
from tests.gateway.sessions import Gateway
from tests.gateway.world import Json, World

TOKEN = "MTIz.fake.token"


class FakeDiscord:
    """Use it as an async context manager; it runs in the test's event loop.

    The bot may run in the same loop (see :func:`tests.gateway.launch.pointed_at`) or as a
    process of its own (``python -m tests.gateway.launch``). ``world`` is what exists,
    ``gateway`` counts identifies and resumes, ``api`` has what was asked and registered.
    """

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.world = World()
        self.gateway = Gateway(self.world, token, self._notify)
        self.api = Api(self.world, self.gateway, self._announce)
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._change = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = self.api.application()
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.gateway.url = f"ws://{host}:{port}/gateway"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release_history()
        await self.gateway.drop(code=None)
        if self._runner is not None:
            await self._runner.cleanup()

    # What users do

    def post(
        self,
        channel: int,
        author: int,
        content: str,
        *,
        embeds: Sequence[Mapping[str, object]] = (),
        webhook: str | None = None,
    ) -> int:
        """Say something now; the bot hears it, or will after a RESUME. The answer is the message's id."""
        message = self.world.add_message(channel, author, content, embeds=embeds, webhook=webhook)
        self._announce(message)
        return int(message["id"])

    def lay(
        self, channel: int, author: int, content: str, at: datetime, *, webhook: str | None = None
    ) -> int:
        """Put a message of the past into the history, where nobody hears it."""
        return int(self.world.add_message(channel, author, content, webhook=webhook, at=at)["id"])

    def delete(self, *messages: int) -> None:
        """Delete one message, or several of one channel in bulk."""
        gone = [data for data in map(self.world.remove_message, messages) if data is not None]
        if not gone:
            return
        ids = [data["id"] for data in gone]
        place = {"channel_id": gone[0]["channel_id"], "guild_id": str(self.world.guild_id)}
        if len(ids) == 1:
            self.gateway.broadcast("MESSAGE_DELETE", {"id": ids[0], **place})
        else:
            self.gateway.broadcast("MESSAGE_DELETE_BULK", {"ids": ids, **place})

    def open_thread(self, parent: int, name: str) -> int:
        """Open a public thread now; the answer is its id, which is a channel to post in."""
        thread = self.world.add_thread(parent, name)
        self.gateway.broadcast("THREAD_CREATE", {**self.world.threads[thread], "newly_created": True})
        return thread

    def archive_thread(self, thread: int) -> None:
        """Archive a thread now."""
        self.gateway.broadcast("THREAD_UPDATE", self.world.archive(thread))

    # What goes wrong

    async def drop_connection(self, *, resumable: bool = True, code: int | None = 4000) -> None:
        """End the bot's connections; where not ``resumable`` the sessions are forgotten too.

        ``code`` None cuts the line without a closing frame.
        """
        if not resumable:
            self.forget_sessions()
        await self.gateway.drop(code=code)

    def forget_sessions(self) -> None:
        """The next RESUME is refused; a connection that is open stays open and hears nothing more."""
        self.gateway.sessions.clear()
        self._notify()

    def refuse_intents(self, intents: int) -> None:
        """Switch privileged intents off in the developer portal: identifying with one closes with 4014."""
        self.gateway.refused_intents = intents

    def hold_history(self, *, after_pages: int) -> None:
        """Answer so many more pages of history and let the next ones wait."""
        self.api.pages_before_hold = after_pages

    def release_history(self) -> None:
        """Answer every waiting page of history, and all later ones."""
        self.api.pages_before_hold = None
        self.api.history_open.set()

    # What a test waits for

    @property
    def history_is_held(self) -> bool:
        """Whether a page of history is waiting."""
        return not self.api.history_open.is_set()

    async def until(self, condition: Callable[[], bool], timeout: float = 60) -> None:  # noqa: ASYNC109 -- the tests' own patience
        """Wait until something that the fake can see is so: a connection, a session, a request.

        Raises:
            TimeoutError: it did not come about in ``timeout`` seconds.
        """
        async with asyncio.timeout(timeout):
            while not condition():
                await self._change.wait()

    async def connected(self) -> None:
        """Wait until a bot has a session and a connection."""
        await self.until(lambda: bool(self.gateway.connected))

    def history(self, channel: int) -> Iterable[Json]:
        """The messages of a channel, oldest first."""
        return [self.world.messages[message] for message in self.world.history[channel]]

    def _announce(self, message: Json) -> None:
        self.gateway.broadcast("MESSAGE_CREATE", self.world.event_of(message))

    def _notify(self) -> None:
        self._change.set()
        self._change = asyncio.Event()
