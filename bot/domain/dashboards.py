"""Who may see a clan's pages, and the links that let officers see theirs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from bot.domain.ids import ClanId, UserId

_PURPOSE: Final = "officers' pages 1"


@dataclass(frozen=True, slots=True)
class Pass:
    """Lets one user see the officers' pages of one clan until a moment, which no longer counts."""

    clan: ClanId
    user: UserId
    until: datetime

    def write(self) -> str:
        """As text, to be sealed. It says what it is for: other things are sealed with the same key."""
        return f"{_PURPOSE}:{self.clan}:{self.user}:{int(self.until.timestamp())}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What :meth:`write` wrote; None for anything else."""
        purpose, *numbers = text.split(":")
        if purpose != _PURPOSE or len(numbers) != 3 or not all(one.isdecimal() for one in numbers):
            return None
        clan, user, until = map(int, numbers)
        return cls(ClanId(clan), UserId(user), datetime.fromtimestamp(until, UTC))

    def opens(self, clan: ClanId, now: datetime) -> bool:
        """Whether it lets its user in."""
        return self.clan == clan and now < self.until


@dataclass(frozen=True, slots=True)
class DashboardState:
    """A clan's pages: since when everybody may see them, and where; None is off.

    ``served`` is whether this bot serves pages at all. ``address`` is None where nobody told it under
    which address people reach it.
    """

    served: bool
    public_since: datetime | None
    address: str | None
    lasts: timedelta
