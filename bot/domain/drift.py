"""Where a member's ranks disagree: in the game, at WOM, in Discord, and by the clan's rules.

What is unknown agrees with everything. An emoji of the relay that is older than the last change
of rank that WOM told of says nothing of today.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.change_sets import Roles
from bot.domain.ids import MemberId, UserId
from bot.domain.role_sync import Clanspeople, RoleSyncOptions

_NOT_LETTERS = re.compile(r"[\W_]+")
_AROUND = re.compile(r"^(?:clanicon|clanrank|rankicon|rank|icon)|(?:clanicon|rankicon|rank|icon)$")


@dataclass(frozen=True, slots=True)
class ShownRank:
    """The rank emoji that a relay showed last beside a member's name, and when."""

    emoji: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ranked:
    """A member with WOM's role, None where it is unknown; ``changed_at`` is WOM's last change of it."""

    member: MemberId
    name: str
    role: str | None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """A member whose ranks disagree. None is unknown, or not compared.

    ``emoji`` is what the relay showed, at ``shown_at``; ``in_game`` the rank that it stands for.
    ``held`` are the ranks' roles that ``user`` has in Discord and ``role`` the one that WOM's rank has.
    """

    member: MemberId
    name: str
    at_wom: str | None
    in_game: str | None = None
    emoji: str | None = None
    shown_at: datetime | None = None
    user: UserId | None = None
    held: Roles | None = None
    role: int | None = None
    earned: str | None = None

    @property
    def in_game_differs(self) -> bool:
        """The game shows another rank than WOM."""
        return self.in_game is not None and self.at_wom is not None and self.in_game != self.at_wom

    @property
    def discord_differs(self) -> bool:
        """Discord shows another rank than WOM."""
        if self.held is None or self.at_wom is None:
            return False
        return self.held != (frozenset() if self.role is None else frozenset({self.role}))

    @property
    def earned_differs(self) -> bool:
        """The rules give another rank than WOM shows."""
        return self.earned is not None and self.at_wom is not None and self.earned != self.at_wom

    def __bool__(self) -> bool:
        """Whether anything disagrees."""
        return self.in_game_differs or self.discord_differs or self.earned_differs


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Whose ranks disagree, of ``compared`` members; ``unknown`` emojis stand for no rank that is known.

    ``shown`` members had an emoji in the relay, ``maps_roles`` is whether ranks have Discord roles.
    """

    rows: tuple[Drift, ...]
    compared: int
    shown: int
    unknown: tuple[str, ...]
    maps_roles: bool
    knows_earned: bool
    polled_at: datetime | None


def rank_of_emoji(emoji: str, ranks: Iterable[str]) -> str | None:
    """The rank that an emoji stands for, by its name; None where it is none's.

    Capitals, separators and words such as ``Clan_icon_-_`` around the name make no difference.
    """
    folded = _fold(emoji)
    names = {folded, _AROUND.sub("", folded)} - {""}
    return next((rank for rank in ranks if _fold(rank) in names), None)


def _fold(name: str) -> str:
    return _NOT_LETTERS.sub("", name).casefold()


def drifts(
    members: Sequence[Ranked],
    order: Sequence[str],
    shown: Mapping[MemberId, ShownRank],
    who: Clanspeople,
    people: Mapping[UserId, Roles],
    options: RoleSyncOptions,
    earned: Mapping[MemberId, str],
) -> list[Drift]:
    """Everybody whose ranks disagree, by rank and then by name.

    Of a person's accounts only the one with the highest rank is compared with Discord, since
    its rank's role is the one that the person has.
    """
    held = {one.role for one in members if one.role is not None}
    ranks = [*order, *sorted(held.difference(order))]
    owners = _owners(who, people) if options.ranks else {}
    found = [_drift(one, ranks, shown.get(one.member), owners, people, options, earned) for one in members]
    place = {rank: number for number, rank in enumerate(ranks)}
    return sorted(
        filter(None, found), key=lambda one: (place.get(one.at_wom or "", len(place)), one.name.casefold())
    )


def _owners(who: Clanspeople, people: Collection[UserId]) -> dict[MemberId, UserId]:
    """Whose rank's role an account decides, of those who are in the server."""
    owners: dict[MemberId, UserId] = {}
    for user in who.accounts:
        rank, name = who.rank_of(user)
        if rank is not None and user in people:
            owners |= {one.member: user for one in who.in_clan(user) if one.name == name}
    return owners


def _drift(
    one: Ranked,
    ranks: Sequence[str],
    shown: ShownRank | None,
    owners: Mapping[MemberId, UserId],
    people: Mapping[UserId, Roles],
    options: RoleSyncOptions,
    earned: Mapping[MemberId, str],
) -> Drift:
    is_fresh = shown is not None and (one.changed_at is None or shown.at >= one.changed_at)
    user = owners.get(one.member)
    return Drift(
        one.member,
        one.name,
        one.role,
        in_game=rank_of_emoji(shown.emoji, ranks) if shown is not None and is_fresh else None,
        emoji=shown.emoji if shown is not None else None,
        shown_at=shown.at if shown is not None else None,
        user=user,
        held=None if user is None else people[user] & frozenset(options.ranks.values()),
        role=options.ranks.get(one.role or ""),
        earned=earned.get(one.member),
    )


def unknown_emojis(shown: Iterable[ShownRank], ranks: Collection[str]) -> list[str]:
    """The emojis that stand for no rank that is known, the most frequent first."""
    counts: dict[str, int] = {}
    for one in shown:
        if rank_of_emoji(one.emoji, ranks) is None:
            counts[one.emoji] = counts.get(one.emoji, 0) + 1
    return sorted(counts, key=lambda emoji: (-counts[emoji], emoji))
