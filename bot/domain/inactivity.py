"""Who is quiet: by person, on clocks of their own, counting only time that was observed.

The clocks are gains at Wise Old Man, the game's chat, and Discord. Each says when somebody
was last seen on it and how much silence was *observed* since. What was not observed never
counts, so nobody is quiet for longer than somebody looked. Decision 100 gives the reasons.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.coverage import Heard, Observed, length
from bot.domain.ids import MemberId, UserId

LOOKED_WITHIN: Final = timedelta(days=2)
"""A clock that was looked at within this is at or near now; one that was not says nothing of today."""


class Standing(StrEnum):
    """What is known of a person. Only ``QUIET`` makes a candidate of anybody."""

    ACTIVE = "active"
    QUIET = "quiet"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    NEW = "new"
    SAFE = "safe"


class Why(StrEnum):
    """Why a clock cannot say that somebody is quiet."""

    NEVER_CHECKED = "never_checked"
    UNCHECKED = "unchecked"
    NO_START = "no_start"
    GAINS_SHORT = "gains_short"
    NAME_DISPUTED = "name_disputed"
    GAME_UNHEARD = "game_unheard"
    GAME_SHORT = "game_short"
    DISCORD_UNHEARD = "discord_unheard"
    DISCORD_SHORT = "discord_short"
    JOIN_UNKNOWN = "join_unknown"
    ROLES_UNKNOWN = "roles_unknown"


CHECKABLE: Final = frozenset({Why.NEVER_CHECKED, Why.UNCHECKED})
"""What goes away when Wise Old Man looks again."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason not to say that somebody is quiet.

    ``member`` and ``name`` are the account it is about, where it is about one. ``since`` is the
    last look, ``observed`` the silence that was observed.
    """

    why: Why
    member: MemberId | None = None
    name: str = ""
    since: datetime | None = None
    observed: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the clocks say of one account on the roster.

    ``checked_at`` is Wise Old Man's last look and ``gained_at`` the last gain it saw.
    ``still_since`` is from when on that look tells that nothing was gained: the last gain,
    else the first reading; None where neither is known. ``said_at`` is the last line or
    announcement in the game's chat. ``disputed`` is whether a name of theirs is.
    """

    member: MemberId
    name: str
    role: str | None
    joined_at: datetime | None
    checked_at: datetime | None = None
    gained_at: datetime | None = None
    still_since: datetime | None = None
    said_at: datetime | None = None
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A Discord user with the accounts that are theirs by verified links, the main one first.

    An account that nobody's link is verified for is a person by itself: ``user`` is None, and
    so is ``wrote_at``, since Discord is unknown then and not silent. ``absent_until`` is the end
    of an absence that lasts; time up to ``excused_until`` (an absence that is over, an answer
    to a notice) counts on no clock. ``safe`` says by what they are on the safe list;
    ``roles_unknown`` is whether Discord did not tell what might put them there.
    """

    accounts: tuple[AccountFacts, ...]
    user: UserId | None = None
    wrote_at: datetime | None = None
    absent_until: datetime | None = None
    because: str = ""
    excused_until: datetime | None = None
    safe: str | None = None
    roles_unknown: bool = False

    @property
    def lead(self) -> AccountFacts:
        """The account that stands for the person."""
        return self.accounts[0]

    @property
    def members(self) -> tuple[MemberId, ...]:
        """All of the person's accounts."""
        return tuple(one.member for one in self.accounts)

    @property
    def gained_at(self) -> datetime | None:
        """The last gain on any account."""
        return _latest(one.gained_at for one in self.accounts)

    @property
    def said_at(self) -> datetime | None:
        """The last line in the game on any account."""
        return _latest(one.said_at for one in self.accounts)

    @property
    def checked_at(self) -> datetime | None:
        """Up to when every account was looked at; None where one never was."""
        looks = [one.checked_at for one in self.accounts]
        return None if None in looks else min(one for one in looks if one is not None)

    @property
    def seen_at(self) -> datetime | None:
        """When they were last seen on any clock."""
        return _latest((self.gained_at, self.said_at, self.wrote_at))


@dataclass(frozen=True, slots=True)
class Judged:
    """A person with what follows for a limit. ``doubts`` are given where the standing is unknown."""

    person: Person
    limit: timedelta
    standing: Standing
    doubts: tuple[Doubt, ...] = ()

    @property
    def unchecked(self) -> tuple[MemberId, ...]:
        """The accounts that Wise Old Man would have to look at."""
        return tuple(one.member for one in self.doubts if one.why in CHECKABLE and one.member is not None)


def judge(person: Person, heard: Heard, limit: timedelta, now: datetime) -> Judged:
    """What is known of a person, the strongest first.

    Absent while an absence lasts; active when seen within the limit on any clock; safe by the
    safe list; new while an account of theirs is in the clan for less than the limit. Else they
    are quiet only if every clock that is used was looked at within :data:`LOOKED_WITHIN` and
    observed their silence for the whole limit. If one was not, they are unknown.
    """
    if person.absent_until is not None and person.absent_until > now:
        return Judged(person, limit, Standing.ABSENT)
    if person.seen_at is not None and now - person.seen_at < limit:
        return Judged(person, limit, Standing.ACTIVE)
    if person.safe is not None:
        return Judged(person, limit, Standing.SAFE)
    if any(one.joined_at is not None and now - one.joined_at < limit for one in person.accounts):
        return Judged(person, limit, Standing.NEW)
    doubts = tuple(_doubts(person, heard, limit, now))
    return Judged(person, limit, Standing.UNKNOWN if doubts else Standing.QUIET, doubts)


def _doubts(person: Person, heard: Heard, limit: timedelta, now: datetime) -> Iterator[Doubt]:
    for one in person.accounts:
        yield from _account_doubts(one, person.excused_until, limit, now)
    if heard.game is not None:
        start = _latest((person.said_at, _counted_from(person)))
        yield from _chat_doubts(heard.game, start, limit, now, Why.GAME_UNHEARD, Why.GAME_SHORT)
    if person.user is not None:
        start = _latest((person.wrote_at, _counted_from(person)))
        yield from _chat_doubts(heard.discord, start, limit, now, Why.DISCORD_UNHEARD, Why.DISCORD_SHORT)
    if person.roles_unknown:
        yield Doubt(Why.ROLES_UNKNOWN)


def _account_doubts(
    one: AccountFacts, excused_until: datetime | None, limit: timedelta, now: datetime
) -> Iterator[Doubt]:
    if one.joined_at is None:
        yield Doubt(Why.JOIN_UNKNOWN, one.member, one.name)
    if one.disputed:
        yield Doubt(Why.NAME_DISPUTED, one.member, one.name)
    start = _latest((one.still_since, one.joined_at, excused_until))
    if one.checked_at is None:
        yield Doubt(Why.NEVER_CHECKED, one.member, one.name)
    elif now - one.checked_at > LOOKED_WITHIN:
        yield Doubt(Why.UNCHECKED, one.member, one.name, one.checked_at)
    elif one.still_since is None or start is None:
        yield Doubt(Why.NO_START, one.member, one.name, one.checked_at)
    elif one.checked_at - start < limit:
        still = max(one.checked_at - start, timedelta(0))
        yield Doubt(Why.GAINS_SHORT, one.member, one.name, one.checked_at, still)


def _chat_doubts(
    heard: Sequence[Observed],
    start: datetime | None,
    limit: timedelta,
    now: datetime,
    unheard: Why,
    short: Why,
) -> Iterator[Doubt]:
    until = max((one.end for one in heard), default=None)
    if until is None or now - until > LOOKED_WITHIN:
        yield Doubt(unheard, since=until)
        return
    silent = length(heard, start or min(one.start for one in heard))
    if silent < limit:
        yield Doubt(short, since=until, observed=silent)


def _counted_from(person: Person) -> datetime | None:
    """Nobody is silent in a clan that they are not in, nor while they are excused."""
    return _latest((person.excused_until, min_known(one.joined_at for one in person.accounts)))


def min_known(moments: Iterable[datetime | None]) -> datetime | None:
    """The earliest of those that are known; None for none."""
    return min((one for one in moments if one is not None), default=None)


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((one for one in moments if one is not None), default=None)
