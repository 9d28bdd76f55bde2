"""Numbers over time: added up in any span, found at any moment."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.facts import SourceKind
from bot.domain.gains import Reading, Span
from bot.domain.ids import MemberId
from bot.domain.rules.bounds import Bounds, Gap, at_least, known
from bot.domain.rules.facts import HOLE, unobserved
from bot.domain.rules.needs import Atom
from bot.domain.rules.since import Since, last_seen, window_start
from bot.domain.rules.terms import Own
from bot.domain.simulation.columns import columns_of, local_days, moments_of
from bot.domain.simulation.series import Chat, Counts, Heard, span_over
from tests.domain.simulation.made import NOON, day, observed, readings

hours = st.integers(0, 60).map(lambda number: NOON + timedelta(hours=number))
spans = st.lists(st.tuples(hours, hours).map(lambda ends: (min(ends), max(ends))), max_size=6)


@given(spans, hours, hours)
def test_what_was_not_heard_is_what_no_span_covers(
    heard: list[tuple[datetime, datetime]], one: datetime, other: datetime
) -> None:
    start, end = min(one, other), max(one, other)
    known_of = Heard(heard)
    assert known_of.unheard(start, end) == unobserved(heard, start, end)
    assert known_of.first == min((since for since, _ in heard), default=None)
    begins = [end, *(since for since, _ in heard if since <= end)]
    assert known_of.since(end) == min(one for one in begins if unobserved(heard, one, end) <= HOLE)


@given(
    st.dictionaries(st.integers(0, 30), st.integers(1, 9), max_size=12),
    st.integers(0, 31),
    st.integers(0, 31),
)
def test_counts_are_added_up_between_any_two_quarters(counts: dict[int, int], first: int, past: int) -> None:
    of = Counts(counts)
    assert of.between(first, past) == sum(n for quarter, n in counts.items() if first <= quarter < past)
    assert of.last_before(past) == max((one for one in counts if one < past), default=None)


def test_a_gain_over_several_profiles_begins_with_the_last_reading_before_it() -> None:
    old, new = readings("ehp", {9: 1, 6: 5}), readings("ehp", {5: 7, 2: 8})
    assert span_over([old, new], "ehp", day(7), NOON) == Span(Reading(day(9), 1), Reading(day(2), 8))
    assert span_over([old, new], "ehp", day(20), NOON) == Span(Reading(day(9), 1), Reading(day(2), 8))
    assert span_over([old, new], "ehp", day(4), day(3)) == Span(Reading(day(5), 7), Reading(day(5), 7))
    assert span_over([old, new], "ehp", day(4), day(10)) is None
    assert span_over([old, new], "zulrah", day(4), NOON) is None
    assert span_over([], "ehp", day(4), NOON) is None
    assert (old.checked(day(6)), old.checked(day(10))) == (day(6), None)


def test_local_days_are_cut_by_the_clans_midnights() -> None:
    days = local_days(day(2).date(), day(0).date(), observed().zone)
    quarters = [days.starts[0] - 1, days.starts[0], days.starts[1] - 1, days.starts[2], days.starts[3]]
    counted = days.by_day(Counts(dict.fromkeys(quarters, 2)))
    assert counted == {day(2).date().toordinal(): 4, day(0).date().toordinal(): 2}


def test_a_columns_numbers_are_those_of_its_day() -> None:
    quarter = moments_of(NOON, 1)[0]
    assert quarter == NOON
    said = Counts({(NOON - day(0.5 + 365 * 56)).days: 1})
    chat = {1: Chat(said, Counts({}), {SourceKind.RELAY: said})}
    one, other = MemberId(1), MemberId(2)
    later = Since(None, None, day(-5))
    atoms = [
        Atom(Own.DAYS_IN_CLAN),
        Atom("ehp", "joining"),
        Atom(Own.MESSAGES, "rank"),
        Atom(Own.DAYS_SINCE_SEEN, "lifetime", "game"),
        Atom("ehp"),
    ]
    columns = columns_of(atoms, observed({}, chat), local_days(day(9).date(), NOON.date(), observed().zone))
    for column in columns.values():
        column.turn(NOON, {one: later})
        assert set(column) == {one}
        assert len(column) == 1
        assert column.get(other) is None
        assert column.get(other, known(3)) == known(3)
        assert one in column
        assert column.get(one) is column[one]
    no_date = at_least(0, Gap.NO_DATE)
    assert columns[Atom(Own.DAYS_IN_CLAN)][one] == no_date
    # They are known only since later than that day: a window of their own begins nobody knows when.
    assert columns[Atom("ehp", "joining")][one] == no_date
    assert columns[Atom(Own.MESSAGES, "rank")][one] == no_date
    assert columns[Atom("ehp")][one] == at_least(0, Gap.NO_READING)
    for column in columns.values():
        column.turn(NOON, {})
        assert not list(column)


def test_windows_begin_where_they_say() -> None:
    since = Since(day(30), day(20), day(40))
    starts = {one: window_start(one, since, NOON) for one in ("7d", "joining", "rank", "lifetime")}
    assert starts == {"7d": day(7), "joining": day(30), "rank": day(20), "lifetime": day(30)}
    assert window_start("rank", Since(None, None, day(40)), NOON) == day(40)
    assert window_start("joining", None, NOON) == NOON


def test_seen_anywhere_is_where_they_were_seen_last() -> None:
    game, discord = known(5), Bounds(0, 3, Gap.NOT_OBSERVED)
    assert last_seen("game", game, discord) is game
    assert last_seen("discord", game, discord) is discord
    assert last_seen("anywhere", game, discord) == Bounds(0, 3, Gap.NOT_OBSERVED)
    assert last_seen("anywhere", game, known(7)) == known(5)
    nothing = at_least(0, Gap.NOT_LINKED)
    assert last_seen("anywhere", nothing, nothing) == nothing
