"""Who was who in the old system: which of its members a name was, and which of its authors are relays.

It folded names by taking all separators out, so ``Jo hn`` and ``John`` were one there, and
it guessed unknown names by their parts. Its folded names are compared with each other only.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from bot.domain.decisions import names_in_force
from bot.domain.identity import Held, is_span
from bot.domain.ids import MemberId, NameKey
from bot.domain.nicknames import loose_keys
from bot.domain.old_values import display_of

IMPORTED = "import"
"""The origin of a name that the old system knew with its separators."""
FOLDED = "folded name"
"""The origin of a name that it knew without them only."""
RELAY_NAMES = 25
RELAY_MEMBERS = 3
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class OldAlias:
    """A name of a member there. ``canonical`` may have separators; ``first`` and ``last`` are sightings."""

    name: str
    canonical: str | None
    first: datetime | None
    last: datetime | None
    is_current: bool


@dataclass(frozen=True)
class OldMember:
    """A member there. ``name`` is folded; ``seen_at`` is when the old system last dealt with them."""

    id: int
    name: str
    role: str | None
    joined_at: datetime | None
    seen_at: datetime | None
    aliases: tuple[OldAlias, ...] = ()

    @property
    def key(self) -> str:
        """What tells them from every other: ids were given again there."""
        return f"{self.id}:{self.name}"

    @cached_property
    def names(self) -> frozenset[str]:
        """Every folded name that is known of them."""
        return frozenset({self.name, *(alias.name for alias in self.aliases)})

    @cached_property
    def display(self) -> tuple[str, NameKey] | None:
        """Their last name with its separators and its key; None where only the folded one is known."""
        own = [alias for alias in self.aliases if alias.name == self.name]
        spelt = [found for alias in own if (found := display_of(alias.canonical))]
        return spelt[0] if spelt else None

    def held(self, member: MemberId, until: datetime) -> list[Held]:
        """The names that they had as ``member``, one after the other, the last one up to ``until``.

        A former name without a time of its own is left out; without separators it is the folded one's.
        """
        found: list[Held] = []
        before: datetime | None = None
        former = [alias for alias in self.aliases if alias.name != self.name and alias.last]
        for alias in sorted(former, key=lambda one: one.last or until):
            spelt, folded = display_of(alias.canonical), display_of(alias.name)
            shown = spelt or folded
            start = max((at for at in (alias.first, before) if at), default=None)
            end = min((alias.last or until) + _TICK, until)
            if shown is not None and is_span(start, end):
                origin = IMPORTED if spelt else FOLDED
                found.append(Held(member, shown[1], shown[0], start, end, origin))
                before = end
        shown = self.display or display_of(self.name)
        if shown is not None and is_span(before, until):
            origin = IMPORTED if self.display else FOLDED
            found.append(Held(member, shown[1], shown[0], before, until, origin))
        return found


@dataclass(frozen=True)
class Span:
    """An old member over ``[start, end)``; None is open."""

    member: int
    start: datetime | None = None
    end: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)


@dataclass(frozen=True)
class OldNames:
    """Every name in the old system, and whose it was."""

    members: Mapping[int, OldMember]
    _spans: dict[str, tuple[Span, ...]] = field(default_factory=dict[str, tuple[Span, ...]])

    @cached_property
    def _bearers(self) -> Mapping[str, list[OldMember]]:
        found: dict[str, list[OldMember]] = {}
        for member in self.members.values():
            for name in member.names:
                found.setdefault(name, []).append(member)
        return found

    def spans(self, name: str) -> tuple[Span, ...]:
        """Whose a folded name was when; time in which two had it, or nobody can be told to, is nobody's.

        The name of one member alone was always theirs. Of several who had it, each had it while it
        was sighted as theirs, and who has it now has it since the others were last seen with it.
        """
        if name not in self._spans:
            bearers = self._bearers.get(name, []) if name else []
            self._spans[name] = (Span(bearers[0].id),) if len(bearers) == 1 else _told_apart(name, bearers)
        return self._spans[name]

    def at(self, name: str, moment: datetime) -> int | None:
        """Whose a folded name was at a moment."""
        return next((span.member for span in self.spans(name) if span.covers(moment)), None)

    def is_called(self, member: int, name: str) -> bool:
        """Whether a folded name is known of a member, or a nickname that says one of theirs as a whole."""
        known = self.members[member].names
        return name in known or not known.isdisjoint(loose_keys(name))

    def is_guess(self, member: int, name: str) -> bool:
        """Whether the old system took a name for a member's only since one is a part of the other."""
        known = self.members[member].names
        is_part = any(name in one or one in name for one in known)
        return bool(name) and is_part and not self.is_called(member, name)


def _told_apart(name: str, bearers: Collection[OldMember]) -> tuple[Span, ...]:
    sightings = [
        Held(MemberId(one.id), NameKey(name), name, alias.first, alias.last + _TICK, IMPORTED)
        for one in bearers
        if one.name != name
        for alias in one.aliases
        if alias.name == name and alias.first and alias.last and alias.first <= alias.last
    ]
    owners = [one for one in bearers if one.name == name]
    since = max((held.end for held in sightings if held.end), default=None)
    if len(owners) == 1 and since is not None:
        sightings.append(Held(MemberId(owners[0].id), NameKey(name), name, since, None, IMPORTED))
    return tuple(Span(held.member, held.start, held.end) for held in names_in_force(sightings))


def find_relays(authors: Iterable[tuple[int, str]], names: OldNames) -> frozenset[int]:
    """Which authors relay what others say: they wrote under the names of :data:`RELAY_MEMBERS` members or
    more, or under :data:`RELAY_NAMES` names or more. A person has a nickname or a few.
    """
    wrote: dict[int, set[str]] = {}
    for author, name in authors:
        wrote.setdefault(author, set()).add(name)
    return frozenset(
        author
        for author, under in wrote.items()
        if len(under) >= RELAY_NAMES
        or len({span.member for name in under for span in names.spans(name)}) >= RELAY_MEMBERS
    )
