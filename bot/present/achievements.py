"""How posts and feeds word what members achieved."""

from typing import Final

from bot.domain.achievements import MAXED, is_of_all_skills
from bot.domain.metrics import OVERALL, Metric
from bot.present.numbers import short
from bot.present.text import escape

_UNCOUNTED: Final = 24
"""The game counts a team up to so many, and says 24+ of a larger one."""


def milestone(of: Metric, threshold: int | None, title: str) -> str:
    """What was reached: ``50M Fishing``, ``100M XP``, ``Base 90 Stats``, or ``maxed``."""
    if title == MAXED:
        return "maxed"
    if is_of_all_skills(of, title):
        return escape(title)
    return f"{short(threshold, 'experience')} {'XP' if of.key == OVERALL.key else of.name}"


def team(size: int | None) -> str:
    """A team's size behind what it did; nothing where the game did not say."""
    if size is None:
        return ""
    return " (solo)" if size == 1 else f" (team of {size}{'+' if size >= _UNCOUNTED else ''})"
