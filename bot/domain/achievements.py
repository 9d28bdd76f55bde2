"""Wise Old Man's achievements: levels, amounts, and what is of all skills at once.

It files the last under ``overall`` too, with the XP of the level for a threshold, which is no total:
``Maxed Overall`` and ``Base 90 Stats``. Those of XP are called ``100m Overall Exp.``
"""

from typing import Final

from bot.domain.metrics import OVERALL, XP_99, Metric, MetricKind

MAXED: Final = "Maxed Overall"
"""The name of having level 99 in every skill."""
_OF_XP: Final = "Overall Exp."


def is_99(of: Metric, threshold: int) -> bool:
    """Whether it is level 99 in one skill."""
    return of.kind is MetricKind.SKILL and of.key != OVERALL.key and threshold == XP_99


def is_of_all_skills(of: Metric, title: str) -> bool:
    """Whether it is a level in every skill, and its threshold no amount of XP."""
    return of.key == OVERALL.key and not title.endswith(_OF_XP)
