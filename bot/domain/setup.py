"""What is set up for a server, and what of it works: the values of the checklist."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import ChannelId, GroupId


@dataclass(frozen=True, slots=True)
class RelayShare:
    """How well a relay is read: of the last ``of`` lines in ``channel``, ``read`` were understood."""

    channel: ChannelId
    read: int
    of: int


@dataclass(frozen=True, slots=True)
class SetupState:
    """One clan of a server as ``/setup`` shows it.

    ``members`` is None before the first roster has been read. ``relays`` are the
    channels that are read as relays; ``relay_found`` is one that looks like a relay
    and has not been confirmed. ``ranks_matched`` of ``ranks`` have a Discord role of
    the same name. ``lacking`` are Discord's names of the permissions that the bot needs and
    does not have, ``unreadable`` the tracked channels it cannot see.
    ``role_above`` is the name of the highest role that the bot would give but stands below.
    ``history_days`` are the whole days since the first stored reading.
    ``code_known`` is whether the group's verification code is stored and can be read.
    ``polled_at`` is the last poll that succeeded, ``poll_failed`` the reason
    (:class:`bot.domain.errors.WomUnavailable`) of one that failed since.
    With no ``bot_channels`` every answer is private at first. ``other_clans`` are the
    names of the server's other clans.
    """

    clan_name: str
    group: GroupId
    time_zone: str
    members: int | None = None
    relays: tuple[RelayShare, ...] = ()
    relay_found: RelayShare | None = None
    ranks: int = 0
    ranks_matched: int = 0
    role_above: str | None = None
    lacking: tuple[str, ...] = ()
    unreadable: tuple[ChannelId, ...] = ()
    message_content: bool = True
    history_days: int = 0
    code_known: bool = False
    polled_at: datetime | None = None
    poll_failed: str | None = None
    officer_roles: tuple[str, ...] = ()
    officer_channel: ChannelId | None = None
    bot_channels: tuple[ChannelId, ...] = ()
    other_clans: tuple[str, ...] = ()
