"""Since when a member is in the clan and in their rank, and where windows that hang on it begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.as_of import RANK_CHANGED, Happened, Now, Stay, stays_of
from bot.domain.rules.bounds import Bounds, Gap, loosened
from bot.domain.rules.terms import LIFETIME, SINCE_JOINING, SINCE_RANK, window_days


@dataclass(frozen=True, slots=True)
class Since:
    """Since when a member is in the clan and in their rank.

    Where a date is not known, it is no later than ``seen``.
    """

    joined: datetime | None
    ranked: datetime | None
    seen: datetime

    @property
    def joining(self) -> datetime:
        """The start of a window since joining."""
        return self.joined or self.seen

    @property
    def rank(self) -> datetime:
        """The start of a window since the last rank."""
        return self.ranked or self.seen

    def begins(self, window: str) -> bool:
        """Whether it is known when a window begins for the member."""
        return {SINCE_JOINING: self.joined, SINCE_RANK: self.ranked}.get(window, self.seen) is not None


def since_of(member: Now, happened: Sequence[Happened]) -> Since:
    """When the present stay and the present rank began.

    Without any change of rank in the stay, the rank is as old as the stay, but known only since
    the roster first had the member.
    """
    stays = stays_of(member, happened)
    stay = stays[-1] if stays else Stay(member.known_since, None, None)
    changes = [one.at for one in happened if one.kind == RANK_CHANGED and stay.covers(one.at)]
    seen = max(stay.start, member.known_since)
    return Since(member.joined_at and stay.start, max(changes, default=None), seen)


def window_start(window: str, since: Since | None, now: datetime) -> datetime:
    """When a member's window begins; of a lifetime, when they joined."""
    days = window_days(window)
    if days is not None:
        return now - timedelta(days=days)
    if since is None:
        return now
    return since.joining if window in (SINCE_JOINING, LIFETIME) else since.rank


def from_known_start(number: Bounds, window: str, since: Since | None) -> Bounds:
    """So much at least where the window began at a time that is not known, before it was first seen."""
    return number if since is None or since.begins(window) else loosened(number, Gap.NO_DATE)


def last_seen(where: str, game: Bounds, discord: Bounds) -> Bounds:
    """Anywhere is where they were seen last. An unlinked member may be somebody who writes in Discord."""
    if where == "game":
        return game
    if where == "discord":
        return discord
    highs = [one.high for one in (game, discord) if one.high is not None]
    high = min(highs, default=None)
    low = min(game.low, discord.low)
    return Bounds(low, high, None if low == high else game.why or discord.why)
