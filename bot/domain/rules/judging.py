"""Whether members meet conditions: yes, no, or not known, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil
from statistics import median
from typing import Final, NamedTuple

from bot.domain.ids import MemberId
from bot.domain.rules.bounds import Bounds, Gap, Number, known, mapped
from bot.domain.rules.language import All, AnyOf, AtLeast, Condition
from bot.domain.rules.numbers import Numbers, Readings, Subject, stored
from bot.domain.rules.terms import WORDS, Check, Cohort, Own, Relative, Top


class Outcome(StrEnum):
    """What a condition comes to. Unknown never promotes and never demotes."""

    PASS = "pass"  # noqa: S105 -- no password
    FAIL = "fail"
    UNKNOWN = "unknown"


_OPPOSITE: Final = {
    Outcome.PASS: Outcome.FAIL,
    Outcome.FAIL: Outcome.PASS,
    Outcome.UNKNOWN: Outcome.UNKNOWN,
}
_UPWARD: Final = frozenset({"at_least", "more_than"})
_UNKNOWN_TYPES: Final = frozenset({"", "unknown"})


@dataclass(frozen=True, slots=True)
class Line:
    """A threshold that others set: ``measured`` of the ``of`` from whom it is taken have a number."""

    at: Number | None
    measured: int
    of: int


class Finding(NamedTuple):
    """What a condition came to for one member, and by which numbers (stored units).

    ``wanted`` is the threshold, ``line`` where others set it. ``why`` is the reason of an unknown.
    """

    outcome: Outcome
    condition: Condition
    value: Bounds | None = None
    wanted: Bounds | None = None
    why: Gap | None = None
    line: Line | None = None
    parts: tuple["Finding", ...] = ()


class Judge:
    """Judges the members of one clan at one moment.

    ``subjects`` are everybody in the clan, ``readings`` their numbers. ``role_order`` are WOM's
    roles, the highest first.
    """

    def __init__(self, subjects: Iterable[Subject], readings: Readings, role_order: Sequence[str]) -> None:
        self.subjects = {one.member: one for one in subjects}
        self.places = {role: place for place, role in enumerate(role_order)}
        self._numbers = Numbers(readings)
        self._lines: dict[int, tuple[object, Line]] = {}
        self._thresholds: dict[int, tuple[Check, str, bool, Bounds]] = {}

    def find(self, condition: Condition, member: MemberId) -> Finding:
        """What the condition comes to.

        All of several fail where one fails, any of them passes where one passes, whatever is
        not known of the others.
        """
        match condition:
            case Check():
                return self._check(condition, self.subjects[member])
            case All():
                return self._several(condition, condition.all, len(condition.all), member)
            case AnyOf():
                return self._several(condition, condition.any, 1, member)
            case AtLeast():
                return self._several(condition, condition.of, condition.at_least, member)
            case _:
                inner = self.find(condition.not_, member)
                return Finding(_OPPOSITE[inner.outcome], condition, why=inner.why, parts=(inner,))

    def _several(
        self, condition: Condition, conditions: Iterable[Condition], wanted: int, member: MemberId
    ) -> Finding:
        parts = tuple([self.find(one, member) for one in conditions])
        passed = sum(1 for one in parts if one.outcome is Outcome.PASS)
        unknown = [one.why for one in parts if one.outcome is Outcome.UNKNOWN]
        if passed >= wanted:
            return Finding(Outcome.PASS, condition, parts=parts)
        if passed + len(unknown) < wanted:
            return Finding(Outcome.FAIL, condition, parts=parts)
        return Finding(Outcome.UNKNOWN, condition, why=unknown[0], parts=parts)

    def _check(self, check: Check, subject: Subject) -> Finding:
        # Asked thousands of times: what is the same for everybody is found once, by the check's
        # identity, and the check is kept with it so that its id stays its own.
        plain = self._thresholds.get(id(check))
        if plain is not None:
            _, comparison, upward, wanted = plain
            return _compared(check, comparison, self._numbers.of_check(check, subject, upward=upward), wanted)
        if check.own in WORDS:
            return self._words(check, subject)
        comparison, threshold = check.comparison or "at_least", check.threshold
        upward = comparison in _UPWARD
        value = self._numbers.of_check(check, subject, upward=upward)
        if check.top is not None:
            return self._place(check, check.top, value)
        if isinstance(threshold, Relative):
            return self._relative(check, threshold, value, subject)
        # A tier is there or not: it has no threshold of its own.
        wanted = known(1 if threshold is None else stored(check, threshold))
        self._thresholds[id(check)] = (check, comparison, upward, wanted)
        return _compared(check, comparison, value, wanted)

    def _relative(self, check: Check, threshold: Relative, value: Bounds, subject: Subject) -> Finding:
        comparison = check.comparison or ""
        share = threshold.share
        if share is not None:
            times = Fraction(share.times) * check.units / share.of.units
            wanted = mapped(self._numbers.of(share.of, subject), lambda number: number * times)
            return _compared(check, comparison, value, wanted)

        def middle(numbers: Sequence[Number]) -> Number:
            exact = [Fraction(one) for one in numbers]
            return Fraction(sum(exact), len(exact)) if threshold.mean is not None else median(exact)

        line = self._line(check, threshold.cohort or Cohort(), middle)
        return _against(check, comparison, value, line, line.at)

    def _place(self, check: Check, top: Top, value: Bounds) -> Finding:
        def last(numbers: Sequence[Number]) -> Number:
            share = ceil(Fraction(top.percent or 0) * len(numbers) / 100)
            return sorted(numbers, reverse=True)[min(top.count or share, len(numbers)) - 1]

        line = self._line(check, top.among, last)
        lowest = None if line.at is None else max(line.at, stored(check, top.floor))
        return _against(check, "at_least", value, line, lowest)

    def _line(self, check: Check, cohort: Cohort, cut: Callable[[Sequence[Number]], Number]) -> Line:
        """Where the cohort sets it: found once, since it is the same for everybody."""
        found = self._lines.get(id(check))
        if found is None:
            among = [one for one in self.subjects.values() if self._belongs(cohort, one)]
            upward = (check.comparison or "at_least") in _UPWARD
            values = [self._numbers.of_check(check, one, upward=upward) for one in among]
            exact = [one.low for one in values if one.is_exact]
            line = Line(cut(exact) if exact else None, len(exact), len(among))
            found = self._lines[id(check)] = (check, line)
        return found[1]

    def _belongs(self, cohort: Cohort, subject: Subject) -> bool:
        role = subject.role or ""
        if (cohort.ranks and role not in cohort.ranks) or role in cohort.without:
            return False
        return cohort.above is None or is_above(role, cohort.above, self.places)

    def _words(self, check: Check, subject: Subject) -> Finding:
        """A word is one of those named; one that is not known is unknown."""
        match check.own:
            case Own.LINKED:
                return Finding(_passes(subject.linked), check)
            case Own.DISCORD_ROLE:
                if subject.discord_roles is None:
                    return Finding(Outcome.UNKNOWN, check, why=subject.unseen)
                wanted = {one.casefold() for one in check.words}
                return Finding(_passes(not wanted.isdisjoint(subject.discord_roles)), check)
            case Own.ACCOUNT_TYPE:
                if subject.account_type in _UNKNOWN_TYPES:
                    return Finding(Outcome.UNKNOWN, check, why=Gap.NO_TYPE)
                return Finding(_passes(subject.account_type in check.words), check)
            case _:
                return self._rank(check, subject.role)

    def _rank(self, check: Check, role: str | None) -> Finding:
        """Whether a rank is above another is not known where the clan's order lacks one of them."""
        if role in check.words:
            return Finding(Outcome.PASS, check)
        ordered = check.above is None or (role in self.places and check.above in self.places)
        if role is None or not ordered:
            return Finding(Outcome.UNKNOWN, check, why=Gap.NO_RANK)
        return Finding(_passes(check.above is not None and is_above(role, check.above, self.places)), check)


def is_above(role: str, other: str, places: Mapping[str, int]) -> bool:
    """Whether one of WOM's roles is above another in the clan's order. One outside of it is above none."""
    return role in places and other in places and places[role] < places[other]


def _passes(fits: bool) -> Outcome:
    return Outcome.PASS if fits else Outcome.FAIL


def _against(check: Check, comparison: str, value: Bounds, line: Line, wanted: Number | None) -> Finding:
    if wanted is None:
        return Finding(Outcome.UNKNOWN, check, value, why=Gap.NOBODY_MEASURED, line=line)
    return _compared(check, comparison, value, known(wanted), line)


def _compared(
    check: Check, comparison: str, value: Bounds, wanted: Bounds, line: Line | None = None
) -> Finding:
    """Met where every possible number meets it, failed where none does."""
    if comparison in ("at_least", "more_than"):
        always = _is_over(value.low, wanted.high, equal=comparison == "at_least")
        never = _is_over(wanted.low, value.high, equal=comparison == "more_than")
    else:
        always = _is_over(wanted.low, value.high, equal=comparison == "at_most")
        never = _is_over(value.low, wanted.high, equal=comparison == "less_than")
    if always or never:
        return Finding(_passes(always), check, value, wanted, line=line)
    return Finding(Outcome.UNKNOWN, check, value, wanted, value.why or wanted.why, line)


def _is_over(low: Number, high: Number | None, *, equal: bool) -> bool:
    return high is not None and (low > high or (equal and low == high))
