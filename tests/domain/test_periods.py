"""A period reads as people write it, and its days are those of the clan's own clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UnreadablePeriod
from bot.domain.periods import (
    EPOCH,
    Period,
    PeriodKind,
    Rule,
    days_counted,
    days_of,
    label_of,
    midnight,
    read_period,
    suggest_periods,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 18, 9, 30, 0, 123_000, tzinfo=UTC)  # a Wednesday, 10:30 in Amsterdam

zones = st.sampled_from(
    [
        "UTC",
        "Europe/Amsterdam",
        "America/New_York",
        "Asia/Kathmandu",
        "Africa/Cairo",
        "Pacific/Apia",
        "America/Havana",
    ]
).map(ZoneInfo)
moments = st.integers(1_577_836_800_000, 1_956_528_000_000).map(lambda ms: EPOCH + timedelta(milliseconds=ms))
amounts = st.lists(
    st.tuples(st.integers(1, 99), st.sampled_from(["y", "m", "w", "d", "h"])),
    min_size=1,
    max_size=5,
    unique_by=lambda amount: amount[1],
).map(lambda parts: "".join(f"{number}{unit}" for number, unit in parts))
days = st.dates(date(2013, 1, 1), date(2032, 1, 1)).map(str)
texts = st.one_of(
    st.sampled_from([code for _label, code in suggest_periods("")]),
    amounts,
    days,
    days.map(lambda day: day[:7]),
    days.map(lambda day: day[:4]),
    st.tuples(days, days).map("..".join),
    st.tuples(days, days).map(lambda pair: f"{pair[0][:7]} to {pair[1][:4]}"),
)


def read(text: str, now: datetime = NOW, zone: ZoneInfo = AMSTERDAM) -> Period:
    return read_period(text, now=now, zone=zone)


def refusal(text: str, now: datetime = NOW) -> UnreadablePeriod | None:
    try:
        read(text, now)
    except UnreadablePeriod as unreadable:
        return unreadable
    return None


def local(year: int, month: int, day: int, zone: ZoneInfo = AMSTERDAM) -> datetime:
    return datetime(year, month, day, tzinfo=zone)


@pytest.mark.parametrize(
    ("text", "code", "length"),
    [
        ("day", "day", timedelta(days=1)),
        (" Week ", "week", timedelta(days=7)),
        ("month", "month", timedelta(days=31)),
        ("YEAR", "year", timedelta(seconds=31_556_926)),
        ("past week", "week", timedelta(days=7)),
        ("7d", "7d", timedelta(days=7)),
        ("007d", "7d", timedelta(days=7)),
        ("12h", "12h", timedelta(hours=12)),
        ("2w", "2w", timedelta(days=14)),
        ("3m", "3m", timedelta(days=93)),
        ("1y6d", "1y6d", timedelta(seconds=31_556_926, days=6)),
        ("6d 1Y", "1y6d", timedelta(seconds=31_556_926, days=6)),
        ("last 30 days", "30d", timedelta(days=30)),
        ("2 weeks 1 day 0h", "2w1d", timedelta(days=15)),
    ],
)
def test_rolling_periods_end_now_and_are_as_long_as_at_wise_old_man(text: str, code: str, length: timedelta):
    assert read(text) == Period(code, PeriodKind.ROLLING, NOW - length, NOW)
    assert read(text).rule is Rule.WOM


@pytest.mark.parametrize(
    ("text", "code", "first", "after"),
    [
        ("yesterday", "yesterday", (2026, 11, 17), (2026, 11, 18)),
        ("Last Week", "last-week", (2026, 11, 9), (2026, 11, 16)),
        ("last_month", "last-month", (2026, 10, 1), (2026, 11, 1)),
        ("last-year", "last-year", (2025, 1, 1), (2026, 1, 1)),
        ("2025", "2025", (2025, 1, 1), (2026, 1, 1)),
        ("2024-02", "2024-02", (2024, 2, 1), (2024, 3, 1)),
        ("2026/10", "2026-10", (2026, 10, 1), (2026, 11, 1)),
        ("2026-11-3", "2026-11-03", (2026, 11, 3), (2026, 11, 4)),
        ("2026-10-01..2026-10-15", "2026-10-01..2026-10-15", (2026, 10, 1), (2026, 10, 16)),
        ("2026-10-01 to 2026-10-01", "2026-10-01..2026-10-01", (2026, 10, 1), (2026, 10, 2)),
        ("2025 .. 2026-02", "2025-01-01..2026-02-28", (2025, 1, 1), (2026, 3, 1)),
    ],
)
def test_calendar_periods_are_whole_days_of_the_clan(
    text: str, code: str, first: tuple[int, int, int], after: tuple[int, int, int]
):
    assert read(text) == Period(code, PeriodKind.CALENDAR, local(*first), local(*after))
    assert read(text).rule is Rule.COVERING


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("today", (2026, 11, 18)),
        ("this week", (2026, 11, 16)),
        ("this month", (2026, 11, 1)),
        ("this year", (2026, 1, 1)),
        ("2026", (2026, 1, 1)),
        ("2026-11-18", (2026, 11, 18)),
        ("2026-11-01..9999-12-31", (2026, 11, 1)),
    ],
)
def test_what_is_not_over_yet_ends_now(text: str, first: tuple[int, int, int]):
    period = read(text)
    assert (period.start, period.end) == (local(*first), NOW)


@pytest.mark.parametrize("text", ["all", "All time", "all-time", "TOTAL"])
def test_all_time_starts_with_the_epoch(text: str):
    assert read(text) == Period("all", PeriodKind.TOTAL, EPOCH, NOW)
    assert read(text).rule is Rule.COVERING


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "syntax"),
        ("soon", "syntax"),
        ("0d", "syntax"),
        ("7", "syntax"),
        ("1d1d", "syntax"),
        ("5min", "syntax"),
        ("9999999999h", "syntax"),
        ("-7d", "syntax"),
        ("2026-13", "syntax"),
        ("2026-00", "syntax"),
        ("2026-02-30", "syntax"),
        ("0000", "syntax"),
        ("2026-10-01..", "syntax"),
        ("2026-10-01..soon", "syntax"),
        ("2026..2026..2026", "syntax"),
        ("٧d", "syntax"),
        ("2026-11-19", "future"),
        ("2026-12", "future"),
        ("9999-12", "future"),
        ("2027..2028", "future"),
        ("2026-11-03..2026-11-02", "order"),
        ("2012", "too-long"),
        ("0001-01-01", "too-long"),
        ("2012-12-31..2013-01-05", "too-long"),
        ("14y", "too-long"),
        ("999999999y", "too-long"),
    ],
)
def test_what_cannot_be_answered_says_why(text: str, reason: str):
    with pytest.raises(UnreadablePeriod) as unreadable:
        read(text)
    assert unreadable.value == UnreadablePeriod(text, reason)


def test_twenty_years_are_the_most():
    later = datetime(2040, 6, 1, tzinfo=UTC)
    assert read("20y", later).end == later
    for text in ("20y1h", "2013..2040"):
        with pytest.raises(UnreadablePeriod, match="too-long"):
            read(text, later)


def test_a_week_that_begins_this_very_instant_is_empty_but_readable():
    monday = local(2026, 11, 16)
    assert read("this-week", monday).start == read("this-week", monday).end == monday


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)])
def test_a_day_is_as_long_as_the_clocks_make_it(day: str, hours: int):
    period = read(day)
    assert period.end - period.start == timedelta(hours=hours)


def test_where_clocks_skip_midnight_the_day_begins_when_they_do():
    cairo = ZoneInfo("Africa/Cairo")
    assert midnight(date(2026, 4, 24), cairo) == datetime(2026, 4, 23, 22, 0, tzinfo=UTC)
    assert read("2026-04-24", zone=cairo).end - read("2026-04-24", zone=cairo).start == timedelta(hours=23)


def test_where_midnight_comes_twice_the_first_begins_the_day():
    havana = ZoneInfo("America/Havana")
    assert midnight(date(2026, 11, 1), havana) == datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


def test_today_is_the_clans_today():
    late = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)  # already Thursday in Amsterdam
    assert read("today", late).start == local(2026, 11, 19)
    assert read("today", late, ZoneInfo("UTC")).start == datetime(2026, 11, 18, tzinfo=UTC)


@given(texts, moments, zones)
def test_a_code_reads_as_its_own_period_and_fits_a_button(text: str, now: datetime, zone: ZoneInfo):
    try:
        period = read(text, now, zone)
    except UnreadablePeriod:
        return
    assert read(period.code, now, zone) == period
    assert len(period.code) <= 24
    assert period.start <= period.end <= now
    assert period.start.tzinfo is UTC is period.end.tzinfo


@given(st.integers(0, 6000), st.integers(0, 99_999), st.integers(1, 99_999))
def test_every_amount_that_is_not_too_long_fits_a_button(weeks: int, days_more: int, hours: int):
    refused = refusal(f"1m{weeks}w{days_more}d{hours}h")
    assert refused is None or refused.reason == "too-long"
    if refused is None:
        assert len(read(f"1m{weeks}w{days_more}d{hours}h").code) <= 24


@given(st.text(max_size=30), moments)
def test_any_text_reads_or_is_refused_for_a_reason(text: str, now: datetime):
    refused = refusal(text, now)
    assert refused is None or refused.reason in {"syntax", "future", "order", "too-long"}


@given(moments, zones)
def test_calendar_periods_adjoin(now: datetime, zone: ZoneInfo):
    for unit in ("week", "month", "year"):
        assert read(f"last-{unit}", now, zone).end == read(f"this-{unit}", now, zone).start
    assert read("yesterday", now, zone).end == read("today", now, zone).start
    assert read("this-week", now, zone).start.astimezone(zone).weekday() == 0


# Days


@given(st.sampled_from(["30d", "1h", "week", "this-month", "last-month", "today"]), moments, zones)
def test_the_days_of_a_period_are_that_period(text: str, now: datetime, zone: ZoneInfo):
    period = read(text, now, zone)
    slots = days_of(period, zone)
    edges = [period.start, *(end for _day, _start, end in slots)]
    assert edges[-1] == period.end
    assert [start for _day, start, _end in slots] == edges[:-1]
    for day, start, end in slots:
        assert start < end
        assert start.astimezone(zone).date() == day == (end - timedelta.resolution).astimezone(zone).date()
    assert len({day for day, _start, _end in slots}) == len(slots)


def test_the_first_and_the_last_day_are_clipped():
    slots = days_of(read("2d"), AMSTERDAM)
    assert slots == [
        (date(2026, 11, 16), NOW - timedelta(days=2), local(2026, 11, 17)),
        (date(2026, 11, 17), local(2026, 11, 17), local(2026, 11, 18)),
        (date(2026, 11, 18), local(2026, 11, 18), NOW),
    ]


@pytest.mark.parametrize(
    ("text", "now", "count"),
    [
        ("7d", NOW, 7),
        ("7d", local(2026, 11, 18), 7),
        ("24h", NOW, 1),
        ("5h", NOW, 1),
        ("36h", local(2026, 11, 18), 2),
        ("year", NOW, 365),
        ("this-week", NOW, 3),
        ("last-month", NOW, 31),
    ],
)
def test_a_rolling_periods_two_ends_are_counted_as_one_day(text: str, now: datetime, count: int):
    counted = days_counted(read(text, now), AMSTERDAM)
    assert len(counted) == count
    assert sorted(day for parts in counted for day in parts) == days_of(read(text, now), AMSTERDAM)


def test_an_empty_period_has_no_days():
    assert days_of(Period("today", PeriodKind.CALENDAR, NOW, NOW), AMSTERDAM) == []


# Suggestions


def test_with_nothing_typed_the_usual_periods_are_offered():
    offered = suggest_periods("")
    assert offered[:2] == [("Last 24 hours", "day"), ("Last 7 days", "week")]
    assert len(offered) <= 25
    for _label, code in offered:
        assert read(code).code == code


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("1y 6d", ("Last 1 year 6 days", "1y6d")),
        ("30 days", ("Last 30 days", "30d")),
        ("2026-10", ("October 2026", "2026-10")),
        ("2026-10-1 to 2026-10-15", ("1 Oct 2026 to 15 Oct 2026", "2026-10-01..2026-10-15")),
        ("2025", ("2025", "2025")),
        ("year", ("Last 365 days", "year")),
        ("last-year", ("Last year", "last-year")),
        ("total", ("All time", "all")),
        ("LAST W", ("Last week", "last-week")),
        ("yest", ("Yesterday", "yesterday")),
    ],
)
def test_what_is_typed_already_is_offered_first(typed: str, first: tuple[str, str]):
    assert suggest_periods(typed)[0] == first


def test_nothing_is_offered_twice():
    codes = [code for _label, code in suggest_periods("week")]
    assert codes == ["week", "this-week", "last-week"]


def test_nonsense_is_offered_nothing():
    assert suggest_periods("qqq") == []


@pytest.mark.parametrize(
    ("code", "label"), [("month", "Last 31 days"), ("7d", "Last 7 days"), ("12h", "Last 12 hours")]
)
def test_codes_have_labels(code: str, label: str):
    assert label_of(code) == label


@given(texts, moments)
def test_every_period_has_a_label(text: str, now: datetime):
    try:
        code = read(text, now).code
    except UnreadablePeriod:
        return
    assert 0 < len(label_of(code)) <= 100
