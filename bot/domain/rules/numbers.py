"""The numbers of members that rules ask for, put together from those of single accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final

from bot.domain.ids import MemberId
from bot.domain.metrics import OVERALL, level_of
from bot.domain.rules.bounds import Bounds, Gap, Number, at_least, capped, largest, mapped, smallest, total
from bot.domain.rules.needs import Atom, atoms_of
from bot.domain.rules.terms import Amount, Check, Own, Score, Term

Readings = Mapping[Atom, Mapping[MemberId, Bounds]]
"""Every number of every account, in stored units; what is absent is not known."""
_NOTHING: Final = at_least(0, Gap.NO_READING)
_HIGHEST_LEVEL: Final = 99


@dataclass(frozen=True, slots=True)
class Subject:
    """A member whom rules judge.

    ``role`` is WOM's. ``person`` are the accounts in the clan that verified links make one
    person's, the main one first, this one among them. ``discord_roles`` are ids and folded names; None
    where ``unseen`` says why.
    """

    member: MemberId
    name: str
    role: str | None
    account_type: str
    person: tuple[MemberId, ...]
    linked: bool = False
    discord_roles: frozenset[str] | None = None
    unseen: Gap = Gap.NOT_LINKED


class Numbers:
    """Puts them together, in stored units; points in points."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._columns: dict[int, tuple[Term, list[Mapping[MemberId, Bounds]]]] = {}

    def of_check(self, check: Check, subject: Subject, *, upward: bool = True) -> Bounds:
        """What a requirement looks at, points included."""
        if check.own is not Own.POINTS:
            return self.of(check, subject, upward=upward)
        parts = [scored(one, self.of(one, subject)) for one in check.of]
        return capped(total(parts), None if check.cap is None else Fraction(check.cap))

    def of(self, term: Term, subject: Subject, *, upward: bool = True) -> Bounds:
        """What is known of a term. The best of several accounts is the largest, or else the smallest."""
        if term.accounts == "own" or len(subject.person) == 1:
            return self._of_account(term, subject.member)
        if term.accounts == "main":
            return self._of_account(term, subject.person[0])
        of_all = [self._of_account(term, one) for one in subject.person]
        if term.accounts == "sum":
            return total(of_all)
        return largest(of_all) if upward else smallest(of_all)

    def _of_account(self, term: Term, member: MemberId) -> Bounds:
        found = self._columns.get(id(term))
        if found is None:
            columns = [self._readings.get(atom, {}) for atom in atoms_of(term)]
            # The term is kept with them, so that its id stays its own.
            found = self._columns[id(term)] = (term, columns)
        parts = [column.get(member, _NOTHING) for column in found[1]]
        if term.measure == "level":
            parts = [_level(part, key) for key, part in zip(term.field, parts, strict=True)]
        if len(parts) == 1:
            return parts[0]
        return {"sum": total, "min": smallest, "max": largest}[term.combine](parts)


def _level(bounds: Bounds, skill: str) -> Bounds:
    """A skill's level. The total level is measured as such."""
    if skill == OVERALL.key:
        return bounds
    return capped(mapped(bounds, lambda xp: level_of(floor(xp))), _HIGHEST_LEVEL)


def stored(term: Term, amount: Amount) -> Number:
    """A number of a rule in the units in which the term is stored; integers where they are whole."""
    number = Fraction(amount) * term.units
    return number.numerator if number.denominator == 1 else number


def scored(score: Score, value: Bounds) -> Bounds:
    """The points for a number."""

    def points(number: Number) -> Number:
        amount = Fraction(number, score.units)
        if score.per is not None:
            return floor(amount / Fraction(score.per)) * Fraction(score.gives)
        if score.weight is not None:
            return amount * Fraction(score.weight)
        return max(
            (Fraction(one.gives) for one in score.tiers if amount >= Fraction(one.at_least)), default=0
        )

    highest = Fraction(score.tiers[-1].gives) if score.tiers else None
    return capped(capped(mapped(value, points), highest), None if score.cap is None else Fraction(score.cap))
