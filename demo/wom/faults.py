"""The ways in which the simulated WOM can be down, slow or wrong."""

import asyncio

from aiohttp import web

KINDS = frozenset(
    {"500", "503", "html", "stall", "truncated", "cut", "empty", "nonsense", "limiter", "blocked"}
)
PAGE = "<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>"
LIMITS = {"RateLimit-Limit": "20", "RateLimit-Remaining": "0", "RateLimit-Reset": "60", "Retry-After": "60"}
TOO_MANY = "Too Many Requests. Please check https://docs.wiseoldman.net/#rate-limits--api-keys."


class Faults:
    """At most one fault at a time, for everybody or for one group's requests."""

    def __init__(self) -> None:
        self.kind: str | None = None
        self._group: int | None = None
        self._over = asyncio.Event()

    def begin(self, kind: str, group: int | None) -> None:
        """Raises: ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind} (there are {', '.join(sorted(KINDS))})")
        self.kind, self._group, self._over = kind, group, asyncio.Event()

    def end(self) -> None:
        """Answer properly again, also what stalls."""
        self.kind, self._group = None, None
        self._over.set()

    async def instead(self, request: web.Request) -> web.StreamResponse | None:
        """The useless answer that the request gets; None for a proper one."""
        kind = self.kind
        if kind is None or (self._group is not None and request.match_info.get("group") != str(self._group)):
            return None
        if kind == "stall":
            await self._over.wait()
            return None
        if kind == "cut" and request.transport is not None:
            request.transport.abort()
        return _answer(kind)


def _answer(kind: str) -> web.Response:
    match kind:
        case "html":
            return web.Response(text=PAGE, content_type="text/html")
        case "truncated":
            return web.Response(text='{"id": 1, "name": "Cl', content_type="application/json")
        case "nonsense":
            return web.json_response({"surprise": [1, None, "two"]})
        case "limiter":
            return web.json_response({"message": TOO_MANY}, status=429, headers=LIMITS)
        case "blocked":
            return web.json_response(
                {"message": "You are blocked. Please contact us on Discord."}, status=429
            )
        case "500" | "503":
            return web.Response(text=PAGE, content_type="text/html", status=int(kind))
        case _:
            return web.Response(text="")
