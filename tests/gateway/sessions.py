"""The gateway: connections over websockets, and sessions that outlive them and can be resumed."""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.gateway.world import Json, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, REQUEST_MEMBERS = 0, 1, 2, 6, 8
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11

GUILDS, MEMBERS, GUILD_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 1, 1 << 9, 1 << 15

NEEDED_INTENT = {
    "THREAD_CREATE": GUILDS,
    "THREAD_UPDATE": GUILDS,
    "MESSAGE_CREATE": GUILD_MESSAGES,
    "MESSAGE_DELETE": GUILD_MESSAGES,
    "MESSAGE_DELETE_BULK": GUILD_MESSAGES,
}
"""An event that is not here reaches every session."""


@dataclass
class Connection:
    """One websocket. What is put into ``outbox`` is sent in order by one task."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport
    outbox: asyncio.Queue[Json] = field(default_factory=asyncio.Queue[Json])

    def send(
        self, op: int, data: object = None, *, event: str | None = None, sequence: int | None = None
    ) -> None:
        """Put one payload on its way."""
        self.outbox.put_nowait({"op": op, "d": data, "t": event, "s": sequence})

    async def write(self) -> None:
        """Send until cancelled or the other side is gone."""
        while True:
            payload = await self.outbox.get()
            try:
                await self.socket.send_str(json.dumps(payload))
            except (ConnectionError, RuntimeError):
                return


@dataclass
class Session:
    """What a bot may resume: the events that it may not have received, by sequence number."""

    id: str
    intents: int
    shard: tuple[int, int]
    connection: Connection | None
    sequence: int = 0
    sent: deque[tuple[int, str, Json]] = field(default_factory=deque[tuple[int, str, Json]])

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event, or keep it for the next RESUME."""
        self.sequence += 1
        self.sent.append((self.sequence, event, data))
        if self.connection is not None:
            self.connection.send(DISPATCH, data, event=event, sequence=self.sequence)

    def received(self, sequence: int | None) -> None:
        """The bot said in a heartbeat how far it is: earlier events will not be asked for."""
        while self.sent and sequence is not None and self.sent[0][0] <= sequence:
            self.sent.popleft()

    def replay(self, after: int) -> None:
        """Send again what came after a sequence number, then say that this was all."""
        if self.connection is not None:
            for sequence, event, data in self.sent:
                if sequence > after:
                    self.connection.send(DISPATCH, data, event=event, sequence=sequence)
        self.dispatch("RESUMED", {})


class Gateway:
    """Sessions and connections; ``changed`` is called whenever one of them comes or goes."""

    def __init__(self, world: World, token: str, changed: Callable[[], None]) -> None:
        self.world = world
        self.token = token
        self.changed = changed
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self.refused_intents = 0
        self.heartbeat_seconds = 41.25
        self.identifies = 0
        self.resumes = 0
        self.invalid_resumes = 0

    @property
    def connected(self) -> list[Session]:
        """The sessions that have a connection now."""
        return [session for session in self.sessions.values() if session.connection is not None]

    def broadcast(self, event: str, data: Json) -> None:
        """Dispatch an event to each session of the guild's shard that asked for such events."""
        needed = NEEDED_INTENT.get(event, 0)
        for session in self.sessions.values():
            shard, count = session.shard
            if (self.world.guild_id >> 22) % count == shard and session.intents & needed == needed:
                session.dispatch(event, self._as_intended(session, event, data))

    def _as_intended(self, session: Session, event: str, data: Json) -> Json:
        is_own = event == "MESSAGE_CREATE" and data["author"]["id"] == str(self.world.bot_id)
        if event != "MESSAGE_CREATE" or is_own or session.intents & MESSAGE_CONTENT:
            return data
        return without_content(data)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One websocket, from hello to its end."""
        socket = web.WebSocketResponse(autoclose=True)
        await socket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        connection = Connection(socket, request.transport)
        self.connections.append(connection)
        writer = asyncio.create_task(connection.write())
        connection.send(HELLO, {"heartbeat_interval": int(self.heartbeat_seconds * 1000)})
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    payload: Json = json.loads(message.data)
                    await self._receive(connection, payload["op"], payload["d"])
        finally:
            writer.cancel()
            self._detach(connection)
        return socket

    async def _receive(self, connection: Connection, op: int, data: Any) -> None:
        session = next((s for s in self.sessions.values() if s.connection is connection), None)
        if op == HEARTBEAT:
            connection.send(HEARTBEAT_ACK)
            if session is not None:
                session.received(data)
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            self._resume(connection, data)
        elif op == REQUEST_MEMBERS and session is not None:
            self._send_members(session, data)

    async def _identify(self, connection: Connection, data: Json) -> None:
        self.identifies += 1
        if data["token"] != self.token:
            await connection.socket.close(code=4004, message=b"Authentication failed.")
        elif data["intents"] & self.refused_intents:
            await connection.socket.close(code=4014, message=b"Disallowed intent(s).")
        else:
            shard, count = data.get("shard", (0, 1))
            session = Session(secrets.token_hex(16), data["intents"], (shard, count), connection)
            self.sessions[session.id] = session
            self._welcome(session)
        self.changed()

    def _welcome(self, session: Session) -> None:
        shard, count = session.shard
        is_ours = (self.world.guild_id >> 22) % count == shard
        ready = {
            "v": 10,
            "user": self.world.members[self.world.bot_id]["user"],
            "guilds": [{"id": str(self.world.guild_id), "unavailable": True}] if is_ours else [],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [shard, count],
            "application": {"id": str(self.world.bot_id), "flags": 0},
        }
        session.dispatch("READY", ready)
        if is_ours and session.intents & GUILDS:
            session.dispatch("GUILD_CREATE", self.world.guild(all_members=bool(session.intents & MEMBERS)))

    def _resume(self, connection: Connection, data: Json) -> None:
        session = self.sessions.get(data["session_id"])
        if session is None or data["token"] != self.token:
            self.invalid_resumes += 1
            connection.send(INVALID_SESSION, data=False)
        else:
            self.resumes += 1
            session.connection = connection
            session.replay(data["seq"])
        self.changed()

    def _send_members(self, session: Session, data: Json) -> None:
        wanted = {int(user) for user in data.get("user_ids", [])}
        found = [member for user, member in self.world.members.items() if not wanted or user in wanted]
        chunk: Json = {
            "guild_id": str(self.world.guild_id),
            "members": found,
            "chunk_index": 0,
            "chunk_count": 1,
        }
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce"), "not_found": []})

    def _detach(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        for session in self.sessions.values():
            if session.connection is connection:
                session.connection = None
        self.changed()

    async def drop(self, *, code: int | None) -> None:
        """End every connection: with a close code, or without a word where it is None."""
        for connection in self.connections.copy():
            # Detached first: what is dispatched meanwhile waits for the RESUME.
            self._detach(connection)
            if code is None:
                connection.transport.abort()
            else:
                await connection.socket.close(code=code)
        self.changed()


def without_content(message: Json) -> Json:
    """A message as a bot without the message content intent gets it."""
    return {**message, "content": "", "embeds": [], "attachments": [], "components": []}
