"""What officers may write, and in which words the rest is refused."""

from typing import Any

import pytest

from bot.domain.desk_errors import RulesUnreadable
from bot.domain.rules.files import read_data
from bot.domain.rules.language import All, AnyOf, AtLeast, Not, checks_in
from bot.domain.rules.terms import Check
from tests.domain.rules.made import condition_of, rules_of

NUMBER = {"field": "ehb", "at_least": 1}


def refusal(when: Any = ..., **rank: Any) -> str:
    """Why a rank with this condition is refused."""
    whole = {"name": "a", "order": 1, "wom_role": "member", "when": when, **rank}
    with pytest.raises(RulesUnreadable) as caught:
        read_data({"ranks": [{key: it for key, it in whole.items() if it is not ...}]})
    return caught.value.problems[0].reason


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"field": ["ehb", "messages"], "at_least": 1}, "several fields must all be metrics"),
        ({"field": ["ehb", "zulrah"], "at_least": 1}, "unlike things have no sum"),
        ({"field": "ehb", "combine": "max", "at_least": 1}, "nothing to combine"),
        ({"field": "zulrah", "measure": "level", "at_least": 1}, "only skills have levels"),
        ({"field": "messages", "measure": "level", "at_least": 1}, "only skills have levels"),
        (
            {"field": "attack", "measure": "level", "over": "7d", "at_least": 1},
            "a level has no window: leave over out",
        ),
        ({"field": "ehb", "kind": "event", "at_least": 1}, "only evidence has a kind"),
        ({"field": "ehb", "tier": "hard", "at_least": 1}, "only evidence has a tier"),
        ({"field": "evidence", "at_least": 1}, "evidence needs its kind"),
        ({"field": "evidence", "kind": "ca", "tier": "hard", "at_least": 1}, "a tier needs nothing else"),
        ({"field": "ehb", "where": "game", "at_least": 1}, "only days_since_seen has it"),
        ({"field": "ehb", "messages_a_day": 2, "at_least": 1}, "only active_days has it"),
        ({"field": "days_in_clan", "over": "7d", "at_least": 1}, "it has no window: leave over out"),
        ({"field": "active_days", "at_least": 1}, "active_days needs days, such as over: 14d"),
        (
            {"field": "active_days", "over": "rank", "at_least": 1},
            "active_days needs days, such as over: 14d",
        ),
        ({"field": "ehb"}, "needs one of at_least, more_than, at_most, less_than and top"),
        ({**NUMBER, "at_most": 2}, "needs one of at_least, more_than, at_most, less_than and top"),
        ({**NUMBER, "top": {"count": 1}}, "needs one of at_least, more_than, at_most, less_than and top"),
        ({**NUMBER, "is": "x"}, "it is a number: use at_least, more_than, at_most, less_than or top"),
        ({"field": "rank", "at_least": 1}, "it is no number: use is"),
        ({"field": "rank"}, "needs is"),
        ({"field": "linked", "is": "no"}, "needs nothing else; its opposite is in not"),
        ({"field": "account_type", "is": "x", "above": "y"}, "only rank has above"),
        ({"field": "rank", "is": True}, "must be text: put it in quotes"),
        ({"field": "rank", "is": ""}, "is empty"),
        ({"field": "rank", "is": [None]}, "must be text: put it in quotes"),
        ({"field": 5, "at_least": 1}, "must be the name of a field"),
        ({"field": [], "at_least": 1}, "is empty"),
        ({"field": None, "at_least": 1}, "must be a list"),
        ({"field": "points", "at_least": 1}, "points need of, and nothing else has it"),
        ({**NUMBER, "of": [{"field": "ehb", "weight": 1}]}, "points need of, and nothing else has it"),
        ({**NUMBER, "cap": 5}, "only points have a cap"),
        ({"field": "ehb", "at_least": {}}, "needs one of mean, median and share, such as mean: {}"),
        (
            {"field": "ehb", "at_least": {"mean": None}},
            "needs one of mean, median and share, such as mean: {}",
        ),
        ({"field": "ehb", "at_least": {"share": {"of": {"field": "rank"}}}}, "a share is of a number"),
        ({"field": "ehb", "at_least": {"share": {"of": {"field": "points"}}}}, "a share is of a number"),
        ({"field": "ehb", "top": {}}, "needs one of count and percent"),
        ({"field": "ehb", "top": {"count": 1, "percent": 5}}, "needs one of count and percent"),
        ({"field": "ehb", "top": {"percent": 101}}, "must be less than or equal to 100"),
        ({"field": "ehb", "accounts": "all", "at_least": 1}, "must be own, main, any, best or sum"),
        ({"field": "linked", "accounts": "any"}, "it is no number: leave accounts out"),
        ({"field": "rank", "is": "onyx", "accounts": "main"}, "it is no number: leave accounts out"),
        (
            {"field": "points", "accounts": "sum", "at_least": 1, "of": [{"field": "ehb", "weight": 1}]},
            "accounts belong to the fields under of, not to points",
        ),
        (
            {"field": "mesages", "at_least": 1},
            "nothing is called 'mesages'; did you mean messages or Messages?",
        ),
        ({"field": "??", "at_least": 1}, "nothing is called '??'"),
        (5, "must be a mapping, such as {field: ehb, at_least: 250}"),
        ({"all": []}, "is empty"),
        ({"at_least": 2, "of": [NUMBER]}, "asks for more than there are"),
    ],
)
def test_a_condition_that_means_nothing_is_refused(when: Any, why: str) -> None:
    assert refusal(when) == why


@pytest.mark.parametrize(
    ("score", "why"),
    [
        ({}, "needs one of per, weight and tiers"),
        ({"per": 5, "weight": 1}, "needs one of per, weight and tiers"),
        ({"weight": 1, "gives": 2}, "gives belongs to per"),
        ({"per": 0}, "must be greater than 0"),
        (
            {"tiers": [{"at_least": 5, "gives": 1}, {"at_least": 2, "gives": 3}]},
            "tiers go up, and never give less for more",
        ),
        (
            {"tiers": [{"at_least": 2, "gives": 3}, {"at_least": 5, "gives": 1}]},
            "tiers never give less for more",
        ),
    ],
)
def test_points_that_mean_nothing_are_refused(score: Any, why: str) -> None:
    assert refusal({"field": "points", "at_least": 1, "of": [{"field": "ehb", **score}]}) == why
    word = {"field": "points", "at_least": 1, "of": [{"field": "rank", "weight": 1}]}
    assert refusal(word) == "points count numbers"


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"wom_role": ...}, "needs a wom_role or a discord_role"),
        ({"wom_role": ""}, "is empty"),
        ({"discord_role": True}, "must be text: put it in quotes"),
        ({"badge_days": 3}, "only a badge (no wom_role) has badge_days"),
        ({"demote": "sometimes"}, 'must be never, or "after 14 days" with 1 to 365 days'),
        ({"demote": "after 366 days"}, 'must be never, or "after 14 days" with 1 to 365 days'),
        ({"requires": "b"}, "a requires b, which is no rank here"),
        ({"requires": "a"}, "a requires itself"),
        ({"order": 10_001}, "must be less than or equal to 10000"),
        ({"when": ...}, "is missing"),
    ],
)
def test_a_rank_that_means_nothing_is_refused(columns: dict[str, Any], why: str) -> None:
    assert refusal(**{"when": NUMBER, **columns}) == why


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"name": "a", "order": 2, "wom_role": "y"}, "rank a is there twice"),
        ({"name": "b", "order": 1, "wom_role": "y"}, "order 1 is there twice"),
        ({"name": "b", "order": 2, "wom_role": "x"}, "wom_role x is there twice"),
    ],
)
def test_no_two_ranks_are_the_same(columns: dict[str, Any], why: str) -> None:
    first = {"name": "a", "order": 1, "wom_role": "x", "when": NUMBER}
    with pytest.raises(RulesUnreadable) as caught:
        read_data({"ranks": [first, {"when": NUMBER, **columns}]})
    assert caught.value.problems[0].reason == why


def test_a_set_that_no_person_wrote_is_refused() -> None:
    assert refusal({"all": [NUMBER] * 401}) == "too many conditions"


def test_a_rank_is_read_as_it_is_written() -> None:
    rank = rules_of(NUMBER, demote="After 14 Days", exempt="owner", discord_role=123456789012345678).ranks[0]
    assert (rank.demote, rank.exempt, rank.discord_role) == (14, ("owner",), "123456789012345678")
    assert rules_of(NUMBER, demote="never").ranks[0].demote is None
    assert rules_of(NUMBER, demote=7).ranks[0].demote == 7


@pytest.mark.parametrize("written", ["30", "30d", "last 30 days", 30, " 30 Days "])
def test_a_window_is_read_as_people_write_it(written: object) -> None:
    check = condition_of({"field": "ehb", "over": written, "at_least": 1})
    assert isinstance(check, Check)
    assert check.over == "30d"


def test_single_requirements_are_found_in_their_order() -> None:
    fields = ["ehb", "ehp", "overall", "zulrah", "attack", "cox"]
    one, two, three, four, five, six = ({"field": field, "at_least": 1} for field in fields)
    condition = condition_of(
        {"all": [one, {"any": [two, {"not": three}]}, {"at_least": 1, "of": [four, five]}, six]}
    )
    assert [check.field[0] for check in checks_in(condition)] == [*fields[:5], "chambers_of_xeric"]
    assert isinstance(condition, All)
    shapes = [type(one) for one in condition.all]
    assert shapes == [Check, AnyOf, AtLeast, Check]
    assert isinstance(condition.all[1], AnyOf)
    assert isinstance(condition.all[1].any[1], Not)
