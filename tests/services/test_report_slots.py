"""A report's days: each quarter of an hour is in one of them, also where clocks are moved."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.domain.activity import quarter_of
from bot.domain.ids import ChannelId
from bot.domain.periods import midnight, read_period
from bot.services.reports import slots_of
from db.queries.cursors import CoveredSpan
from tests.services.test_refreshing import clan_in

NOW = datetime(2026, 11, 20, 20, 7, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/Sao_Paulo", "Australia/Lord_Howe"])
@pytest.mark.parametrize("code", ["last-month", "this-month", "30d", "year", "2026-03"])
def test_days_follow_each_other_without_a_gap_and_without_an_overlap(zone: str, code: str) -> None:
    at = ZoneInfo(zone)
    period = read_period(code, now=NOW, zone=at)
    slots = slots_of(period, clan_in(at), [])
    assert all(past == first for (_, _, past), (_, first, _) in pairwise(slots))
    # A day counts whole, whatever the hour at which the period begins.
    assert slots[0][1] == quarter_of(midnight(period.start.astimezone(at).date(), at))
    assert slots[-1][2] == quarter_of(period.end - timedelta(milliseconds=1)) + 1


def test_a_day_that_was_heard_in_part_is_not_one_without_messages() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    period = read_period("7d", now=NOW, zone=zone)
    heard = [(0, 50), (50.8, 100), (110, 168)]
    spans = [
        CoveredSpan(ChannelId(1), period.start + timedelta(hours=start), period.start + timedelta(hours=end))
        for start, end in heard
    ]
    observed = {slot.first.day: slot.observed for slot, _, _ in slots_of(period, clan_in(zone), spans)}
    # The 15th lacks less than an hour, the 18th ten; the 13th is heard from the evening on, when the period
    # begins, and counts as a whole; today is until now.
    assert observed == {13: False, 14: True, 15: True, 16: True, 17: True, 18: False, 19: True, 20: True}


def test_all_time_begins_with_the_day_on_which_observation_did_and_has_no_days_without_any() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    period = read_period("all", now=NOW, zone=zone)
    assert slots_of(period, clan_in(zone), []) == []
    spans = [CoveredSpan(ChannelId(1), NOW - timedelta(days=3), NOW)]
    slots = slots_of(period, clan_in(zone), spans)
    assert [(slot.first.day, slot.observed) for slot, _, _ in slots] == [
        (17, False),
        (18, True),
        (19, True),
        (20, True),
    ]
    assert slots[0][1] == quarter_of(datetime(2026, 11, 16, 23, tzinfo=UTC)), "midnight in Amsterdam"
