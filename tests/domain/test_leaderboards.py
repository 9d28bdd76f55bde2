"""Places: most first, equals share one and the next is skipped, the unknown are listed apart."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ClanId, MemberId
from bot.domain.leaderboards import Board, Entry, rank
from bot.domain.metrics import OVERALL
from bot.domain.periods import Period, PeriodKind

NOW = datetime(2026, 11, 18, tzinfo=UTC)

rosters = st.lists(
    st.tuples(st.sampled_from(["Ann B", "ann b", "Cy", "Dee", "Zez"]), st.none() | st.integers(0, 5)),
    max_size=12,
).map(lambda rows: [Entry(MemberId(index), name, value) for index, (name, value) in enumerate(rows)])


def entries(*rows: tuple[str, int | None]) -> list[Entry]:
    return [Entry(MemberId(index), name, value) for index, (name, value) in enumerate(rows)]


def test_equal_values_share_a_place_and_the_next_is_skipped():
    standings, unmeasured = rank(entries(("Dee", 5), ("Cy", 9), ("Ann B", 5), ("Zez", 1)))
    assert [(row.place, row.entry.name) for row in standings] == [
        (1, "Cy"),
        (2, "Ann B"),
        (2, "Dee"),
        (4, "Zez"),
    ]
    assert unmeasured == ()


def test_three_may_share_the_first_place():
    standings, _ = rank(entries(("A", 5), ("B", 5), ("C", 5), ("D", 4)))
    assert [row.place for row in standings] == [1, 1, 1, 4]


def test_the_unknown_have_no_place_and_zero_has_one():
    standings, unmeasured = rank(entries(("Zez", None), ("Cy", 0), ("ann b", None), ("Dee", None)))
    assert [(row.place, row.entry.name) for row in standings] == [(1, "Cy")]
    assert unmeasured == ("ann b", "Dee", "Zez")


def test_an_empty_clan_has_an_empty_board():
    assert rank([]) == ((), ())


def test_entries_are_read_once():
    standings, unmeasured = rank(iter(entries(("Cy", 3), ("Dee", None))))
    assert (len(standings), len(unmeasured)) == (1, 1)


@given(rosters)
def test_a_place_is_one_more_than_how_many_have_more(roster: list[Entry]):
    standings, unmeasured = rank(roster)
    known = [entry.value for entry in roster if entry.value is not None]
    assert len(standings) == len(known)
    assert len(unmeasured) == len(roster) - len(known)
    for row in standings:
        assert row.entry.value is not None
        assert row.place == 1 + sum(value > row.entry.value for value in known)
    places = [row.place for row in standings]
    assert places == sorted(places)


@given(rosters.flatmap(lambda roster: st.tuples(st.just(roster), st.permutations(roster))))
def test_pages_are_the_same_in_whatever_order_members_come(both: tuple[list[Entry], list[Entry]]):
    roster, shuffled = both
    assert rank(shuffled) == rank(roster)


def test_a_board_counts_the_measured_and_the_unmeasured():
    standings, unmeasured = rank(entries(("Cy", 3), ("Dee", None), ("Zez", None)))
    week = Period("this-week", PeriodKind.CALENDAR, NOW, NOW)
    assert Board(ClanId(1), "Iron Foundry", OVERALL, week, standings, unmeasured, NOW).members == 3
