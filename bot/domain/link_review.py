"""What officers see of links: claims that wait for them, and who is missing on which side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from bot.domain.ids import MemberId, UserId
from bot.domain.suggestions import Suggestion


class LinkList(StrEnum):
    """What officers look through. Stands in buttons, so a value is never renamed."""

    REVIEW = "review"
    SUGGESTED = "suggested"
    UNSEEN = "unseen"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Officer:
    """Who decides. ``manages`` is whether they may manage the server."""

    user: UserId
    manages: bool = False

    def may_verify(self, user: UserId) -> bool:
        """Whether they may say that an account is this user's.

        Of their own only with Manage Server, or an officer could take the owner's account and
        with it the owner's role; who manages the server gains nothing by it.
        """
        return self.manages or user != self.user


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that waits. ``nickname`` is None for a user who is not seen in the server.

    ``agrees`` is whether the nickname holds the account's name; ``rivals`` are how many others
    claim the same account. ``leads`` is whether the account leads the clan.
    """

    user: UserId
    member: MemberId
    name: str
    rank: str | None
    since: datetime
    nickname: str | None
    agrees: bool
    rivals: int
    leads: bool


@dataclass(frozen=True, slots=True)
class Unseen:
    """A member on the roster with no linked user in the server.

    ``left`` is whether somebody is linked who is not seen in the server; ``maybe`` is a user whose
    nickname is like the member's name.
    """

    member: MemberId
    name: str
    rank: str | None
    joined_at: datetime | None
    left: bool
    maybe: UserId | None = None


@dataclass(frozen=True, slots=True)
class Talker:
    """Somebody whose messages are nobody's on the roster: a Discord user, or a name in the game chat.

    ``names`` are the nicknames, the most used first; ``here`` is whether the user is in the server.
    """

    user: UserId | None
    names: tuple[str, ...]
    messages: int
    here: bool = True


def talkers(counts: Iterable[tuple[UserId | None, str, int]], here: Iterable[UserId]) -> list[Talker]:
    """Who talks most without being on the roster, from messages by user (None in the game) and name."""
    present = set(here)
    by_user: dict[UserId, dict[str, int]] = {}
    found: list[Talker] = []
    for user, name, number in counts:
        if user is None:
            found.append(Talker(None, (name,), number))
        else:
            names = by_user.setdefault(user, {})
            names[name] = names.get(name, 0) + number
    for user, names in by_user.items():
        ordered = sorted(names, key=lambda name: (-names[name], name))
        found.append(Talker(user, tuple(ordered), sum(names.values()), user in present))
    return sorted(found, key=lambda one: (-one.messages, one.names, one.user or 0))


def fingerprint(suggestions: Sequence[Suggestion]) -> int:
    """A number that differs when other pairs are suggested, so that nobody accepts what they did not see."""
    pairs = sorted((one.user, one.member) for one in suggestions)
    return int.from_bytes(blake2b(repr(pairs).encode(), digest_size=5).digest(), "big")
