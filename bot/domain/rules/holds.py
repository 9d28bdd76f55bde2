"""Members whom officers do not promote for a time."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import UserId


@dataclass(frozen=True, slots=True)
class Hold:
    """Who held a member, when and why; ``until`` None is until somebody says otherwise: exempt."""

    until: datetime | None
    by: UserId
    at: datetime
    note: str = ""
