"""A clan, the Discord server it lives in, and the relays it listens to, as values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.doubles import DOUBLES_WITHIN, RelayId
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, UserId


@dataclass(frozen=True, slots=True)
class Clan:
    """One WOM group linked to one server.

    ``role_order`` are WOM's role keys, highest first, in the clan's own order.
    ``polled_at`` is the last poll that succeeded; ``failed_at`` with ``failure`` (a reason
    of :class:`bot.domain.errors.WomUnavailable`) the last one that did not, None after a success.
    ``doubles_within`` is how far apart two of its relays write the same line; see
    :func:`bot.domain.doubles.find_doubles`.
    """

    id: ClanId
    guild: GuildId
    group: GroupId
    name: str
    zone: ZoneInfo
    is_default: bool
    role_order: tuple[str, ...]
    created_at: datetime
    sealed_code: str | None = None
    polled_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str | None = None
    lists_read_at: datetime | None = None
    update_all_at: datetime | None = None
    doubles_within: timedelta = DOUBLES_WITHIN


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What officers chose for their server. An empty ``included`` tracks every text channel.

    ``backfill_days`` is how far back a channel is read that was never read before.
    ``nicknames_follow`` is whether nicknames are changed when their owners are renamed in the game.
    """

    guild: GuildId
    officer_roles: frozenset[int] = frozenset()
    officer_channel: ChannelId | None = None
    bot_channels: frozenset[int] = frozenset()
    included: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    backfill_days: int = 30
    nicknames_follow: bool = False

    def tracks(self, channel: int, parent: int | None = None) -> bool:
        """Whether messages there become facts. A thread follows its parent unless it is named itself."""
        if channel in self.excluded:
            return False
        if channel in self.included:
            return True
        if parent is not None:
            return self.tracks(parent)
        return not self.included


@dataclass(frozen=True, slots=True)
class Relay:
    """A bot or webhook whose lines in one channel are the in-game chat.

    ``author_name`` is how it called itself when it was chosen, None where that was not looked up.
    """

    clan: ClanId
    channel: ChannelId
    author: UserId
    lines_read: int = 0
    lines_understood: int = 0
    author_name: str | None = None

    @property
    def id(self) -> RelayId:
        """What tells it from the clan's other relays."""
        return RelayId(self.channel, self.author)
