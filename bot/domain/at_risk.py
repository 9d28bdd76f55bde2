"""Members who may be about to leave, judged against their own past and by the clan's watch rules.

For officers' eyes, to say hello in time. What was not observed puts nobody on a list; decision
120 gives the reasons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.gains import Reading
from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.inactivity import Person, min_known
from bot.domain.rules.judging import Finding
from bot.domain.usual import (
    RECENT,
    Beginning,
    Listened,
    Pace,
    Talk,
    gained,
    gained_first,
    said,
    said_first,
    together,
    unknown_pace,
)

NEW_FROM: Final = timedelta(days=7)
NEW_UNTIL: Final = timedelta(days=45)
MUTE_DAYS: Final = 30


class Risk(StrEnum):
    """The lists. They stand in buttons, so a value is never renamed."""

    FADING = "f"
    NEWCOMER = "n"
    OFFICER = "o"
    WATCH = "w"
    MUTED = "m"


class Sign(StrEnum):
    """What speaks for a list."""

    XP_FELL = "xp_fell"
    CHAT_FELL = "chat_fell"
    NO_CHAT = "no_chat"
    SILENT = "silent"


class LeftOut(StrEnum):
    """Why somebody is on no list whatever they do. ``UNKNOWN``: whether they are safe is not known."""

    AWAY = "away"
    WAS_AWAY = "was_away"
    SAFE = "safe"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """A person and what was observed of them.

    ``readings`` are the total XP of each account, in the order of the person's accounts.
    ``is_officer`` is whether a rank or a Discord role of theirs is an officer's.
    """

    person: Person
    readings: tuple[Sequence[Reading], ...]
    talk: Talk
    is_officer: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A person, what they usually do and did lately, and the list that it puts them on, if any.

    ``first_xp`` and ``first_chat`` are given of who is new.
    """

    person: Person
    xp: Pace
    chat: Pace
    risk: Risk | None = None
    signs: tuple[Sign, ...] = ()
    first_xp: Beginning | None = None
    first_chat: Beginning | None = None
    left_out: LeftOut | None = None


def judge(known: Known, listened: Listened, now: datetime) -> Judged:
    """Which list a person is on: quiet officers before quiet newcomers before fading, or none."""
    person, talk = known.person, known.talk
    joined = joined_at(person)
    # While a name of theirs is in dispute, who said what is not known.
    is_disputed = any(one.disputed for one in person.accounts)
    xp = together(
        [
            gained(those, one.joined_at, now)
            for one, those in zip(person.accounts, known.readings, strict=True)
        ],
        now,
    )
    chat = unknown_pace(now) if is_disputed else said(talk, listened, joined, now)
    judged = Judged(person, xp, chat, left_out=_left_out(person, now))
    if judged.left_out is not None:
        return judged
    fell = _fell(xp, chat)
    if known.is_officer:
        signs = (Sign.SILENT,) if (xp.recent, chat.recent) == (0, 0) else fell
        return _on(judged, Risk.OFFICER, signs)
    if joined is not None and NEW_FROM <= now - joined <= NEW_UNTIL:
        return _new(known, listened, joined, judged, now, is_disputed=is_disputed)
    return _on(judged, Risk.FADING, fell)


def joined_at(person: Person) -> datetime | None:
    """When the first of a person's accounts joined; None where that is not known of all."""
    moments = [one.joined_at for one in person.accounts]
    return None if None in moments else min_known(moments)


def _left_out(person: Person, now: datetime) -> LeftOut | None:
    if person.absent_until is not None and person.absent_until > now:
        return LeftOut.AWAY
    if person.excused_until is not None and now - person.excused_until < RECENT:
        return LeftOut.WAS_AWAY
    if person.safe is not None:
        return LeftOut.SAFE
    return LeftOut.UNKNOWN if person.roles_unknown else None


def _fell(xp: Pace | Beginning | None, chat: Pace | Beginning | None) -> tuple[Sign, ...]:
    signs = (Sign.XP_FELL, xp), (Sign.CHAT_FELL, chat)
    return tuple(sign for sign, one in signs if one is not None and one.fell)


def _on(judged: Judged, risk: Risk, signs: tuple[Sign, ...]) -> Judged:
    return Judged(
        judged.person,
        judged.xp,
        judged.chat,
        risk if signs else None,
        signs,
        judged.first_xp,
        judged.first_chat,
    )


def _new(
    known: Known, listened: Listened, joined: datetime, judged: Judged, now: datetime, *, is_disputed: bool
) -> Judged:
    """Somebody new: no word since they joined, or less after the first week than in it."""
    xp = gained_first(known.readings, joined, now)
    chat = None if is_disputed else said_first(known.talk, listened, joined, now)
    judged = Judged(judged.person, judged.xp, judged.chat, first_xp=xp, first_chat=chat)
    signs = _fell(xp, chat)
    if known.talk.discord is not None and not is_disputed:
        heard = listened.all_of(joined, now, discord=True)
        if heard and not known.talk.between(joined, now):
            signs = (Sign.NO_CHAT, *signs)
    return _on(judged, Risk.NEWCOMER, signs)


@dataclass(frozen=True, slots=True)
class Hit:
    """A watch rule that an account meets, as it is worded to officers."""

    member: MemberId
    rule: str
    says: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Mute:
    """Officers do not want to see a member in the lists until a time; None is for good."""

    by: UserId
    at: datetime
    until: datetime | None = None

    def lasts(self, now: datetime) -> bool:
        """Whether it does. At its end it does not."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Listed:
    """A person with everything that the lists know of them."""

    judged: Judged
    hits: tuple[Hit, ...] = ()
    mute: Mute | None = None

    def is_in(self, risk: Risk) -> bool:
        """Whether they are on a list. Who is muted is on no other one."""
        if risk is Risk.MUTED or self.mute is not None:
            return risk is Risk.MUTED and self.mute is not None
        if risk is Risk.WATCH:
            return bool(self.hits) and self.judged.left_out is None
        return self.judged.risk is risk


@dataclass(frozen=True, slots=True)
class RiskReport:
    """The whole clan. ``watches`` is how many watch rules there are."""

    clan: ClanId
    now: datetime
    people: tuple[Listed, ...]
    watches: int = 0
    has_relay: bool = True

    def of(self, risk: Risk) -> list[Listed]:
        """Who is on a list: who fell the furthest comes first, then by name."""
        found = [one for one in self.people if one.is_in(risk)]
        return sorted(found, key=lambda one: (*_order(one, risk), _name(one)))

    def by_member(self, member: MemberId) -> Listed | None:
        """The person of an account; None where it is nobody's on the roster."""
        return next((one for one in self.people if member in one.judged.person.members), None)

    @property
    def measured(self) -> tuple[int, int]:
        """Of how many people the last two weeks are known, in XP and in chat."""
        known = [(one.judged.xp.recent, one.judged.chat.recent) for one in self.people]
        return sum(1 for xp, _ in known if xp is not None), sum(1 for _, chat in known if chat is not None)


def _order(one: Listed, risk: Risk) -> tuple[object, ...]:
    if risk is Risk.WATCH:
        return (one.hits[0].rule,)
    if risk is Risk.NEWCOMER:
        return (-len(one.judged.signs), joined_at(one.judged.person))
    silent = Sign.SILENT not in one.judged.signs
    return (silent, -len(one.judged.signs), min(one.judged.xp.share, one.judged.chat.share))


def _name(one: Listed) -> str:
    return one.judged.person.lead.name.casefold()


def hits_of(person: Person, by_member: Mapping[MemberId, Sequence[Hit]]) -> tuple[Hit, ...]:
    """The watch rules that any account of a person meets."""
    return tuple(hit for member in person.members for hit in by_member.get(member, ()))
