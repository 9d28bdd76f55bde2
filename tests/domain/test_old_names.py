"""Who was who in the old system: by its folded names, and never by their parts."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import MemberId
from bot.domain.old_names import FOLDED, IMPORTED, OldAlias, OldMember, OldNames, Span, find_relays

T = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def member(number: int, name: str, *aliases: OldAlias) -> OldMember:
    return OldMember(number, name, "member", T, T, aliases)


def alias(
    name: str, canonical: str | None = None, first: int | None = None, last: int | None = None
) -> OldAlias:
    """A name, sighted from day to day."""
    since, until = (None if day is None else T + day * DAY for day in (first, last))
    return OldAlias(name, canonical, since, until, is_current=False)


def names(*members: OldMember) -> OldNames:
    return OldNames({one.id: one for one in members})


def test_a_name_that_one_member_alone_had_was_always_theirs() -> None:
    old = names(member(1, "bob", alias("robert", first=10, last=20)))
    for name in ("bob", "robert"):
        assert old.spans(name) == (Span(1),)
    assert old.at("rob", T) is None, "a part of a name is no name"


def test_a_recycled_name_is_each_owners_for_their_time() -> None:
    old = names(member(1, "robert", alias("bob", first=0, last=20)), member(2, "bob"))

    assert old.at("bob", T + 5 * DAY) == 1
    assert old.at("bob", T + 20 * DAY) == 1
    assert old.at("bob", T + 21 * DAY) == 2
    assert old.at("bob", T - DAY) is None, "before it was sighted it may have been either's"


def test_a_time_in_which_two_are_said_to_have_had_a_name_is_nobodys() -> None:
    old = names(
        member(1, "x", alias("bob", first=0, last=20)), member(2, "y", alias("bob", first=10, last=30))
    )
    assert [old.at("bob", T + day * DAY) for day in (5, 15, 25)] == [1, None, 2]


def test_two_who_have_a_name_now_leave_it_to_nobody() -> None:
    old = names(member(1, "john"), member(2, "john"))
    assert old.spans("john") == ()


def test_a_guess_by_a_part_of_the_name_is_told_from_a_name_that_is_merely_strange() -> None:
    old = names(member(1, "johnny", alias("former")))
    assert old.is_guess(1, "john")
    assert old.is_guess(1, "xjohnnyx")
    for name in ("johnny", "former", "somebody", "johnny(main)", "zerk|johnny", ""):
        assert not old.is_guess(1, name)


def test_a_member_keeps_former_names_in_order_and_the_last_one_to_the_end() -> None:
    old = member(
        1, "lloi", alias("bob", "B Ob", 0, 10), alias("zed", None, 5, 20), alias("lloi", "L Loi", 20, 30)
    )

    held = old.held(MemberId(9), T + 40 * DAY)

    assert [(one.display, one.origin) for one in held] == [
        ("B Ob", IMPORTED),
        ("zed", FOLDED),
        ("L Loi", IMPORTED),
    ]
    assert held[-1].end == T + 40 * DAY
    assert all(one.end == other.start for one, other in pairwise(held))


def test_what_no_account_can_be_called_and_what_has_no_time_of_its_own_is_no_name() -> None:
    old = member(1, "much too long for a name", alias("bob", "B Ob", 0, 10), alias("rob", None, 3, 10))
    named = old.held(MemberId(9), T + 40 * DAY)
    assert [one.display for one in named] == ["B Ob"], "rob was sighted while they were B Ob"
    former = member(2, "lloi", alias("much too long for a name", None, 0, 10))
    assert [one.display for one in former.held(MemberId(9), T + 40 * DAY)] == ["lloi"]


@given(
    spans=st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(["a", "b"]), st.integers(0, 9), st.integers(0, 9)),
        max_size=8,
    )
)
def test_no_moment_of_a_name_has_two_owners(spans: list[tuple[int, str, int, int]]) -> None:
    old = names(
        *(
            member(
                number,
                "ab"[number % 2],
                *(alias(name, None, *sorted((a, b))) for n, name, a, b in spans if n == number),
            )
            for number in range(1, 5)
        )
    )
    for name in "ab":
        for half_days in range(-2, 24):
            at = T + half_days * DAY / 2
            assert sum(span.covers(at) for span in old.spans(name)) <= 1


def test_a_relay_writes_under_many_names_and_a_person_under_a_few() -> None:
    old = names(*(member(number, f"m{number}") for number in range(5)))
    wrote = [(1, "m1"), (1, "m2"), (1, "m3"), (2, "m1"), (2, "nick"), (2, "nick2")]
    wrote += [(3, f"stranger{number}") for number in range(25)]
    wrote += [(4, f"nick{number}") for number in range(24)]
    assert find_relays(wrote, old) == {1, 3}
