"""What a post says of a record: what it is compared with is said as long as it is."""

from datetime import date

import pytest

from bot.domain.metrics import OVERALL
from bot.domain.records import Record, RecordSpan
from bot.present.records import record_line


@pytest.mark.parametrize(
    ("span", "since", "first", "last", "told"),
    [
        (RecordSpan.MONTH, date(2026, 9, 1), date(2026, 10, 1), date(2026, 10, 31), "month since 1 Sep"),
        (RecordSpan.MONTH, date(2025, 11, 1), date(2026, 10, 1), date(2026, 10, 31), "month in a year"),
        (RecordSpan.WEEK, date(2025, 12, 1), date(2026, 1, 5), date(2026, 1, 11), "week since 1 Dec 2025"),
        (RecordSpan.WEEK, date(2025, 12, 29), date(2026, 12, 21), date(2026, 12, 27), "week in a year"),
        (RecordSpan.DAY, date(2026, 10, 17), date(2026, 11, 14), date(2026, 11, 14), "day since 17 Oct"),
        (RecordSpan.DAY, date(2025, 11, 14), date(2026, 11, 14), date(2026, 11, 14), "day in a year"),
    ],
)
def test_a_record_is_of_a_year_only_where_a_year_was_measured(
    span: RecordSpan, since: date, first: date, last: date, told: str
) -> None:
    line = record_line(Record(span, OVERALL, 31_000_000, first, last, ("Ann",), since=since))
    assert line.replace("\xa0", " ") == f"Ann: 31M XP, the best {told}"
