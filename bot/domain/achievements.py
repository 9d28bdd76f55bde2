"""Wise Old Man's achievements: levels, amounts, and what is of all skills at once.

It files the last under ``overall`` too, with the XP of the level for a threshold, which is no total:
``Maxed Overall`` and ``Base 90 Stats``. Those of XP are called ``100m Overall Exp.``
"""

from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

from bot.domain.ids import MemberId
from bot.domain.metrics import OVERALL, XP_99, Metric, MetricKind

MAXED: Final = "Maxed Overall"
"""The name of having level 99 in every skill."""
_OF_XP: Final = "Overall Exp."


class _Reached(Protocol):
    @property
    def member(self) -> MemberId: ...
    @property
    def name(self) -> str: ...


R = TypeVar("R", bound=_Reached)


def by_thing(reached: Iterable[R]) -> list[list[R]]:
    """What members reached, the rows of one thing together, in the order given.

    A rename that WOM has not approved yet makes a second profile of a member, and once it has, the one
    that stays lists what either of them reached.
    """
    found: dict[tuple[MemberId, str], list[R]] = {}
    for one in reached:
        found.setdefault((one.member, one.name), []).append(one)
    return list(found.values())


def is_99(of: Metric, threshold: int) -> bool:
    """Whether it is level 99 in one skill."""
    return of.kind is MetricKind.SKILL and of.key != OVERALL.key and threshold == XP_99


def is_of_all_skills(of: Metric, title: str) -> bool:
    """Whether it is a level in every skill, and its threshold no amount of XP."""
    return of.key == OVERALL.key and not title.endswith(_OF_XP)
