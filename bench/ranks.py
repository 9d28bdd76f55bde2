"""How long it takes to set a whole clan against its rank rules, everything loaded anew."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bench.measure import Figure, measure
from bench.sizes import NOW
from bot.domain.clans import Clan
from bot.domain.rules.language import RuleSet
from bot.services.eligibility.service import Eligibility
from bot.services.statistics import Statistics
from db.session import Database

RANKS = 12
TARGET = 200


def _usual(height: int) -> Sequence[Mapping[str, Any]]:
    """Six requirements as clans have them: time, a level of play, and a month's doings."""
    return (
        {"field": "days_in_clan", "at_least": 30 * height},
        {"field": "ehb", "at_least": 25 * height},
        {"field": ["chambers_of_xeric", "theatre_of_blood", "tombs_of_amascut"], "at_least": 50 * height},
        {"field": "overall", "over": "30d", "at_least": 1_000_000 * height},
        {"field": "messages", "over": "30d", "at_least": 10 * height},
        {"field": "active_days", "over": "30d", "at_least": height},
    )


def _costly(height: int) -> Sequence[Mapping[str, Any]]:
    """Six that ask for as much as they can: windows of each member's own, and what others have."""
    return (
        {"field": "overall", "over": "joining", "at_least": 10_000_000 * height},
        {"field": "boss_kills", "over": "rank", "at_least": 100 * height},
        {"field": "messages", "over": "joining", "at_least": 100 * height},
        {"field": "ehp", "at_least": {"median": {}}},
        {"field": "messages", "over": "90d", "top": {"percent": 5 * height}},
        {"field": "days_since_seen", "at_most": 30},
    )


def _rules(of: Any) -> RuleSet:
    ranks = [
        {
            "name": f"rank_{height}",
            "order": height,
            "wom_role": f"rank_{height}",
            "demote": "after 14 days",
            "when": {"all": of(height)},
        }
        for height in range(1, RANKS + 1)
    ]
    return RuleSet.model_validate({"ranks": ranks})


async def figures(database: Database, clan: Clan) -> AsyncGenerator[Figure]:
    """Everybody against twelve ranks of six requirements, all of which are above them."""
    eligibility = Eligibility(database, Statistics(database), lambda: NOW)
    ordered = replace(clan, role_order=(*(f"rank_{height}" for height in range(RANKS, 0, -1)), "member"))
    for name, of in (("usual", _usual), ("costly", _costly)):
        rules = _rules(of)
        assessed = await eligibility.assess(ordered, None, rules)
        asked = sum(len(one.offers) for one in assessed.standings.values())
        if asked != RANKS * len(assessed.standings):
            raise ValueError("not everybody is offered every rank")
        yield await measure(
            f"{len(assessed.standings)} members, {RANKS} ranks of 6 {name} rules",
            lambda r=rules: eligibility.assess(ordered, None, r),
            runs=15,
            target=TARGET,
        )
