"""Any span of messages is read exactly from days, quarters and single messages."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.activity import (
    Cuts,
    cuts,
    quarter_of,
    quarter_start,
    snowflake_at,
    time_of,
    utc_day_of,
    utc_day_start,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)

moments = st.integers(1_577_836_800_000_000, 1_956_528_000_000_000).map(
    lambda us: EPOCH + timedelta(microseconds=us)
)
lengths = st.one_of(
    st.integers(0, 10**6).map(lambda ms: timedelta(milliseconds=ms)),
    st.integers(0, 500).map(lambda quarters: timedelta(minutes=15 * quarters)),
    st.integers(0, 10**12).map(lambda us: timedelta(microseconds=us)),
    st.integers(0, 40).map(lambda days: timedelta(days=days)),
)
snowflakes = st.integers(0, 2**63 - 1)


def test_discords_own_example_has_its_time():
    assert time_of(175928847299117063) == datetime(2016, 4, 30, 11, 18, 25, 796_000, tzinfo=UTC)


@given(snowflakes)
def test_an_id_lies_in_its_own_millisecond_and_no_other(snowflake: int):
    made = time_of(snowflake)
    assert snowflake_at(made) <= snowflake < snowflake_at(made + timedelta(milliseconds=1))


@given(snowflakes, moments)
def test_an_id_is_at_or_after_a_moment_exactly_where_its_time_is(snowflake: int, moment: datetime):
    assert (snowflake >= snowflake_at(moment)) == (time_of(snowflake) >= moment)


@given(moments)
def test_the_smallest_id_of_a_moment_is_the_smallest(moment: datetime):
    smallest = snowflake_at(moment)
    assert time_of(smallest - 1) < moment <= time_of(smallest)


def test_before_discord_there_are_no_ids():
    assert snowflake_at(datetime(2013, 1, 1, tzinfo=UTC)) == 0
    assert snowflake_at(time_of(0)) == 0


@given(moments)
def test_quarters_and_days_hold_their_moments(moment: datetime):
    quarter, day = quarter_of(moment), utc_day_of(moment)
    assert quarter_start(quarter) <= moment < quarter_start(quarter + 1)
    assert utc_day_start(day) <= moment < utc_day_start(day + 1)
    assert quarter // 96 == day


def pieces(cut: Cuts) -> list[tuple[datetime, datetime]]:
    return [
        cut.first_edge,
        (quarter_start(cut.quarters_before[0]), quarter_start(cut.quarters_before[1])),
        (utc_day_start(cut.days[0]), utc_day_start(cut.days[1])),
        (quarter_start(cut.quarters_after[0]), quarter_start(cut.quarters_after[1])),
        cut.last_edge,
    ]


@given(moments, lengths)
@example(NOON, timedelta())
@example(NOON, timedelta(minutes=15))
@example(NOON + timedelta(minutes=1), timedelta(minutes=1))
@example(NOON + timedelta(minutes=14), timedelta(minutes=2))
@example(NOON + timedelta(minutes=14), timedelta(minutes=17))
@example(NOON - timedelta(hours=12), timedelta(days=1))
@example(NOON - timedelta(hours=13), timedelta(days=1, hours=2))
def test_the_pieces_are_the_span_exactly(start: datetime, length: timedelta):
    end = start + length
    parts = [piece for piece in pieces(cuts(start, end)) if piece[0] < piece[1]]
    assert all(first <= last for first, last in pieces(cuts(start, end)))
    edges = [start, *(last for _first, last in parts)]
    assert [first for first, _last in parts] == edges[:-1]
    assert edges[-1] == end


@given(moments, lengths)
def test_as_much_as_possible_is_read_from_what_is_cheap(start: datetime, length: timedelta):
    cut = cuts(start, start + length)
    for first, last in (cut.first_edge, cut.last_edge):
        assert last - first < timedelta(minutes=15) or length < timedelta(minutes=30)
        assert not any(
            first <= quarter_start(quarter) and quarter_start(quarter + 1) <= last
            for quarter in range(quarter_of(first), quarter_of(first) + 3)
        )
    for first, last in (cut.quarters_before, cut.quarters_after):
        assert not any(
            first <= day * 96 and (day + 1) * 96 <= last for day in range(first // 96, last // 96 + 1)
        )


def test_a_rolling_week_reads_its_days_whole():
    start = NOON + timedelta(minutes=7)
    cut = cuts(start, start + timedelta(days=7))
    day, quarter = utc_day_of(NOON), quarter_of(NOON)
    assert cut == Cuts(
        first_edge=(start, NOON + timedelta(minutes=15)),
        quarters_before=(quarter + 1, 96 * (day + 1)),
        days=(day + 1, day + 7),
        quarters_after=(96 * (day + 7), quarter + 7 * 96),
        last_edge=(NOON + timedelta(days=7), start + timedelta(days=7)),
    )


def test_without_a_whole_day_the_quarters_come_first():
    start, end = NOON - timedelta(minutes=1), NOON + timedelta(hours=20, minutes=1)
    quarter = quarter_of(NOON)
    cut = cuts(start, end)
    assert (cut.first_edge, cut.last_edge) == ((start, NOON), (NOON + timedelta(hours=20), end))
    assert (cut.quarters_before, cut.quarters_after) == (
        (quarter, quarter + 80),
        (quarter + 80, quarter + 80),
    )
    assert cut.days[0] == cut.days[1]


def test_a_span_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends after"):
        cuts(NOON, NOON - timedelta(seconds=1))
