"""What a member gained: as Wise Old Man counts it, or covering the whole period."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gains import (
    Reading,
    Span,
    covering_gain,
    gain,
    partial_from,
    slot_gains,
    span_in,
    wom_gain,
)
from bot.domain.metrics import metric, to_stored
from bot.domain.periods import Rule

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)


class RecordedRow(msgspec.Struct):
    """One metric of one player, as GET /groups/:id/bulk-gained gives it."""

    metric: str
    gained: float
    start: float
    end: float


class RecordedPlayer(msgspec.Struct, rename="camel"):
    player: dict[str, int]
    start_date: datetime
    end_date: datetime
    data: list[RecordedRow]


RECORDED = msgspec.json.decode(
    (Path(__file__).parent / "recorded" / "bulk_gained_week.json").read_bytes(), type=list[RecordedPlayer]
)


def at(days: float, value: int | None) -> Reading:
    return Reading(MONDAY + timedelta(days=days), value)


def day(number: float) -> datetime:
    return MONDAY + timedelta(days=number)


values = st.none() | st.integers(0, 10**9)
series = st.lists(st.tuples(st.integers(-5, 35), values), max_size=12, unique_by=lambda pair: pair[0]).map(
    lambda pairs: [at(days / 3, value) for days, value in sorted(pairs, key=lambda pair: pair[0])]
)


@st.composite
def growing(draw: st.DrawFn) -> list[Reading]:
    """Readings in order of time whose values are known and never fall."""
    times = draw(st.lists(st.integers(-20, 100), max_size=15, unique=True).map(sorted))
    grown = sorted(draw(st.lists(st.integers(0, 10**9), min_size=len(times), max_size=len(times))))
    return [at(time / 10, value) for time, value in zip(times, grown, strict=True)]


# Wise Old Man's rule


@pytest.mark.parametrize("player", RECORDED, ids=lambda player: str(player.player["id"]))
def test_recorded_gains_of_wise_old_man_come_out_the_same(player: RecordedPlayer):
    assert len(player.data) == 113
    for row in player.data:
        measured = metric(row.metric)
        first = Reading(player.start_date, to_stored(measured, row.start))
        last = Reading(player.end_date, to_stored(measured, row.end))
        gained = wom_gain(first, last, is_overall=row.metric == "overall")
        # Unranked throughout is 0 at WOM and unknown here; everything else agrees.
        assert gained == (None if row.end == -1 else to_stored(measured, row.gained))


def test_unranked_at_the_start_counts_as_nothing():
    assert wom_gain(at(0, None), at(1, 50), is_overall=False) == 50


def test_overall_gains_nothing_where_it_was_unranked():
    assert wom_gain(at(0, None), at(1, 5_000_000), is_overall=True) == 0


@pytest.mark.parametrize("first", [None, 0, 50])
def test_unknown_at_the_end_is_unknown(first: int | None):
    assert wom_gain(at(0, first), at(1, None), is_overall=False) is None
    assert covering_gain(at(0, first), at(1, None)) is None


def test_one_reading_is_no_gain():
    assert wom_gain(at(0, 50), at(0, 50), is_overall=False) is None
    assert covering_gain(at(0, 50), at(0, 50)) is None


def test_two_readings_alike_are_a_gain_of_nothing():
    assert wom_gain(at(0, 50), at(1, 50), is_overall=False) == 0
    assert covering_gain(at(0, 50), at(1, 50)) == 0


def test_a_loss_is_never_below_nothing():
    assert wom_gain(at(0, 50), at(1, 40), is_overall=False) == 0
    assert covering_gain(at(0, 50), at(1, 40)) == 0


def test_covering_an_unknown_start_is_unknown():
    assert covering_gain(at(0, None), at(1, 50)) is None


@given(values, values, st.booleans())
def test_where_both_ends_are_known_the_rules_agree(first: int | None, last: int | None, is_overall: bool):
    span = Span(at(0, first), at(1, last))
    by_wom, covering = (gain(span, rule, is_overall=is_overall) for rule in (Rule.WOM, Rule.COVERING))
    assert by_wom is None or by_wom >= 0
    if first is not None:
        assert by_wom == covering
    else:
        assert covering is None


# Which readings are compared

READINGS = [at(-2, 10), at(1, 20), at(3, 35), at(9, 80)]


def test_wise_old_mans_rule_looks_inside_the_period_only():
    assert span_in(READINGS, day(0), day(7), Rule.WOM) == Span(at(1, 20), at(3, 35))


def test_both_ends_belong_to_the_period():
    assert span_in(READINGS, day(1), day(3), Rule.WOM) == Span(at(1, 20), at(3, 35))
    assert span_in(READINGS, day(1), day(3), Rule.COVERING) == Span(at(1, 20), at(3, 35))


def test_covering_starts_from_what_was_known_at_the_start():
    assert span_in(READINGS, day(0), day(7), Rule.COVERING) == Span(at(-2, 10), at(3, 35))


def test_covering_starts_with_the_first_reading_where_none_is_old_enough():
    assert span_in(READINGS, day(-5), day(2), Rule.COVERING) == Span(at(-2, 10), at(1, 20))


@pytest.mark.parametrize("rule", Rule)
def test_no_reading_in_reach_is_no_span(rule: Rule):
    assert span_in([], day(0), day(7), rule) is None
    assert span_in(READINGS, day(-9), day(-8), rule) is None


def test_a_period_without_a_reading_is_unknown_by_both_rules():
    assert span_in(READINGS, day(4), day(8), Rule.WOM) is None
    stale = span_in(READINGS, day(4), day(8), Rule.COVERING)
    assert stale is not None
    assert gain(stale, Rule.COVERING, is_overall=False) is None


@given(series, st.floats(-2, 12), st.floats(0, 12), st.sampled_from(Rule))
def test_a_span_is_made_of_the_readings_in_reach(
    readings: list[Reading], start: float, length: float, rule: Rule
):
    span = span_in(readings, day(start), day(start + length), rule)
    inside = [one for one in readings if day(start) <= one.at <= day(start + length)]
    before = [one for one in readings if one.at <= day(start)]
    chosen = [*before[-1:], *inside] if rule is Rule.COVERING else inside
    assert span == (Span(chosen[0], chosen[-1]) if chosen else None)


# Series


@given(growing(), st.lists(st.integers(-30, 110), min_size=2, max_size=8, unique=True).map(sorted))
def test_slots_that_adjoin_add_up_to_the_whole(readings: list[Reading], cuts: list[int]):
    edges = [day(cut / 10) for cut in cuts]
    slots = slot_gains(readings, pairwise(edges))
    whole = slot_gains(readings, [(edges[0], edges[-1])])[0]
    known = [slot for slot in slots if slot is not None]
    assert (sum(known) if known else None) == whole


def test_what_was_gained_in_a_gap_shows_where_the_next_reading_is():
    slots = [(day(number), day(number + 1)) for number in range(-3, 5)]
    assert slot_gains(READINGS, slots) == (None, None, None, 10, None, 15, None, None)


def test_without_readings_every_slot_is_a_gap():
    assert slot_gains([], [(day(0), day(1))]) == (None,)


# Partial


@pytest.mark.parametrize(
    ("hours", "partial"), [(-5, False), (0, False), (36, False), (36.01, True), (99, True)]
)
def test_a_gain_is_partial_where_measuring_began_36_hours_late(hours: float, partial: bool):
    first = MONDAY + timedelta(hours=hours)
    assert partial_from(MONDAY, first) == (first if partial else None)
