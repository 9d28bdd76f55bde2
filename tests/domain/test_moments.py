"""The moment that "as of" means."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UnreadableTime
from bot.domain.periods import read_moment, read_period

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
INSTANT = timedelta.resolution


def read(text: str) -> datetime:
    return read_moment(text, now=NOW, zone=AMSTERDAM)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        ("today", NOW),
        ("2026-11-18", NOW),
        (" Yesterday ", datetime(2026, 11, 17, 23, 0, tzinfo=UTC) - INSTANT),
        ("2026-11-03", datetime(2026, 11, 3, 23, 0, tzinfo=UTC) - INSTANT),
        ("2026/7/3", datetime(2026, 7, 3, 22, 0, tzinfo=UTC) - INSTANT),
        ("2026-11-03 14:30", datetime(2026, 11, 3, 13, 30, tzinfo=UTC)),
        ("2026-11-03  9:05:59", datetime(2026, 11, 3, 8, 5, 59, tzinfo=UTC)),
        ("2026-11-03T14:30Z", datetime(2026, 11, 3, 14, 30, tzinfo=UTC)),
        ("2026-11-03 14:30 UTC", datetime(2026, 11, 3, 14, 30, tzinfo=UTC)),
        ("3 days ago", NOW - timedelta(days=3)),
        ("1w 2d ago", NOW - timedelta(days=9)),
        ("a week ago", NOW - timedelta(days=7)),
        ("An hour ago", NOW - timedelta(hours=1)),
        ("<t:1793700000:R>", datetime.fromtimestamp(1_793_700_000, UTC)),
        ("<t:1793700000>", datetime.fromtimestamp(1_793_700_000, UTC)),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_moments_read_as_people_write_them(text: str, moment: datetime):
    assert read(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "tomorrow",
        "ago",
        "0d ago",
        "many days ago",
        "2026-11",
        "last-week",
        "2026-02-30",
        "2026-02-30 10:00",
        "2026-11-03 25:00",
        "2026-11-18 10:31",
        "2026-11-19",
        "9999-12-31",
        "2012-12-31",
        "0001-01-01 00:00",
        "999999999y ago",
        "30y ago",
        "<t:99999999999:R>",
        "<t:0>",
    ],
)
def test_what_is_no_moment_of_the_past_is_refused(text: str):
    with pytest.raises(UnreadableTime) as unreadable:
        read(text)
    assert unreadable.value.text == text


@given(
    st.dates(date(2014, 1, 1), NOW.date()),
    st.sampled_from(["UTC", "Africa/Cairo", "Asia/Kathmandu"]),
)
def test_as_of_a_day_today_is_that_day(day: date, zone_name: str):
    zone = ZoneInfo(zone_name)
    moment = read_moment(str(day), now=NOW, zone=zone)
    assert moment.astimezone(zone).date() == day
    today = read_period("today", now=moment, zone=zone)
    assert today.start == read_period(str(day), now=NOW, zone=zone).start


@given(st.text(max_size=30))
def test_any_text_is_a_moment_of_the_past_or_refused(text: str):
    with suppress(UnreadableTime):
        assert read(text) <= NOW
