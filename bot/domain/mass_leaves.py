"""When so many members are missing at once that none is believed to have left until officers say so."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId, UserId


class LeaveVerdict(StrEnum):
    """What officers say of it. Stored, so a value is never renamed."""

    LEFT = "left"
    NOT_TRUE = "not-true"


@dataclass(frozen=True, slots=True)
class MassLeave:
    """Members who are missing at once since ``seen_at``, and what became of it.

    ``missing`` of ``active`` members were missing then; ``names`` are some of them. The notice
    in the officers' channel is at ``channel`` and ``message`` once it is posted. ``ended_at`` is
    when a roster was sane again, or officers said that they left; None while it lasts.
    """

    clan: ClanId
    clan_name: str
    guild: GuildId
    seen_at: datetime
    missing: int
    active: int
    names: tuple[str, ...] = ()
    channel: ChannelId | None = None
    message: MessageId | None = None
    verdict: LeaveVerdict | None = None
    decided_by: UserId | None = None
    decided_at: datetime | None = None
    ended_at: datetime | None = None
