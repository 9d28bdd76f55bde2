"""Many rows in one statement: the rows travel as one parameter and are a table inside the query."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Subquery, Text, bindparam, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

Insert = postgresql.Insert | sqlite.Insert

INTEGER = BigInteger()
STRING = Text()


def is_sqlite(session: AsyncSession) -> bool:
    """Whether the session speaks to SQLite; the other is PostgreSQL."""
    return session.get_bind().dialect.name == "sqlite"


def inserting(session: AsyncSession, table: Any) -> Insert:
    """An INSERT that knows ``ON CONFLICT`` in the session's dialect."""
    return sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)


def rows_as_table(
    session: AsyncSession, columns: Mapping[str, TypeEngine[Any]], rows: Iterable[Sequence[int | str | None]]
) -> Subquery:
    """A subquery named ``given`` with these columns and rows. Times go in as milliseconds."""
    if is_sqlite(session):
        packed = bindparam("given_rows", msgspec.json.encode(list(rows)).decode(), type_=STRING)
        each = func.json_each(packed).table_valued(column("value", STRING), name="each_row")
        picked = [
            func.json_extract(each.c.value, f"$[{index}]", type_=kind).label(name)
            for index, (name, kind) in enumerate(columns.items())
        ]
        return select(*picked).subquery("given")
    by_column: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [[] for _ in columns]
    arrays = [
        bindparam(f"given_{name}", list(values), type_=postgresql.ARRAY(kind))
        for (name, kind), values in zip(columns.items(), by_column, strict=True)
    ]
    unnested = (
        func.unnest(*arrays)
        .table_valued(*(column(name, kind) for name, kind in columns.items()), name="each_row")
        .render_derived()
    )
    return select(*(unnested.c[name] for name in columns)).subquery("given")
