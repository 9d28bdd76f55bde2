"""Who is who, poll by poll: what happened in the game is told, and the plan is read as facts would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.adoption import is_lost
from bot.domain.identity import ApprovedRename, Held, Lines, MemberState, RosterPlan, Seen, is_span
from bot.domain.ids import MemberId, NameKey, PlayerId
from bot.domain.names import name_key
from bot.domain.roster import plan_roster
from bot.domain.stays import GRACE

T0 = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
JOINED = datetime(2025, 3, 1, tzinfo=UTC)
TICK = timedelta(milliseconds=1)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def at(number: float) -> datetime:
    """So many hours after the first poll."""
    return T0 + hours(number)


def seen(
    player: int, name: str, *, role: str = "member", status: str = "active", joined: datetime | None = JOINED
) -> Seen:
    return Seen(PlayerId(player), name, role, "regular", "main", status, joined)


def renamed(player: int, old: str, new: str, when: datetime) -> ApprovedRename:
    return ApprovedRename(PlayerId(player), old, new, when)


def heard(**lines: tuple[datetime, datetime]) -> dict[NameKey, Lines]:
    return {name_key(name): Lines(*moments) for name, moments in lines.items()}


@dataclass
class Book:
    """What is stored of a clan; every poll is planned, written and checked."""

    members: dict[MemberId, MemberState] = field(default_factory=dict[MemberId, MemberState])
    names: dict[MemberId, list[Held]] = field(default_factory=dict[MemberId, list[Held]])
    next_id: int = 1
    polled_at: datetime | None = None

    def poll(
        self,
        now: datetime,
        *roster: Seen,
        approved: Sequence[ApprovedRename] = (),
        lines: Mapping[NameKey, Lines] | None = None,
        lost: Mapping[MemberId, int | None] | None = None,
    ) -> RosterPlan:
        plan = plan_roster(
            self.members.values(),
            [held for names in self.names.values() for held in names],
            roster,
            approved,
            lines,
            {one.id: None for one in self.members.values() if is_lost(one)} if lost is None else lost,
            polled_at=self.polled_at,
            now=now,
            next_id=self.next_id,
        )
        new = sorted(plan.members.keys() - self.members.keys())
        assert new == list(range(self.next_id, self.next_id + len(new))), "an id was skipped or used again"
        self.members |= plan.members
        self.names |= plan.names
        for gone in plan.absorbed:
            assert not self.names.pop(gone, []), "a name stayed with who was undone"
            del self.members[gone]
        self.next_id += len(new)
        self.polled_at = now
        self.check(roster)
        return plan

    def check(self, roster: Sequence[Seen]) -> None:
        """What holds after every poll, whatever WOM said."""
        holds = [held for names in self.names.values() for held in names]
        for index, one in enumerate(holds):
            assert one.member in self.members
            assert is_span(one.start, one.end), f"held for no time: {one}"
            for other in holds[:index]:
                if one.key == other.key or one.member == other.member:
                    assert not one.overlaps(other), f"{one} and {other}"
        owners = [player for member in self.members.values() for player in member.players]
        assert len(owners) == len(set(owners)), "a profile of two members"
        assert {one.player for one in roster} <= set(owners)

    def holder(self, name: str, when: datetime) -> int | None:
        """Whose a line of that name is."""
        key = name_key(name)
        return next(
            (
                int(held.member)
                for names in self.names.values()
                for held in names
                if held.key == key
                and (held.start is None or held.start <= when)
                and (held.end is None or when < held.end)
            ),
            None,
        )

    def history(self, member: int) -> list[str]:
        return [held.display for held in self.names[MemberId(member)]]

    def owner(self, player: int) -> int:
        return next(int(one.id) for one in self.members.values() if player in one.players)

    def __getitem__(self, member: int) -> MemberState:
        return self.members[MemberId(member)]


def names_of(book: Book) -> dict[int, list[str]]:
    return {int(member): [held.display for held in names] for member, names in book.names.items()}


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
    book = Book()
    book.poll(T0, seen(1, "First"))
    changes = [
        renamed(1, "First", "Passed", at(0.2)),
        renamed(1, "Passed", "First", at(0.4)),
        renamed(2, "Passed", "Second", at(0.6)),
    ]
    book.poll(at(1), seen(1, "First"), seen(2, "Second", joined=at(0.7)), approved=changes)
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
    assert book.holder("bbb", T0 + TICK) == 1
    assert book.holder("ccc", at(1)) == 1


def test_a_first_poll_of_a_clan_that_has_members_dates_by_now() -> None:
    book = Book()
    book.poll(T0, seen(1, "Aaa"), seen(2, "Gone"))
    book.polled_at = None
    plan = book.poll(at(1), seen(1, "Bbb"))
    assert [one.at for one in plan.renames] == [at(1)]
    assert book[2].last_seen_at == at(1)


NAMES = st.sampled_from(["Aaa", "bbb", "Bbb", "C c", "c_c", "Ddd", "Eee", "archive10001"])
PLAYERS = st.integers(1, 6)
STATUSES = st.sampled_from(["active", "active", "active", "archived"])
WHEN = st.integers(-2000, 6000).map(lambda minutes: T0 + timedelta(minutes=minutes))


@st.composite
def rosters(draw: st.DrawFn) -> list[Seen]:
    """Any roster, sane or not: names may even be given twice."""
    players = draw(st.lists(PLAYERS, unique=True, max_size=6))
    joined = st.one_of(st.none(), st.sampled_from([JOINED, T0]), WHEN)
    return [seen(player, draw(NAMES), status=draw(STATUSES), joined=draw(joined)) for player in players]


def changes() -> st.SearchStrategy[list[ApprovedRename]]:
    return st.lists(st.builds(renamed, PLAYERS, NAMES, NAMES, WHEN), max_size=6)


@st.composite
def spoken(draw: st.DrawFn, since: datetime, until: datetime) -> dict[NameKey, Lines]:
    gap = (until - since) // TICK
    found: dict[NameKey, Lines] = {}
    for name in draw(st.lists(NAMES, max_size=4)):
        first, last = sorted(draw(st.tuples(st.integers(0, gap), st.integers(0, gap))))
        found[name_key(name)] = Lines(since + first * TICK, since + last * TICK)
    return found


@settings(max_examples=300)
@given(st.data())
def test_whatever_wom_says_a_name_has_one_holder_and_an_id_is_never_used_again(data: st.DataObject) -> None:
    book, now = Book(), T0
    approved: list[ApprovedRename] = []
    for _ in range(data.draw(st.integers(1, 8))):
        roster = data.draw(rosters())
        approved = [*approved, *data.draw(changes())]
        lines = data.draw(spoken(now - data.draw(st.sampled_from([hours(0.4), hours(90)])), now))
        plan = book.poll(now, *roster, approved=approved, lines=lines)
        for member in book.members.values():
            held = [one for one in book.names.get(member.id, []) if one.end is None]
            assert len(held) <= 1
            if held:
                assert member.name == held[0].display
        assert not {one.member for one in plan.leaves} & {book.owner(one.player) for one in roster}
        now += data.draw(st.sampled_from([hours(0.5), hours(20), hours(49)]))


@settings(max_examples=200)
@given(st.lists(st.permutations(range(5)), min_size=1, max_size=8))
def test_whoever_is_on_the_roster_holds_the_name_they_were_seen_under(orders: list[list[int]]) -> None:
    """Members pass five names round in any way; at each poll every line is its speaker's."""
    book = Book()
    sightings: list[tuple[datetime, int, str]] = []
    for index, order in enumerate(orders):
        roster = [seen(player, f"Name {name}") for player, name in enumerate(order, 1)]
        book.poll(at(index), *roster)
        sightings += [(at(index), one.player, one.name) for one in roster]
    for when, player, name in sightings:
        assert book.holder(name, when) == book.owner(player)
