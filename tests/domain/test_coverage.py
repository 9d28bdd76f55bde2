"""Spans that were observed: how they join, what holes take away, when a relay counts as broken."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.coverage import (
    Observed,
    common,
    heard_in_channels,
    heard_in_game,
    heard_throughout,
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


@given(spans, spans)
def test_what_is_common_is_in_both(one: list[Observed], other: list[Observed]) -> None:
    found = common(one, other)
    assert hours_of(found) == hours_of(merged(one)) & hours_of(merged(other))
    assert found == merged(found)


class Compared(datetime):
    """A moment that counts how often moments are compared."""

    times = 0

    def __lt__(self, other: datetime) -> bool:
        Compared.times += 1
        return super().__lt__(other)

    def __le__(self, other: datetime) -> bool:
        Compared.times += 1
        return super().__le__(other)

    def __gt__(self, other: datetime) -> bool:
        Compared.times += 1
        return super().__gt__(other)


def test_twice_as_many_holes_take_little_more_than_twice_as_long() -> None:
    def at(hours: int) -> datetime:
        return Compared.fromtimestamp(3600 * hours, UTC)

    counts: list[int] = []
    for number in (500, 1_000):
        observed = [Observed(at(4 * one), at(4 * one + 3)) for one in range(number)]
        holes = [Observed(at(4 * one + 1), at(4 * one + 2)) for one in range(number)]
        Compared.times = 0
        assert len(without(observed, holes)) == 2 * number
        counts.append(Compared.times)
    assert counts[1] < 2.5 * counts[0]


def test_a_channel_is_missed_between_its_own_spans_only() -> None:
    channels = {1: [span(50, 30), span(20, 0)], 2: [span(60, 0)], 3: [span(10, 5)]}
    assert heard_in_channels(channels, {}, NOW) == [span(60, 30), span(20, 0)]
    assert heard_in_channels({}, {}, NOW) == []


def test_a_channel_that_should_be_read_still_is_missed_since_its_last_span() -> None:
    channels = {1: [span(50, 0)], 2: [span(40, 20)]}
    assert heard_in_channels(channels, {2: at(30)}, NOW) == [span(50, 20)]
    assert heard_in_channels(channels, {1: at(30)}, NOW) == [span(50, 0)], "it is read up to now"
    assert heard_in_channels(channels, {3: at(45)}, NOW) == [span(50, 45)], "however long ago it was heard"


def test_a_day_without_a_line_of_the_relay_was_not_heard() -> None:
    def heard(observed: list[Observed], lines: list[datetime], start: datetime) -> list[Observed]:
        return heard_in_game({1: (observed, lines)}, start, NOW)

    observed, start = [span(100, 0)], at(100)
    lines = [at(99), at(80), at(56), at(40), at(17)]
    assert heard(observed, lines, start) == [span(100, 80), span(56, 0)]
    assert heard(observed, [], start) == []
    assert heard([span(5, 0)], [], at(5)) == [], "however short the time is"
    assert heard(observed, [at(50)], start) == []
    assert heard(observed, [at(99), at(76)], start) == [span(100, 76)]


def test_of_several_relay_channels_each_has_to_be_heard() -> None:
    lines = [at(hour) for hour in range(99, 0, -10)]
    both = {1: ([span(100, 0)], lines), 2: ([span(60, 10)], lines)}
    assert heard_in_game(both, at(100), NOW) == [span(60, 10)]
    silent = {1: ([span(100, 0)], lines), 2: ([span(100, 0)], [at(99), at(80), at(79)])}
    assert heard_in_game(silent, at(100), NOW) == [span(100, 79)], "one wrote, the other is broken"
    assert heard_in_game({}, at(100), NOW) == []


def test_an_hour_may_be_missing_of_what_was_heard_throughout_but_not_all_of_it() -> None:
    def heard(*observed: Observed, start: float = 24, end: float = 0) -> bool:
        return heard_throughout(observed, at(start), at(end))

    assert heard(span(30, 0))
    assert heard(span(30, 12), span(11, 0))
    assert heard(span(20, 0), span(40, 21))
    assert not heard(span(22.9, 0))
    assert not heard(span(30, 13), span(12.5, 0.6))
    assert not heard(span(23, 22))
    assert not heard()
    assert not heard(start=0.5), "nobody listened to that half hour"
    assert not heard(span(40, 24), start=0.5)
    assert heard_throughout([span(30, 7)], at(24), NOW, but=timedelta(hours=7))
