"""What is known of a number: between which bounds it lies, and why not exactly.

Numbers are in stored units. What is missing is never taken for 0: it is anything from what is
known on. So a rule is met where every number that is possible meets it, and failed where none does.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

Number = int | Fraction


class Gap(StrEnum):
    """Why a number is not known exactly."""

    UNRANKED = "unranked"
    """The hiscores do not rank the member: -1 at WOM."""
    NO_READING = "no_reading"
    """WOM was never seen to measure them."""
    ONE_READING = "one_reading"
    """Measured once in reach: nothing can be compared."""
    PARTIAL = "partial"
    """Measured since later than the window begins: so much at least."""
    STALE = "stale"
    """WOM has not looked for long: so much at least."""
    NOT_OBSERVED = "not_observed"
    """The bot did not listen throughout: so much at least."""
    NOT_LINKED = "not_linked"
    """No verified link leads to a Discord user."""
    NOT_IN_SERVER = "not_in_server"
    """The linked user is not on the Discord server, or Discord does not say."""
    NO_EVIDENCE = "no_evidence"
    """Nobody submitted it, or officers have not approved it."""
    NO_DATE = "no_date"
    """When they joined, or got their rank, is not known."""
    NO_RANK = "no_rank"
    """Which rank they hold is not known."""
    NO_TYPE = "no_type"
    """Which type of account it is, is not known."""
    NOBODY_MEASURED = "nobody_measured"
    """Nobody whom it is compared with has a number."""


class Bounds(NamedTuple):
    """A number from ``low`` to ``high``, both included; ``high`` None is no bound.

    ``why`` is None where it is known exactly.
    """

    low: Number
    high: Number | None
    why: Gap | None = None

    @property
    def is_exact(self) -> bool:
        """Whether it is known."""
        return self.low == self.high


def known(number: Number) -> Bounds:
    """Exactly this."""
    return Bounds(number, number)


def at_least(number: Number, why: Gap) -> Bounds:
    """This or more; 0 or more is nothing known at all."""
    return Bounds(number, None, why)


def loosened(bounds: Bounds, why: Gap, high: Number | None = None) -> Bounds:
    """So much at least, and ``high`` at most: there may be more of it than was seen."""
    return bounds if bounds.low == high else Bounds(bounds.low, high, bounds.why or why)


def total(parts: Sequence[Bounds]) -> Bounds:
    """The sum. One part without an upper bound leaves it without one."""
    highs = [one.high for one in parts]
    high = None if None in highs else sum(one for one in highs if one is not None)
    return Bounds(sum(one.low for one in parts), high, _why(parts))


def largest(parts: Sequence[Bounds]) -> Bounds:
    """The maximum of one or more."""
    highs = [one.high for one in parts]
    high = None if None in highs else max(one for one in highs if one is not None)
    return _settled(max(one.low for one in parts), high, parts)


def smallest(parts: Sequence[Bounds]) -> Bounds:
    """The minimum of one or more: as high as the lowest upper bound at most."""
    high = min((one.high for one in parts if one.high is not None), default=None)
    return _settled(min(one.low for one in parts), high, parts)


def mapped(bounds: Bounds, function: Callable[[Number], Number]) -> Bounds:
    """What a function that never falls makes of it."""
    high = None if bounds.high is None else function(bounds.high)
    return _settled(function(bounds.low), high, [bounds])


def capped(bounds: Bounds, cap: Number | None) -> Bounds:
    """Not more than the cap."""
    if cap is None:
        return bounds
    high = cap if bounds.high is None else min(bounds.high, cap)
    return _settled(min(bounds.low, cap), high, [bounds])


def _settled(low: Number, high: Number | None, parts: Iterable[Bounds]) -> Bounds:
    return Bounds(low, high, None if low == high else _why(parts))


def _why(parts: Iterable[Bounds]) -> Gap | None:
    return next((one.why for one in parts if one.why is not None), None)
