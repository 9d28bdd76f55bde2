"""The judge again, slowly: what is not known is tried out, value by value.

A world says of every number what it is. In a world a condition is simply true or false; what is true in
all worlds passes, what is true in none fails. Shares no code with the judge but the language.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from statistics import median
from typing import Any

from bot.domain.ids import MemberId
from bot.domain.metrics import level_of
from bot.domain.rules.language import All, AnyOf, AtLeast, Condition, Not
from bot.domain.rules.needs import Atom, atoms_of
from bot.domain.rules.numbers import Subject
from bot.domain.rules.terms import Check, Score, Term
from tests.domain.rules.made import ORDER, Clan

WORDS = ("linked", "discord_role", "account_type", "rank")
FAR = 10**12
"""More than any rule asks for."""
World = Mapping[tuple[Atom, MemberId], Fraction]
Key = tuple[Atom, MemberId]


def keys_of(check: Check, subject: Subject) -> list[Key]:
    """Every number of the member that a requirement may look at."""
    asked: list[Term] = [*check.of] if check.field[0] == "points" else [check]
    threshold: Any = check.threshold
    if getattr(threshold, "share", None):
        asked.append(threshold.share.of)
    return [(atom, account) for term in asked for atom in atoms_of(term) for account in subject.person]


def possible(clan: Clan, key: Key) -> list[Fraction]:
    """A few values that a number may have, the least and the largest among them."""
    found = clan.readings.get(key[0], {}).get(key[1])
    low, high = (0, None) if found is None else found[:2]
    if low == high:
        return [Fraction(low)]
    top = FAR if high is None else high
    return sorted({Fraction(one) for one in (low, low + 1, (low + top) // 2, top) if low <= one <= top})


def worlds(clan: Clan, keys: Iterable[Key], most: int = 300) -> Iterator[World]:
    """Every world of these values; where those are too many, some of them by lot."""
    asked = sorted(set(keys))
    values = [possible(clan, one) for one in asked]
    size = 1
    for one in values:
        size *= len(one)
    if size <= most:
        for picked in product(*values):
            yield dict(zip(asked, picked, strict=True))
        return
    dice = random.Random(size)  # noqa: S311 -- a test
    for _ in range(most):
        yield {key: dice.choice(one) for key, one in zip(asked, values, strict=True)}


def _account(term: Term, account: MemberId, world: World) -> Fraction:
    numbers: list[Fraction] = []
    for atom in atoms_of(term):
        number = world[atom, account]
        if term.measure == "level" and atom.field != "total_level":
            number = Fraction(level_of(int(number)))
        numbers.append(Fraction(number, term.units))
    if term.combine == "min":
        return min(numbers)
    return max(numbers) if term.combine == "max" else Fraction(sum(numbers))


def _term(term: Term, subject: Subject, world: World, *, wants_less: bool = False) -> Fraction:
    if term.accounts == "own":
        return _account(term, subject.member, world)
    numbers = [_account(term, one, world) for one in subject.person]
    if term.accounts == "main":
        return numbers[0]
    if term.accounts == "sum":
        return Fraction(sum(numbers))
    return min(numbers) if wants_less else max(numbers)


def _score(score: Score, number: Fraction) -> Fraction:
    points = Fraction(0)
    if score.per is not None:
        points = Fraction(number // Fraction(score.per)) * Fraction(score.gives)
    elif score.weight is not None:
        points = number * Fraction(score.weight)
    for tier in score.tiers:
        if number >= Fraction(tier.at_least):
            points = Fraction(tier.gives)
    return points if score.cap is None else min(points, Fraction(score.cap))


def value_in(check: Check, subject: Subject, world: World) -> Fraction:
    """What a requirement looks at, in the units that people know."""
    if check.field[0] != "points":
        wants_less = check.at_most is not None or check.less_than is not None
        return _term(check, subject, world, wants_less=wants_less)
    number = Fraction(sum(_score(one, _term(one, subject, world)) for one in check.of))
    return number if check.cap is None else min(number, Fraction(check.cap))


def _is_above(role: str | None, other: str) -> bool:
    return role in ORDER and other in ORDER and ORDER.index(role or "") < ORDER.index(other)


def _exact(check: Check, subject: Subject, clan: Clan) -> Fraction | None:
    """The number where it is the same in all worlds."""
    found = {value_in(check, subject, one) for one in worlds(clan, keys_of(check, subject))}
    return found.pop() if len(found) == 1 else None


def line_of(check: Check, clan: Clan) -> Fraction | None:
    """The threshold that others set, of those whose number is known; None where nobody's is."""
    threshold: Any = check.threshold
    cohort: Any = check.top.among if check.top else threshold.mean or threshold.median
    among: list[Subject] = []
    for one in clan.subjects:
        named = not cohort.ranks or one.role in cohort.ranks
        above = cohort.above is None or _is_above(one.role, cohort.above)
        if named and one.role not in cohort.without and above:
            among.append(one)
    numbers = sorted(number for number in (_exact(check, one, clan) for one in among) if number is not None)
    if not numbers:
        return None
    if check.top is None:
        return Fraction(sum(numbers), len(numbers)) if threshold.mean else Fraction(median(numbers))
    places = check.top.count or 0
    if check.top.percent is not None:
        while places * 100 < check.top.percent * len(numbers):
            places += 1
    last = numbers[-places] if places <= len(numbers) else numbers[0]
    return max(last, Fraction(check.top.floor))


def holds_in(check: Check, subject: Subject, world: World, line: Fraction | None) -> bool:
    """Whether a number meets its threshold in a world."""
    value = value_in(check, subject, world)
    if check.tier is not None:
        return value >= 1
    threshold: Any = check.threshold
    if check.top is None and getattr(threshold, "share", None):
        wanted = _term(threshold.share.of, subject, world) * Fraction(threshold.share.times)
    else:
        wanted = Fraction(threshold) if line is None else line
    if check.at_most is not None or check.less_than is not None:
        return value <= wanted if check.at_most is not None else value < wanted
    return value > wanted if check.more_than is not None else value >= wanted


def is_relative(check: Check) -> bool:
    """Whether others set the threshold."""
    threshold: Any = check.threshold
    return check.top is not None or bool(getattr(threshold, "cohort", None))


def word_of(check: Check, subject: Subject) -> bool | None:
    """Whether a word is one of those named; None is not known. What is no number."""
    match check.field[0]:
        case "linked":
            return subject.linked
        case "discord_role":
            roles = subject.discord_roles
            return None if roles is None else any(one.lower() in roles for one in check.words)
        case "account_type":
            return None if subject.account_type == "unknown" else subject.account_type in check.words
        case _:
            if subject.role is None or (check.above and not {subject.role, check.above} <= {*ORDER}):
                return None if subject.role not in check.words else True
            return subject.role in check.words or bool(check.above and _is_above(subject.role, check.above))


def kleene(condition: Condition, member: MemberId, clan: Clan) -> bool | None:
    """What a condition comes to by its parts: true, false, or None for not known."""
    match condition:
        case Not():
            inner = kleene(condition.not_, member, clan)
            return None if inner is None else not inner
        case All():
            return _of_several([kleene(one, member, clan) for one in condition.all], len(condition.all))
        case AnyOf():
            return _of_several([kleene(one, member, clan) for one in condition.any], 1)
        case AtLeast():
            return _of_several([kleene(one, member, clan) for one in condition.of], condition.at_least)
        case Check():
            return _leaf(condition, member, clan)


def _of_several(parts: Sequence[bool | None], wanted: int) -> bool | None:
    """As it comes out however the unknown ones turn out."""
    choices = [[True, False] if one is None else [one] for one in parts]
    found = {sum(picked) >= wanted for picked in product(*choices)}
    return found.pop() if len(found) == 1 else None


def _leaf(check: Check, member: MemberId, clan: Clan) -> bool | None:
    subject = next(one for one in clan.subjects if one.member == member)
    if check.field[0] in WORDS:
        return word_of(check, subject)
    line = line_of(check, clan) if is_relative(check) else None
    if is_relative(check) and line is None:
        return None
    found = {holds_in(check, subject, one, line) for one in worlds(clan, keys_of(check, subject))}
    return found.pop() if len(found) == 1 else None


def true_in(condition: Condition, subject: Subject, world: World) -> bool:
    """Whether a condition that looks at nobody else is true in a world where every word is known."""
    match condition:
        case Not():
            return not true_in(condition.not_, subject, world)
        case All():
            return all(true_in(one, subject, world) for one in condition.all)
        case AnyOf():
            return any(true_in(one, subject, world) for one in condition.any)
        case AtLeast():
            return sum(true_in(one, subject, world) for one in condition.of) >= condition.at_least
        case Check():
            if condition.field[0] in WORDS:
                return bool(word_of(condition, subject))
            return holds_in(condition, subject, world, None)
