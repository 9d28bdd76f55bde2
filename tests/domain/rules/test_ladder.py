"""Which ranks are on offer to whom, which one is earned, and whether the present one is met."""

from typing import Any

import pytest

from bot.domain.ids import MemberId
from bot.domain.rules.bounds import Gap, at_least
from bot.domain.rules.judging import Judge, Outcome
from bot.domain.rules.ladder import Ladder, Standing, is_exempt
from bot.domain.rules.language import RuleSet
from bot.domain.rules.numbers import Subject
from bot.domain.rules.presets import PRESETS, ladder_of
from tests.domain.rules.made import ORDER, readings_of, subject

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN


def rank(name: str, order: int, kills: int, **columns: Any) -> dict[str, Any]:
    roles = {} if "discord_role" in columns else {"wom_role": name}
    return {"name": name, "order": order, "when": {"field": "zulrah", "at_least": kills}, **roles, **columns}


LADDER = (rank("onyx", 30, 30), rank("member", 20, 20), rank("prospector", 10, 10))


def ladder(*ranks: dict[str, Any], kills: Any = 25, who: Subject | None = None, days: Any = 100) -> Ladder:
    """The first member, with so many kills and days in the rank."""
    numbers = {**readings_of("zulrah", {1: kills}), **readings_of("days_in_rank", {1: days})}
    rules = RuleSet.model_validate({"ranks": ranks or LADDER})
    return Ladder(rules, Judge([who or subject(1)], numbers, ORDER))


def stands(*ranks: dict[str, Any], **of: Any) -> Standing:
    return ladder(*ranks, **of).standing(MemberId(1))


def named(verdicts: Any) -> list[str]:
    return [one.rank.name for one in verdicts]


@pytest.mark.parametrize(
    ("role", "current", "offers"),
    [
        ("prospector", "prospector", ["member", "onyx"]),
        ("member", "member", ["onyx"]),
        ("onyx", "onyx", []),
        ("owner", None, []),
        ("stranger", None, []),
        (None, None, []),
    ],
)
def test_ranks_above_the_present_one_are_offered_the_lowest_first(
    role: str | None, current: str | None, offers: list[str]
) -> None:
    found = stands(who=subject(1, role))
    assert (found.current and found.current.name, named(found.offers)) == (current, offers)


def test_who_holds_a_role_outside_of_the_rules_is_offered_what_wom_has_above_it() -> None:
    found = stands(rank("onyx", 30, 30), rank("owner", 5, 1), who=subject(1, "member"))
    assert found.current is None
    assert named(found.offers) == ["owner", "onyx"]


def test_the_highest_rank_that_is_met_is_earned() -> None:
    low = subject(1, "prospector")
    assert (found := stands(kills=35, who=low)).earned
    assert found.earned.rank.name == "onyx"
    assert (found := stands(kills=25, who=low)).earned
    assert found.earned.rank.name == "member"
    unsure = stands(kills=at_least(25, Gap.STALE), who=low)
    assert unsure.earned
    assert (unsure.earned.rank.name, unsure.unknown) == ("member", None), "the higher one holds nobody back"
    nothing = stands(kills=at_least(5, Gap.STALE), who=low)
    assert nothing.unknown
    assert (nothing.earned, nothing.unknown.rank.name) == (None, "member")
    few = stands(kills=5, who=low)
    assert (few.earned, few.unknown) == (None, None)


def test_a_rank_may_require_others_first() -> None:
    ranks = (rank("onyx", 30, 30, requires="member"), *LADDER[1:])
    assert named(stands(*ranks, who=subject(1, "prospector")).offers) == ["member"]
    assert named(stands(*ranks, who=subject(1, "member")).offers) == ["onyx"]
    badge = rank("raider", 5, 1, discord_role="Raider", requires=["member", "onyx"])
    assert named(stands(*LADDER, badge, who=subject(1, "member")).badges) == ["raider"]
    assert named(stands(*LADDER, badge, who=subject(1, "prospector")).badges) == []
    assert named(stands(*LADDER, badge, who=subject(1, "owner")).badges) == []


@pytest.mark.parametrize(
    ("exempt", "is_"),
    [
        ("member", True),
        ("onyx", False),
        ("role:5", True),
        ("role:RAIDER", True),
        ("role:9", False),
        ("member:member_1", True),
        ("member:Somebody", False),
        ("member:", False),
        ("member:!?", False),
    ],
)
def test_who_is_exempt_is_offered_nothing_and_keeps_what_they_have(exempt: str, is_: bool) -> None:
    who = subject(1, linked=True, discord_roles=frozenset({"5", "raider"}))
    ranks = (rank("onyx", 30, 1, exempt=exempt), rank("member", 20, 90, exempt=exempt, demote=5))
    badge = rank("b", 1, 1, discord_role="b", exempt=exempt)
    found = stands(*ranks, badge, who=who)
    assert (named(found.offers), named(found.badges), found.falls) == (
        ([], [], False) if is_ else (["onyx"], ["b"], True)
    )
    assert is_exempt(ladder(*ranks).rules.ranks[0], who) is is_


def test_whose_roles_are_not_known_may_be_exempt() -> None:
    by_role = {"demote": 5, "exempt": "role:5"}
    assert not stands(rank("member", 20, 90, **by_role)).falls, "nothing is taken on a guess"
    in_server = subject(1, linked=True, discord_roles=frozenset({"6"}))
    assert stands(rank("member", 20, 90, **by_role), who=in_server).falls
    assert named(stands(rank("onyx", 30, 1, exempt="role:5")).offers) == ["onyx"]
    badge, nobody = rank("b", 1, 1, discord_role="b"), subject(1, None)
    assert named(stands(badge, who=nobody).badges) == ["b"]
    assert named(stands({**badge, "exempt": ["role:5", "member:x"]}, who=nobody).badges) == ["b"]
    assert named(stands({**badge, "exempt": ["member:x", "owner"]}, who=nobody).badges) == []


def test_a_present_rank_is_judged_where_it_can_be_lost_and_unknown_never_loses_it() -> None:
    ranks = (rank("member", 20, 20, demote="after 14 days", min_days_in_rank=500),)
    assert stands(*ranks, kills=19).falls
    assert not stands(*ranks, kills=20).falls, "the days before it are not asked again"
    assert not stands(*ranks, kills=at_least(1, Gap.UNRANKED)).falls
    kept = stands(*ranks, kills=20).kept
    assert kept is not None
    assert kept.outcome is PASS
    assert not stands(*LADDER, kills=1).falls, "never, unless it is said"


@pytest.mark.parametrize(("days", "is_"), [(29, FAIL), (30, PASS), (at_least(10, Gap.NO_DATE), UNKNOWN)])
def test_days_in_the_rank_before_come_first(days: Any, is_: Outcome) -> None:
    plain = stands(rank("onyx", 30, 1, min_days_in_rank=30), days=days).offers[0]
    assert plain.outcome is is_
    both = {"all": [{"field": "zulrah", "at_least": 1}, {"field": "zulrah", "at_most": 99}]}
    of_all = stands(rank("onyx", 30, 1, min_days_in_rank=30, when=both), days=days).offers[0]
    assert of_all.outcome is is_
    assert len(of_all.finding.parts) == 3, "beside the others, not around them"


def test_the_next_rank_and_the_one_after_it() -> None:
    waits = rank("onyx", 30, 30, min_days_in_rank=50)
    ahead = ladder(waits, *LADDER[1:], who=subject(1, "prospector"), days=5).ahead(MemberId(1))
    assert named(ahead) == ["member", "onyx"]
    assert [one.outcome for one in ahead] == [PASS, FAIL]
    assert not ahead[1].finding.parts, "the days as a member have not begun"
    ready = ladder(waits, *LADDER[1:], who=subject(1, "member"), kills=30, days=5).ahead(MemberId(1))
    assert [one.outcome for one in ready] == [FAIL]
    first = (rank("onyx", 30, 30, requires="member"), *LADDER[1:])
    assert named(ladder(*first, who=subject(1, "prospector")).ahead(MemberId(1))) == ["member", "onyx"]
    strict = (rank("onyx", 30, 30, requires="member"), rank("member", 20, 20, exempt="prospector"), LADDER[2])
    assert named(ladder(*strict, who=subject(1, "prospector")).ahead(MemberId(1))) == []
    assert named(ladder(who=subject(1, "owner")).ahead(MemberId(1))) == []
    assert named(ladder(*LADDER[:2], who=subject(1, "prospector")).ahead(MemberId(1))) == ["member", "onyx"]


def test_presets_are_for_the_ranks_worth_earning() -> None:
    order = ["owner", "deputy_owner", *(f"r{number}" for number in range(20)), "guest"]
    assert ladder_of(order) == [f"r{number}" for number in range(11, -1, -1)]
    for preset in PRESETS.values():
        rules = preset.rules(ladder_of(order))
        assert rules.ranks
        if preset.name != "old":
            assert [one.wom_role for one in rules.ranks] == ladder_of(order)[1:]
        assert preset.name != "tenure" or not preset.rules([]).ranks
