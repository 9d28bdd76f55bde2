"""Ready-made rule sets to begin with, made for the ranks that a clan has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from bot.domain.rules.language import RuleSet
from bot.domain.rules.old_scripts import OLD_SCRIPTS

RAIDS: Final = (
    "chambers_of_xeric",
    "chambers_of_xeric_challenge_mode",
    "theatre_of_blood",
    "theatre_of_blood_hard_mode",
    "tombs_of_amascut",
    "tombs_of_amascut_expert",
)
"""The raids, in every mode that the hiscores count."""
_COMBAT: Final = ("attack", "strength", "defence", "ranged", "magic", "hitpoints", "prayer")
_NEVER_OFFERED: Final = frozenset(
    {"owner", "deputy_owner", "administrator", "guest", "moderator", "coordinator"}
)
_MOST_RUNGS: Final = 12


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made set: ``make`` gives its rules as plain data for a ladder, the lowest rank first."""

    name: str
    title: str
    about: str
    make: Callable[[Sequence[str]], Mapping[str, Any]]

    def rules(self, ladder: Sequence[str]) -> RuleSet:
        """Its rules for these ranks."""
        return RuleSet.model_validate(self.make(ladder))


def ladder_of(role_order: Sequence[str]) -> list[str]:
    """The ranks that are worth earning, the lowest first, of WOM's order, which has the highest first.

    Leaders and guests are left out: nobody earns those by numbers.
    """
    return [role for role in reversed(role_order) if role not in _NEVER_OFFERED][-_MOST_RUNGS:]


def _rungs(ladder: Sequence[str], condition: Callable[[int], Mapping[str, Any]]) -> dict[str, Any]:
    """A rank for each rung but the lowest, which everybody gets by joining."""
    return {
        "ranks": [
            {
                "name": role,
                "order": 10 * (height + 1),
                "wom_role": role,
                "exempt": ["owner", "deputy_owner"],
                "when": dict(condition(height)),
            }
            for height, role in enumerate(ladder)
            if height
        ]
    }


def _doubling(first: int, height: int) -> int:
    return int(first * 2 ** (height - 1))


def _tenure(ladder: Sequence[str]) -> dict[str, Any]:
    return _rungs(
        ladder,
        lambda height: {"field": "days_in_clan", "at_least": min(30 * height * (height + 1) // 2, 3650)},
    )


def _points(ladder: Sequence[str]) -> dict[str, Any]:
    def condition(height: int) -> Mapping[str, Any]:
        return {
            "field": "points",
            "at_least": 100 * height,
            "of": [
                {"field": "days_in_clan", "per": 30, "gives": 10, "cap": 200},
                {"field": "ehb", "per": 25, "gives": 10},
                {"field": "ehp", "per": 25, "gives": 10},
                {"field": "messages", "over": "90d", "per": 100, "gives": 5, "cap": 100},
                {
                    "field": "total_level",
                    "tiers": [
                        {"at_least": 1500, "gives": 25},
                        {"at_least": 2000, "gives": 75},
                        {"at_least": 2277, "gives": 150},
                    ],
                },
            ],
        }

    return _rungs(ladder, condition)


def _bands(ladder: Sequence[str]) -> dict[str, Any]:
    def condition(height: int) -> Mapping[str, Any]:
        hours = _doubling(25, height)
        return {"any": [{"field": "ehp", "at_least": 2 * hours}, {"field": "ehb", "at_least": hours}]}

    return _rungs(ladder, condition)


def _skiller_or_pvm(ladder: Sequence[str]) -> dict[str, Any]:
    def condition(height: int) -> Mapping[str, Any]:
        level, combat = min(1000 + 120 * height, 2277), min(60 + 3 * height, 99)
        return {
            "any": [
                {
                    "all": [
                        {"field": "total_level", "at_least": level},
                        {"field": "ehp", "at_least": 40 * height},
                    ]
                },
                {
                    "all": [
                        {"field": "ehb", "at_least": 20 * height},
                        {"field": _COMBAT, "measure": "level", "combine": "min", "at_least": combat},
                        {"field": RAIDS, "combine": "sum", "at_least": _doubling(10, height)},
                    ]
                },
            ]
        }

    return _rungs(ladder, condition)


def _mixed(ladder: Sequence[str]) -> dict[str, Any]:
    def condition(height: int) -> Mapping[str, Any]:
        return {
            "all": [
                {"field": "days_in_clan", "at_least": 30 * height},
                {
                    "at_least": 2,
                    "of": [
                        {"field": "overall", "over": "90d", "at_least": 2_000_000 * height},
                        {"field": "boss_kills", "over": "90d", "at_least": 100 * height},
                        {"field": "messages", "over": "90d", "at_least": 50 * height},
                        {"field": "active_days", "over": "30d", "at_least": min(2 * height, 20)},
                    ],
                },
            ]
        }

    return _rungs(ladder, condition)


def _old(ladder: Sequence[str]) -> dict[str, Any]:
    """Its ranks are its own: the three promotion rules, two of them badges."""
    del ladder
    return yaml.safe_load(OLD_SCRIPTS)


PRESETS: Final = {
    one.name: one
    for one in (
        Preset("tenure", "Time in the clan", "Days in the clan alone.", _tenure),
        Preset("points", "Points", "EHP, EHB, levels, chat and time add up to points.", _points),
        Preset("bands", "EHP and EHB", "Hours of efficient skilling or bossing.", _bands),
        Preset("skiller_pvm", "Skiller or PvM", "Levels and EHP, or raids and EHB.", _skiller_or_pvm),
        Preset("mixed", "Active members", "Time in the clan, and two of XP, kills, chat and days.", _mixed),
        Preset("old", "The old scripts", "High velocity, social pillar, carry; whom to look after.", _old),
    )
}
"""By their names."""
