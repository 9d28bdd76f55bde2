"""A report's days: each quarter of an hour is in one of them, also where clocks are moved."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.domain.activity import quarter_of
from bot.domain.periods import read_period
from bot.services.reports import slots_of
from tests.services.test_refreshing import clan_in

NOW = datetime(2026, 11, 20, 20, 7, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/Sao_Paulo", "Australia/Lord_Howe"])
@pytest.mark.parametrize("code", ["last-month", "this-month", "30d", "year", "2026-03"])
def test_days_follow_each_other_without_a_gap_and_without_an_overlap(zone: str, code: str) -> None:
    at = ZoneInfo(zone)
    period = read_period(code, now=NOW, zone=at)
    slots = slots_of(period, clan_in(at), [])
    assert all(past == first for (_, _, past), (_, first, _) in pairwise(slots))
    assert slots[0][1] <= quarter_of(period.start)
    assert slots[-1][2] == quarter_of(period.end - timedelta(milliseconds=1)) + 1
