"""When messages were: Discord's ids, quarters of an hour, UTC days, and how a span is read from them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DISCORD_EPOCH_MS = 1_420_070_400_000  # 2015-01-01T00:00:00Z
_TIME_SHIFT = 22  # an id holds worker, process and a counter below its milliseconds
_MILLISECOND = timedelta(milliseconds=1)
_QUARTER = timedelta(minutes=15)
_DAY = timedelta(days=1)
_QUARTERS_A_DAY = 96


def snowflake_at(moment: datetime) -> int:
    """The smallest id that Discord can give at ``moment`` or after it; 0 before Discord's epoch, 2015.

    So ``snowflake_at(start) <= id < snowflake_at(end)`` holds for exactly the messages
    of the half-open span. Ids keep milliseconds: a finer moment is rounded up.
    """
    return max(0, -((_EPOCH - moment) // _MILLISECOND) - _DISCORD_EPOCH_MS) << _TIME_SHIFT


def time_of(snowflake: int) -> datetime:
    """When an id was made, UTC, to the millisecond."""
    return _EPOCH + _MILLISECOND * ((snowflake >> _TIME_SHIFT) + _DISCORD_EPOCH_MS)


def quarter_of(moment: datetime) -> int:
    """The quarter of an hour that holds ``moment``, counted from 1970 UTC."""
    return (moment - _EPOCH) // _QUARTER


def past_quarter(end: datetime) -> int:
    """The quarter after the last one that has time before ``end``."""
    return -((_EPOCH - end) // _QUARTER)


def quarter_start(quarter: int) -> datetime:
    """When a quarter begins, UTC."""
    return _EPOCH + quarter * _QUARTER


def utc_day_of(moment: datetime) -> int:
    """The UTC day that holds ``moment``, counted from 1970."""
    return (moment - _EPOCH) // _DAY


def utc_day_start(day: int) -> datetime:
    """When a UTC day begins."""
    return _EPOCH + day * _DAY


@dataclass(frozen=True, slots=True)
class Cuts:
    """A half-open span as five adjoining pieces, each half-open and each possibly empty.

    The edges are read from single messages, the quarters and the days from their
    counts. Quarters and days are numbers as of :func:`quarter_of` and :func:`utc_day_of`.
    """

    first_edge: tuple[datetime, datetime]
    quarters_before: tuple[int, int]
    days: tuple[int, int]
    quarters_after: tuple[int, int]
    last_edge: tuple[datetime, datetime]


def cuts(start: datetime, end: datetime) -> Cuts:
    """Cut ``[start, end)`` so that as much as possible is read from whole days, then whole quarters.

    A span within one quarter is all first edge; one without a whole day has its
    quarters before it.

    Raises:
        ValueError: ``end`` is before ``start``.
    """
    if end < start:
        raise ValueError("a span ends after it starts")
    first, last = _ceil(start, _QUARTER), quarter_of(end)
    day, past = _ceil(start, _DAY), utc_day_of(end)
    if first > last:
        return Cuts((start, end), (first, first), (day, day), (first, first), (end, end))
    first_edge, last_edge = (start, quarter_start(first)), (quarter_start(last), end)
    if day >= past:
        return Cuts(first_edge, (first, last), (day, day), (last, last), last_edge)
    before, after = (first, day * _QUARTERS_A_DAY), (past * _QUARTERS_A_DAY, last)
    return Cuts(first_edge, before, (day, past), after, last_edge)


def _ceil(moment: datetime, unit: timedelta) -> int:
    return -((_EPOCH - moment) // unit)
