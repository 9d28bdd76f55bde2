from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.periods import read_moment, read_period
from bot.present.times import ago, period_label
from tests.present.makers import AMSTERDAM, NOW, period, plain


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("week", "Last 7 days"),
        ("30d", "Last 30 days"),
        ("1y6d", "Last 1 year 6 days"),
        ("all", "All time"),
        ("today", "Today, since 00:00 Amsterdam"),
        ("this week", "This week, since Mon 00:00 Amsterdam"),
        ("this month", "This month, since 1 Nov 00:00 Amsterdam"),
        ("last week", "9–15 Nov 2026"),
        ("last month", "October 2026"),
        ("last year", "2025"),
        ("2026-10", "October 2026"),
        ("2026-11", "November 2026, so far"),
        ("yesterday", "Wed 18 Nov 2026"),
        ("2026-10-20 to 2026-11-02", "20 Oct – 2 Nov 2026"),
        ("2025-12-20 to 2026-01-02", "20 Dec 2025 – 2 Jan 2026"),
    ],
)
def test_a_period_is_named_with_its_bounds(text: str, label: str) -> None:
    assert plain(period_label(period(text), AMSTERDAM)) == label


def test_a_period_that_ended_at_a_moment_asked_for_names_it() -> None:
    moment = read_moment("2026-10-03 18:00", now=NOW, zone=AMSTERDAM)
    assert (
        plain(period_label(period("7d", moment), AMSTERDAM, as_of=True))
        == "Last 7 days, up to 3 Oct 2026 18:00 Amsterdam"
    )
    assert (
        plain(period_label(period("this-week", moment), AMSTERDAM, as_of=True))
        == "28 Sep 2026 00:00 – 3 Oct 2026 18:00 Amsterdam"
    )
    whole_day = read_moment("2026-10-04", now=NOW, zone=AMSTERDAM)
    assert period_label(period("this-week", whole_day), AMSTERDAM, as_of=True) == "28 Sep – 4 Oct 2026"


def test_a_moment_is_never_broken_over_two_lines() -> None:
    assert "since 1\u00a0Nov\u00a000:00 Amsterdam" in period_label(period("this month"), AMSTERDAM)


def test_a_day_whose_midnight_does_not_exist_is_still_that_day() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    assert (
        period_label(read_period("2026-03-29", now=datetime(2026, 4, 2, tzinfo=UTC), zone=beirut), beirut)
        == "Sun 29 Mar 2026"
    )


def test_a_week_that_reaches_midnight_is_still_this_week() -> None:
    tuesday = datetime(2026, 11, 16, 23, tzinfo=UTC)
    assert period_label(period("this-week", tuesday), AMSTERDAM).startswith("This week")


def test_a_reader_sees_the_age_in_their_own_words() -> None:
    assert ago(NOW - timedelta(hours=2)) == "<t:1795105800:R>"
    assert ago(None) == "never"
