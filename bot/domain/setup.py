"""What is set up for a server, and what of it works: the values of ``/setup``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.errors import UnreadableGroupCode
from bot.domain.ids import ChannelId, GroupId, UserId
from bot.domain.past import PastProgress
from bot.domain.relay import EmbedText

_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
"""Spaces and hyphens of any kind, and the dashes that word processors make of them."""
_CODE = re.compile(r"([0-9]{3})([0-9]{3})([0-9]{3})")


def read_group_code(text: str) -> str:
    """A group's verification code in WOM's own form, ``123-456-789``.

    Spaces and hyphens may be missing, or stand anywhere.

    Raises:
        UnreadableGroupCode: there is anything else than nine digits.
    """
    found = _CODE.fullmatch(_BETWEEN.sub("", text))
    if found is None:
        raise UnreadableGroupCode
    return "-".join(found.groups())


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group at WOM that may be the clan."""

    group: GroupId
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A message of a bot or webhook, as far as it tells whether that is a relay."""

    author: UserId
    author_name: str
    content: str
    embeds: tuple[EmbedText, ...] = ()


@dataclass(frozen=True, slots=True)
class RelayShare:
    """How well a relay is read: of the last ``of`` lines in ``channel``, ``read`` were understood.

    ``author`` writes them; ``author_name`` is how that bot or webhook calls itself, None where
    that was not looked up. ``rest`` are some of the lines that were not understood, as they came.
    """

    channel: ChannelId
    read: int
    of: int
    author: UserId | None = None
    author_name: str | None = None
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuildRole:
    """A Discord role that members can be given; ``in_reach`` where it stands below the bot's own."""

    id: int
    name: str
    in_reach: bool


@dataclass(frozen=True, slots=True)
class GuildFacts:
    """What Discord says about a server. ``roles`` are the highest first.

    ``lacking`` are Discord's names of the permissions that the bot needs and does not have,
    ``unreadable`` and ``unwritable`` channels where it should read or answer and may not.
    ``officers_gone`` is whether the officers' channel is not there any more.
    ``may_rename`` is whether it may change nicknames, which only officers who want that need.
    ``lines`` are the newest messages of bots and webhooks in channels that may be a relay's;
    empty where a relay is not looked for.
    """

    roles: Sequence[GuildRole] = ()
    lacking: tuple[str, ...] = ()
    unreadable: tuple[ChannelId, ...] = ()
    unwritable: tuple[ChannelId, ...] = ()
    officers_gone: bool = False
    message_content: bool = True
    may_rename: bool = False
    lines: Mapping[ChannelId, Sequence[ChannelLine]] = field(
        default_factory=dict[ChannelId, Sequence[ChannelLine]]
    )


@dataclass(frozen=True, slots=True)
class RankMatch:
    """A rank of the clan at WOM (its key) and its Discord role, None where there is none.

    It is the one that was ``chosen`` for it, else the one of the same name.
    """

    rank: str
    role: GuildRole | None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a long task is done."""

    done: int
    of: int


def match_ranks(ranks: Iterable[str], roles: Iterable[GuildRole]) -> tuple[RankMatch, ...]:
    """Which Discord role each rank has. Names are equal without capitals; ``_`` and ``-`` are spaces.

    Of several roles of one name the first counts.
    """
    named: dict[str, GuildRole] = {}
    for role in roles:
        named.setdefault(_folded(role.name), role)
    return tuple(RankMatch(rank, named.get(_folded(rank))) for rank in ranks)


def chosen_first(
    matches: Iterable[RankMatch], chosen: Mapping[str, int], roles: Iterable[GuildRole]
) -> tuple[RankMatch, ...]:
    """The same with the roles that were chosen, by rank; one that was deleted since is none."""
    known = {role.id: role for role in roles}
    return tuple(
        RankMatch(one.rank, known.get(chosen[one.rank]), chosen=True) if one.rank in chosen else one
        for one in matches
    )


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").split()).casefold()


@dataclass(frozen=True, slots=True)
class SetupState:
    """One clan of a server as ``/setup`` shows it.

    ``members`` is None before the first roster has been read. ``relays`` are the
    channels that are read as relays; ``relay_found`` is one that looks like a relay
    and has not been confirmed; ``unknown_lines`` are lines of relays of the last 30 days that no
    form fitted. ``ranks_matched`` of ``ranks`` have a Discord role of
    the same name. ``lacking`` are Discord's names of the permissions that the bot needs and
    does not have, ``unreadable`` the tracked channels it cannot see.
    ``role_above`` is the name of the highest role that the bot would give but stands below.
    ``history_days`` are the whole days since the first channel was observed, ``loading`` how
    far an older stretch has been read back, None where none is. ``past`` is how far WOM's history from
    before the bot is read, None where it was never asked for.
    ``code_known`` is whether the group's verification code is stored and can be read.
    ``unwritable`` are channels chosen for answers in which it may not write, ``officers_gone`` is whether
    the ``officer_channel`` is not there any more.
    ``polled_at`` is the last poll that succeeded, ``poll_failed`` the reason
    (:class:`bot.domain.errors.WomUnavailable`) of one that failed since.
    With no ``bot_channels`` every answer is private at first. ``other_clans`` are the
    names of the server's other clans. ``nicknames_follow`` is whether nicknames follow names
    in the game, ``may_rename`` whether Discord lets the bot change them. ``role_sync`` is whether
    Discord roles follow ranks.
    """

    clan_name: str
    group: GroupId
    time_zone: str
    members: int | None = None
    relays: tuple[RelayShare, ...] = ()
    relay_found: RelayShare | None = None
    unknown_lines: int = 0
    ranks: int = 0
    ranks_matched: int = 0
    role_above: str | None = None
    lacking: tuple[str, ...] = ()
    unreadable: tuple[ChannelId, ...] = ()
    unwritable: tuple[ChannelId, ...] = ()
    message_content: bool = True
    history_days: int = 0
    loading: Progress | None = None
    past: PastProgress | None = None
    code_known: bool = False
    polled_at: datetime | None = None
    poll_failed: str | None = None
    officer_roles: tuple[str, ...] = ()
    officer_channel: ChannelId | None = None
    officers_gone: bool = False
    bot_channels: tuple[ChannelId, ...] = ()
    other_clans: tuple[str, ...] = ()
    nicknames_follow: bool = False
    may_rename: bool = False
    role_sync: bool = False
