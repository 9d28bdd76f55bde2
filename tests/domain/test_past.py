"""Which span of a profile's past is still to be read."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.past import INSTANT, Span, newest_gap

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    return Span(T0 + start * INSTANT, T0 + end * INSTANT)


SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda pair: span(pair[0], sum(pair))), max_size=6
)


def instants(one: Span) -> set[datetime]:
    return {one.start + INSTANT * number for number in range((one.end - one.start) // INSTANT + 1)}


@given(wanted=st.tuples(st.integers(0, 30), st.integers(0, 30)), read=SPANS)
def test_one_gap_after_the_other_all_that_is_wanted_is_read_and_nothing_twice(
    wanted: tuple[int, int], read: list[Span]
) -> None:
    whole = span(wanted[0], sum(wanted))
    known = list(read)
    covered = {moment for one in read for moment in instants(one)}
    gaps: list[Span] = []
    while (gap := newest_gap(whole, known, None)) is not None:
        assert not instants(gap) & covered
        assert not gaps or gap.end < gaps[-1].start, "the newest first"
        covered |= instants(gap)
        gaps.append(gap)
        known.append(gap)
    assert instants(whole) <= covered
    assert all(instants(gap) <= instants(whole) for gap in gaps)


def test_after_the_last_snapshot_there_is_nothing_to_read() -> None:
    read = [span(10, 20)]
    assert newest_gap(span(10, 30), read, span(0, 20).end) is None
    assert newest_gap(span(10, 30), read, span(0, 21).end) == span(21, 30)
    assert newest_gap(span(5, 30), read, span(0, 20).end) == span(5, 9)
    assert newest_gap(span(10, 30), [], span(0, 5).end) == span(10, 30), "but who was never read is asked for"
