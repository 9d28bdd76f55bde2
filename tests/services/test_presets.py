"""Each preset selects whom its rule, written once more as SQL, selects: in two hundred clans made by lot."""

from collections import Counter

import pytest

from bot.domain.clans import Clan
from bot.domain.ids import ClanId
from bot.domain.rules.judging import Outcome
from bot.domain.rules.ladder import Ladder
from bot.domain.rules.language import RuleSet
from bot.domain.rules.presets import PRESETS, ladder_of
from bot.services.eligibility.service import Assessed, Eligibility
from bot.services.statistics import Statistics
from db.queries import clans
from db.session import Database
from tests.services import transcribed
from tests.services.hearing import SetClock
from tests.services.lots import NOW, ORDER, lay_lots, sizes
from tests.services.transcribed import LEADERS, OFFICERS, RUNGS

MEANT = {Outcome.PASS: True, Outcome.FAIL: False, Outcome.UNKNOWN: None}
LADDER = ladder_of(ORDER)
OLD = PRESETS["old"].rules(LADDER)
BY_RUNG = [one for one in PRESETS.values() if one.name != "old"]


def everything() -> RuleSet:
    """Every condition of every preset in one set, so that a clan is loaded once."""
    named = {f"{one.name}_{rank.name}": rank.when for one in BY_RUNG for rank in one.rules(LADDER).ranks}
    named |= {one.name: one.when for one in (*OLD.ranks, *OLD.watch)}
    return RuleSet.model_validate(
        {
            "ranks": [
                {"name": name, "order": place, "discord_role": "x", "when": when}
                for place, (name, when) in enumerate(named.items())
            ]
        }
    )


def sql_rules() -> dict[str, str]:
    """The same as SQL."""
    rules = {
        f"{name}_{role}": sql
        for height, role in enumerate(RUNGS, 1)
        for name, sql in transcribed.preset_rules(height).items()
    }
    return rules | transcribed.old_rules()


async def assessed(database: Database, eligibility: Eligibility, number: int, rules: RuleSet) -> Assessed:
    async with database.read() as session:
        clan = await clans.clan_by_id(session, ClanId(number))
    assert isinstance(clan, Clan)
    return await eligibility.assess(clan, None, rules)


def earned(role: str | None, met: dict[str, bool | None], preset: str) -> str | None:
    """The highest rung above their own that a member has reached, in words of the transcription."""
    if role is None or role in ("owner", "deputy_owner"):
        return None
    reached = [one for one in RUNGS if met[f"{preset}_{one}"] and ORDER.index(one) < ORDER.index(role)]
    return reached[-1] if reached else None


def badges(role: str | None, met: dict[str, bool | None]) -> set[str]:
    """The old scripts' badges: a pillar is no leader, and who carries is no officer."""
    pillar = role is not None and role not in LEADERS and met["social_pillar"]
    carries = role is not None and role not in OFFICERS and met["carry"]
    return {name for name, is_one in (("social_pillar", pillar), ("carry", carries)) if is_one}


async def compare(database: Database, number: int) -> Counter[tuple[str, bool | None]]:
    """Compare so many clans; returns how often each rule came to what."""
    await lay_lots(database, sizes(number))
    written, rules = sql_rules(), everything()
    assert written.keys() == {one.name for one in rules.ranks}, "a rule without its transcription"
    async with database.write() as session:
        told = await transcribed.outcomes(session, list(written.values()))
    expected: dict[tuple[int, int], tuple[str | None, dict[str, bool | None]]] = {
        (clan, member): (role, dict(zip(written, found, strict=True))) for clan, member, role, found in told
    }
    eligibility = Eligibility(database, Statistics(database), SetClock(NOW))
    presets = {one.name: one.rules(LADDER) for one in PRESETS.values()}
    seen: Counter[tuple[str, bool | None]] = Counter()
    for clan in range(1, number + 1):
        one = await assessed(database, eligibility, clan, rules)
        judge = one.ladder.judge
        ladders = {name: Ladder(preset, judge) for name, preset in presets.items()}
        for member in one.standings:
            role, met = expected.pop((clan, member))
            found = {it.rank.name: MEANT[it.outcome] for it in one.standings[member].badges}
            assert found == met, (clan, member)
            seen.update(found.items())
            for name, ladder in ladders.items():
                standing = ladder.standing(member)
                selected = standing.earned and standing.earned.rank.name
                if name == "old":
                    assert selected == ("high_velocity" if met["high_velocity"] else None)
                    passed = {it.rank.name for it in standing.badges if it.outcome is Outcome.PASS}
                    assert passed == badges(role, met), (clan, member)
                else:
                    assert selected == earned(role, met, name), (clan, member)
    assert not expected
    return seen


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_each_preset_selects_whom_its_rule_selects(database: Database) -> None:
    seen = await compare(database, 120)
    names = {name for name, _ in seen}
    assert {one for one in names for it in (True, False, None) if not seen[one, it]} == set()


@pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_so_it_does_on_postgresql(database: Database) -> None:
    await compare(database, 6)
