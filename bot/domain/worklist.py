"""What officers have to do in the game itself: no API sets a rank there, or removes anybody."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.domain.desk_errors import NotOnWorklist
from bot.domain.identity import MemberState, key_of
from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.names import nearest

StepId = NewType("StepId", int)
"""One step of a clan's worklist; a later one has a greater number."""

EXPECTED_FOR = timedelta(days=14)
"""How long after a removal was ticked off the leave is expected on the roster."""


class StepKind(StrEnum):
    """What is done to a member. Stored, and in buttons, so a value is never renamed."""

    PROMOTE = "promote"
    DEMOTE = "demote"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step to be put on the list. Ranks are WOM's role keys; ``to_rank`` is None for a removal alone.

    ``origin`` says where it comes from, such as ``promotion:12``; while one of it is open, no other is put.
    """

    kind: StepKind
    member: MemberId
    origin: str
    from_rank: str | None = None
    to_rank: str | None = None

    def __post_init__(self) -> None:
        if (self.to_rank is None) != (self.kind is StepKind.REMOVE):
            raise ValueError(f"{self.kind} to {self.to_rank}")


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the list, under the member's name of today.

    ``gone`` is whether the member is on the roster no more. ``done_at`` and ``dropped_at`` are
    None while it is open; a dropped step was never done, and need not be.
    """

    id: StepId
    kind: StepKind
    member: MemberId
    name: str
    from_rank: str | None
    to_rank: str | None
    origin: str
    added_at: datetime
    added_by: UserId
    gone: bool = False
    done_at: datetime | None = None
    done_by: UserId | None = None
    dropped_at: datetime | None = None
    dropped_by: UserId | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits to be done."""
        return self.done_at is None and self.dropped_at is None

    @property
    def group(self) -> "StepGroup":
        """With which others it is done in one go."""
        return StepGroup(self.kind, self.to_rank)


@dataclass(frozen=True, slots=True)
class StepGroup:
    """Steps of one kind to one rank; all removals are one group."""

    kind: StepKind
    rank: str | None = None


@dataclass(frozen=True, slots=True)
class Ticked:
    """Steps that an officer did in the game, all at once."""

    clan: ClanId
    steps: tuple[Step, ...]
    by: UserId
    at: datetime


def grouped(steps: Iterable[Step], role_order: Sequence[str]) -> dict[StepGroup, list[Step]]:
    """The steps by group: promotions, demotions, removals, the highest rank first; names from A to Z.

    Ranks that the clan's order does not have come last, by their keys.
    """
    kinds, ranks = list(StepKind), {role: place for place, role in enumerate(role_order)}

    def place(group: StepGroup) -> tuple[int, int, str]:
        return kinds.index(group.kind), ranks.get(group.rank or "", len(ranks)), group.rank or ""

    found: dict[StepGroup, list[Step]] = {}
    for step in sorted(steps, key=lambda one: (one.name.casefold(), one.id)):
        found.setdefault(step.group, []).append(step)
    return {group: found[group] for group in sorted(found, key=place)}


def named(text: str, steps: Sequence[Step]) -> set[MemberId]:
    """Whom a list of names means, in any spelling, between commas or on lines of their own.

    Raises:
        NotOnWorklist: nobody among the steps is called one of them.
    """
    by_key = {key_of(step.name): step.member for step in steps}
    found: set[MemberId] = set()
    for typed in filter(None, map(str.strip, re.split(r"[,;\n]", text))):
        key = key_of(typed)
        if key is None or key not in by_key:
            raise NotOnWorklist(typed, nearest(typed, {step.name for step in steps}))
        found.add(by_key[key])
    return found


def expects_leave(member: MemberState, removed: Mapping[MemberId, datetime], now: datetime) -> bool:
    """Whether officers ticked off that they removed this member, at most :data:`EXPECTED_FOR` ago.

    ``removed`` is when each removal was ticked off last. Who came back since is expected no more.
    """
    at = removed.get(member.id)
    if at is None or now - at > EXPECTED_FOR:
        return False
    return member.joined_at is None or member.joined_at <= at
