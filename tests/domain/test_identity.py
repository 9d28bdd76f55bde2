"""Who is who on rosters: names that change, pass on, swap and come back."""

from datetime import UTC, datetime

import pytest

from bot.domain.identity import ApprovedRename, MemberState, RosterPlan
from bot.domain.ids import MemberId, PlayerId
from tests.domain.rosters import JOINED, T0, TICK, Book, at, heard, hours, names_of, renamed, seen


def test_the_first_roster_gives_everybody_an_id_and_a_name_since_ever() -> None:
    book = Book()
    plan = book.poll(T0, seen(70, "Zez Ima", role="owner"), seen(71, "B0aty"))
    assert plan.joined == {1, 2}
    assert plan.profiles == {70: 1, 71: 2}
    assert not plan.renames
    assert not plan.leaves
    assert book.holder("zez_ima", datetime(2013, 5, 1, tzinfo=UTC)) == 1
    assert book[1] == MemberState(
        MemberId(1), "Zez Ima", (PlayerId(70),), "owner", "regular", "main", JOINED, None, None, None, T0
    )


def test_a_quiet_poll_changes_nothing() -> None:
    book = Book()
    roster = [seen(number, f"Name {number}") for number in range(1, 9)]
    book.poll(T0, *roster, approved=[renamed(3, "Was 3", "Name 3", at(-500))])
    plan = book.poll(at(1), *roster, approved=[renamed(3, "Was 3", "Name 3", at(-500))])
    assert plan == RosterPlan()


def test_a_rename_ends_the_old_name_at_its_last_sighting() -> None:
    book = Book()
    book.poll(T0, seen(70, "Old Name"))
    plan = book.poll(at(1), seen(70, "New Name"))
    assert [(one.member, one.at, one.before, one.after) for one in plan.renames] == [
        (1, T0 + TICK, "Old Name", "New Name")
    ]
    assert book.holder("old name", T0) == book.holder("new name", T0 + TICK) == 1
    assert book.holder("old name", T0 + TICK) is book.holder("new name", T0) is None
    assert book[1].name == "New Name"


def test_lines_in_the_relay_move_the_boundary_of_a_rename() -> None:
    book = Book()
    book.poll(T0, seen(70, "Old Name"), seen(71, "Foo"))
    lines = heard(Old_Name=(at(0.2), at(0.4)), New_Name=(at(0.6), at(0.7)), Bar=(at(0.1), at(0.9)))
    book.poll(at(1), seen(70, "New Name"), seen(71, "Bar"), lines=lines)
    assert book.holder("old name", at(0.4)) == 1
    assert book.holder("old name", at(0.5)) is None
    assert book.holder("new name", at(0.6)) == 1
    assert book.holder("bar", at(0.1)) == 2


def test_a_new_name_is_theirs_from_its_first_line_although_the_old_one_was_heard_later() -> None:
    book = Book()
    book.poll(T0, seen(70, "Old Name"))
    book.poll(
        at(1),
        seen(70, "New Name"),
        lines=heard(Old_Name=(at(0.1), at(0.8)), New_Name=(at(0.3), at(0.9))),
    )
    assert book.holder("new name", at(0.3)) == 1


def test_two_members_swap_names() -> None:
    book = Book()
    book.poll(T0, seen(70, "Left"), seen(71, "Right"))
    lines = heard(Left=(at(0.1), at(0.9)), Right=(at(0.2), at(0.3)))
    plan = book.poll(at(1), seen(70, "Right"), seen(71, "Left"), lines=lines)
    assert {one.member: one.after for one in plan.renames} == {1: "Right", 2: "Left"}
    assert not plan.disputes
    assert [book.holder("left", when) for when in (T0, at(1))] == [1, 2]
    assert [book.holder("right", when) for when in (T0, at(1))] == [2, 1]
    # What is heard of a name between its two owners' sightings may be either's.
    assert [book.holder(name, when) for name in ("left", "right") for when in (T0 + TICK, at(0.5))] == [
        None
    ] * 4


def test_a_name_passes_along_three_members_in_one_gap() -> None:
    book = Book()
    book.poll(T0, seen(70, "Aaa"), seen(71, "Bbb"), seen(72, "Ccc"))
    book.poll(at(1), seen(70, "Bbb"), seen(71, "Ccc"), seen(72, "Ddd"))
    assert [book.holder(name, at(1)) for name in ("aaa", "bbb", "ccc", "ddd")] == [None, 1, 2, 3]
    assert [book.holder(name, T0) for name in ("aaa", "bbb", "ccc", "ddd")] == [1, 2, 3, None]


def test_the_middle_of_a_chain_is_known_from_the_name_changes() -> None:
    book = Book()
    book.poll(T0, seen(70, "Aaa"))
    chain = [renamed(70, "Aaa", "Bbb", at(0.3)), renamed(70, "Bbb", "Ccc", at(0.6))]
    book.poll(at(1), seen(70, "Ccc"), approved=chain)
    assert book.history(1) == ["Aaa", "Bbb", "Ccc"]
    assert book.holder("bbb", at(0.5)) == 1
    assert book.holder("ccc", at(0.6)) == 1
    assert book.poll(at(2), seen(70, "Ccc"), approved=chain) == RosterPlan()


def test_a_chain_of_four_is_laid_in_order() -> None:
    book = Book()
    book.poll(T0, seen(70, "Aaa"))
    chain = [
        renamed(70, "Ccc", "Ddd", at(0.9)),
        renamed(70, "Aaa", "Bbb", at(0.3)),
        renamed(70, "Bbb", "Ccc", at(0.6)),
    ]
    book.poll(at(1), seen(70, "Ddd"), approved=chain)
    assert book.history(1) == ["Aaa", "Bbb", "Ccc", "Ddd"]


def test_a_chain_approved_late_never_takes_time_from_a_name_that_was_seen() -> None:
    book = Book()
    book.poll(T0, seen(70, "Aaa"))
    book.poll(at(1), seen(70, "Ccc"))
    chain = [renamed(70, "Aaa", "Bbb", at(20)), renamed(70, "Bbb", "Ccc", at(21))]
    book.poll(at(30), seen(70, "Ccc"), approved=chain)
    assert book.history(1) == ["Aaa", "Bbb", "Ccc"]
    assert book.holder("ccc", at(1)) == 1


@pytest.mark.parametrize("later", [1, 24, 24 * 7])
def test_a_rename_seen_as_one_left_and_one_joined_leaves_no_trace(later: float) -> None:
    book = Book()
    book.poll(T0, seen(70, "Old Name"), seen(71, "Else"))
    book.poll(at(1), seen(99, "new name", joined=at(0.5)), seen(71, "Else"))
    synced = [seen(99, "new name", joined=at(0.5)), seen(71, "Else")]
    left = [leave for hour in (later / 2, later) for leave in book.poll(at(1 + hour), *synced).leaves]
    back = at(2 + later)
    plan = book.poll(
        back,
        seen(70, "New Name", joined=at(0.5)),
        seen(71, "Else"),
        approved=[renamed(70, "Old Name", "New Name", at(0.9))],
    )
    assert plan.absorbed == {3: 1}
    assert plan.undone == left, "a leave that was believed is taken back"
    assert len(left) == (1 if later > 48 else 0)
    assert plan.profiles == {99: 1}
    assert [(one.member, one.at, one.after) for one in plan.renames] == [(1, T0 + TICK, "New Name")]
    assert sorted(book.members) == [1, 2]
    assert book[1].joined_at == JOINED
    assert (book[1].left_at, book[1].leave_seen_at) == (None, None)
    assert book.holder("new name", at(1)) == 1
    assert book.holder("old name", T0) == 1
    assert book.poll(back + hours(1), seen(70, "New Name", joined=at(0.5)), seen(71, "Else")) == RosterPlan()
    newcomer = book.poll(back + hours(2), seen(70, "New Name"), seen(71, "Else"), seen(72, "Newcomer"))
    assert newcomer.joined == {4}, "the id of who was undone is never used again"


@pytest.mark.parametrize(
    ("approved", "newcomer_first"),
    [
        ([], False),
        ([renamed(70, "Old Name", "Third", at(1))], False),
        ([renamed(70, "Old Name", "New Name", at(1))], True),
    ],
)
def test_without_proof_nobody_is_undone(approved: list[ApprovedRename], newcomer_first: bool) -> None:
    """Not approved at all, another rename, or a namesake who was there before the other was missed."""
    book = Book()
    early = [seen(99, "New Name")] if newcomer_first else []
    book.poll(T0, seen(70, "Old Name"), *early)
    book.poll(at(1), seen(99, "New Name"))
    plan = book.poll(at(2), seen(70, "New Name"), approved=approved)
    assert not plan.absorbed
    assert len(book.members) == 2
    assert book.holder("new name", at(1)) == 2
    assert book.holder("new name", at(2)) == 1


def test_a_name_given_up_and_taken_by_another_member() -> None:
    book = Book()
    book.poll(T0, seen(70, "Famous"), seen(71, "Second"))
    book.poll(at(1), seen(70, "Hidden"), seen(71, "Second"))
    book.poll(at(2), seen(70, "Hidden"), seen(71, "Famous"))
    assert [book.holder("famous", when) for when in (T0, at(0.5), at(2))] == [1, None, 2]


def test_an_outsider_who_takes_a_leavers_name_inherits_nothing() -> None:
    book = Book()
    book.poll(T0, seen(70, "Famous"), seen(71, "Else"))
    book.poll(at(1), seen(71, "Else"))
    left = book.poll(at(60), seen(71, "Else")).leaves
    assert [(one.member, one.player, one.seen_at) for one in left] == [(1, 70, T0)]
    plan = book.poll(at(500), seen(71, "Else"), seen(90, "Famous", joined=at(499)))
    assert plan.joined == {3}
    assert book.holder("famous", T0) == 1
    assert book.holder("famous", at(300)) is None, "between two owners it is nobody's"
    assert book.holder("famous", at(499)) == 3
    assert book[1].left_at == T0


def test_a_newcomer_under_the_name_of_who_left_in_the_same_gap_is_somebody_else() -> None:
    book = Book()
    book.poll(T0, seen(70, "Famous"))
    plan = book.poll(at(1), seen(90, "Famous", joined=at(0.5)))
    assert plan.joined == {2}
    assert book[1].leave_seen_at == at(1)
    assert [book.holder("famous", when) for when in (T0, at(0.2), at(0.5))] == [1, None, 2]


def test_a_newcomer_takes_the_name_that_a_member_just_gave_up() -> None:
    book = Book()
    book.poll(T0, seen(70, "Famous"))
    book.poll(at(1), seen(90, "Famous"), seen(70, "Hidden"))
    assert (book.owner(70), book.owner(90)) == (1, 2)
    assert [book.holder("famous", when) for when in (T0, at(1))] == [1, 2]


def test_lines_of_its_last_owner_do_not_date_a_name_that_passed_on() -> None:
    book = Book()
    book.poll(T0, seen(70, "Aaa"), seen(71, "Bbb"))
    lines = heard(Aaa=(at(0.1), at(0.8)), Bbb=(at(0.1), at(0.2)))
    book.poll(at(1), seen(70, "Bbb"), seen(71, "Ccc"), lines=lines)
    assert book.holder("aaa", at(0.8)) == 1
    assert book.holder("bbb", at(0.2)) is None


def test_who_lost_their_name_comes_back_months_later_under_another() -> None:
    book = Book()
    book.poll(T0, seen(70, "Famous"))
    book.poll(at(1), seen(90, "Famous", joined=at(0.5)))
    book.poll(at(60), seen(90, "Famous", joined=at(0.5)))
    plan = book.poll(at(2000), seen(90, "Famous", joined=at(0.5)), seen(70, "Fresh", joined=at(1990)))
    assert plan.joined == {1}
    assert [(one.member, one.before, one.after) for one in plan.renames] == [(1, "Famous", "Fresh")]
    assert book.history(1) == ["Famous", "Fresh"]
    assert book[1].joined_at == at(1990)
    assert book[1].left_at is None


def test_a_member_who_comes_back_is_the_same_member() -> None:
    book = Book()
    book.poll(T0, seen(70, "Faithful"))
    book.poll(at(1))
    book.poll(at(60))
    assert book[1].left_at == T0
    plan = book.poll(at(5000), seen(70, "Renamed", joined=at(4990)))
    assert plan.joined == {1}
    assert book.history(1) == ["Faithful", "Renamed"]
    assert book.holder("renamed", T0 + TICK) == 1


def test_an_archived_profile_keeps_its_member_but_not_the_name() -> None:
    book = Book()
    book.poll(T0, seen(70, "Famous"))
    archive = seen(70, "archive10001", status="archived")
    book.poll(at(1), archive)
    assert book.holder("famous", T0) == 1
    assert book.holder("famous", at(0.5)) is None
    assert book[1].name == "Famous"
    assert book[1].leave_seen_at is None
    assert book.poll(at(2), archive) == RosterPlan()
    book.poll(at(3), archive, seen(90, "Famous", joined=at(2.5)))
    assert book.owner(90) == 2
    assert book.holder("famous", at(3)) == 2
    book.poll(at(4), seen(70, "Restored"), seen(90, "Famous", joined=at(2.5)))
    assert book.history(1) == ["Famous", "Restored"]


def test_a_restored_archive_has_its_name_again_and_was_never_renamed() -> None:
    book = Book()
    book.poll(T0, seen(70, "Famous"))
    book.poll(at(1), seen(70, "archive10001", status="archived"))
    assert not book.poll(at(2), seen(70, "Famous")).renames
    assert book.holder("famous", at(2)) == 1


def test_an_archive_speaks_for_nobody_who_has_a_living_profile() -> None:
    book = Book()
    book.poll(T0, seen(99, "Same Name"))
    book.poll(at(1), seen(33, "Same Name"))
    book.poll(at(2), seen(33, "Other Name"), seen(99, "archive10001", status="archived"))
    assert book.history(1) == ["Same Name", "Other Name"]


def test_an_archive_and_the_new_account_of_its_name_appear_at_once() -> None:
    book = Book()
    book.poll(T0, seen(70, "Famous"))
    lines = heard(Famous=(at(0.4), at(0.6)))
    archive = seen(70, "archive10001", status="archived")
    book.poll(at(1), seen(90, "Famous", joined=at(0.5)), archive, lines=lines)
    assert [book.holder("famous", when) for when in (T0, at(0.4), at(0.6))] == [1, None, 2]


def test_an_archive_on_the_first_roster_has_no_name() -> None:
    book = Book()
    book.poll(T0, seen(70, "archive10001", status="archived"))
    assert names_of(book) == {}
    assert book[1].name == "archive10001"


def test_a_name_that_the_game_would_refuse_stops_nothing() -> None:
    book = Book()
    book.poll(T0, seen(70, "Broken <b>"), seen(71, "Fine"))
    assert names_of(book) == {2: ["Fine"]}


def test_a_profile_that_vanishes_by_a_merge_stays_one_member() -> None:
    """The membership keeps its join date; only the player's id is another."""
    book = Book()
    book.poll(T0, seen(70, "Same Name"))
    plan = book.poll(at(1), seen(33, "Same Name"))
    assert plan.profiles == {33: 1}
    assert not plan.joined
    assert not plan.renames
    assert book[1].players == (70, 33)
    assert book[1].leave_seen_at is None
    assert book.poll(at(2), seen(33, "Same Name")) == RosterPlan()


def test_a_merge_is_not_believed_of_who_has_left_or_without_a_join_date() -> None:
    book = Book()
    book.poll(T0, seen(70, "Same Name"), seen(71, "Dateless", joined=None))
    book.poll(at(1), seen(71, "Dateless", joined=None))
    book.poll(at(60), seen(71, "Dateless", joined=None))
    assert book.poll(at(61), seen(33, "Same Name"), seen(34, "Dateless", joined=None)).joined == {3, 4}


def test_a_membership_that_moves_to_another_player_id_returns_with_the_approval() -> None:
    """Trap 10: a sync moves it while the change is pending, and the activity shows nothing."""
    book = Book()
    book.poll(T0, seen(70, "Old Name"))
    book.poll(at(1), seen(99, "new name"))
    assert book.owner(99) == 2
    book.poll(at(2), seen(70, "New Name"), approved=[renamed(70, "Old Name", "New Name", at(0.5))])
    assert list(book.members) == [1]
    assert book[1].players == (70, 99)


def test_of_two_profiles_on_the_roster_the_one_of_the_known_name_speaks() -> None:
    book = Book()
    book.poll(T0, seen(70, "Same Name"))
    book.poll(at(1), seen(33, "Same Name"))
    both = [seen(33, "Same Name"), seen(70, "Zombie")]
    assert book.poll(at(2), *both) == RosterPlan()
    assert book.poll(at(3), *reversed(both)) == RosterPlan()


def test_capitals_are_learnt_and_are_no_rename() -> None:
    book = Book()
    book.poll(T0, seen(70, "synced name"))
    plan = book.poll(at(1), seen(70, "Synced Name"))
    assert not plan.renames
    assert book.history(1) == ["Synced Name"]
    assert book[1].name == "Synced Name"
    assert book.poll(at(2), seen(70, "synced name")) == RosterPlan(), "and are not unlearnt"
    book.poll(at(3), seen(70, "SYNCED NAME"))
    assert book.history(1) == ["SYNCED NAME"]
    book.poll(at(4), seen(70, "Other"))
    book.poll(at(5), seen(70, "OTHER"))
    assert book.history(1) == ["SYNCED NAME", "OTHER"], "only the present name is respelt"


def test_who_was_renamed_all_along_has_the_name_but_for_while_a_third_one_was_seen_under_it() -> None:
    book = Book()
    other = seen(2, "Other")
    book.poll(T0, seen(1, "First"), other)
    book.poll(at(1), seen(9, "New"), other)
    book.poll(at(2), seen(2, "New"))
    book.poll(at(3), other)
    book.poll(at(4), other, seen(1, "New"))
    plan = book.poll(at(5), other, seen(1, "New"), approved=[renamed(1, "First", "New", at(0.5))])
    assert plan.absorbed == {3: 1}
    assert [book.holder("new", at(hour)) for hour in (0.5, 1, 1.5, 2, 3, 4)] == [1, 1, None, 2, 1, 1]
    assert book.history(1) == ["First", "New", "New"]


def test_who_bears_a_name_after_its_taker_was_seen_under_it_is_another() -> None:
    book = Book()
    changes = [renamed(2, "First", "New", at(0.5))]
    book.poll(T0, seen(2, "First"))
    book.poll(at(1), seen(2, "New"), approved=changes)
    book.poll(at(2), seen(6, "New", joined=at(1.5)), approved=changes)
    book.poll(at(3), approved=changes)
    plan = book.poll(at(4), seen(2, "New"), approved=changes)
    assert not plan.absorbed
    assert not book.poll(at(5), seen(2, "New"), approved=changes).absorbed
    assert [book.holder("new", at(hour)) for hour in (1, 2, 4)] == [1, 2, 1]


def test_who_was_renamed_all_along_has_the_name_from_the_first_time_that_they_were_seen_under_it() -> None:
    """They were seen under it, missed, and seen again, before WOM said so."""
    book = Book()
    book.poll(T0, seen(1, "First"), seen(2, "Other"))
    book.poll(at(1), seen(9, "New"))
    book.poll(at(2), seen(1, "New"))
    book.poll(at(3), seen(2, "New"))
    book.poll(at(4), seen(2, "Other"))
    book.poll(at(5), seen(1, "New"))
    plan = book.poll(at(6), seen(1, "New"), approved=[renamed(1, "First", "New", at(0.5))])
    assert plan.absorbed == {3: 1}
    assert [book.holder("new", at(hour)) for hour in (0.5, 1, 1.5, 2, 3, 5)] == [1, 1, 1, 1, 2, 1]
