"""What a draft changes, and how its parts are put together."""

import pytest

from bot.domain.desk_errors import RulesUnreadable
from bot.domain.ids import MemberId
from bot.domain.rules.bounds import Bounds, Gap, at_least, known
from bot.domain.rules.changes import (
    changes_between,
    difference,
    oddities_of,
    parts_of,
    with_part,
    with_rank,
    without_part,
    without_rank,
)
from bot.domain.rules.files import read_check, read_data, read_rank, read_rules, write_rank
from bot.domain.rules.judging import Judge
from bot.domain.rules.ladder import Ladder, Standing
from bot.domain.rules.language import AnyOf, AtLeast, Condition, Rank, RuleSet
from bot.domain.rules.needs import Atom
from bot.domain.rules.numbers import Subject
from bot.domain.rules.typed import (
    IS,
    TOP,
    TOP_PERCENT,
    name_of,
    number_or_text,
    requirement_data,
    words_of,
)

SAVED = read_rules(
    """
ranks:
  - {name: silver, order: 1, wom_role: silver, demote: 5, when: {field: zulrah, at_least: 10}}
  - {name: gold, order: 2, wom_role: gold, requires: silver, when: {field: zulrah, at_least: 30}}
  - {name: badge, order: 3, discord_role: "5", when: {field: zulrah, at_least: 25}}
watch:
  - {name: quiet, says: quiet, when: {field: zulrah, at_most: 1}}
  - {name: loud, says: loud, when: {field: zulrah, at_least: 1}}
"""
)
DRAFT = read_rules(
    """
ranks:
  - {name: silver, order: 1, wom_role: silver, demote: 5, when: {field: zulrah, at_least: 20}}
  - {name: badge, order: 3, discord_role: "5", when: {field: zulrah, at_least: 25}}
  - {name: star, order: 4, wom_role: gold, when: {field: zulrah, at_least: 15}}
watch:
  - {name: loud, says: loud, when: {field: zulrah, at_least: 1}}
"""
)
ORDER = ("gold", "silver", "bronze")


def check(field: str = "zulrah") -> Condition:
    return read_check({"field": field, "at_least": 5})


def standings(rules: RuleSet, kills: dict[int, tuple[str, Bounds]]) -> dict[MemberId, Standing]:
    subjects = [
        Subject(MemberId(one), str(one), role, "regular", (MemberId(one),))
        for one, (role, _) in kills.items()
    ]
    readings = {Atom("zulrah"): {MemberId(one): number for one, (_, number) in kills.items()}}
    ladder = Ladder(rules, Judge(subjects, readings, ORDER))
    return {one.member: ladder.standing(one.member) for one in subjects}


def test_ranks_are_new_gone_or_changed_by_their_names() -> None:
    found = changes_between(SAVED, DRAFT)
    assert (found.added, found.removed, found.changed, found.watches) == (
        ("star",),
        ("gold",),
        ("silver",),
        ("quiet",),
    )
    assert found
    assert not changes_between(SAVED, SAVED)
    assert changes_between(RuleSet(), SAVED).added == ("silver", "gold", "badge")


def test_the_difference_to_today_names_whom_it_is_about() -> None:
    kills = {
        1: ("bronze", known(12)),
        2: ("bronze", known(16)),
        3: ("silver", known(12)),
        4: ("bronze", at_least(0, Gap.UNRANKED)),
        5: ("silver", known(26)),
        6: ("bronze", Bounds(10, 16, Gap.STALE)),
    }
    before, after = standings(SAVED, kills), standings(DRAFT, kills)
    found = difference(before, after)
    assert found.gained == ((2, "star"), (5, "star"))
    # The second earns a star instead of silver, which is higher.
    assert found.lost == ((1, "silver"), (6, "silver"))
    # Of the fourth it was not known before either, and by then of another rank.
    assert found.unknown == ((6, "star"),)
    assert found.falling == ((3, "silver"),)
    assert found
    assert not difference(before, before)
    assert (5, "badge") in difference({}, after).gained
    assert (5, "badge") in difference(after, {}).lost
    down = difference(standings(DRAFT, {2: kills[2]}), standings(SAVED, {2: kills[2]}))
    assert (down.gained, down.lost) == (((2, "silver"),), ((2, "star"),))


def test_what_is_named_and_not_there_is_told_where_that_is_known() -> None:
    rules = read_rules(
        """
ranks:
  - name: a
    order: 1
    wom_role: opal
    discord_role: Raider
    when:
      any: [{field: rank, is: [silver, jade]}, {field: discord_role, is: ["9", officer]}, {field: linked}]
"""
    )
    found = oddities_of(rules, ORDER, {"officer", "12"})
    assert (found.wom_roles, found.discord_roles) == (("opal", "jade"), ("Raider", "9"))
    assert found
    assert not oddities_of(rules, (), ())


def test_requirements_are_added_and_taken_away_one_by_one() -> None:
    one, other, third = check("zulrah"), check("vorkath"), check("ehb")
    both = with_part(one, other)
    assert parts_of(both) == (one, other)
    assert parts_of(with_part(both, third)) == (one, other, third)
    assert without_part(with_part(both, third), 1) == with_part(one, third)
    assert without_part(both, 0) == other
    assert without_part(one, 0) is None
    either = AnyOf(any=(one, other))
    assert with_part(either, third) == AnyOf(any=(one, other, third))
    assert without_part(AnyOf(any=(one, other, third)), 0) == AnyOf(any=(other, third))
    some = AtLeast(at_least=1, of=(one, other))
    assert parts_of(some) == (some,)
    assert parts_of(with_part(some, third)) == (some, third)


def test_ranks_are_put_in_and_taken_out_with_what_others_require() -> None:
    gold = next(one for one in SAVED.ranks if one.name == "gold")
    assert read_data(with_rank(SAVED, gold)) == SAVED
    moved = read_data(with_rank(SAVED, gold.model_copy(update={"name": "topaz"}), instead_of="gold"))
    assert [one.name for one in moved.ranks] == ["silver", "topaz", "badge"]
    assert moved.ranks[1].requires == ("silver",)
    without = read_data(without_rank(SAVED, "silver"))
    assert [(one.name, one.requires) for one in without.ranks] == [("gold", ()), ("badge", ())]
    assert without.watch == SAVED.watch


def test_a_rank_alone_is_read_as_it_is_written_and_its_faults_have_lines() -> None:
    for rank in SAVED.ranks:
        assert read_rank(write_rank(rank)) == rank
    with pytest.raises(RulesUnreadable) as broken:
        read_rank("name: a\norder: 1\nwom_role: b\nwhen:\n  field: slayr\n  at_least: 5\n")
    (problem,) = broken.value.problems
    assert (problem.line, problem.place) == (5, "when")
    with pytest.raises(RulesUnreadable):
        read_rank("- a list")
    with pytest.raises(RulesUnreadable) as wrong:
        read_check({"field": "ehb"})
    assert wrong.value.problems[0].line == 0


@pytest.mark.parametrize(
    ("typed", "data"),
    [
        (("ehb", "at_least", "250", "lifetime", "own"), {"field": "ehb", "at_least": 250}),
        (
            (" CoX +  tob ", "more_than", "2.5k", "30d", "sum"),
            {
                "field": ["chambers_of_xeric", "theatre_of_blood"],
                "more_than": 2500,
                "over": "30d",
                "accounts": "sum",
            },
        ),
        (("Days in clan", "at_least", "90", "lifetime", "own"), {"field": "days_in_clan", "at_least": 90}),
        (
            ("attack + strength level", "at_least", "90", "lifetime", "own"),
            {"field": ["attack", "strength"], "measure": "level", "at_least": 90},
        ),
        (("total level", "at_least", "2000", "lifetime", "own"), {"field": "total_level", "at_least": 2000}),
        (
            ("account_type", "at_least", "ironman, hardcore", "lifetime", "own"),
            {"field": "account_type", "is": ["ironman", "hardcore"]},
        ),
        (("linked", IS, " ", "lifetime", "own"), {"field": "linked"}),
        (
            ("evidence Quest cape", "at_least", "1", "lifetime", "own"),
            {"field": "evidence", "kind": "quest_cape", "at_least": 1},
        ),
        (("messages", TOP, "10", "30d", "own"), {"field": "messages", "over": "30d", "top": {"count": 10}}),
        (
            ("messages", TOP_PERCENT, "10 %", "30d", "own"),
            {"field": "messages", "over": "30d", "top": {"percent": 10}},
        ),
    ],
)
def test_what_is_typed_into_a_form_is_a_requirement(typed: tuple[str, ...], data: dict[str, object]) -> None:
    field, comparison, threshold, window, accounts = typed
    assert read_check(requirement_data(field, comparison, threshold, window, accounts)) == read_check(data)


@pytest.mark.parametrize("typed", [("", "at_least", "5"), ("ehb", TOP, "many"), ("ehb", IS, "x")])
def test_what_cannot_be_meant_is_refused(typed: tuple[str, str, str]) -> None:
    with pytest.raises(RulesUnreadable):
        read_check(requirement_data(*typed, "lifetime", "own"))


def test_words_numbers_and_names_as_they_are_typed() -> None:
    assert (number_or_text(" 12 "), number_or_text("many")) == (12, "many")
    assert words_of("a, ,b ,") == ["a", "b"]
    assert name_of(" Short  Green-Guy") == "short_green_guy"
    assert Rank.model_validate(SAVED.ranks[0].data()) == SAVED.ranks[0]
