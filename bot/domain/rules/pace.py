"""How long what is missing takes at the present pace: a range, or nothing that can be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final

from bot.domain.rules.bounds import Number

ENOUGH: Final = timedelta(days=14)
"""Readings of a shorter time say nothing of a pace."""
_FARTHEST: Final = 3 * 365


@dataclass(frozen=True, slots=True)
class Pace:
    """How much was gained in how long."""

    gained: Number
    over: timedelta


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """From so many to so many whole days, both rounded up."""

    least: int
    most: int


def time_left(missing: Number, paces: Sequence[Pace]) -> TimeLeft | None:
    """How long ``missing`` takes at the quickest and the slowest of several paces.

    None where no pace rests on 14 days, where one of them is none at all, and beyond three years.
    """
    known = [one for one in paces if one.over >= ENOUGH]
    if missing <= 0 or not known or any(one.gained <= 0 for one in known):
        return None
    days = [ceil(missing * (one.over / timedelta(days=1)) / one.gained) for one in known]
    return TimeLeft(min(days), max(days)) if max(days) <= _FARTHEST else None
