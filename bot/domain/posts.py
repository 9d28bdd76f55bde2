"""A post that has to be there exactly once, whatever fails on the way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.ids import ChannelId, ClanId, MessageId

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(minutes=30)


class GivenUp(StrEnum):
    """Why nothing more is done for a post. Stored, so a value is never renamed.

    ``NO_CHANNEL`` is one that may have arrived in a channel that is gone, ``UNKNOWN`` one that may stand
    where nobody may look: its days count as told.
    """

    TOO_LATE = "too_late"
    NO_CHANNEL = "no_channel"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Post:
    """What is stored of it. Between ``tried_at`` and an answer it may or may not have arrived.

    ``intended_at`` is when it was due. ``channel`` is where the last attempt went, before the first
    where it is to go.
    """

    clan: ClanId
    key: str
    channel: ChannelId
    intended_at: datetime
    tries: int = 0
    tried_at: datetime | None = None
    message: MessageId | None = None
    given_up: GivenUp | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.message is not None or self.given_up is not None

    def may_try(self, now: datetime) -> bool:
        """Whether it is time for another attempt: after a minute, then after twice as long each time."""
        if self.tried_at is None:
            return True
        wait = min(FIRST_WAIT * 2 ** min(self.tries - 1, 10), LONGEST_WAIT)
        return now - self.tried_at >= wait
