"""Who was in the clan at a moment of the past, under which name and with which rank.

What is stored of a member is how they are now, and what happened to them. From both
follows how they were: stays in the clan, and rank changes within them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.domain.identity import Held
from bot.domain.ids import MemberId

JOINED, LEFT, RANK_CHANGED = "joined", "left", "rank_changed"
"""What happens to a member's stay in the clan, as stored."""
RETURNED, RENAMED = "returned", "renamed"
"""Beside the join, that somebody is back who had left; and that somebody took another name."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a member: a joined, left or rank-changed one.

    ``before`` and ``after`` are WOM's roles: of a leave the last one, of a join the first.
    """

    kind: str
    at: datetime
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """A member as stored, of whom the past is asked. ``root`` is whom they show under, mostly themselves.

    ``joined_at`` and ``left_at`` are of the last stay; None is unknown, and not gone.
    ``known_since`` is when the clan's roster first had them.
    """

    id: MemberId
    root: MemberId
    name: str
    role: str | None
    joined_at: datetime | None
    left_at: datetime | None
    known_since: datetime


@dataclass(frozen=True, slots=True)
class Then:
    """A member as they were at a moment; ``role`` is WOM's, None where it is unknown or they were not there.

    ``is_member`` is whether they were in the clan. Where not, ``left_at`` is when they had
    left it, None for who had not come yet, and ``joined_at`` when they came next, None for never.
    """

    name: str
    role: str | None
    is_member: bool
    joined_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in the clan, ``[start, end)``; no end is "still". ``role`` is WOM's at its end, if known."""

    start: datetime
    end: datetime | None
    role: str | None

    def covers(self, moment: datetime) -> bool:
        """Whether the moment belongs to it: the time of a leave does not."""
        return self.start <= moment and (self.end is None or moment < self.end)


def stays_of(member: Now, happened: Sequence[Happened]) -> list[Stay]:
    """A member's stays, the oldest first.

    Each leave ends one. The last began when the member is said to have joined, an officer's
    word included; an earlier one with the first join that is known of it. Where no join is
    known, the first began when the roster first had them, another with the leave before it.
    """
    ends = {one.at: one.before for one in happened if one.kind == LEFT}
    if member.left_at is not None:
        ends = {end: role for end, role in ends.items() if end < member.left_at} | {member.left_at: None}
    bounds = [None, *sorted(ends), *([] if member.left_at else [None])]
    stays: list[Stay] = []
    for since, end in pairwise(bounds):
        last = end == member.left_at
        joins = [one.at for one in happened if one.kind == JOINED and _within(one.at, since, end)]
        start = (member.joined_at if last else None) or min(joins, default=since or member.known_since)
        role = member.role if last or end is None else ends[end]
        stays.append(Stay(max(start, since or start), end, role))
    return stays


def _within(at: datetime, since: datetime | None, end: datetime | None) -> bool:
    return (since is None or since <= at) and (end is None or at < end)


def then(member: Now, happened: Sequence[Happened], names: Iterable[Held], moment: datetime) -> Then:
    """A member as they were at ``moment``. ``names`` are theirs, in any order."""
    stays = stays_of(member, happened)
    name = name_at(names, moment) or member.name
    stay = next((one for one in stays if one.covers(moment)), None)
    if stay is not None:
        return Then(name, _role_at(stay, happened, moment), True, stay.start, None)
    left = [one.end for one in stays if one.end is not None and one.end <= moment]
    coming = [one.start for one in stays if one.start > moment]
    return Then(name, None, False, min(coming, default=None), max(left, default=None))


def name_at(names: Iterable[Held], moment: datetime) -> str | None:
    """What a member was called: the name held then, else the next one that was; None for none."""
    later = [held for held in names if held.end is None or moment < held.end]
    return min(later, key=lambda held: (held.end is None, held.end or moment)).display if later else None


def _role_at(stay: Stay, happened: Iterable[Happened], moment: datetime) -> str | None:
    """What the stay's next change was from; without one, the role at its end.

    Where WOM does not say what it was from, the last that is known before.
    """
    told = [one for one in happened if _within(one.at, stay.start, stay.end)]
    after = [one for one in told if one.kind == RANK_CHANGED and one.at > moment]
    role = min(after, key=lambda one: one.at).before if after else stay.role
    if role is not None:
        return role
    before = [one for one in told if one.after is not None and one.at <= moment]
    return max(before, key=lambda one: one.at).after if before else None


def roster_at(
    members: Iterable[Now],
    happened: Mapping[MemberId, Sequence[Happened]],
    names: Mapping[MemberId, Collection[Held]],
    moment: datetime,
) -> dict[MemberId, Then]:
    """Everybody as they were at ``moment``, in the clan or not, by whom they show under.

    ``happened`` is by the member's own id, ``names`` by whom they show under. Of several who
    show under one, who was in the clan then speaks for them all, else the one they show under.
    """
    found: dict[MemberId, Then] = {}
    for member in sorted(members, key=lambda one: one.id == one.root):
        was = then(member, happened.get(member.id, ()), names.get(member.root, ()), moment)
        known = found.get(member.root)
        if known is None or was.is_member >= known.is_member:
            found[member.root] = was
    return found
