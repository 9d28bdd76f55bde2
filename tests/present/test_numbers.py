from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.present.numbers import age, counted, duration, exact, short, signed_gain


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (2_231, "2,231"),
        (9_999, "9,999"),
        (12_400, "12.4K"),
        (99_960, "100K"),
        (999_999, "1M"),
        (4_231_007, "4.2M"),
        (99_960_000, "100M"),
        (612_345_678, "612M"),
        (999_999_999, "1B"),
        (1_240_000_000, "1.24B"),
        (2**31, "2.15B"),
        (4_800_000_000, "4.8B"),
        (None, "—"),
    ],
)
def test_experience_is_written_in_a_few_characters(value: int | None, shown: str) -> None:
    assert short(value, "experience") == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1_840_012, "18.4"), (610_000, "6.1"), (0, "0"), (123_456_780, "1,234.6"), (2_000_000_000, "20K")],
)
def test_hours_have_one_decimal(value: int, shown: str) -> None:
    assert short(value, "value") == shown


@pytest.mark.parametrize(
    ("value", "measure", "shown"),
    [
        (4_200_000, "experience", "+4.2M"),
        (0, "experience", "0"),
        (1_840_000, "value", "+18.4"),
        (1, "value", "0.0"),
        (-1, "value", "0.0"),
        (-12, "score", "-12"),
        (508, "messages", "508"),
        (None, "kills", "—"),
    ],
)
def test_a_gain_has_a_plus_where_something_was_gained(value: int | None, measure: str, shown: str) -> None:
    assert signed_gain(value, measure) == shown


@given(
    st.integers(-(10**13), 10**13),
    st.sampled_from(["experience", "kills", "score", "value", "level", "messages"]),
)
def test_no_number_is_long_or_a_negative_nothing(value: int, measure: str) -> None:
    for text in (short(value, measure), signed_gain(value, measure)):
        assert len(text) <= 8
        assert not text.startswith(("-0.0", "+0.0"))
        assert text not in {"-0", "+0"}


@given(st.integers(10_000, 10**13))
def test_a_short_number_is_within_a_twentieth_of_the_exact_one(value: int) -> None:
    text = short(value, "experience")
    unit = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}[text[-1]]
    assert abs(float(text[:-1].replace(",", "")) * unit - value) <= value * 0.05


def test_a_report_has_every_digit() -> None:
    assert exact(4_231_007, "experience") == "4,231,007"
    assert exact(1_840_012, "value") == "18.40012"
    assert exact(None, "value") == "—"


def test_a_tenure_follows_the_calendar() -> None:
    end = datetime(2026, 11, 19, tzinfo=UTC)
    assert duration(datetime(2024, 8, 10, tzinfo=UTC), end) == "2\u00a0y\u00a03\u00a0mo"
    assert duration(datetime(2026, 8, 7, tzinfo=UTC), end) == "3\u00a0mo\u00a012\u00a0d"
    assert duration(datetime(2024, 11, 10, tzinfo=UTC), end) == "2\u00a0y\u00a09\u00a0d"
    assert duration(datetime(2026, 11, 10, tzinfo=UTC), end) == "9\u00a0d"
    assert duration(end, end) == "today"
    assert duration(end + timedelta(days=1), end) == "today"


def test_an_age_names_its_largest_unit() -> None:
    assert age(timedelta(days=11, hours=5)) == "11 days"
    assert age(timedelta(hours=1, minutes=59)) == "1 hour"
    assert age(timedelta(seconds=3)) == "less than a minute"
    assert counted(2231, "member") == "2,231 members"
