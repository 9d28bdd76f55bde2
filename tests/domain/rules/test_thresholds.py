"""Numbers of members against thresholds: units, levels, points, shares, and lines that others set."""

from fractions import Fraction
from typing import Any

import pytest

from bot.domain.ids import MemberId
from bot.domain.metrics import XP_99, xp_of
from bot.domain.rules.bounds import Bounds, Gap, at_least, known
from bot.domain.rules.judging import Finding, Judge, Line, Outcome
from bot.domain.rules.needs import DAYS_IN_RANK, Atom, atoms_of, needed_by
from bot.domain.rules.numbers import Subject
from bot.domain.rules.terms import Check, Cohort, Relative
from tests.domain.rules.made import ORDER, condition_of, readings_of, rules_of, subject

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
UNRANKED = at_least(0, Gap.UNRANKED)


def found(
    when: dict[str, Any], *numbers: Any, who: int = 1, everybody: list[Subject] | None = None
) -> Finding:
    """What a condition comes to for a member, by default the first of two."""
    readings = {atom: column for one in numbers for atom, column in one.items()}
    judge = Judge(everybody or [subject(1), subject(2)], readings, ORDER)
    return judge.find(condition_of(when), MemberId(who))


def outcome(when: dict[str, Any], *numbers: Any, **rest: Any) -> Outcome:
    return found(when, *numbers, **rest).outcome


@pytest.mark.parametrize(
    ("comparison", "outcomes"),
    [
        ("at_least", [FAIL, PASS, PASS, PASS, UNKNOWN, FAIL, UNKNOWN]),
        ("more_than", [FAIL, FAIL, PASS, UNKNOWN, UNKNOWN, FAIL, FAIL]),
        ("at_most", [PASS, PASS, FAIL, UNKNOWN, UNKNOWN, PASS, PASS]),
        ("less_than", [PASS, FAIL, FAIL, FAIL, UNKNOWN, PASS, UNKNOWN]),
    ],
)
def test_a_range_meets_a_threshold_where_every_number_of_it_does(
    comparison: str, outcomes: list[Outcome]
) -> None:
    ranges: list[Bounds | int] = [4, 5, 6, at_least(5, Gap.STALE), at_least(0, Gap.STALE)]
    ranges += [Bounds(1, 4, Gap.STALE), Bounds(1, 5, Gap.STALE)]
    when = {"field": "zulrah", comparison: 5}
    assert [outcome(when, readings_of("zulrah", {1: one})) for one in ranges] == outcomes


def test_hours_are_compared_to_the_hundred_thousandth() -> None:
    when = {"field": "ehb", "at_least": 2.5}
    assert outcome(when, readings_of("ehb", {1: 250_000})) is PASS
    assert outcome(when, readings_of("ehb", {1: 249_999})) is FAIL


def test_what_nobody_measured_is_unknown_and_says_why() -> None:
    assert found({"field": "ehb", "at_least": 1}).why is Gap.NO_READING
    assert outcome({"field": "ehb", "at_least": 0}) is PASS, "nothing is less than nothing"


def test_ranked_raids_suffice_for_a_sum_and_one_unranked_leaves_a_minimum_open() -> None:
    readings = [readings_of("zulrah", {1: 60}), readings_of("vorkath", {1: UNRANKED})]
    of = {"field": ["zulrah", "vorkath"]}
    assert outcome({**of, "at_least": 50}, *readings) is PASS
    assert outcome({**of, "at_least": 70}, *readings) is UNKNOWN
    assert outcome({**of, "combine": "max", "at_least": 60}, *readings) is PASS
    assert outcome({**of, "combine": "min", "at_least": 1}, *readings) is UNKNOWN
    assert outcome({**of, "combine": "min", "at_least": 61}, *readings) is FAIL


def test_levels_are_those_of_the_experience_and_the_total_is_as_measured() -> None:
    attack = readings_of("attack", {1: xp_of(70)})
    assert outcome({"field": "attack", "measure": "level", "at_least": 70}, attack) is PASS
    assert outcome({"field": "attack", "measure": "level", "at_least": 71}, attack) is FAIL
    over = readings_of("attack", {1: at_least(XP_99 * 3, Gap.STALE)})
    assert found({"field": "attack", "measure": "level", "at_most": 99}, over).value == known(99)
    level = {"field": ["attack", "overall"], "measure": "level", "combine": "max", "at_least": 1500}
    assert outcome(level, attack, readings_of("total_level", {1: 1500})) is PASS
    check = condition_of({"field": "overall", "measure": "level", "at_least": 1})
    assert isinstance(check, Check)
    assert atoms_of(check) == (Atom("total_level"),)


MINE = [subject(1, person=(2, 1), linked=True), subject(2, person=(2, 1), linked=True), subject(3)]


@pytest.mark.parametrize(
    ("accounts", "enough", "few"),
    [
        ("own", FAIL, PASS),
        ("main", PASS, FAIL),
        ("any", PASS, PASS),
        ("best", PASS, PASS),
        ("sum", PASS, FAIL),
    ],
)
def test_whose_numbers_count(accounts: str, enough: Outcome, few: Outcome) -> None:
    kills = readings_of("zulrah", {1: 10, 2: 50, 3: 0})
    when = {"field": "zulrah", "accounts": accounts}
    assert outcome({**when, "at_least": 50}, kills, everybody=MINE) is enough
    assert outcome({**when, "at_most": 10}, kills, everybody=MINE) is few
    assert outcome({**when, "at_least": 61}, kills, everybody=MINE) is FAIL


def test_a_mean_is_of_the_numbers_that_are_compared_with_it() -> None:
    kills = readings_of("zulrah", {1: 10, 2: 50, 3: 1})
    few: dict[str, Any] = {"field": "zulrah", "accounts": "best", "at_most": {"mean": {}}}
    # The smallest of theirs count, 10, 10 and 1: their mean is 7.
    assert outcome(few, kills, everybody=MINE) is FAIL
    many: dict[str, Any] = {"field": "zulrah", "accounts": "best", "at_least": {"mean": {}}}
    assert outcome(many, kills, everybody=MINE) is PASS


def test_words() -> None:
    people = [
        subject(1, linked=True, discord_roles=frozenset({"5", "raider"})),
        subject(2, None),
        subject(3, "stranger", linked=True, unseen=Gap.NOT_IN_SERVER),
    ]

    def of(**when: Any) -> list[Outcome]:
        judge = Judge(people, {}, ORDER)
        return [judge.find(condition_of(when), one.member).outcome for one in people]

    assert of(field="linked") == [PASS, FAIL, PASS]
    assert of(field="discord_role", **{"is": ["Raider", "9"]}) == [PASS, UNKNOWN, UNKNOWN]
    assert of(field="discord_role", **{"is": "9"}) == [FAIL, UNKNOWN, UNKNOWN]
    assert of(field="rank", **{"is": ["member", "stranger"]}) == [PASS, UNKNOWN, PASS]
    assert of(field="rank", above="prospector") == [PASS, UNKNOWN, UNKNOWN], "the order has no stranger"
    assert of(field="rank", above="member") == [FAIL, UNKNOWN, UNKNOWN]
    assert of(field="rank", above="nobody") == [UNKNOWN, UNKNOWN, UNKNOWN]
    assert of(field="rank", above="onyx", **{"is": "member"}) == [PASS, UNKNOWN, UNKNOWN]
    assert of(field="account_type", **{"is": "ironman"}) == [FAIL, FAIL, FAIL]
    judge = Judge(people, {}, ORDER)
    role = condition_of({"field": "discord_role", "is": "5"})
    assert [judge.find(role, MemberId(one)).why for one in (2, 3)] == [Gap.NOT_LINKED, Gap.NOT_IN_SERVER]


def points(number: Bounds | int, **score: Any) -> Bounds | None:
    """The points that so much of EHB gives."""
    when = {"field": "points", "at_least": 1, "of": [{"field": "ehb", **score}]}
    return found(when, readings_of("ehb", {1: number})).value


def test_points() -> None:
    hours = 100_000
    assert points(99 * hours, per=25, gives=100) == known(300)
    assert points(100 * hours, per=25, gives=100) == known(400)
    assert points(99 * hours, weight=0.5) == known(Fraction(99, 2))
    tiers = [{"at_least": 10, "gives": 5}, {"at_least": 20, "gives": 7}]
    assert [points(one * hours, tiers=tiers) for one in (9, 10, 19, 20, 99)] == [
        known(one) for one in (0, 5, 5, 7, 7)
    ]
    assert points(99 * hours, weight=1, cap=40) == known(40)
    assert points(at_least(30 * hours, Gap.STALE), per=25, gives=100) == at_least(100, Gap.STALE)
    assert points(at_least(99 * hours, Gap.STALE), weight=1, cap=40) == known(40)
    assert points(at_least(20 * hours, Gap.STALE), tiers=tiers) == known(7), "there is no tier above"
    assert points(at_least(0, Gap.STALE), tiers=tiers) == Bounds(0, 7, Gap.STALE)


def test_points_add_up_to_a_cap_over_all() -> None:
    when = {
        "field": "points",
        "cap": 9,
        "at_least": 9,
        "of": [{"field": "zulrah", "weight": 1}, {"field": "ehb", "weight": 1}],
    }
    both = [readings_of("zulrah", {1: 4}), readings_of("ehb", {1: 500_000})]
    assert outcome(when, *both) is PASS
    assert outcome(when, readings_of("zulrah", {1: 12})) is PASS, "whatever the other is"
    assert outcome(when, readings_of("zulrah", {1: 4})) is UNKNOWN


def test_a_share_is_of_another_number_of_the_same_member() -> None:
    when = {
        "field": "overall",
        "over": "7d",
        "less_than": {"share": {"of": {"field": "overall", "over": "30d"}, "times": 0.1}},
    }

    def fading(week: Bounds | int, month: Bounds | int) -> Outcome:
        return outcome(
            when, readings_of("overall", {1: week}, "7d"), readings_of("overall", {1: month}, "30d")
        )

    assert fading(99, 1000) is PASS
    assert fading(100, 1000) is FAIL
    assert fading(99, at_least(1000, Gap.PARTIAL)) is PASS
    assert fading(100, at_least(1000, Gap.PARTIAL)) is UNKNOWN
    hours = {"field": "ehb", "at_least": {"share": {"of": {"field": "zulrah"}, "times": 0.5}}}
    assert outcome(hours, readings_of("ehb", {1: 500_000}), readings_of("zulrah", {1: 10})) is PASS
    assert outcome(hours, readings_of("ehb", {1: 499_999}), readings_of("zulrah", {1: 10})) is FAIL


def line(when: dict[str, Any], numbers: dict[int, Bounds | int], roles: list[str | None]) -> Line | None:
    """The threshold that these members set."""
    everybody = [subject(place, role) for place, role in enumerate(roles, 1)]
    return found({"field": "zulrah", **when}, readings_of("zulrah", numbers), everybody=everybody).line


ROLES: list[str | None] = ["owner", "onyx", "member", "prospector", "stranger", None]


def test_a_mean_and_a_median_are_of_those_whose_number_is_known() -> None:
    numbers: dict[int, Bounds | int] = {1: 1, 2: 2, 3: 6, 4: at_least(50, Gap.STALE), 6: 8}
    mean = line({"at_least": {"mean": {}}}, numbers, ROLES)
    assert mean == Line(Fraction(17, 4), 4, 6), (
        "who was never measured counts as one of them, without a number"
    )
    assert line({"at_least": {"median": {}}}, numbers, ROLES) == Line(4, 4, 6)
    assert line({"at_least": {"median": {}}}, {1: 1, 2: 2, 3: 6}, ROLES) == Line(2, 3, 6)
    assert line({"at_least": {"mean": {}}}, {4: UNRANKED}, ROLES) == Line(None, 0, 6)


@pytest.mark.parametrize(
    ("cohort", "of"),
    [
        ({}, 6),
        ({"above": "member"}, 2),
        ({"above": "owner"}, 0),
        ({"above": "nobody"}, 0),
        ({"ranks": ["member", "stranger"]}, 2),
        ({"without": "owner"}, 5),
        ({"above": "prospector", "without": "onyx", "ranks": ["owner", "onyx", "prospector"]}, 1),
    ],
)
def test_a_cohort_is_who_meets_everything_that_is_named(cohort: dict[str, Any], of: int) -> None:
    set_by = line({"at_least": {"mean": cohort}}, dict.fromkeys(range(1, 7), 5), ROLES)
    assert set_by is not None
    assert (set_by.measured, set_by.of) == (of, of)


def test_without_anybody_to_compare_with_it_is_unknown() -> None:
    nobody = found({"field": "zulrah", "at_least": {"mean": {"ranks": "x"}}}, readings_of("zulrah", {1: 5}))
    assert (nobody.outcome, nobody.why) == (UNKNOWN, Gap.NOBODY_MEASURED)
    top = found({"field": "zulrah", "top": {"count": 1, "floor": 50}}, readings_of("zulrah", {1: UNRANKED}))
    assert (top.outcome, top.why) == (UNKNOWN, Gap.NOBODY_MEASURED)


def placed(top: dict[str, Any], *numbers: Bounds | int) -> list[str]:
    """What the place comes to for each: + in, - not in, ? unknown."""
    everybody = [subject(one) for one in range(1, len(numbers) + 1)]
    readings = readings_of("zulrah", dict(enumerate(numbers, 1)))
    judge = Judge(everybody, readings, ORDER)
    when = condition_of({"field": "zulrah", "top": top})
    marks = {PASS: "+", FAIL: "-", UNKNOWN: "?"}
    return [marks[judge.find(when, one.member).outcome] for one in everybody]


def test_a_place_among_the_first() -> None:
    assert placed({"count": 2}, 5, 4, 3) == ["+", "+", "-"]
    assert placed({"count": 2}, 5, 4, 4, 3) == ["+", "+", "+", "-"], "who ties with the last place is in"
    assert placed({"count": 9}, 5, 4) == ["+", "+"], "more places than members"
    assert placed({"percent": 10}, *range(10, 0, -1)) == ["+", *["-"] * 9]
    assert placed({"percent": 10}, *range(11, 0, -1)) == ["+", "+", *["-"] * 9], "rounded up to a whole one"
    assert placed({"percent": 0.5}, 3, 2) == ["+", "-"]
    assert placed({"percent": 100}, 3, 2) == ["+", "+"]
    assert placed({"count": 2, "floor": 5}, 5, 4, 3) == ["+", "-", "-"]
    assert placed({"count": 2, "floor": 2}, 5, 4, 3) == ["+", "+", "-"]
    assert placed({"count": 1}, 5, at_least(5, Gap.STALE), at_least(4, Gap.STALE)) == ["+", "+", "?"]
    assert placed({"count": 1, "floor": 50}, 0, 0) == ["-", "-"]


def test_a_threshold_is_found_once_for_each_condition_and_not_mixed_up() -> None:
    judge = Judge([subject(1), subject(2)], readings_of("zulrah", {1: 5, 2: 9}), ORDER)
    for count, expected in ((1, FAIL), (2, PASS), (1, FAIL)):
        when = condition_of({"field": "zulrah", "top": {"count": count}})
        assert judge.find(when, MemberId(1)).outcome is expected
    for amount, expected in ((5, PASS), (6, FAIL), (5, PASS)):
        when = condition_of({"field": "zulrah", "at_least": amount})
        assert judge.find(when, MemberId(1)).outcome is expected


def test_what_rules_need_to_know() -> None:
    rules = rules_of(
        {
            "all": [
                {"field": ["attack", "strength"], "over": "30d", "at_least": 1},
                {"field": "messages", "over": "joining", "at_least": 1},
                {"field": "active_days", "over": "7d", "messages_a_day": 3, "at_least": 1},
                {"field": "days_since_seen", "where": "game", "at_most": 5},
                {"field": "evidence", "kind": "ca", "tier": "hard"},
                {"field": "evidence", "kind": "event", "at_least": 2},
                {"field": "points", "at_least": 2, "of": [{"field": "ehp", "weight": 1}]},
                {"field": "ehb", "at_least": {"share": {"of": {"field": "days_in_clan"}}}},
                {"field": "overall", "measure": "level", "at_least": 5},
                {"field": "linked"},
                {"field": "rank", "is": "member"},
            ]
        }
    )
    assert needed_by(rules) == {
        Atom("attack", "30d"),
        Atom("strength", "30d"),
        Atom("messages", "joining"),
        Atom("active_days", "7d", "3"),
        Atom("days_since_seen", "lifetime", "game"),
        Atom("evidence", "lifetime", "ca:hard"),
        Atom("evidence", "lifetime", "event"),
        Atom("ehp"),
        Atom("ehb"),
        Atom("days_in_clan"),
        Atom("total_level"),
    }
    assert needed_by(rules_of({"field": "linked"}, min_days_in_rank=1)) == {DAYS_IN_RANK}


def test_checks_that_share_a_threshold_have_lines_of_their_own() -> None:
    mean = Relative(mean=Cohort())
    ehb, ehp = (Check(field=(field,), more_than=mean) for field in ("ehb", "ehp"))
    judge = Judge(
        [subject(1), subject(2)],
        {**readings_of("ehb", {1: 4, 2: 2}), **readings_of("ehp", {1: 40, 2: 60})},
        ORDER,
    )
    lines = [judge.find(one, MemberId(1)).line for one in (ehb, ehp)]
    assert lines == [Line(Fraction(3), 2, 2), Line(Fraction(50), 2, 2)]
