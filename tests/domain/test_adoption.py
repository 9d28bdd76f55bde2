"""Which account on a roster is a member that only the old system knew: never somebody who merely fits too."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.adoption import Bearer, Lost, find_adopters
from bot.domain.identity import Held, MemberState
from bot.domain.ids import MemberId, NameKey, PlayerId
from bot.domain.names import loose_key, name_key
from bot.domain.old_names import FOLDED, IMPORTED
from tests.domain.test_identity import JOINED, T0, Book, at, hours, names_of, renamed, seen


def old_member(book: Book, number: int, name: str, *, spelt: bool = False) -> None:
    """A member as an import leaves them: off the roster, under a number of their own."""
    id_ = MemberId(number)
    book.members[id_] = MemberState(
        id_, name, (PlayerId(-number),), "member", "unknown", "unknown", JOINED, T0 - hours(9), None, None, T0
    )
    origin = IMPORTED if spelt else FOLDED
    book.names[id_] = [Held(id_, name_key(name), name, None, T0 - hours(9), origin)]
    book.next_id = max(book.next_id, number + 1)


def test_the_one_joiner_whose_name_fits_but_for_separators_is_the_old_member() -> None:
    book = Book()
    old_member(book, 1, "lloi")

    plan = book.poll(T0, seen(70, "L-Loi"), seen(71, "Zed"))

    assert book.owner(70) == book.owner(-1) == 1
    assert book[1].left_at is None
    assert names_of(book)[1] == ["L-Loi"]
    assert plan.renames == []
    assert book.owner(71) == 2


def test_of_two_that_fit_nobody_is_the_old_member() -> None:
    book = Book()
    old_member(book, 1, "john")

    book.poll(T0, seen(70, "Jo hn"), seen(71, "John"))

    assert {book.owner(70), book.owner(71)} == {2, 3}
    assert book[1].left_at is not None


def test_a_name_that_is_known_with_its_separators_is_told_from_one_that_is_alike() -> None:
    book = Book()
    old_member(book, 1, "Jo hn", spelt=True)

    book.poll(T0, seen(70, "jo hn"), seen(71, "John"))

    assert book.owner(70) == 1
    assert book.owner(71) == 2


def test_a_present_member_who_fits_too_keeps_a_joiner_from_the_old_ones_history() -> None:
    book = Book()
    book.poll(T0, seen(70, "John"))
    old_member(book, 9, "john")
    book.names[MemberId(9)] = []  # the name is held by somebody present, so an import keeps none

    book.poll(at(1), seen(70, "John"), seen(71, "Jo hn"))

    assert book.owner(71) == 10
    assert book.owner(70) == 1


def test_who_took_a_name_does_not_inherit_from_who_gave_it_up() -> None:
    book = Book()
    old_member(book, 1, "bob")

    book.poll(T0, seen(70, "Bob"), seen(71, "Robert"), approved=[renamed(71, "Bob", "Robert", T0 - hours(1))])

    assert 1 not in {book.owner(70), book.owner(71)}


def test_a_rename_since_the_old_system_is_followed_where_wom_tells_of_it() -> None:
    book = Book()
    old_member(book, 1, "bob")

    book.poll(T0, seen(71, "Robert"), approved=[renamed(71, "Bob", "Robert", T0 - hours(1))])

    assert book.owner(71) == 1
    assert names_of(book)[1][-1] == "Robert"


@pytest.mark.parametrize(
    ("had", "has", "adopts"), [(5_000, 4_999, False), (5_000, 5_000, True), (None, 1, True)]
)
def test_an_account_with_less_xp_than_the_old_member_had_only_took_the_name(
    had: int | None, has: int, adopts: bool
) -> None:
    book = Book()
    old_member(book, 1, "bob")

    book.poll(T0, replace(seen(70, "Bob"), xp=has), lost={MemberId(1): had})

    assert (book.owner(70) == 1) is adopts


def test_whom_officers_merged_is_found_by_nobody_any_more() -> None:
    book = Book()
    old_member(book, 1, "bob")
    plan = book.poll(T0, seen(70, "Bob"), lost={})

    assert plan.profiles == {PlayerId(70): MemberId(2)}


def test_a_member_who_came_back_stays_the_same_at_the_polls_after() -> None:
    book = Book()
    old_member(book, 1, "lloi")
    for number in range(3):
        book.poll(at(number), seen(70, "L Loi"), seen(71, "Zed"))

    assert book.owner(70) == 1
    assert names_of(book)[1] == ["L Loi"]
    assert len(book.members) == 2


NAMES = st.sampled_from(["john", "jo hn", "j ohn", "bob", "b ob", "zed"])


@given(
    lost=st.dictionaries(st.integers(1, 5), NAMES, max_size=4),
    bearers=st.dictionaries(st.integers(1, 5), st.tuples(NAMES, st.none() | NAMES), max_size=5),
    spelt=st.booleans(),
)
def test_every_adopter_bears_or_bore_the_name_and_nobody_else_could_be_meant(
    lost: dict[int, str], bearers: dict[int, tuple[str, str | None]], spelt: bool
) -> None:
    called = {id_: Lost(NameKey(name) if spelt else None, loose_key(name)) for id_, name in lost.items()}
    known = {
        id_: Bearer(NameKey(name), loose_key(name), frozenset(() if was is None else (loose_key(was),)))
        for id_, (name, was) in bearers.items()
    }

    found = find_adopters(called, known)

    assert len(set(found.values())) == len(found)
    for bearer, id_ in found.items():
        one, member = known[bearer], called[id_]
        exact = {other for other, each in known.items() if member.key is not None and each.key == member.key}
        assert member.loose == one.loose or member.loose in one.former
        for other, each in known.items():
            if other != bearer:
                assert member.loose not in each.former
                assert member.loose != each.loose or (exact == {bearer})
