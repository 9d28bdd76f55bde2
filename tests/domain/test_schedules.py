"""When posts are due: once a week or a month, whatever clocks do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ChannelId, ClanId
from bot.domain.schedules import (
    LATE_BY,
    Cadence,
    Schedule,
    Slot,
    due,
    is_too_late,
    next_due,
    period_before,
    period_of,
    read_key,
    slot_after,
    slot_before,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ZONES = ("Europe/Amsterdam", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MONDAY_AT_NINE = Schedule(ClanId(1), Cadence.WEEKLY, ChannelId(1), 0, time(9), LONG_AGO)


def weekly(day: int, at: time, since: datetime = LONG_AGO) -> Schedule:
    return Schedule(ClanId(1), Cadence.WEEKLY, ChannelId(1), day, at, since)


def monthly(day: int, at: time = time(9)) -> Schedule:
    return Schedule(ClanId(1), Cadence.MONTHLY, ChannelId(1), day, at, LONG_AGO)


def due_days(schedule: Schedule, posted: list[str], now: datetime) -> list[date]:
    """The days of what is due where these were posted."""
    return [slot.day for slot in due(schedule, posted, posted, now, AMSTERDAM)]


def test_a_post_is_due_from_its_minute_on_and_once() -> None:
    due_at, posted = datetime(2026, 11, 23, 8, tzinfo=UTC), ["weekly:2026-11-16"]
    schedule = weekly(0, time(9), since=due_at - timedelta(days=8))
    assert not due(schedule, posted, posted, due_at - timedelta(seconds=1), AMSTERDAM)
    (slot,) = due(schedule, posted, posted, due_at, AMSTERDAM)
    assert (slot.key, slot.due_at) == ("weekly:2026-11-23", due_at)
    assert read_key(slot.key) == (Cadence.WEEKLY, slot.day)
    assert not due(schedule, [*posted, slot.key], [*posted, slot.key], due_at, AMSTERDAM)


def test_a_late_post_goes_out_up_to_a_limit() -> None:
    due_at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert not is_too_late(due_at, due_at + LATE_BY)
    assert is_too_late(due_at, due_at + LATE_BY + timedelta(microseconds=1))


def test_what_was_due_before_it_was_asked_for_is_not_due_and_all_that_was_since_is() -> None:
    monday = date(2026, 11, 23)
    due_at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    for weeks in range(4):
        now = due_at + timedelta(weeks=weeks, hours=1)
        expected = [monday + timedelta(weeks=week) for week in range(weeks + 1)]
        assert due_days(weekly(0, time(9), since=due_at), [], now) == expected
        after = due_days(weekly(0, time(9), since=due_at + timedelta(microseconds=1)), [], now)
        assert after == expected[1:]
    month = due_days(MONDAY_AT_NINE, [], due_at + timedelta(hours=1))
    assert month == [monday - timedelta(weeks=week) for week in (4, 3, 2, 1, 0)], "of longer ago nobody asks"


def test_what_was_given_up_is_not_due_again_and_leaves_its_days_to_another() -> None:
    given_up, now = ["weekly:2026-11-23"], datetime(2026, 11, 25, 10, tzinfo=UTC)
    monday, wednesday = (weekly(day, time(9), since=now - timedelta(days=3)) for day in (0, 2))
    assert not due(monday, given_up, [], now, AMSTERDAM)
    assert [slot.day for slot in due(wednesday, given_up, [], now, AMSTERDAM)] == [date(2026, 11, 25)]


def test_a_month_is_posted_once_whatever_day_officers_choose_after_it_was() -> None:
    on_the_first = ["monthly:2026-02-01", "monthly:2026-03-01", "weekly:2026-03-30"]
    for day in (2, 15, 28):
        now = datetime(2026, 3, day, 10, tzinfo=UTC)
        assert not due_days(monthly(day), on_the_first, now), "it told of February"
        after = next_due(monthly(day), on_the_first, now - timedelta(days=1), AMSTERDAM)
        assert after.day == date(2026, 4, day)
    assert due_days(monthly(1), ["monthly:2026-03-28"], datetime(2026, 4, 1, 8, tzinfo=UTC)) == [
        date(2026, 4, 1)
    ], "March is told of, however late February was"


def test_a_week_of_which_a_day_was_told_is_not_posted() -> None:
    on_monday, at_ten = ["weekly:2026-11-16", "monthly:2026-11-20"], timedelta(hours=10)
    for day, first in (
        (date(2026, 11, 17), date(2026, 11, 24)),
        (date(2026, 11, 22), date(2026, 11, 29)),
        (date(2026, 11, 23), date(2026, 11, 23)),
    ):
        now = datetime.combine(day, time(0), tzinfo=UTC)
        schedule = weekly(day.weekday(), time(9), since=now)
        assert next_due(schedule, on_monday, now, AMSTERDAM).day == first
        assert due_days(schedule, on_monday, now + at_ten) == ([day] if day == first else [])
        assert due_days(schedule, on_monday, now + (first - day) + at_ten) == [first]


@given(
    cadence=st.sampled_from(list(Cadence)),
    days=st.lists(st.tuples(st.integers(0, 6), st.integers(1, 20 * 24)), min_size=1, max_size=12),
)
def test_no_day_is_told_of_twice_however_often_officers_change_their_minds(
    cadence: Cadence, days: list[tuple[int, int]]
) -> None:
    """Each choice stands for some hours; what is due is posted at the full hour."""
    now, posted = datetime(2026, 1, 1, 0, 30, tzinfo=UTC), list[Slot]()
    for day, hours in days:
        schedule = weekly(day, time(9)) if cadence is Cadence.WEEKLY else monthly(1 + 4 * day)
        schedule = replace(schedule, since=now)
        for _ in range(hours):
            keys = [one.key for one in posted]
            posted += due(schedule, keys, keys, now, AMSTERDAM)
            now += timedelta(hours=1)
    periods = [period_of(cadence, one.day, AMSTERDAM) for one in posted]
    assert all(before.end <= after.start for before, after in pairwise(periods))


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # Clocks go forward: 02:30 is skipped, and is an hour later, or half of one at Lord Howe.
        ("Europe/Amsterdam", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 45, tzinfo=UTC)),
        ("America/Sao_Paulo", date(2018, 11, 4), time(0, 0), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        # They go back: of the two the first is meant.
        ("Europe/Amsterdam", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
        ("America/Sao_Paulo", date(2018, 2, 17), time(23, 30), datetime(2018, 2, 18, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_time_that_clocks_skip_or_repeat_comes_once(
    zone: str, day: date, at: time, expected: datetime
) -> None:
    schedule = weekly(day.weekday(), at)
    slot = slot_before(schedule, expected, ZoneInfo(zone))
    assert (slot.day, slot.due_at) == (day, expected)
    assert slot_before(schedule, expected - timedelta(seconds=1), ZoneInfo(zone)).day == day - timedelta(
        days=7
    )


@given(
    zone=st.sampled_from(ZONES),
    day=st.integers(0, 6),
    at=st.times(),
    hours=st.integers(0, 20 * 365 * 24),
    cadence=st.sampled_from(list(Cadence)),
)
def test_slots_follow_on_each_other_without_a_gap_or_a_double(
    zone: str, day: int, at: time, hours: int, cadence: Cadence
) -> None:
    """Every slot is due after the one before, names another day, and its period adjoins."""
    zoned, now = ZoneInfo(zone), datetime(2011, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    schedule = weekly(day, at) if cadence is Cadence.WEEKLY else monthly(day + 1, at)
    slot = slot_before(schedule, now, zoned)
    assert slot.due_at <= now
    after = slot_after(schedule, now, zoned)
    assert after.due_at > now
    assert slot_before(schedule, after.due_at, zoned) == after
    assert slot_before(schedule, after.due_at - timedelta(microseconds=1), zoned) == slot
    told, next_told = (period_of(cadence, one.day, zoned) for one in (slot, after))
    assert told.end == next_told.start
    assert period_before(cadence, after.day, zoned) == told


@pytest.mark.parametrize(
    ("cadence", "day", "code"),
    [
        (Cadence.WEEKLY, date(2026, 11, 23), "2026-11-16..2026-11-22"),
        (Cadence.WEEKLY, date(2026, 11, 22), "2026-11-15..2026-11-21"),
        (Cadence.MONTHLY, date(2026, 3, 1), "2026-02-01..2026-02-28"),
        (Cadence.MONTHLY, date(2026, 1, 15), "2025-12-01..2025-12-31"),
    ],
)
def test_a_post_tells_of_the_whole_days_before_it(cadence: Cadence, day: date, code: str) -> None:
    assert period_of(cadence, day, AMSTERDAM).code == code
