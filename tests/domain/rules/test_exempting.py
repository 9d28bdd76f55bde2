"""A rank's list of who is exempt from it."""

import pytest

from bot.domain.rules.exempting import names_member, with_exempt
from bot.domain.rules.language import RuleSet
from tests.domain.rules.made import rules_of


def listed(*exempt: str) -> RuleSet:
    return rules_of({"field": "ehp", "at_least": 1}, exempt=list(exempt))


@pytest.mark.parametrize(
    ("exempt", "expected"),
    [
        ("member:ann_b", True),
        ("member:ANN B", True),
        ("member:Bob", False),
        ("member:what a long name nobody has", False),
        ("role:onyx", False),
    ],
)
def test_a_name_is_found_however_it_is_written(exempt: str, expected: bool) -> None:
    assert names_member(listed(exempt).ranks[0], "Ann B") is expected


def test_a_member_is_listed_once_and_nobody_else_is_touched() -> None:
    rules = listed("member:Bob", "member:ann_b", "role:onyx")
    once = with_exempt(rules, rules.ranks[0], "Ann B", is_exempt=True)
    assert once["ranks"][0]["exempt"] == ["member:Bob", "role:onyx", "member:Ann B"]
    without = with_exempt(rules, rules.ranks[0], "Ann B", is_exempt=False)
    assert without["ranks"][0]["exempt"] == ["member:Bob", "role:onyx"]
