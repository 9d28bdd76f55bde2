"""The roster as officers read it: who is in the clan, since when, and when each was last seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.ids import MemberId, UserId

NEW_WITHIN: Final = timedelta(days=30)
LEFT_WITHIN: Final = timedelta(days=90)
STALE_AFTER: Final = timedelta(days=7)
"""WOM has not looked at an account for so long: what it did since is unknown, and no inactivity."""


class RosterFilter(StrEnum):
    """Which of the clan's members a list shows."""

    ALL = "all"
    UNLINKED = "unlinked"
    NEW = "new"
    STALE = "stale"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class RosterLink:
    """A Discord user who linked the account."""

    user: UserId
    verified: bool


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One member. Every time is None where nothing is known.

    ``role`` is WOM's key. ``checked_at`` is WOM's last look at the account, ``gained_at`` the
    last gain it saw. ``said_at`` and ``wrote_at`` are the quarter of an hour of the last message
    in the game and in Discord; without a link Discord is unknown.
    """

    member: MemberId
    name: str
    role: str | None
    account_type: str
    joined_at: datetime | None
    left_at: datetime | None
    checked_at: datetime | None = None
    gained_at: datetime | None = None
    said_at: datetime | None = None
    wrote_at: datetime | None = None
    links: tuple[RosterLink, ...] = ()

    @property
    def seen_in_game(self) -> datetime | None:
        """The last gain or message in the game, whichever is later."""
        return max((at for at in (self.gained_at, self.said_at) if at is not None), default=None)

    def is_stale(self, now: datetime) -> bool:
        """Whether WOM has not looked for :data:`STALE_AFTER`, or never."""
        return self.checked_at is None or now - self.checked_at >= STALE_AFTER


def chosen(
    rows: Iterable[RosterRow],
    which: RosterFilter,
    role: str | None,
    role_order: Sequence[str],
    now: datetime,
) -> list[RosterRow]:
    """The members that a list shows, by rank in the clan's order and then by name.

    A role outside the order comes after all others. Who left comes with the latest leave
    first. ``role`` narrows to one of WOM's roles.
    """
    order = {one: place for place, one in enumerate(role_order)}
    found = [row for row in rows if _fits(row, which, now) and role in (None, row.role)]
    if which is RosterFilter.LEFT:
        return sorted(found, key=lambda row: (row.left_at or now, row.name.casefold()), reverse=True)
    return sorted(
        found, key=lambda row: (order.get(row.role or "", len(order)), row.role or "", row.name.casefold())
    )


def _fits(row: RosterRow, which: RosterFilter, now: datetime) -> bool:
    if which is RosterFilter.LEFT:
        return row.left_at is not None and now - row.left_at <= LEFT_WITHIN
    if row.left_at is not None:
        return False
    match which:
        case RosterFilter.UNLINKED:
            return not row.links
        case RosterFilter.NEW:
            return row.joined_at is not None and now - row.joined_at <= NEW_WITHIN
        case RosterFilter.STALE:
            return row.is_stale(now)
        case _:
            return True
