"""Former names, as WOM's approved name changes tell of them."""

import pytest

from bot.domain.identity import ApprovedRename, RosterPlan
from bot.domain.ids import MemberId
from tests.domain.rosters import T0, TICK, Book, at, heard, renamed, seen


def test_former_names_come_from_approved_name_changes() -> None:
    book = Book()
    history = [
        renamed(11, "Old11 Nm", "Voideskil11", at(-300)),
        renamed(11, "Older11", "Old11 Nm", at(-9000)),
        renamed(11, "voideskil11", "Voideskil11", at(-10)),
        renamed(77, "Stranger", "Nobody", at(-10)),
    ]
    book.poll(T0, seen(11, "Voideskil11"), approved=history)
    assert book.history(1) == ["Older11", "Old11 Nm", "Voideskil11"]
    assert book.holder("older11", at(-9001)) == book.holder("old11 nm", at(-9000)) == 1
    assert book.holder("old11 nm", at(-300)) is None
    assert [held.origin for held in book.names[MemberId(1)]] == ["name change", "name change", "roster"]


def test_an_older_change_that_is_approved_late_finds_its_place() -> None:
    book = Book()
    newest = renamed(11, "Old11 Nm", "Voideskil11", at(-300))
    book.poll(T0, seen(11, "Voideskil11"), approved=[newest])
    oldest = renamed(11, "Older11", "Old11 Nm", at(-9000))
    book.poll(at(1), seen(11, "Voideskil11"), approved=[newest, oldest])
    assert book.history(1) == ["Older11", "Old11 Nm", "Voideskil11"]


def test_a_change_submitted_after_the_first_sighting_takes_no_time_from_the_new_name() -> None:
    book = Book()
    book.poll(T0, seen(11, "New Name"))
    book.poll(at(30), seen(11, "New Name"), approved=[renamed(11, "Old Name", "New Name", at(20))])
    assert book.holder("new name", T0) == 1
    assert book.holder("old name", T0 - TICK) == 1
    assert book.holder("old name", T0) is None


def test_a_name_that_was_left_and_taken_again_has_both_times() -> None:
    book = Book()
    changes = [renamed(1, "Aaa", "Bbb", at(-200)), renamed(1, "Bbb", "Aaa", at(-100))]
    book.poll(T0, seen(1, "Aaa"), approved=changes)
    assert book.history(1) == ["Aaa", "Bbb", "Aaa"]
    assert book.poll(at(1), seen(1, "Aaa"), approved=changes) == RosterPlan()


def test_a_rename_and_back_that_the_polls_saw_adds_nothing_before_the_first_sighting() -> None:
    book = Book()
    book.poll(T0, seen(1, "Aaa"))
    book.poll(at(1), seen(1, "Bbb"))
    book.poll(at(2), seen(1, "Aaa"))
    changes = [renamed(1, "Aaa", "Bbb", at(0.5)), renamed(1, "Bbb", "Aaa", at(1.5))]
    book.poll(at(3), seen(1, "Aaa"), approved=changes)
    assert book.history(1) == ["Aaa", "Bbb", "Aaa"]


def test_a_change_older_than_the_time_a_name_was_taken_again_is_not_its_beginning() -> None:
    book = Book()
    book.poll(T0, seen(1, "Aaa"))
    book.poll(at(1), seen(1, "Ccc"))
    book.poll(at(2), seen(1, "Ccc"), approved=[renamed(1, "Bbb", "Ccc", at(-900))])
    assert book.history(1) == ["Aaa", "Ccc"]


def test_a_change_to_a_name_nobody_saw_waits() -> None:
    book = Book()
    book.poll(T0, seen(1, "Aaa"), approved=[renamed(1, "Xxx", "Yyy", at(-9))])
    assert book.history(1) == ["Aaa"]


@pytest.mark.parametrize("late", [False, True])
def test_a_former_name_that_another_member_bears_now_was_theirs_from_then_on(late: bool) -> None:
    book = Book()
    roster = [seen(1, "Hidden"), seen(2, "Famous")]
    changes = [renamed(1, "Famous", "Hidden", at(-100))]
    book.poll(T0, *roster, approved=[] if late else changes)
    plan = book.poll(at(1), *roster, approved=changes)
    assert not plan.disputes
    assert book.holder("famous", at(-101)) == 1
    assert book.holder("famous", at(-100)) == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_who_had_a_name_one_after_the_other_share_its_past(order: tuple[int, int]) -> None:
    book = Book()
    roster = [seen(1, "First"), seen(2, "Second")]
    changes = [renamed(1, "Famous", "First", at(-200)), renamed(2, "Famous", "Second", at(-100))]
    book.poll(T0, *roster)
    known = [changes[order[0]]]
    book.poll(at(1), *roster, approved=known)
    plan = book.poll(at(2), *roster, approved=changes)
    assert not plan.disputes
    assert [book.holder("famous", at(hour)) for hour in (-201, -200, -101, -100)] == [1, 2, 2, None]


def test_a_former_name_that_another_was_seen_under_at_that_time_is_disputed() -> None:
    book = Book()
    book.poll(T0, seen(2, "Famous"))
    book.poll(at(10), seen(2, "Famous"), seen(1, "Hidden", joined=at(9)))
    changes = [renamed(1, "Famous", "Hidden", at(8))]
    plan = book.poll(at(11), seen(2, "Famous"), seen(1, "Hidden", joined=at(9)), approved=changes)
    assert [(one.key, one.start, one.end, one.holder, one.claimant) for one in plan.disputes] == [
        ("famous", None, at(8), 1, 2)
    ]
    assert book.history(2) == ["Hidden"]
    assert book.holder("hidden", at(7)) is None
    again = book.poll(at(12), seen(2, "Famous"), seen(1, "Hidden", joined=at(9)), approved=changes)
    assert again == RosterPlan(), "and it is disputed once"


def test_who_had_a_name_between_two_polls_keeps_that_time_of_it() -> None:
    book = Book()
    book.poll(T0, seen(1, "First"), seen(2, "Second"))
    changes = [
        renamed(1, "First", "Passed", at(0.2)),
        renamed(1, "Passed", "Third", at(0.4)),
        renamed(2, "Second", "Passed", at(0.6)),
    ]
    lines = heard(passed=(at(0.3), at(0.3)), second=(at(0.5), at(0.5)))
    book.poll(at(1), seen(1, "Third"), seen(2, "Passed"), approved=changes, lines=lines)
    assert [book.holder("passed", at(hour)) for hour in (0.2, 0.3, 0.4, 0.5, 0.6)] == [1, 1, None, None, 2]
    assert book.holder("second", at(0.5)) == 2, "the first line under the new name is another's"


def test_a_former_name_begins_after_another_who_was_told_to_have_it() -> None:
    """Which name led to the other's present one is not known, so that none can be laid."""
    book = Book()
    book.poll(T0, seen(1, "First"))
    changes = [
        renamed(1, "First", "Passed", at(0.2)),
        renamed(1, "Passed", "Lost", at(0.4)),
        renamed(2, "Passed", "Second", at(0.6)),
    ]
    book.poll(at(1), seen(1, "Found"), seen(2, "Second", joined=at(0.7)), approved=changes)
    assert [book.holder("passed", at(hour)) for hour in (0.1, 0.3, 0.4, 0.5, 0.6)] == [None, None, 2, 2, None]


def test_a_hold_that_had_ended_was_not_begun_by_a_later_rename() -> None:
    book = Book()
    book.poll(T0, seen(1, "First"))
    book.poll(at(1), seen(1, "Second"), approved=[renamed(1, "First", "Second", at(0.5))])
    changes = [
        renamed(1, "First", "Second", at(0.5)),
        renamed(1, "Second", "Third", at(1.2)),
        renamed(1, "Third", "First", at(1.4)),
    ]
    book.poll(at(2), seen(1, "First"), approved=changes)
    assert book.history(1) == ["First", "Second", "Third", "First"]
    assert [book.holder("third", at(hour)) for hour in (-1, 0.4, 1.3, 1.4)] == [None, None, 1, None]


def test_a_hold_of_one_moment_has_no_room_for_a_name_before_it() -> None:
    book = Book()
    book.poll(T0, seen(1, "First"))
    book.poll(at(1), seen(1, "Second"))
    changes = [renamed(1, "Second", "Third", T0 + TICK)]
    book.poll(at(2), seen(1, "Third"), approved=changes)
    changes.append(renamed(1, "Hidden", "Second", T0 + TICK))
    book.poll(at(3), seen(1, "Third"), approved=changes)
    assert book.history(1) == ["First", "Second", "Third"]


def test_a_namesake_who_was_there_together_with_a_member_of_another_name_is_another() -> None:
    book = Book()
    book.poll(T0, seen(1, "First"))
    book.poll(at(1), seen(1, "Second"))
    book.poll(at(2), seen(1, "Second"), seen(2, "Third"))
    plan = book.poll(at(3), seen(1, "Third"), approved=[renamed(1, "Second", "Third", at(2.5))])
    assert not plan.absorbed


def test_a_name_that_wom_gives_to_two_members_stays_with_its_holder() -> None:
    book = Book()
    book.poll(T0, seen(1, "Famous"), seen(2, "Else"))
    plan = book.poll(at(1), seen(1, "Famous"), seen(2, "Famous"))
    assert [(one.holder, one.claimant) for one in plan.disputes] == [(1, 2)]
    assert not plan.renames
    assert book.holder("famous", at(1)) == 1


def test_a_poll_that_forgot_the_one_before_ends_no_name_before_it_began() -> None:
    """The clan's row was read before another poll ended: the last sighting is older than the name."""
    book = Book()
    book.poll(T0, seen(1, "Aaa"))
    book.poll(at(1), seen(1, "Bbb"))
    book.polled_at = T0
    book.poll(at(1.1), seen(1, "Ccc"))
    assert book.history(1) == ["Aaa", "Bbb", "Ccc"]
    book.polled_at = None
    book.poll(at(1.1), seen(1, "Ddd"))
    book.poll(at(1.1), seen(1, "Eee"))
    assert book.history(1) == ["Aaa", "Bbb", "Ccc", "Eee"], "two polls at one instant"


@pytest.mark.parametrize("earlier_owner", [1, 2])
def test_lines_of_a_names_earlier_time_do_not_date_its_next(earlier_owner: int) -> None:
    book = Book()
    other = seen(3 - earlier_owner, "Else")
    book.poll(T0, seen(earlier_owner, "Famous"), other)
    book.poll(at(1), seen(earlier_owner, "Hidden"), other)
    taker = seen(1, "Famous")
    rest = seen(2, "Hidden" if earlier_owner == 2 else "Else")
    before = "Hidden" if earlier_owner == 1 else "Else"
    lines = heard(Famous=(at(-1), at(1.8))) | heard(**{before: (at(1.1), at(1.5))})
    book.poll(at(2), taker, rest, lines=lines)
    owner = book.owner(1)
    assert book.holder(before, at(1.5)) == owner
    assert book.holder("famous", at(1.5) + TICK) == owner


def test_lines_from_before_a_name_began_do_not_undo_it() -> None:
    """WOM learns of a rename days late, so the lines of the new name are looked for far back."""
    book = Book()
    book.poll(T0, seen(1, "Aaa"))
    book.poll(at(1), seen(1, "Bbb"))
    book.poll(at(2), seen(1, "Ccc"), lines=heard(Ccc=(at(-5), at(1.5))))
    assert book.history(1) == ["Aaa", "Bbb", "Ccc"]
    assert book.holder("aaa", T0) == 1
    assert [book.holder("bbb", moment) for moment in (T0 + TICK, at(1))] == [1, 1]
    assert book.holder("ccc", at(1.5)) == 1, "the first was of another time"


def test_a_first_poll_of_a_clan_that_has_members_dates_by_now() -> None:
    book = Book()
    book.poll(T0, seen(1, "Aaa"), seen(2, "Gone"))
    book.polled_at = None
    plan = book.poll(at(1), seen(1, "Bbb"))
    assert [one.at for one in plan.renames] == [at(1)]
    assert book[2].last_seen_at == at(1)


@pytest.mark.parametrize("taken", [False, True])
def test_the_last_name_of_an_archive_is_laid_unless_another_is_known_to_have_had_it_then(taken: bool) -> None:
    book = Book()
    archive = seen(1, "archive10001", status="archived")
    book.poll(T0, seen(1, "First"), seen(2, "Second"))
    other = seen(2, "Famous" if taken else "Second")
    renames = [renamed(2, "Second", "Famous", at(0.4))] if taken else []
    book.poll(at(1), archive, other, approved=renames)
    book.poll(at(2), archive, other, approved=[*renames, renamed(1, "First", "Famous", at(0.7))])
    assert book.history(1) == (["First"] if taken else ["First", "Famous"])
    assert book.holder("famous", at(0.5)) == (2 if taken else 1)


def test_a_former_name_in_whose_midst_another_is_told_to_have_had_it_is_disputed() -> None:
    """WOM showed the second one first, and approved late that the other had the name around that time."""
    book = Book()
    changes = [renamed(2, "Before", "Famous", at(8)), renamed(2, "Famous", "Second", at(10))]
    book.poll(T0, seen(1, "First"))
    book.poll(at(30), seen(1, "First"), seen(2, "Second"), approved=changes)
    assert book.holder("famous", at(9)) == 2
    changes += [renamed(1, "First", "Famous", at(5)), renamed(1, "Famous", "Third", at(15))]
    plan = book.poll(at(31), seen(1, "Third"), seen(2, "Second"), approved=changes)
    assert [(one.key, one.start, one.end, one.holder, one.claimant) for one in plan.disputes] == [
        ("famous", at(5), at(15), 2, 1)
    ]
    assert [book.holder("famous", at(hour)) for hour in (6, 9, 12)] == [None, 2, None]
    assert book.history(1) == ["First", "Third"]


@pytest.mark.parametrize(
    ("third", "holders"),
    [
        # Famous for a moment only, as far as is known: who was seen later had it from then on.
        ([], [None, 1, 2, 2, None]),
        # The other gave it up while the archive is told to have had it.
        ([renamed(1, "Famous", "Third", at(15))], [2, 2, 2, 2, None]),
    ],
)
def test_a_first_name_gives_way_to_an_archive_that_had_it_unless_it_ended_meanwhile(
    third: list[ApprovedRename], holders: list[int | None]
) -> None:
    book = Book()
    archive = seen(1, "archive10001", status="archived")
    changes = [renamed(2, "Famous", "Second", at(10))]
    book.poll(T0, seen(1, "First"))
    book.poll(at(30), archive, seen(2, "Second"), approved=changes)
    assert [book.holder("famous", at(hour)) for hour in (4, 9)] == [2, 2]
    changes += [renamed(1, "First", "Famous", at(5)), *third]
    book.poll(at(31), archive, seen(2, "Second"), approved=changes)
    assert [book.holder("famous", at(hour)) for hour in (4, 5, 6, 9, 12)] == holders
    assert book.history(1) == ["First", "Third" if third else "Famous"]


def test_a_change_submitted_by_a_clock_ahead_of_ours_counts_once_its_time_has_come() -> None:
    book = Book()
    archive = seen(1, "archive10001", status="archived")
    changes = [renamed(1, "First", "Famous", at(1) + TICK)]
    book.poll(T0, seen(1, "First"))
    book.poll(at(1), archive, approved=changes)
    assert book.history(1) == ["First"]
    book.poll(at(2), archive, approved=changes)
    assert book.history(1) == ["First", "Famous"]
