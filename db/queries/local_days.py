"""A clan's local days in SQL, by the offsets of its clocks."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, literal
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.local_days import QUARTERS_A_DAY, QUARTERS_AN_HOUR, Offset
from db.bulk import INTEGER

HOURS_A_DAY = 24


def local_quarter(
    quarter: ColumnElement[Any] | InstrumentedAttribute[int], shifts: Sequence[Offset]
) -> ColumnElement[int]:
    """A quarter since 1970 as it would be counted by the local clock."""
    *earlier, last = shifts
    if not earlier:
        return quarter + literal(last.shift, INTEGER)
    moved = [(quarter < literal(one.past, INTEGER), literal(one.shift, INTEGER)) for one in earlier]
    return quarter + case(*moved, else_=literal(last.shift, INTEGER))


def local_day(
    quarter: ColumnElement[Any] | InstrumentedAttribute[int], shifts: Sequence[Offset]
) -> ColumnElement[int]:
    """The local day of a quarter, as of :func:`bot.domain.local_days.day_number`."""
    return local_quarter(quarter, shifts) // QUARTERS_A_DAY


def local_hour(
    quarter: ColumnElement[Any] | InstrumentedAttribute[int], shifts: Sequence[Offset]
) -> ColumnElement[int]:
    """The hour of the local day, 0 to 23."""
    return local_quarter(quarter, shifts) // QUARTERS_AN_HOUR % HOURS_A_DAY
