"""What somebody usually does: by their own weeks, and never by what was not observed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.activity import quarter_of
from bot.domain.coverage import Heard, Observed, without
from bot.domain.gains import Reading
from bot.domain.simulation.series import Counts
from bot.domain.usual import (
    RECENT,
    Beginning,
    Listened,
    Pace,
    Talk,
    gained,
    gained_first,
    said,
    said_first,
    together,
    unknown_pace,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALWAYS = (Observed(NOW - timedelta(days=90), NOW),)
LISTENED = Listened(Heard(ALWAYS, ALWAYS), NOW)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def daily(usual: int, lately: int, *, days: int = 80) -> list[Reading]:
    """A reading a day, at noon: so much a day up to the last two weeks, and so much since."""
    found, value = [Reading(ago(days), 1_000_000)], 1_000_000
    for back in range(days - 1, -1, -1):
        value += usual if back >= RECENT.days else lately
        found.append(Reading(ago(back), value))
    return found


def talk(usual: int, lately: int, *, days: int = 80) -> Talk:
    """So many messages each noon, and so many since."""
    numbers = {quarter_of(ago(back)) - 1: usual if back >= 14 else lately for back in range(days)}
    return Talk(Counts({}), Counts(numbers))


def test_a_third_of_the_own_usual_is_less_and_anything_above_it_is_not() -> None:
    pace = gained(daily(700, 233), None, NOW)
    assert (pace.usual, pace.recent, len(pace.known), pace.sure) == (4_900, 3_262, 8, 4_900)
    assert pace.fell
    assert pace.share == pytest.approx(1 / 3, abs=0.001)
    assert not gained(daily(700, 234), None, NOW).fell
    assert not gained(daily(0, 0), None, NOW).fell, "who never did anything does no less"
    assert not gained(daily(0, 5), None, NOW).fell


def test_one_great_week_does_not_set_what_is_usual() -> None:
    readings = daily(700, 700)
    jumped = [Reading(one.at, (one.value or 0) + (1_000_000 if one.at > ago(30) else 0)) for one in readings]
    pace = gained(jumped, None, NOW)
    assert pace.usual == 4_900
    assert not pace.fell


def test_sure_is_what_was_gained_between_readings_within_a_week() -> None:
    at_night = [Reading(one.at + timedelta(hours=12), one.value) for one in daily(700, 700)[:-1]]
    pace = gained(at_night, None, NOW)
    assert (pace.usual, pace.sure) == (4_900, 4_200)


def test_five_weeks_must_have_been_observed() -> None:
    assert gained(daily(700, 0, days=49), None, NOW).fell
    assert not gained(daily(700, 0, days=48), None, NOW).fell
    assert gained(daily(700, 0), ago(49), NOW).fell
    assert not gained(daily(700, 0), ago(48), NOW).fell, "weeks before somebody joined are not counted"
    assert said(talk(5, 0), LISTENED, ago(49), NOW).fell
    assert not said(talk(5, 0), LISTENED, ago(48), NOW).fell


def test_a_look_that_is_not_fresh_says_nothing_of_the_last_two_weeks() -> None:
    stale = [one for one in daily(700, 0) if one.at <= ago(3)]
    assert gained(stale, None, NOW).recent is None
    assert not gained(stale, None, NOW).fell
    begun = [one for one in daily(700, 0) if one.at > ago(14)]
    assert gained(begun, None, NOW).recent is None, "nothing tells what was had before"
    assert gained([], None, NOW) == unknown_pace(NOW)
    unranked = [Reading(one.at, None) for one in daily(700, 0)]
    assert gained(unranked, None, NOW) == unknown_pace(NOW)


def test_what_was_gained_in_a_hole_belongs_to_no_week() -> None:
    holes = [one for one in daily(700, 700) if not ago(43) < one.at < ago(32)]
    pace = gained(holes, None, NOW)
    assert [one.number for one in pace.weeks[2:7]] == [4_900, 4_200, None, None, 4_900]
    assert pace.recent == 9_800
    long = [one for one in daily(700, 0) if not ago(20) < one.at < ago(5)]
    assert gained(long, None, NOW).recent == 4_200, "as much as can have been gained since"


def test_chat_that_was_not_heard_is_unknown_and_not_silence() -> None:
    assert said(talk(5, 0), LISTENED, None, NOW).fell
    for hole in (Observed(ago(5), ago(4.9)), Observed(ago(0.1), NOW)):
        left = tuple(without(ALWAYS, [hole]))
        for heard in (Heard(left, ALWAYS), Heard(ALWAYS, left), Heard(None, left)):
            pace = said(talk(5, 0), Listened(heard, NOW), None, NOW)
            assert pace.recent is None
            assert not pace.fell
    restart = tuple(without(ALWAYS, [Observed(ago(5), ago(5) + timedelta(minutes=55))]))
    assert said(talk(5, 0), Listened(Heard(restart, restart), NOW), None, NOW).fell
    assert said(talk(5, 0)._replace(discord=None), LISTENED, None, NOW) == unknown_pace(NOW)
    assert said(talk(5, 0), Listened(Heard(None, ()), NOW), None, NOW) == unknown_pace(NOW)
    assert said(talk(5, 0), Listened(Heard(None, ALWAYS), NOW), None, NOW).fell, "no relay: Discord alone"


def test_the_last_minutes_count_before_their_quarter_is_over() -> None:
    later = NOW + timedelta(minutes=14)
    numbers = Counts({quarter_of(ago(back)): 5 for back in range(15, 80)} | {quarter_of(later): 40})
    pace = said(Talk(Counts({}), numbers), LISTENED, None, NOW + timedelta(minutes=15))
    assert pace.recent == 40


def test_a_person_is_known_lately_only_if_every_account_is() -> None:
    main, alt = gained(daily(700, 0), None, NOW), gained(daily(70, 700), None, NOW)
    assert together([main], NOW) is main
    both = together([main, alt], NOW)
    assert (both.usual, both.recent) == (5_390, 9_800)
    assert not both.fell, "an active account speaks for the others"
    unread = together([main, gained([], None, NOW)], NOW)
    assert (unread.usual, unread.recent, unread.fell) == (4_900, None, False)
    assert together([unknown_pace(NOW)] * 2, NOW) == unknown_pace(NOW)
    assert (unread.share, unknown_pace(NOW).share) == (1, 1)


def test_who_is_new_is_held_against_the_first_week() -> None:
    joined = ago(30)
    readings = [one for one in daily(700, 0) if one.at >= joined]
    assert gained_first([readings], joined, NOW) == Beginning(4_900, 0, RECENT)
    assert said_first(talk(6, 2), LISTENED, joined, NOW) == Beginning(42, 28, RECENT)
    assert Beginning(42, 28, RECENT).fell
    assert not Beginning(42, 29, RECENT).fell
    assert not Beginning(0, 0, RECENT).fell
    assert not Beginning(9, None, RECENT).fell
    assert (Beginning(9, None, RECENT).weekly, Beginning(9, 5, RECENT).weekly) == (None, 2)
    early = ago(15)
    assert said_first(talk(6, 6), LISTENED, early, NOW) == Beginning(42, 48, timedelta(days=8))
    for number in (13.9, 8):
        assert said_first(talk(6, 6), LISTENED, ago(number), NOW) is None, "too early to tell"
        assert gained_first([readings], ago(number), NOW) is None
    first_read_late = [one for one in readings if one.at >= ago(20)]
    assert gained_first([first_read_late], joined, NOW) == Beginning(0, 0, RECENT)
    in_game = Talk(talk(6, 0).discord or Counts({}), None)
    unheard = Listened(Heard(ALWAYS, ()), NOW)
    assert said_first(in_game, unheard, joined, NOW) == Beginning(42, 0, RECENT)
    assert said_first(talk(6, 0), unheard, joined, NOW) == Beginning(42, None, RECENT)


gains = st.lists(st.integers(0, 3) | st.integers(0, 1_000), min_size=160, max_size=160)
half_days = st.sets(st.integers(0, 158))


def read(steps: Sequence[int], scale: int = 1) -> list[Reading]:
    """A reading each half day."""
    found: list[Reading] = []
    for number, step in enumerate(steps):
        before = found[-1].value if found else 100
        found.append(Reading(ago((len(steps) - 1 - number) / 2), (before or 0) + step * scale))
    return found


def paces(readings: Sequence[Reading]) -> list[Pace | Beginning | None]:
    return [gained(readings, None, NOW), gained_first([readings], ago(25), NOW)]


@given(gains, half_days, st.integers(0, 3))
def test_readings_that_are_missing_never_make_anybody_fall(
    steps: Sequence[int], missing: set[int], quiet: int
) -> None:
    full = read([step if number < 130 else step * quiet // 30 for number, step in enumerate(steps)])
    left = [one for number, one in enumerate(full) if number not in missing]
    for some, every in zip(paces(left), paces(full), strict=True):
        assert not (some and some.fell) or (every is not None and every.fell)
    pace = gained(left, None, NOW)
    assert pace.sure <= (pace.usual or 0)


@given(gains, half_days, st.integers(2, 1_000))
def test_a_history_of_another_size_comes_to_the_same(
    steps: Sequence[int], missing: set[int], scale: int
) -> None:
    some, others = (
        [one for number, one in enumerate(read(steps, times)) if number not in missing]
        for times in (1, scale)
    )
    for one, other in zip(paces(some), paces(others), strict=True):
        assert (one and one.fell) == (other and other.fell)
    small, large = (
        Talk(
            Counts({}),
            Counts(
                {quarter_of(one.at) - 1: step * times for one, step in zip(read(steps), steps, strict=True)}
            ),
        )
        for times in (1, scale)
    )
    assert said(small, LISTENED, None, NOW).fell == said(large, LISTENED, None, NOW).fell
    assert gained(some, None, NOW).share == pytest.approx(gained(others, None, NOW).share)


@given(
    gains,
    st.lists(st.tuples(st.floats(0, 80), st.floats(0, 3)), max_size=4),
    st.booleans(),
)
def test_time_that_was_not_heard_never_makes_anybody_fall(
    numbers: Sequence[int], holes: Sequence[tuple[float, float]], in_game: bool
) -> None:
    said_at = {quarter_of(ago(back / 2)) - 1: number * (back > 28) for back, number in enumerate(numbers)}
    words = Talk(Counts({}), Counts(said_at))
    left = tuple(without(ALWAYS, [Observed(ago(start), ago(start - long)) for start, long in holes]))
    partly = Listened(Heard(left, ALWAYS) if in_game else Heard(ALWAYS, left), NOW)
    for some, every in (
        (said(words, partly, None, NOW), said(words, LISTENED, None, NOW)),
        (said_first(words, partly, ago(25), NOW), said_first(words, LISTENED, ago(25), NOW)),
    ):
        assert not (some and some.fell) or (every is not None and every.fell)
