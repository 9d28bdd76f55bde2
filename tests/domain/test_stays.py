"""What a roster tells of members beside their names: rank and type, leaves and returns."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from bot.domain.as_of import JOINED as CAME
from bot.domain.as_of import LEFT, RANK_CHANGED, RETURNED
from bot.domain.identity import RosterPlan
from bot.domain.ids import MemberId
from bot.domain.stays import GRACE, SAME_JOIN, each_begun_once, is_known_join
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


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([], False),
        ([(T0, CAME)], True),
        ([(T0 - SAME_JOIN, CAME)], True),
        ([(T0 + SAME_JOIN, CAME)], True),
        ([(T0 - SAME_JOIN - TICK, CAME)], False),
        ([(T0 + SAME_JOIN + TICK, CAME)], False),
        ([(T0, LEFT)], False),
        ([(T0 - 2 * TICK, CAME), (T0 - TICK, LEFT)], False),
        ([(T0 + 2 * TICK, CAME), (T0 + TICK, LEFT)], False),
        ([(T0 + 2 * TICK, CAME), (T0 + 3 * TICK, LEFT)], True),
        ([(T0 - TICK, CAME), (T0 - 2 * TICK, LEFT)], True),
    ],
)
def test_a_join_is_known_where_one_is_close_and_no_leave_between(
    known: list[tuple[datetime, str]], expected: bool
) -> None:
    assert is_known_join(T0, known) is expected


@dataclass(frozen=True)
class Moved:
    member: MemberId
    kind: str


def moved(*told: str) -> list[Moved]:
    """``1 joined`` and so on."""
    return [Moved(MemberId(int(one.split()[0])), one.split()[1]) for one in told]


@pytest.mark.parametrize(
    ("happened", "kept"),
    [
        ([CAME, LEFT, CAME], [0, 1, 2]),
        ([CAME, CAME, LEFT], [0, 2]),
        ([CAME, RETURNED, CAME], [1]),
        ([RETURNED, RETURNED], [0]),
        ([RETURNED, LEFT, CAME, RETURNED, RANK_CHANGED], [0, 1, 3, 4]),
    ],
)
def test_a_stay_begins_once_and_with_the_return_where_one_was_seen(
    happened: list[str], kept: list[int]
) -> None:
    mine = moved(*(f"1 {kind}" for kind in happened))
    other = moved("2 joined", "2 left")
    assert each_begun_once([*mine, *other]) == [*(mine[index] for index in kept), *other]
    assert each_begun_once([other[0], *mine, other[1]]) == [
        other[0],
        *(mine[index] for index in kept),
        other[1],
    ]
