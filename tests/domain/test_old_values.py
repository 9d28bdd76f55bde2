"""What the old system's values mean, whatever was put into its columns."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.activity import snowflake_at, time_of
from bot.domain.old_values import (
    DISCORD_BEGAN,
    GAME_BEGAN,
    Unreadable,
    message_id,
    read_moment,
    read_name,
    read_number,
    read_time,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
moments = st.datetimes(datetime(2015, 2, 1), datetime(2026, 1, 1))  # noqa: DTZ001 -- as the old system wrote them


@given(moment=moments, separator=st.sampled_from("T "), zone=st.sampled_from(["", "Z", "+00:00"]))
def test_a_time_reads_the_same_in_every_form_and_without_a_zone_is_utc(
    moment: datetime, separator: str, zone: str
) -> None:
    assert read_moment(f" {moment.isoformat(separator)}{zone}") == moment.replace(tzinfo=UTC)


def test_another_zone_is_minded() -> None:
    assert read_moment("2026-03-01T01:30:00+02:00") == datetime(2026, 2, 28, 23, 30, tzinfo=UTC)


@given(value=st.none() | st.integers() | st.floats() | st.binary() | st.text(alphabet="ab:- ", max_size=20))
def test_anything_else_is_no_time(value: object) -> None:
    assert read_moment(value) is None


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("soon", "no readable date"),
        (None, "no readable date"),
        ("2013-02-21 23:59:59", "a date before there was such a thing"),
        ("2026-11-02 12:00:01", "a date in the future"),
        ("0001-01-01T00:00:00+14:00", "no readable date"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_its_reason(value: object, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_time(value, since=GAME_BEGAN, now=NOW)


def test_the_first_day_of_the_game_and_the_last_moment_ahead_can_be() -> None:
    for value in ("2013-02-22", "2026-11-02 12:00:00"):
        assert read_time(value, since=GAME_BEGAN, now=NOW) == read_moment(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        ("7", 7),
        (" -7 ", -7),
        (7.0, 7),
        (7.5, None),
        (True, None),
        ("7b", None),
        ("", None),
        (2**70, None),
    ],
)
def test_a_whole_number_is_one_however_it_was_stored(value: object, number: int | None) -> None:
    assert read_number(value) == number


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("L-Loi", "lloi"),
        ("Jo hn_", "john"),
        ("bob#1234", "bob"),
        ("bob#clan", "bob#clan"),
        ("#1", "#1"),
        (None, ""),
    ],
)
def test_a_name_is_folded_as_the_old_system_did(value: object, name: str) -> None:
    assert read_name(value) == name


@given(moment=moments, low=st.integers(0, 2**22 - 1), off=st.integers(-80_000, 80_000))
def test_an_id_of_discords_is_kept(moment: datetime, low: int, off: int) -> None:
    at = moment.replace(tzinfo=UTC)
    number = snowflake_at(at) | low
    assert message_id(number, at + timedelta(seconds=off)) == (number, True)


@given(moment=moments, number=st.integers(-(2**63), 10**15))
def test_another_id_becomes_one_of_the_time_it_was_written(moment: datetime, number: int) -> None:
    at = moment.replace(tzinfo=UTC)
    id_, is_discords = message_id(number, at)
    assert not is_discords
    assert timedelta(0) <= time_of(id_) - at < timedelta(milliseconds=1)
    assert message_id(number, at) == (id_, False), "the same at every import"
    assert id_ >= snowflake_at(DISCORD_BEGAN)
