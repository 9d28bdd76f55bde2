"""Local days by arithmetic are those of the zone itself, also where clocks are moved."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.domain.activity import quarter_of, quarter_start
from bot.domain.coverage import Observed
from bot.domain.local_days import QUARTERS_A_DAY, date_of, day_number, hours_observed, offsets

START = datetime(2026, 1, 1, 7, 10, tzinfo=UTC)
END = datetime(2027, 1, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "UTC",
        "Europe/Amsterdam",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Africa/Casablanca",
    ],
)
def test_every_quarter_of_a_year_is_in_the_day_and_hour_of_the_zone(name: str) -> None:
    zone = ZoneInfo(name)
    shifts = offsets(zone, START, END)
    assert (shifts[0].first, shifts[-1].past) == (quarter_of(START), quarter_of(END)), (
        "an end is no part of it"
    )
    hours = [0] * 24
    expected = shifts[0].first
    for first, past, shift in shifts:
        assert first == expected, "they adjoin"
        expected = past
        for quarter in range(first, past):
            local = quarter_start(quarter).astimezone(zone)
            assert date_of((quarter + shift) // QUARTERS_A_DAY) == local.date()
            assert (quarter + shift) // 4 % 24 == local.hour
            hours[local.hour] += 1
    for before, after in pairwise(shifts):
        # A span of whole days may end in any of the quarters after clocks were moved.
        for past in (after.first + 1, after.first + 40, after.first + QUARTERS_A_DAY):
            near = offsets(zone, quarter_start(past) - timedelta(days=3), quarter_start(past))
            assert near == [
                (past - 3 * QUARTERS_A_DAY, after.first, before.shift),
                (after.first, past, after.shift),
            ]
    spans = [Observed(START, START + timedelta(days=200)), Observed(START + timedelta(days=100), END)]
    assert hours_observed(spans, shifts) == hours
    assert day_number(date_of(20_000)) == 20_000
