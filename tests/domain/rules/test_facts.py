"""How much observations tell of a number, at the edges where they tell less."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gains import Reading, Span
from bot.domain.rules.bounds import Bounds, Gap, at_least, capped, known, largest, loosened, smallest, total
from bot.domain.rules.facts import (
    age_of,
    count_of,
    days_of,
    gain_of,
    heard_since,
    seen_of,
    unobserved,
    value_of,
    wrote_of,
)
from bot.domain.rules.pace import Pace, TimeLeft, time_left

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LITTLE = timedelta(milliseconds=1)


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def test_a_value_is_exact_until_wom_has_not_looked_for_a_week() -> None:
    assert value_of(Reading(ago(days=7) + LITTLE, 5), NOW) == known(5)
    assert value_of(Reading(ago(days=7), 5), NOW) == at_least(5, Gap.STALE)
    assert value_of(Reading(ago(days=1), None), NOW) == at_least(0, Gap.UNRANKED)
    assert value_of(None, NOW) == at_least(0, Gap.NO_READING)


START = ago(days=30)


def gained(first: Reading, last: Reading) -> Bounds:
    return gain_of(Span(first, last), START, NOW)


def test_a_gain_is_exact_where_it_was_measured_from_end_to_end() -> None:
    end = Reading(ago(hours=1), 90)
    assert gained(Reading(ago(days=40), 50), end) == known(40)
    late = START + timedelta(hours=36)
    assert gained(Reading(late, 50), end) == known(40)
    assert gained(Reading(late + LITTLE, 50), end) == at_least(40, Gap.PARTIAL)
    assert gained(Reading(START, 50), Reading(ago(hours=36), 90)) == known(40)
    assert gained(Reading(START, 50), Reading(ago(hours=36) - LITTLE, 90)) == at_least(40, Gap.STALE)
    assert gained(Reading(START, 90), Reading(NOW, 50)) == known(0), "what WOM corrects was not lost"


def test_a_gain_from_or_to_nowhere_is_not_known() -> None:
    end = Reading(ago(hours=1), 90)
    assert gained(end, end) == at_least(0, Gap.ONE_READING)
    assert gained(Reading(START, None), end) == at_least(0, Gap.UNRANKED)
    assert gained(Reading(START, 50), Reading(NOW, None)) == at_least(0, Gap.UNRANKED)
    assert gain_of(None, START, NOW) == at_least(0, Gap.NO_READING)


def test_a_count_is_exact_where_at_most_an_hour_was_not_heard() -> None:
    assert count_of(12, timedelta(hours=1)) == known(12)
    assert count_of(12, timedelta(hours=1) + LITTLE) == at_least(12, Gap.NOT_OBSERVED)
    assert days_of(3, 0) == known(3)
    assert days_of(3, 2) == Bounds(3, 5, Gap.NOT_OBSERVED)


spans = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 12)).map(
        lambda one: (ago(minutes=15 * (one[0] + one[1])), ago(minutes=15 * one[0]))
    ),
    max_size=5,
)


def _dark(heard: list[tuple[datetime, datetime]], start: datetime) -> timedelta:
    """How much was not heard since, quarter by quarter."""
    quarters = round((NOW - start) / timedelta(minutes=15))
    moments = [start + number * timedelta(minutes=15) for number in range(quarters)]
    dark = sum(1 for one in moments if not any(since <= one < until for since, until in heard))
    return dark * timedelta(minutes=15)


@given(spans, st.integers(0, 80))
def test_what_was_not_heard_is_what_lies_in_no_span(
    heard: list[tuple[datetime, datetime]], quarters: int
) -> None:
    start = ago(minutes=15 * quarters)
    assert unobserved(heard, start, NOW) == _dark(heard, start)


@given(spans)
def test_heard_since_is_the_earliest_time_since_when_an_hour_at_most_is_missing(
    heard: list[tuple[datetime, datetime]],
) -> None:
    since = heard_since(heard, NOW)
    assert _dark(heard, since) <= timedelta(hours=1)
    starts = [one for one, _ in heard if one < since]
    assert all(_dark(heard, one) > timedelta(hours=1) for one in starts)


def test_an_age_is_in_whole_days_and_never_below_none() -> None:
    assert age_of(ago(days=3), NOW, NOW) == known(3)
    assert age_of(ago(days=3) + LITTLE, NOW, NOW) == known(2)
    assert age_of(NOW + LITTLE, NOW, NOW) == known(0)
    assert age_of(None, ago(days=3), NOW) == at_least(3, Gap.NO_DATE)


def test_who_was_not_looked_at_lately_may_have_been_there_today() -> None:
    assert seen_of(ago(days=43), ago(hours=36), NOW) == known(43)
    assert seen_of(ago(days=43), ago(hours=36) - LITTLE, NOW) == Bounds(0, 43, Gap.STALE)
    assert seen_of(ago(days=43), None, NOW) == Bounds(0, 43, Gap.STALE)
    assert seen_of(None, NOW, NOW) == at_least(0, Gap.STALE)
    assert seen_of(ago(hours=3), None, NOW) == known(0), "seen today is seen today"


def test_who_wrote_before_a_hole_may_have_written_in_it() -> None:
    assert wrote_of(ago(days=43), ago(days=50), NOW) == known(43)
    assert wrote_of(ago(days=43), ago(days=5), NOW) == Bounds(5, 43, Gap.NOT_OBSERVED)
    assert wrote_of(ago(days=43), NOW, NOW) == Bounds(0, 43, Gap.NOT_OBSERVED)
    assert wrote_of(ago(hours=3), NOW, NOW) == known(0)
    assert wrote_of(None, ago(days=50), NOW) == at_least(0, Gap.NOT_OBSERVED)


def test_bounds_are_put_together() -> None:
    more, some = at_least(3, Gap.UNRANKED), Bounds(1, 4, Gap.STALE)
    assert total([known(1), known(2)]) == known(3)
    assert total([known(1), some]) == Bounds(2, 5, Gap.STALE)
    assert total([some, more]) == at_least(4, Gap.STALE)
    assert largest([known(5), some]) == known(5), "whatever the other one is"
    assert largest([known(2), more]) == at_least(3, Gap.UNRANKED)
    assert smallest([known(1), more]) == known(1)
    assert smallest([known(5), more]) == Bounds(3, 5, Gap.UNRANKED)
    assert smallest([more, more]) == more
    assert capped(more, None) == more
    assert capped(more, 3) == known(3)
    assert capped(at_least(1, Gap.STALE), 3) == Bounds(1, 3, Gap.STALE)
    assert capped(some, 9) == some
    assert loosened(known(3), Gap.NOT_LINKED) == at_least(3, Gap.NOT_LINKED)
    assert loosened(some, Gap.NOT_LINKED, 9) == Bounds(1, 9, Gap.STALE)
    assert loosened(known(7), Gap.NOT_LINKED, 7) == known(7), "more there cannot be"


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("missing", "paces", "expected"),
    [
        (100, [Pace(140, 14 * DAY)], TimeLeft(10, 10)),
        (101, [Pace(140, 14 * DAY)], TimeLeft(11, 11)),
        (100, [Pace(140, 14 * DAY), Pace(140, 28 * DAY)], TimeLeft(10, 20)),
        (100, [Pace(140, 14 * DAY - LITTLE)], None),
        (100, [Pace(140, 14 * DAY - LITTLE), Pace(280, 28 * DAY)], TimeLeft(10, 10)),
        (100, [Pace(140, 14 * DAY), Pace(0, 28 * DAY)], None),
        (0, [Pace(140, 14 * DAY)], None),
        (100, [], None),
        (3 * 365 * 10, [Pace(140, 14 * DAY)], TimeLeft(1095, 1095)),
        (3 * 365 * 10 + 1, [Pace(140, 14 * DAY)], None),
    ],
)
def test_how_long_what_is_missing_takes(missing: int, paces: list[Pace], expected: TimeLeft | None) -> None:
    assert time_left(missing, paces) == expected
