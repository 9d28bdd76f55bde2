"""What a roster tells of members beside their names: rank and type, leaves and returns."""

from dataclasses import replace

import pytest

from bot.domain.identity import RosterPlan
from bot.domain.stays import GRACE
from tests.domain.rosters import JOINED, T0, TICK, Book, at, seen


def test_rank_type_and_build_are_brought_up_to_date() -> None:
    book = Book()
    book.poll(T0, seen(70, "Name"))
    book.poll(at(1), replace(seen(70, "Name", role="captain"), account_type="ironman", build="zerker"))
    assert (book[1].role, book[1].account_type, book[1].build) == ("captain", "ironman", "zerker")


def test_the_earliest_join_date_stays() -> None:
    book = Book()
    book.poll(T0, seen(70, "Name", joined=None))
    book.poll(at(1), seen(70, "Name", joined=JOINED))
    book.poll(at(2), seen(70, "Name", joined=T0))
    assert book[1].joined_at == JOINED


def test_a_leave_counts_after_the_grace_time_and_is_dated_by_the_last_sighting() -> None:
    book = Book()
    book.poll(T0, seen(70, "Gone"))
    assert not book.poll(at(1)).leaves
    assert not book.poll(at(1) + GRACE - TICK).leaves
    assert book[1].left_at is None
    plan = book.poll(at(1) + GRACE)
    assert [one.seen_at for one in plan.leaves] == [T0]
    assert book[1].left_at == T0
    assert book.poll(at(200)) == RosterPlan()


def test_a_leave_that_was_pending_vanishes() -> None:
    book = Book()
    book.poll(T0, seen(70, "Back"))
    before = book[1]
    book.poll(at(1))
    plan = book.poll(at(47), seen(70, "Back"))
    assert book[1] == before
    assert not plan.joined
    assert not plan.leaves


def test_who_comes_back_in_the_grace_time_under_another_name_was_renamed_when_last_seen() -> None:
    book = Book()
    book.poll(T0, seen(70, "Old Name"))
    book.poll(at(1))
    plan = book.poll(at(20), seen(70, "New Name"))
    assert [one.at for one in plan.renames] == [T0 + TICK]


def test_too_many_leaves_at_once_are_not_believed_and_block_nothing() -> None:
    book = Book()
    everybody = [seen(number, f"Member {number}") for number in range(1, 31)]
    book.poll(T0, *everybody)
    few = [*everybody[:23], seen(99, "Newcomer")]
    assert book.poll(at(1), *few).mass_leave == 7
    plan = book.poll(at(100), *[replace(one, role="captain") for one in few])
    assert plan.mass_leave == 7
    assert not plan.leaves
    assert book[31].name == "Newcomer"
    assert book[1].role == "captain"
    healed = book.poll(at(101), *everybody[:28], few[-1])
    assert healed.mass_leave == 0
    assert sorted(one.member for one in healed.leaves) == [29, 30], "the rest has been missed long enough"
    assert all(one.leave_seen_at is None for one in book.members.values())


@pytest.mark.parametrize(("active", "gone", "held_back"), [(10, 5, 0), (30, 6, 0), (29, 6, 6), (100, 20, 0)])
def test_more_than_five_and_more_than_a_fifth_are_too_many(active: int, gone: int, held_back: int) -> None:
    book = Book()
    everybody = [seen(number, f"Member {number}") for number in range(1, active + 1)]
    book.poll(T0, *everybody)
    assert book.poll(at(1), *everybody[gone:]).mass_leave == held_back
    assert len(book.poll(at(60), *everybody[gone:]).leaves) == (0 if held_back else gone)
