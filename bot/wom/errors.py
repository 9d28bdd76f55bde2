"""What can go wrong between us and WOM, one class a cause.

Every error says which request failed, with which status (None where no answer came)
and why. No text of an error holds the API key or a group's verification code.
"""

from typing import Literal

UpdateRefusal = Literal[
    "cooldown", "not_on_hiscores", "hiscores_down", "flagged", "archived", "opted_out", "blocked"
]
"""Why WOM would not update one player; the values of :class:`bot.domain.errors.UpdateRefused`."""


class WomError(Exception):
    """Base of all of them. ``request`` is method and path, as ``GET /groups/1``."""

    def __init__(self, request: str, reason: str, *, status: int | None = None) -> None:
        self.request = request
        self.reason = reason
        self.status = status
        answered = "" if status is None else f" answered {status}"
        super().__init__(f"{request}{answered}: {reason}")


class WomDown(WomError):
    """A 5xx, or no connection, or one that was cut.

    ``unsent`` is true where the request cannot have reached WOM, so that even a request
    that changes something may be sent again.
    """

    def __init__(self, request: str, reason: str, *, status: int | None = None, unsent: bool = False) -> None:
        super().__init__(request, reason, status=status)
        self.unsent = unsent


class WomTimeout(WomError):
    """No whole answer in time. ``unsent`` as in :class:`WomDown`."""

    def __init__(self, request: str, reason: str, *, unsent: bool = False) -> None:
        super().__init__(request, reason)
        self.unsent = unsent


class WomRateLimited(WomError):
    """The limiter of our address or key. ``retry_after`` is in seconds, None where WOM did not say."""

    def __init__(self, request: str, reason: str, *, retry_after: float | None) -> None:
        super().__init__(request, reason, status=429)
        self.retry_after = retry_after


class WomBlocked(WomError):
    """WOM blocked our address; asking again soon makes it worse."""


class WomNonsense(WomError):
    """An answer that is not what the API promises: HTML, cut-off JSON, wrong types, too large."""


class WomNotFound(WomError):
    """404: no such group or player (or a player whose profile was deleted)."""


class WomRefused(WomError):
    """Any other 4xx. ``code`` and ``message`` are WOM's, None and "" where it gave none."""

    def __init__(self, request: str, *, status: int, code: str | None, message: str) -> None:
        super().__init__(
            request, " ".join(part for part in (code, message) if part) or "refused", status=status
        )
        self.code = code
        self.message = message


class WrongVerificationCode(WomRefused):
    """The group's verification code is missing or wrong."""


class PlayerUpdateRefused(WomRefused):
    """WOM would not update this one player; it says nothing about others. ``why`` is the cause."""

    def __init__(
        self, request: str, *, status: int, code: str | None, message: str, why: UpdateRefusal
    ) -> None:
        super().__init__(request, status=status, code=code, message=message)
        self.why: UpdateRefusal = why


class PlayerOnCooldown(PlayerUpdateRefused):
    """This player was updated within the last 60 s."""
