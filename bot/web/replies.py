"""What every answer carries: a strict policy, how long it may be kept, and compression."""

import gzip
from typing import Final

from aiohttp import web

from bot.present.site.pages import POLICY, plain
from bot.services.site_pages import Made

HEADERS: Final = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE: Final = "no-cache"
"""Asked for again each time, and answered in a line where nothing changed."""
FILE: Final = "public, max-age=31536000, immutable"
"""Its address changes when it does."""
SECRET: Final = "private, no-store"  # noqa: S105 -- how an officers' page may be kept: not at all


def reply(request: web.Request, made: Made, keep: str) -> web.Response:
    """What was made, compressed where the browser takes that; nothing of it where the browser has it."""
    tag = f'"{made.tag}"'
    headers = HEADERS | {"Cache-Control": keep, "ETag": tag, "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") in {tag, f"W/{tag}"}:
        return web.Response(status=304, headers=headers)
    body = made.body
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return web.Response(body=body, content_type=made.kind, charset="utf-8", headers=headers)


def refusal(status: int, title: str, says: str) -> web.Response:
    """A page of a few words."""
    return web.Response(
        status=status,
        text=plain(title, says),
        content_type="text/html",
        charset="utf-8",
        headers=HEADERS | {"Cache-Control": SECRET},
    )


def not_found() -> web.Response:
    """The same for what is not there and for what nobody may see."""
    return refusal(404, "Nothing here", "There is no such page, or nobody made it public.")


def elsewhere(location: str) -> web.Response:
    """Lead on to an address relative to this one, which holds behind any path of a proxy."""
    return web.Response(status=303, headers=HEADERS | {"Location": location, "Cache-Control": SECRET})
