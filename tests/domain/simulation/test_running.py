"""What rules would have done, on clans whose promotions can be worked out by hand."""

from bot.domain.ids import MemberId
from bot.domain.rules.language import Rank
from bot.domain.simulation.roster import PastRoster
from bot.domain.simulation.running import lasting
from bot.domain.simulation.series import Holding
from tests.domain.simulation.made import (
    changed,
    day,
    joined,
    left,
    member,
    observed,
    readings,
    rules_of,
    simulated,
)

LADDER = """
ranks:
  - {name: silver, order: 1, wom_role: silver, when: {field: zulrah, at_least: 50}}
  - {name: gold, order: 2, wom_role: gold, min_days_in_rank: 5, when: {field: zulrah, at_least: 60}}
"""


def kills(*values: tuple[float, int | None]) -> list[Holding]:
    return [readings("zulrah", dict(values))]


def test_a_rank_is_earned_on_the_day_on_which_it_is_met_and_held_from_the_next() -> None:
    known = observed({1: kills((40, 10), (20, 50), (18, 70), (1, 70))})
    # Promoted 20 days ago; in the rank since the day after; five whole days in it another five days later.
    assert simulated(rules_of(LADDER), [member(1)], known, days=30) == [
        (1, "silver", 20, None),
        (1, "gold", 14, None),
    ]


def test_the_highest_rank_that_is_met_is_earned_at_once() -> None:
    rules = rules_of(LADDER.replace("min_days_in_rank: 5, ", ""))
    known = observed({1: kills((40, 10), (9, 75))})
    assert simulated(rules, [member(1)], known, days=30) == [(1, "gold", 9, None)]


def test_what_was_not_known_then_promotes_nobody() -> None:
    known = observed({1: kills((20, None), (3, 55)), 2: []})
    assert simulated(rules_of(LADDER), [member(1), member(2)], known, days=30) == [(1, "silver", 3, None)]


def test_who_really_held_a_rank_on_the_first_day_begins_with_it_and_later_changes_are_not_followed() -> None:
    known = observed({one: kills((40, 70), (1, 70)) for one in (1, 2)})
    stored = [member(1, "gold"), member(2, "owner")]
    happened = {1: [changed(100, "bronze", "silver"), changed(10, "silver", "gold")], 2: []}
    # A silver since 100 days ago is promoted on the first day, 19 days before the last; owners never are.
    assert simulated(rules_of(LADDER), stored, known, days=20, happened=happened) == [(1, "gold", 19, None)]


def test_who_comes_or_comes_back_begins_with_the_rank_of_then() -> None:
    stored = [member(1, "bronze", joined=10), member(2, "gold", joined=8)]
    happened = {
        1: [joined(10)],
        2: [joined(100), left(30, "silver"), joined(8), changed(8, "bronze", "gold")],
    }
    known = observed({one: kills((90, 70), (5, 70), (1, 70)) for one in (1, 2)})
    found = simulated(rules_of(LADDER), stored, known, days=60, happened=happened)
    # The second was a silver then; away from the 30th day on, and back as a gold.
    assert found == [(2, "gold", 59, None), (1, "silver", 10, None), (1, "gold", 4, None)]


FLAPPING = """
ranks:
  - {name: silver, order: 1, wom_role: silver, when: {field: zulrah, over: 7d, at_least: 50}}
"""


def test_a_rank_that_is_met_no_longer_within_two_weeks_flaps() -> None:
    known = observed({1: kills((40, 0), (20, 60), *((ago, 60) for ago in range(19, -1, -1)))})
    # Sixty kills in a day, and none after: within the last week for six days more.
    assert simulated(rules_of(FLAPPING), [member(1)], known, days=30) == [(1, "silver", 20, 13)]


def test_what_fails_after_two_weeks_or_is_not_known_does_not_flap() -> None:
    slow = rules_of(FLAPPING.replace("7d", "15d"))
    known = observed({1: kills((40, 0), (20, 60), *((ago, 60) for ago in range(19, -1, -1)))})
    assert simulated(slow, [member(1)], known, days=30) == [(1, "silver", 20, None)]
    # Nobody looked after the promotion: so much at least, and unknown, is no failure.
    unseen = observed({1: kills((40, 0), (20, 60))})
    assert simulated(rules_of(FLAPPING), [member(1)], unseen, days=30) == [(1, "silver", 20, None)]


def test_a_flap_is_not_made_of_what_a_rule_asked_of_the_rank_before() -> None:
    text = """
ranks:
  - name: silver
    order: 1
    wom_role: silver
    when: {all: [{field: rank, is: bronze}, {field: days_in_rank, at_least: 3}, {field: zulrah, at_least: 5}]}
  - name: gold
    order: 2
    wom_role: gold
    requires: silver
    when: {field: days_in_rank, at_least: 4}
"""
    stored = [member(1, "bronze", joined=10)]
    known = observed({1: kills((20, 5), (1, 5))})
    found = simulated(rules_of(text), stored, known, days=20, happened={1: [changed(10, None, "bronze")]})
    assert found == [(1, "silver", 7, None), (1, "gold", 2, None)]


def test_what_remains_of_a_condition_once_it_promoted_somebody() -> None:
    def left_of(when: object) -> object:
        rank = Rank.model_validate({"name": "a", "order": 1, "wom_role": "a", "when": when})
        found = lasting(rank.when)
        return None if found is None else found.model_dump(by_alias=True, exclude_defaults=True)

    rank, kills_, points = (
        {"field": "rank", "is": "bronze"},
        {"field": "zulrah", "at_least": 5},
        {"field": "points", "at_least": 5, "of": [{"field": "ehb", "over": "rank", "per": 1}]},
    )
    assert left_of(rank) is None
    assert left_of(points) is None
    assert left_of({"all": [rank, points]}) is None
    assert left_of({"any": [kills_, {"not": rank}]}) is None
    assert left_of({"any": [kills_, kills_]}) is not None
    assert left_of({"all": [rank, kills_]}) == {"all": ({"field": ("zulrah",), "at_least": 5},)}


def test_a_badge_is_kept_for_its_days_and_earned_anew_after_them_and_without_days_for_ever() -> None:
    text = """
ranks:
  - {name: busy, order: 1, discord_role: Busy, badge_days: 2, when: {field: zulrah, over: 2d, at_least: 10}}
  - {name: fast, order: 2, discord_role: Fast, when: {field: zulrah, over: 2d, at_least: 10}}
"""
    had = {ago: 0 if ago > 20 else 10 if ago > 17 else 20 if ago > 10 else 40 for ago in range(30, -1, -1)}
    # Met for two days from the 20th on, again from the 17th on, and from the 10th on.
    assert simulated(rules_of(text), [member(1)], observed({1: kills(*had.items())}), days=25) == [
        (1, "busy", 20, 18),
        (1, "fast", 20, 18),
        (1, "busy", 10, 8),
    ]


def test_accounts_of_one_person_count_while_they_are_there() -> None:
    text = """
ranks:
  - name: silver
    order: 1
    wom_role: silver
    when: {field: zulrah, accounts: sum, at_least: 50}
"""
    stored = [member(1, joined=100), member(2, "owner", joined=6)]
    known = observed({1: kills((40, 20), (1, 20)), 2: kills((40, 40), (1, 40))})
    persons = {1: (1, 2), 2: (1, 2)}
    assert simulated(rules_of(text), stored, known, days=20, persons=persons) == [(1, "silver", 6, None)]


def test_of_two_who_show_under_one_the_one_who_is_there_counts() -> None:
    away = member(1, "gold", joined=100, left=day(15))
    back = member(2, "bronze", root=1, joined=12)
    known = observed({1: kills((40, 50), (1, 50))})
    found = simulated(rules_of(LADDER), [back, away], known, days=20, happened={1: [left(15, "gold")]})
    assert found == [(1, "silver", 12, None)]


def test_of_many_members_nobody_is_left_out() -> None:
    stored = [member(number) for number in range(1, 46)]
    known = observed({number: kills((40, 50), (1, 50)) for number in range(1, 46)})
    assert simulated(rules_of(LADDER), stored, known, days=2) == [
        (n, "silver", 1, None) for n in range(1, 46)
    ]


def test_a_rank_among_others_is_judged_by_those_who_are_there() -> None:
    rules = rules_of(
        "ranks: [{name: silver, order: 1, wom_role: silver, when: {field: zulrah, top: {count: 1}}}]"
    )
    had = {1: 50, 2: 60, 3: 40}
    known = observed({one: kills(*((ago, number) for ago in range(30))) for one, number in had.items()})
    stored = [member(1), member(2, joined=5), member(3)]
    # The first is the best until the second comes, and is a silver by then.
    found = simulated(rules, stored, known, days=10)
    assert found == [(1, "silver", 9, 5), (2, "silver", 5, None)]


def test_changes_of_rank_are_listed_in_their_order() -> None:
    happened = {
        MemberId(1): [changed(9, "a", "b"), joined(8), changed(3, "b", "c")],
        MemberId(2): [changed(5, "a", "b"), changed(20, "x", "y")],
    }
    roster = PastRoster([member(1), member(2, root=1)], happened)
    found = roster.changes(day(9), day(3))
    assert [(one, event.at) for one, event in found] == [(1, day(5)), (1, day(3))]
