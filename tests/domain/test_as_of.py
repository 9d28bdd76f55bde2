"""How members were at a moment of the past, from how they are now and what happened since."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.as_of import JOINED, LEFT, RANK_CHANGED, Happened, Now, name_at, roster_at, then
from bot.domain.identity import Held
from bot.domain.ids import MemberId, NameKey

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)
ME, OTHER = MemberId(1), MemberId(2)


def day(number: float) -> datetime:
    return DAY0 + timedelta(days=number)


def member(
    joined: float | None = 0, left: float | None = None, *, id_: MemberId = ME, root: MemberId | None = None
) -> Now:
    joined_at, left_at = (None if one is None else day(one) for one in (joined, left))
    return Now(id_, root or id_, f"Name {id_}", "onyx", joined_at, left_at, known_since=day(5))


@dataclass
class Told:
    """A history with its truth: who was there when, with which role."""

    now: Now
    happened: list[Happened]
    stays: list[tuple[int, int | None, list[tuple[int, str]]]]

    def role(self, at: float) -> str | None:
        for start, end, roles in self.stays:
            if start <= at and (end is None or at < end):
                return [role for since, role in roles if since <= at][-1]
        return None


@st.composite
def histories(draw: st.DrawFn) -> Told:
    bounds = sorted(draw(st.sets(st.integers(0, 60), min_size=1, max_size=7)))
    stays: list[tuple[int, int | None, list[tuple[int, str]]]] = []
    happened: list[Happened] = []
    ends: list[int | None] = [*bounds[1::2], *([None] if len(bounds) % 2 else [])]
    for start, end in zip(bounds[::2], ends, strict=True):
        last = 70 if end is None else end - 1
        changes = draw(st.sets(st.integers(start + 1, last), max_size=3)) if start < last else set[int]()
        roles = [(start, draw(st.sampled_from("abc")))]
        happened.append(Happened(JOINED, day(start), None, roles[0][1]))
        for at in sorted(changes):
            roles.append((at, draw(st.sampled_from("abc"))))
            happened.append(Happened(RANK_CHANGED, day(at), roles[-2][1], roles[-1][1]))
        if end is not None:
            happened.append(Happened(LEFT, day(end)))
        stays.append((start, end, roles))
    start, end, roles = stays[-1]
    now = Now(ME, ME, "Me", roles[-1][1], day(start), None if end is None else day(end), day(bounds[0]))
    return Told(now, draw(st.permutations(happened)), stays)


@given(histories(), st.integers(-2, 160).map(lambda halves: halves / 2))
def test_whoever_was_there_is_there_then_with_the_role_of_then(told: Told, at: float) -> None:
    was = then(told.now, told.happened, (), day(at))
    assert (was.role if was.is_member else None) == told.role(at)
    if not was.is_member:
        left = [end for _, end, _ in told.stays if end is not None and day(end) <= day(at)]
        coming = [start for start, _, _ in told.stays if day(start) > day(at)]
        assert was.left_at == max(map(day, left), default=None)
        assert was.joined_at == min(map(day, coming), default=None)


def test_the_moment_of_joining_is_in_and_that_of_leaving_is_out() -> None:
    stay = member(10, 20)
    assert [then(stay, (), (), day(at)).is_member for at in (9.9, 10, 19.9, 20)] == [False, True, True, False]


def test_a_join_that_nobody_dated_began_when_the_roster_first_had_them() -> None:
    undated = member(None)
    assert [then(undated, (), (), day(at)).is_member for at in (4, 5)] == [False, True]


def test_a_stay_before_the_last_whose_join_is_not_known_began_no_earlier_than_seen() -> None:
    back = member(30)
    events = [Happened(LEFT, day(20))]
    assert [then(back, events, (), day(at)).is_member for at in (4, 6, 20, 29, 30)] == [
        False, True, False, False, True,
    ]  # fmt: skip


def test_a_join_date_that_is_older_than_the_leave_before_begins_with_that_leave() -> None:
    """As where the game goes on showing the first join date of who left and came back."""
    back = member(0)
    events = [Happened(JOINED, day(0)), Happened(LEFT, day(20))]
    assert [then(back, events, (), day(at)).is_member for at in (10, 20)] == [True, True]
    assert then(back, events, (), day(20)).joined_at == day(20), "from the leave on: nothing tells more"


def test_an_officers_later_join_date_wins_over_what_is_told_of_that_stay() -> None:
    corrected = member(12)
    events = [Happened(JOINED, day(8), None, "member")]
    assert [then(corrected, events, (), day(at)).is_member for at in (9, 12)] == [False, True]


def test_a_change_from_nobody_knows_what_leaves_the_role_that_was_told_before() -> None:
    events = [Happened(JOINED, day(0), None, "member"), Happened(RANK_CHANGED, day(10), None, "onyx")]
    assert [then(member(0), events, (), day(at)).role for at in (9, 10)] == ["member", "onyx"]
    assert then(member(0), events[1:], (), day(9)).role is None, "unknown, not the present one"


def held(display: str, start: float | None, end: float | None) -> Held:
    key = NameKey(display.lower())
    since, until = (None if one is None else day(one) for one in (start, end))
    return Held(ME, key, display, since, until, "roster")


def test_a_name_is_the_one_held_then_or_the_next() -> None:
    names = [held("New", 20, None), held("Old", None, 10)]
    assert [name_at(names, day(at)) for at in (9, 10, 15, 20)] == ["Old", "New", "New", "New"]
    assert name_at([held("Old", None, 10)], day(10)) is None


def test_of_merged_members_who_was_there_speaks_for_both() -> None:
    main, second = member(20), member(0, 10, id_=OTHER, root=ME)
    for order in ([main, second], [second, main]):
        assert [roster_at(order, {}, {}, day(at))[ME].is_member for at in (5, 15, 25)] == [True, False, True]
    assert list(roster_at([main, second], {}, {}, day(5))) == [ME]
