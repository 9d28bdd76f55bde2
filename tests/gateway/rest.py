"""The HTTP API, as far as a bot that listens needs it. What is not here answers 404 and is noted."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime

import discord
from aiohttp import web

from tests.gateway.sessions import MEMBERS, MESSAGE_CONTENT, Gateway, without_content
from tests.gateway.world import PRIVATE_THREAD, Json, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(data: object, *, status: int = 200) -> web.Response:
    """JSON as discord.py takes it: the content type has no charset, or it is not read as JSON."""
    return web.Response(body=json.dumps(data).encode(), content_type="application/json", status=status)


def refusal(status: int, code: int, message: str) -> web.Response:
    """An error in Discord's form."""
    return answer({"message": message, "code": code}, status=status)


class Api:
    """The routes. ``commands`` holds the registered commands by scope: a guild's id, or None for all."""

    def __init__(self, world: World, gateway: Gateway, on_message: Callable[[Json], None]) -> None:
        self.world = world
        self.gateway = gateway
        self.on_message = on_message
        self.shards = 1
        self.commands: dict[int | None, list[Json]] = {None: []}
        self.command_writes = 0
        self.history_requests: list[tuple[int, dict[str, str]]] = []
        self.history_open = asyncio.Event()
        self.history_open.set()
        self.pages_before_hold: int | None = None
        self.unhandled: list[str] = []

    def application(self) -> web.Application:
        """An aiohttp application with every route under Discord's path."""
        app = web.Application(middlewares=[self._guard])
        for method, path, handler in (
            ("GET", "/gateway/bot", self._gateway_bot),
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/@me", self._application),
            ("GET", "/applications/{app}/commands", self._get_commands),
            ("PUT", "/applications/{app}/commands", self._put_commands),
            ("GET", "/applications/{app}/guilds/{guild}/commands", self._get_commands),
            ("PUT", "/applications/{app}/guilds/{guild}/commands", self._put_commands),
            ("GET", "/guilds/{guild}/threads/active", self._active_threads),
            ("GET", "/channels/{channel}", self._channel),
            ("GET", "/channels/{channel}/messages", self._messages),
            ("POST", "/channels/{channel}/messages", self._send_message),
            ("GET", "/channels/{channel}/threads/archived/{kind}", self._archived_threads),
            ("GET", "/channels/{channel}/users/@me/threads/archived/private", self._joined_threads),
        ):
            app.router.add_route(method, "/api/v10" + path, handler)
        app.router.add_route("*", "/api/{rest:.*}", self._unknown)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if (
            request.path.startswith("/api")
            and request.headers.get("Authorization") != f"Bot {self.gateway.token}"
        ):
            return refusal(401, 0, "401: Unauthorized")
        if channel := request.match_info.get("channel"):
            if int(channel) not in self.world.history:
                return refusal(404, 10003, "Unknown Channel")
            if int(channel) in self.world.hidden:
                return refusal(403, 50001, "Missing Access")
        return await handler(request)

    async def _unknown(self, request: web.Request) -> web.Response:
        self.unhandled.append(f"{request.method} {request.path}")
        return refusal(404, 0, "404: Not Found")

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return answer({"url": self.gateway.url, "shards": self.shards, "session_start_limit": limit})

    async def _me(self, _: web.Request) -> web.Response:
        return answer(self.world.members[self.world.bot_id]["user"])

    async def _application(self, _: web.Request) -> web.Response:
        refused = self.gateway.refused_intents
        flags = discord.ApplicationFlags(
            gateway_message_content_limited=not refused & MESSAGE_CONTENT,
            gateway_guild_members_limited=not refused & MEMBERS,
        )
        return answer(
            {
                "id": str(self.world.bot_id),
                "name": self.world.bot_name,
                "description": "",
                "icon": None,
                "bot_public": False,
                "bot_require_code_grant": False,
                "owner": self.world.members[self.world.owner_id]["user"],
                "team": None,
                "verify_key": "00",
                "flags": flags.value,
            }
        )

    async def _get_commands(self, request: web.Request) -> web.Response:
        return answer(self.commands.get(_scope(request), []))

    async def _put_commands(self, request: web.Request) -> web.Response:
        self.command_writes += 1
        scope = _scope(request)
        fixed: Json = {"application_id": str(self.world.bot_id), "version": str(self.world.new_id())}
        if scope is not None:
            fixed["guild_id"] = str(scope)
        given: list[Json] = await request.json()
        base: Json = {"type": 1, "description": "", "options": []}
        stored = [base | command | fixed | {"id": str(self.world.new_id())} for command in given]
        self.commands[scope] = stored
        return answer(stored)

    async def _channel(self, request: web.Request) -> web.Response:
        channel = int(request.match_info["channel"])
        return answer(self.world.channels.get(channel) or self.world.threads[channel])

    async def _messages(self, request: web.Request) -> web.Response:
        channel = int(request.match_info["channel"])
        asked = dict(request.query)
        self.history_requests.append((channel, asked))
        await self._pass_hold()
        limit = int(asked.get("limit", "50"))
        if not 1 <= limit <= 100 or len(asked.keys() & {"before", "after", "around"}) > 1:
            return refusal(400, 50035, "Invalid Form Body")
        before, after = (int(asked[key]) if key in asked else None for key in ("before", "after"))
        page = self.world.page(channel, limit, before=before, after=after)
        if self.gateway.refused_intents & MESSAGE_CONTENT:
            page = [without_content(message) for message in page]
        return answer(page)

    async def _pass_hold(self) -> None:
        if self.pages_before_hold is not None:
            self.pages_before_hold -= 1
            if self.pages_before_hold < 0:
                self.history_open.clear()
        self.gateway.changed()
        await self.history_open.wait()

    async def _send_message(self, request: web.Request) -> web.Response:
        said = await _payload(request)
        message = self.world.add_message(
            int(request.match_info["channel"]),
            self.world.bot_id,
            said.get("content") or "",
            embeds=said.get("embeds") or (),
        )
        self.on_message(message)
        return answer({**message, "nonce": said.get("nonce")})

    async def _active_threads(self, _: web.Request) -> web.Response:
        active = [thread for thread in self.world.threads.values() if self.world.is_active(thread)]
        return answer({"threads": active, "members": [], "has_more": False})

    async def _joined_threads(self, _: web.Request) -> web.Response:
        """The bot has joined no private thread."""
        return answer({"threads": [], "members": [], "has_more": False})

    async def _archived_threads(self, request: web.Request) -> web.Response:
        channel, private = request.match_info["channel"], request.match_info["kind"] == "private"
        before = request.query.get("before")
        found = [
            thread
            for thread in self.world.threads.values()
            if thread["parent_id"] == channel
            and not self.world.is_active(thread)
            and (thread["type"] == PRIVATE_THREAD) is private
            and (before is None or _archived_at(thread) < datetime.fromisoformat(before))
        ]
        found.sort(key=_archived_at, reverse=True)
        limit = int(request.query.get("limit", "50"))
        return answer({"threads": found[:limit], "members": [], "has_more": len(found) > limit})


async def _payload(request: web.Request) -> Json:
    """The body, which is one part of a form where files come with it."""
    if request.content_type == "application/json":
        return await request.json()
    form = await request.post()
    return json.loads(str(form["payload_json"]))


def _scope(request: web.Request) -> int | None:
    guild = request.match_info.get("guild")
    return int(guild) if guild else None


def _archived_at(thread: Json) -> datetime:
    return datetime.fromisoformat(thread["thread_metadata"]["archive_timestamp"])
