"""Tells quickly who certainly does not meet a condition, so that only the others are judged.

Hundreds of days, members and ranks make millions of requirements, of which few are met.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bot.domain.ids import MemberId
from bot.domain.rules.bounds import Bounds, Gap, at_least
from bot.domain.rules.language import All, AnyOf, AtLeast, Condition, Not
from bot.domain.rules.needs import Atom, atoms_of
from bot.domain.rules.numbers import Subject, stored
from bot.domain.rules.terms import WORDS, Check, Own, Relative

Screen = Callable[[Subject], bool]
"""Whether a member may meet a condition; False is certain."""
_NOTHING: Final = at_least(0, Gap.NO_READING)


def screen_of(condition: Condition, columns: Mapping[Atom, Mapping[MemberId, Bounds]]) -> Screen:
    """The screen of a condition over these columns, which may be turned to another day meanwhile."""
    match condition:
        case Check():
            return _check(condition, columns)
        case All():
            return _at_least([screen_of(one, columns) for one in condition.all], len(condition.all))
        case AnyOf():
            return _at_least([screen_of(one, columns) for one in condition.any], 1)
        case AtLeast():
            return _at_least([screen_of(one, columns) for one in condition.of], condition.at_least)
        case Not():  # pragma: no branch -- there is no other condition
            return _may_be


def _may_be(_subject: Subject) -> bool:
    return True


def _at_least(screens: list[Screen], wanted: int) -> Screen:
    spare = len(screens) - wanted

    def several(subject: Subject) -> bool:
        missed = 0
        for one in screens:
            if not one(subject):
                missed += 1
                if missed > spare:
                    return False
        return True

    return several


def _check(check: Check, columns: Mapping[Atom, Mapping[MemberId, Bounds]]) -> Screen:
    """Of a plain number of the account itself: met only if the least that it can be is enough."""
    threshold = check.threshold
    is_plain = check.own not in WORDS and check.own is not Own.POINTS and check.measure == "usual"
    upward = check.comparison in ("at_least", "more_than")
    if not is_plain or not upward or threshold is None or isinstance(threshold, Relative):
        return _may_be
    if check.combine != "sum" and len(check.field) > 1:
        return _may_be
    wanted = stored(check, threshold)
    parts = [columns.get(atom, {}) for atom in atoms_of(check)]
    alone = check.accounts == "own"
    equal = check.comparison == "at_least"
    # Asked more than a million times in a simulation.
    column = parts[0] if len(parts) == 1 else None

    def enough(subject: Subject) -> bool:
        if not alone and len(subject.person) > 1:
            return True
        member = subject.member
        if column is not None:
            least = column.get(member, _NOTHING).low
        else:
            least = sum([one.get(member, _NOTHING).low for one in parts])
        return least > wanted or (equal and least == wanted)

    return enough
