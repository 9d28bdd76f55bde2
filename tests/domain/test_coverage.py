"""Spans that were observed: how they join, what holes take away, when a relay counts as broken."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.coverage import (
    Observed,
    heard_in_channels,
    heard_in_game,
    length,
    merged,
    without,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def span(start: float, end: float) -> Observed:
    """From so many hours ago to so many hours ago."""
    return Observed(at(start), at(end))


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: span(max(pair), min(pair))), max_size=6
)


def hours_of(found: list[Observed]) -> set[int]:
    """The whole hours ago that are inside, slowly."""
    return {hour for hour in range(60) for one in found if one.start <= at(hour + 1) and at(hour) <= one.end}


@given(spans, spans)
def test_what_is_left_is_what_is_observed_and_in_no_hole(
    observed: list[Observed], holes: list[Observed]
) -> None:
    left = without(observed, holes)
    assert hours_of(left) == hours_of(merged(observed)) - hours_of(merged(holes))
    assert all(one.end < other.start for one, other in zip(merged(left), merged(left)[1:], strict=False))
    assert length(left, at(30)) == timedelta(hours=len([hour for hour in hours_of(left) if hour < 30]))


def test_a_channel_is_missed_between_its_own_spans_only() -> None:
    channels = {1: [span(50, 30), span(20, 0)], 2: [span(60, 0)], 3: [span(10, 5)]}
    assert heard_in_channels(channels) == [span(60, 30), span(20, 0)]
    assert heard_in_channels({}) == []


def test_a_day_without_a_line_of_the_relay_was_not_heard() -> None:
    observed, start = [span(100, 0)], at(100)
    lines = [at(99), at(80), at(56), at(40), at(17)]
    assert heard_in_game(observed, lines, start, NOW) == [span(100, 80), span(56, 0)]
    assert heard_in_game(observed, [], start, NOW) == []
    assert heard_in_game([span(5, 0)], [], at(5), NOW) == [], "however short the time is"
    assert heard_in_game(observed, [at(50)], start, NOW) == []
    assert heard_in_game(observed, [at(99), at(76)], start, NOW) == [span(100, 76)]
