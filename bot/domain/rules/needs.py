"""What has to be known of members before rules can be judged."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.domain.metrics import OVERALL, TOTAL_LEVEL
from bot.domain.rules.language import Condition, RuleSet, checks_in
from bot.domain.rules.terms import LIFETIME, WORDS, Check, Own, Relative, Term


class Atom(NamedTuple):
    """One number of one account: a metric or one of :class:`Own`, over a window.

    ``detail`` is how many messages make a day active, where somebody was seen, or the kind of
    evidence with its tier behind a colon.
    """

    field: str
    over: str = LIFETIME
    detail: str = ""


DAYS_IN_RANK = Atom(Own.DAYS_IN_RANK)


def atoms_of(term: Term) -> tuple[Atom, ...]:
    """The numbers that a term is made of, in the order of its fields."""
    match term.own:
        case None:
            return tuple(Atom(_measured(key, term), term.over) for key in term.field)
        case Own.MESSAGES:
            return (Atom(Own.MESSAGES, term.over),)
        case Own.ACTIVE_DAYS:
            return (Atom(Own.ACTIVE_DAYS, term.over, str(term.messages_a_day)),)
        case Own.DAYS_SINCE_SEEN:
            return (Atom(Own.DAYS_SINCE_SEEN, LIFETIME, term.where),)
        case Own.EVIDENCE:
            return (Atom(Own.EVIDENCE, LIFETIME, ":".join(filter(None, (term.kind, term.tier)))),)
        case own:
            return (Atom(own),)


def _measured(key: str, term: Term) -> str:
    """The total level is measured as such, and does not follow from the experience."""
    return TOTAL_LEVEL.key if term.measure == "level" and key == OVERALL.key else key


def _terms(check: Check) -> Iterator[Term]:
    if check.own is Own.POINTS:
        yield from check.of
    elif check.own not in WORDS:
        yield check
    threshold = check.threshold
    if isinstance(threshold, Relative) and threshold.share is not None:
        yield threshold.share.of


def needed(conditions: Iterable[Condition]) -> frozenset[Atom]:
    """Every number that these conditions may ask for."""
    return frozenset(
        atom
        for condition in conditions
        for check in checks_in(condition)
        for term in _terms(check)
        for atom in atoms_of(term)
    )


def needed_by(rules: RuleSet) -> frozenset[Atom]:
    """Every number that a rule set may ask for."""
    found = needed(one.when for one in (*rules.ranks, *rules.watch))
    waits = any(one.min_days_in_rank for one in rules.ranks)
    return found | {DAYS_IN_RANK} if waits else found
