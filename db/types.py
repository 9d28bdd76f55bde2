"""Column types and SQL expressions that differ between SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
OPEN_START: Final = EPOCH
"""Stored for "since ever": a range without a known start."""
OPEN_END: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Stored for "still": a range without an end. One value rather than NULL, so that ranges compare."""

DISCORD_EPOCH_MS: Final = 1_420_070_400_000
IDS_A_MILLISECOND: Final = 1 << 22
QUARTER_MS: Final = 900_000
DAY_MS: Final = 86_400_000

BigInt = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both; SQLite's own name for it is INTEGER."""


def to_millis(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware time; finer parts are cut off."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


@lru_cache(maxsize=16_384)
def from_millis(millis: int) -> datetime:
    """The inverse of :func:`to_millis`. Remembered: an answer's rows share a few hundred times."""
    return EPOCH + timedelta(milliseconds=millis)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time with milliseconds: an integer on SQLite, ``timestamptz(3)`` on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True, precision=3))
        return dialect.type_descriptor(Integer())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are stored with a time zone")
        # Cut here too, so that both databases keep the same instant.
        millis = to_millis(value)
        return from_millis(millis) if dialect.name == "postgresql" else millis

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else from_millis(value)


class Millis(FunctionElement[int]):
    """A :class:`Moment` column as milliseconds since 1970."""

    inherit_cache = True
    type = BigInteger()


class FromMillis(FunctionElement[datetime]):
    """Milliseconds since 1970 as what a :class:`Moment` column holds."""

    inherit_cache = True
    type = Moment()


class Greatest(FunctionElement[int]):
    """The larger of two integers."""

    inherit_cache = True
    type = BigInteger()


class Least(FunctionElement[int]):
    """The smaller of two integers."""

    inherit_cache = True
    type = BigInteger()


def snowflake(millis: ColumnElement[int]) -> ColumnElement[int]:
    """The smallest Discord id of that millisecond. Ranges must be clipped first: 2084 is the last year."""
    return (millis - DISCORD_EPOCH_MS) * IDS_A_MILLISECOND


@compiles(Millis, "sqlite")
def _millis_sqlite(element: Millis, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(Millis, "postgresql")
def _millis_postgresql(element: Millis, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(extract(epoch FROM {compiler.process(element.clauses, **kw)}) * 1000 AS BIGINT)"


@compiles(FromMillis, "sqlite")
def _from_millis_sqlite(element: FromMillis, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(FromMillis, "postgresql")
def _from_millis_postgresql(element: FromMillis, compiler: SQLCompiler, **kw: Any) -> str:
    # Through the epoch and an interval of whole milliseconds: a float's seconds would round.
    millis = compiler.process(element.clauses, **kw)
    return f"(TIMESTAMPTZ 'epoch' + ({millis}) * INTERVAL '1 millisecond')"


@compiles(Greatest, "sqlite")
def _greatest_sqlite(element: Greatest, compiler: SQLCompiler, **kw: Any) -> str:
    return f"max({compiler.process(element.clauses, **kw)})"


@compiles(Greatest, "postgresql")
def _greatest_postgresql(element: Greatest, compiler: SQLCompiler, **kw: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **kw)})"


@compiles(Least, "sqlite")
def _least_sqlite(element: Least, compiler: SQLCompiler, **kw: Any) -> str:
    return f"min({compiler.process(element.clauses, **kw)})"


@compiles(Least, "postgresql")
def _least_postgresql(element: Least, compiler: SQLCompiler, **kw: Any) -> str:
    return f"least({compiler.process(element.clauses, **kw)})"
