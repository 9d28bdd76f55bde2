"""A simulation beside what really happened."""

from bot.domain.as_of import Happened
from bot.domain.ids import MemberId
from bot.domain.simulation.result import Week, real_promotions, result_of
from bot.domain.simulation.running import Earned
from tests.domain.simulation.made import ORDER, changed, day, rules_of

RULES = rules_of(
    """
ranks:
  - {name: silver, order: 1, wom_role: silver, when: {field: ehb, at_least: 1}}
  - {name: gold, order: 2, wom_role: gold, when: {field: ehb, at_least: 2}}
  - {name: badge, order: 3, discord_role: Badge, when: {field: ehb, at_least: 3}}
"""
)
ONE, TWO = MemberId(1), MemberId(2)


def test_only_changes_to_a_higher_rank_are_promotions() -> None:
    changes: list[tuple[MemberId, Happened]] = [
        (ONE, changed(9, "bronze", "silver")),
        (ONE, changed(8, "silver", "bronze")),
        (ONE, changed(7, None, "silver")),
        (ONE, changed(6, "silver", None)),
        (ONE, changed(5, "unheard_of", "gold")),
    ]
    assert [(one.at, one.after) for one in real_promotions(changes, ORDER)] == [(day(9), "silver")]


def test_promotions_of_both_sides_are_counted_by_rank_and_by_week() -> None:
    silver, gold, badge = RULES.ranks
    earned = [
        Earned(ONE, silver, "bronze", day(9)),
        Earned(ONE, gold, "silver", day(2), lost_at=day(1)),
        Earned(TWO, badge, "bronze", day(2)),
    ]
    real = real_promotions(
        [(ONE, changed(8.5, "bronze", "silver")), (TWO, changed(0.5, "bronze", "gold"))], ORDER
    )
    moments = [day(back) for back in range(9, -1, -1)]
    found = result_of(RULES, earned, real, moments, {ONE: "One", TWO: "Two"}, 2)
    assert [(one.rank, one.simulated, one.real, one.flaps) for one in found.ranks] == [
        ("silver", 1, 1, 0),
        ("gold", 1, 1, 1),
        ("badge", 1, 0, 0),
    ]
    assert found.weeks == (Week(day(14), 1, 1), Week(day(7), 1, 1))
    assert (len(found.promotions), found.at_once, [one.rank for one in found.flapping]) == (2, 1, ["gold"])
    assert [one.really_at for one in found.promoted] == [day(8.5), None, None]
    assert [(one.member, one.after) for one in found.only_real] == [(TWO, "gold")]
    assert sum(week.simulated for week in found.weeks) == len(found.promotions)
