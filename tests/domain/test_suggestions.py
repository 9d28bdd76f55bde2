"""Whose accounts nicknames suggest, and which of them may be accepted without a look at each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import MemberId, UserId
from bot.domain.names import loose_key, name_key
from bot.domain.suggestions import Candidate, Person, Suggestion, leads, suggest

RANKS = ("owner", "deputy_owner", "zenyte", "onyx", "member")


def person(number: int, nickname: str) -> Person:
    return Person(UserId(number), nickname)


def member(number: int, name: str, *former: str, taken: bool = False, leads: bool = False) -> Candidate:
    return Candidate(
        MemberId(number),
        name,
        frozenset({name_key(name)}),
        frozenset(map(name_key, former)),
        taken=taken,
        leads=leads,
    )


def pairs(found: list[Suggestion]) -> list[tuple[int, str, bool]]:
    return [(one.user, one.name, one.exact) for one in found]


def test_a_nickname_that_is_one_members_name_is_exact() -> None:
    found = suggest([person(5, "⚔️ JO-HN | Boss")], [member(1, "Jo hn"), member(2, "Ann")])
    assert pairs(found) == [(5, "Jo hn", True)]


def test_likeness_without_separators_is_suggested_where_one_member_fits_and_is_not_exact() -> None:
    assert pairs(suggest([person(5, "John")], [member(1, "Jo hn")])) == [(5, "Jo hn", False)]
    assert suggest([person(5, "John")], [member(1, "Jo hn"), member(2, "J ohn", taken=True)]) == []


def test_a_former_name_is_suggested_and_not_exact() -> None:
    former = [member(1, "New", "Old")]
    assert pairs(suggest([person(5, "Old")], former)) == [(5, "New", False)]
    assert pairs(suggest([person(5, "Old")], [*former, member(2, "Old")])) == [(5, "Old", True)]


@pytest.mark.parametrize("nickname", ["Zezima's friend", "xZezimax", "Ze zima 2", "Peter"])
def test_a_part_of_a_name_suggests_nobody(nickname: str) -> None:
    assert suggest([person(5, nickname)], [member(1, "Zezima")]) == []


def test_two_people_of_one_name_are_not_exact() -> None:
    found = suggest([person(5, "Jo hn"), person(6, "🔥Jo hn")], [member(1, "Jo hn")])
    assert pairs(found) == [(5, "Jo hn", False), (6, "Jo hn", False)]


def test_a_nickname_of_two_members_is_exact_for_neither() -> None:
    found = suggest([person(5, "Jo hn / Alt")], [member(1, "Jo hn"), member(2, "Alt")])
    assert pairs(found) == [(5, "Alt", False), (5, "Jo hn", False)]


def test_a_members_name_that_is_a_rank_of_the_clan_is_not_exact() -> None:
    found = suggest([person(5, "Peter | Onyx")], [member(1, "Onyx")], ranks=RANKS)
    assert pairs(found) == [(5, "Onyx", False)]


def test_whoever_leads_the_clan_is_never_accepted_by_the_nickname_alone() -> None:
    assert pairs(suggest([person(5, "Boss")], [member(1, "Boss", leads=True)])) == [(5, "Boss", False)]
    assert leads("owner", RANKS)
    assert leads("deputy_owner", RANKS)
    assert not leads("zenyte", RANKS)
    assert leads("captain", ("captain", "owner", "member"))
    assert leads("king", ("king", "member"))
    assert not leads("member", ("king", "member"))
    assert not leads(None, RANKS)


def test_what_is_settled_or_taken_is_not_suggested() -> None:
    people, members = (
        [person(5, "Jo hn"), person(6, "Ann")],
        [member(1, "Jo hn"), member(2, "Ann", taken=True)],
    )
    assert suggest(people, members, settled={(UserId(5), MemberId(1))}) == []


LETTERS = st.text("ab -", min_size=1, max_size=4).filter(lambda text: text.strip(" -") != "")


@given(
    st.lists(LETTERS, max_size=6),
    st.lists(LETTERS, max_size=6, unique_by=name_key),
    st.sets(st.integers(0, 5)),
)
def test_a_member_and_a_user_have_at_most_one_exact_suggestion_and_it_is_equal(
    nicknames: list[str], names: list[str], taken: set[int]
) -> None:
    people = [person(number, nickname) for number, nickname in enumerate(nicknames)]
    members = [member(number, name, taken=number in taken) for number, name in enumerate(names)]
    found = suggest(people, members)
    exact = [one for one in found if one.exact]
    assert len({one.member for one in exact}) == len({one.user for one in exact}) == len(exact)
    for one in found:
        assert one.member not in taken
        assert loose_key(one.nickname) == loose_key(one.name)
        assert not one.exact or name_key(one.nickname) == name_key(one.name)
