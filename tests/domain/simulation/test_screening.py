"""The screen holds back nobody whom the judge lets pass."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import MemberId
from bot.domain.rules.bounds import Bounds, Gap, at_least, known
from bot.domain.rules.judging import Judge, Outcome
from bot.domain.rules.language import Rank
from bot.domain.rules.needs import Atom, needed
from bot.domain.rules.numbers import Subject
from bot.domain.simulation.screening import screen_of

FIELDS = ("zulrah", "vorkath", "slayer", "attack")
MEMBERS = [MemberId(number) for number in (1, 2, 3)]

bounds = st.one_of(
    st.integers(0, 6).map(known),
    st.integers(0, 6).map(lambda low: at_least(low, Gap.STALE)),
    st.tuples(st.integers(0, 3), st.integers(3, 6)).map(lambda ends: Bounds(*ends, Gap.NOT_OBSERVED)),
)


def one_field(field: str, comparison: str, wanted: int, accounts: str) -> dict[str, Any]:
    return {"field": field, comparison: wanted, "accounts": accounts}


def several_fields(comparison: str, combine: str, wanted: int) -> dict[str, Any]:
    return {"field": ["zulrah", "vorkath"], "combine": combine, comparison: wanted}


OTHERS: list[dict[str, Any]] = [
    {"field": "rank", "is": "bronze"},
    {"field": "attack", "measure": "level", "at_least": 1},
    {"field": "zulrah", "more_than": {"mean": {}}},
    {"field": "zulrah", "top": {"count": 1}},
    {"field": "points", "at_least": 3, "of": [{"field": "zulrah", "per": 2}]},
    {"field": "evidence", "kind": "cape", "tier": "gold"},
]


def numbers() -> st.SearchStrategy[dict[str, Any]]:
    compared = st.sampled_from(["at_least", "more_than", "at_most", "less_than"])
    whose = st.sampled_from(["own", "main", "best", "sum"])
    one = st.builds(one_field, st.sampled_from(FIELDS), compared, st.integers(0, 6), whose)
    combined = st.sampled_from(["sum", "min", "max"])
    several = st.builds(several_fields, compared, combined, st.integers(0, 6))
    return st.one_of(one, several, st.sampled_from(OTHERS))


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    def beyond(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        some = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            some.map(lambda parts: {"all": parts}),
            some.map(lambda parts: {"any": parts}),
            some.map(lambda parts: {"at_least": len(parts) // 2 + 1, "of": parts}),
            inner.map(lambda part: {"not": part}),
        )

    return st.recursive(numbers(), beyond, max_leaves=6)


@given(conditions(), st.data())
def test_who_passes_is_never_screened_out(data: dict[str, Any], drawn: st.DataObject) -> None:
    rank = Rank.model_validate({"name": "a", "order": 1, "wom_role": "a", "when": data})
    columns: dict[Atom, dict[MemberId, Bounds]] = {
        atom: {one: drawn.draw(bounds) for one in MEMBERS if drawn.draw(st.booleans())}
        for atom in sorted(needed([rank.when]))
    }
    pair = (MEMBERS[0], MEMBERS[1])
    subjects = [
        Subject(one, f"M{one}", "bronze", "regular", pair if one in pair else (one,)) for one in MEMBERS
    ]
    judge, screen = Judge(subjects, columns, ("bronze",)), screen_of(rank.when, columns)
    for subject in subjects:
        if judge.find(rank.when, subject.member).outcome is Outcome.PASS:
            assert screen(subject)


def test_who_has_too_little_is_screened_out() -> None:
    rank = Rank.model_validate(
        {
            "name": "a",
            "order": 1,
            "wom_role": "a",
            "when": {"any": [{"field": "zulrah", "at_least": 5}, {"field": "vorkath", "more_than": 5}]},
        }
    )
    columns = {Atom("zulrah"): {MEMBERS[0]: known(4)}, Atom("vorkath"): {MEMBERS[0]: at_least(5, Gap.STALE)}}
    subject = Subject(MEMBERS[0], "M", "bronze", "regular", (MEMBERS[0],))
    assert not screen_of(rank.when, columns)(subject)
    columns[Atom("vorkath")][MEMBERS[0]] = known(6)
    assert screen_of(rank.when, columns)(subject)


def test_of_several_accounts_nothing_is_certain() -> None:
    rank = Rank.model_validate(
        {
            "name": "a",
            "order": 1,
            "wom_role": "a",
            "when": {"field": "zulrah", "accounts": "best", "at_least": 5},
        }
    )
    screen = screen_of(rank.when, {Atom("zulrah"): {MEMBERS[1]: known(9)}})
    alone = Subject(MEMBERS[0], "M", "bronze", "regular", (MEMBERS[0],))
    assert not screen(alone)
    assert screen(replace(alone, person=(MEMBERS[0], MEMBERS[1])))


def test_several_fields_are_added_up() -> None:
    when = {"field": ["zulrah", "vorkath"], "at_least": 5}
    rank = Rank.model_validate({"name": "a", "order": 1, "wom_role": "a", "when": when})
    columns = {Atom("zulrah"): {MEMBERS[0]: known(2)}, Atom("vorkath"): {MEMBERS[0]: known(2)}}
    subject = Subject(MEMBERS[0], "M", "bronze", "regular", (MEMBERS[0],))
    assert not screen_of(rank.when, columns)(subject)
    columns[Atom("vorkath")][MEMBERS[0]] = known(3)
    assert screen_of(rank.when, columns)(subject)
