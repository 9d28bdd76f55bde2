"""The game accounts of a Discord user, and which of them speaks."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.ids import MemberId, NameKey, UserId
from bot.domain.names import loose_key
from bot.domain.nicknames import exact_keys, loose_keys

CODE_LIFETIME = timedelta(minutes=15)
CODE_SKEW = timedelta(minutes=2)
"""How far Discord's clock may be behind ours: a line this much before its code was given still counts."""
OPEN_CODES = 3
"""Codes that a user may have open at once, each for another account."""
PENDING_NAMES = 5
"""Names not on the roster that are kept for a user at once."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a user. A ``verified`` link gives rights; the main one gets the messages.

    A claim does not ``stand`` once another user's link to the account is verified: it is
    kept, in case that turns out wrong, and counts for nothing.
    """

    member: MemberId
    name: str
    verified: bool
    is_main: bool
    stands: bool = True


@dataclass(frozen=True, slots=True)
class PendingName:
    """A name that a user gave while nobody on the roster held it; finished when somebody does."""

    key: NameKey
    name: str


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code that proves an account when it is said there, in the relayed chat, before it expires."""

    member: MemberId
    name: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class MyAccounts:
    """What ``/link`` shows. ``hears_chat`` is whether the clan has a relay in which a code can be said.

    ``kept`` is the name that was kept just now, ``nearest`` are members who may have been meant.
    """

    accounts: Sequence[Account] = ()
    pending: Sequence[PendingName] = ()
    codes: Sequence[OpenCode] = ()
    hears_chat: bool = False
    kept: str | None = None
    nearest: tuple[str, ...] = ()

    @property
    def provable(self) -> list[Account]:
        """The claims that a code would verify."""
        return [one for one in self.accounts if one.stands and not one.verified] if self.hears_chat else []


class LinkChange(StrEnum):
    """What became of a link without anybody's pressing a button."""

    VERIFIED = "verified"
    CLAIMED = "claimed"
    TAKEN = "taken"
    """A kept name was found on the roster, and is verified as another user's."""


@dataclass(frozen=True, slots=True)
class LinkNotice:
    """What a user is to be told privately, where that is possible."""

    user: UserId
    clan_name: str
    name: str
    change: LinkChange


@dataclass(frozen=True, slots=True)
class Owned:
    """An account of a user with the names that a nickname may call it by."""

    member: MemberId
    name: str
    is_main: bool
    present: frozenset[NameKey] = frozenset()
    former: frozenset[NameKey] = frozenset()


def speaks_for(nickname: str, accounts: Collection[Owned]) -> MemberId | None:
    """Which of a user's accounts speaks under a nickname; None where they have none.

    The one that a name in the nickname equals: its present name, else a former one; else
    the one whose name differs in separators alone. Where several are named, or none, it is
    the main account; where none of them is main, the first by name.
    """
    for named in _namings(nickname):
        found = [one.member for one in accounts if named(one)]
        if found:
            return found[0] if len(found) == 1 else _main(accounts)
    return _main(accounts)


def _namings(nickname: str) -> tuple[Callable[[Owned], bool], ...]:
    """How a nickname may name an account, the surest first."""
    exact, loose = exact_keys(nickname), loose_keys(nickname)
    return (
        lambda one: not exact.isdisjoint(one.present),
        lambda one: not exact.isdisjoint(one.former),
        lambda one: not loose.isdisjoint(map(loose_key, one.present | one.former)),
    )


def _main(accounts: Iterable[Owned]) -> MemberId | None:
    first = min(accounts, key=_order, default=None)
    return None if first is None else first.member


def main_first(accounts: Iterable[Account]) -> list[Account]:
    """Accounts as they are listed: the main one, the others by name, then those that do not stand.

    The main one is whoever :func:`speaks_for` takes where a nickname names nobody.
    """
    listed = sorted(accounts, key=lambda one: (not one.stands, *_order(one)))
    return [replace(one, is_main=one.stands and one is listed[0]) for one in listed]


def _order(one: Owned | Account) -> tuple[bool, str, MemberId]:
    return not one.is_main, one.name, one.member
