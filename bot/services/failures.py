"""What WOM does wrong, as something that can be told to whoever waits for it."""

from datetime import datetime, timedelta

from bot.domain.errors import GroupNotFound, PlayerNotTracked, UserError, WomUnavailable, WrongGroupCode
from bot.wom.errors import (
    WomBlocked,
    WomDown,
    WomError,
    WomNonsense,
    WomNotFound,
    WomRateLimited,
    WomTimeout,
    WrongVerificationCode,
)

_REASONS: tuple[tuple[type[WomError], str], ...] = (
    (WomTimeout, "slow"),
    (WomRateLimited, "rate_limited"),
    (WomBlocked, "blocked"),
    (WomNonsense, "nonsense"),
    (WomDown, "down"),
)


def reason_of(error: WomError) -> str:
    """The reason of :class:`WomUnavailable` that fits; ``refused`` for any other answer."""
    return next((reason for kind, reason in _REASONS if isinstance(error, kind)), "refused")


def as_user_error(
    error: WomError, *, now: datetime, group: str | None = None, player: str | None = None
) -> UserError:
    """The error to show. What was not found is the group or the player that was asked for."""
    if isinstance(error, WrongVerificationCode):
        return WrongGroupCode()
    if isinstance(error, WomNotFound) and group is not None:
        return GroupNotFound(group)
    if isinstance(error, WomNotFound) and player is not None:
        return PlayerNotTracked(player)
    if isinstance(error, WomRateLimited) and error.retry_after is not None:
        return WomUnavailable("rate_limited", now + timedelta(seconds=error.retry_after))
    return WomUnavailable(reason_of(error))
