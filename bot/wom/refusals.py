"""Which error an answer's status and body mean.

The status is judged first, since many of WOM's errors share one code.
"""

from collections.abc import Mapping

import msgspec

from bot.wom.errors import (
    PlayerOnCooldown,
    PlayerUpdateRefused,
    UpdateRefusal,
    WomBlocked,
    WomDown,
    WomError,
    WomNonsense,
    WomNotFound,
    WomRateLimited,
    WomRefused,
    WrongVerificationCode,
)
from bot.wom.pacing import retry_after

LONGEST_MESSAGE = 200
COOLDOWN = "PLAYER_IS_RATE_LIMITED"
NO_OUTDATED_MEMBERS = "NO_OUTDATED_MEMBERS"
CODE_ERRORS = frozenset({"MISSING_VERIFICATION_CODE", "INCORRECT_VERIFICATION_CODE"})
UPDATE_REFUSALS: Mapping[str, UpdateRefusal] = {
    "HISCORES_USERNAME_NOT_FOUND": "not_on_hiscores",
    "HISCORES_UNEXPECTED_ERROR": "hiscores_down",
    "HISCORES_SERVICE_UNAVAILABLE": "hiscores_down",
    "PLAYER_IS_FLAGGED": "flagged",
    "PLAYER_IS_ARCHIVED": "archived",
    "PLAYER_OPTED_OUT": "opted_out",
    "PLAYER_IS_BLOCKED": "blocked",
}
UPDATE_WORDS: Mapping[str, UpdateRefusal] = {
    "opted out": "opted_out",
    "archived": "archived",
    "flagged": "flagged",
    "blocked": "blocked",
}
"""For answers under a code that says nothing: the words that WOM uses, most telling first."""


class ErrorBody(msgspec.Struct, frozen=True):
    """WOM's errors: ``{code, message, subError?, data?}``, each of them at times missing."""

    code: str | None = None
    message: str = ""


_error_body = msgspec.json.Decoder(ErrorBody)


def error_of(
    request: str, status: int, headers: Mapping[str, str], body: bytes, *, secrets: tuple[str, ...] = ()
) -> WomError | None:
    """The error that an answer means; None for a 2xx. ``secrets`` are struck from WOM's words."""
    if 200 <= status < 300:
        return None
    said = _read(body, secrets)
    if status == 429:
        return _too_many(request, said, headers)
    if status >= 500:
        return WomDown(request, said.message or "server error", status=status)
    if status == 404:
        return WomNotFound(request, said.message or "not found", status=status)
    if status >= 400:
        kind = WrongVerificationCode if said.code in CODE_ERRORS else WomRefused
        return kind(request, status=status, code=said.code, message=said.message)
    return WomNonsense(request, "neither an answer nor an error", status=status)


def update_refusal(request: str, status: int, body: bytes) -> PlayerUpdateRefused | None:
    """Why WOM would not update a player; None where an error is not about the player."""
    said = _read(body, ())
    why: UpdateRefusal | None = UPDATE_REFUSALS.get(said.code or "")
    if why is None and status == 403:
        words = said.message.lower()
        why = next((cause for word, cause in UPDATE_WORDS.items() if word in words), None)
    if why is None:
        return None
    return PlayerUpdateRefused(request, status=status, code=said.code, message=said.message, why=why)


def _too_many(request: str, said: ErrorBody, headers: Mapping[str, str]) -> WomError:
    if said.code == COOLDOWN:
        return PlayerOnCooldown(request, status=429, code=said.code, message=said.message, why="cooldown")
    if "blocked" in said.message.lower():
        return WomBlocked(request, said.message, status=429)
    return WomRateLimited(request, said.message or "too many requests", retry_after=retry_after(headers))


def _read(body: bytes, secrets: tuple[str, ...]) -> ErrorBody:
    try:
        said = _error_body.decode(body)
    except msgspec.MsgspecError:
        return ErrorBody()
    message = said.message
    for secret in secrets:
        message = message.replace(secret, "***")
    return ErrorBody(said.code, message[:LONGEST_MESSAGE])
