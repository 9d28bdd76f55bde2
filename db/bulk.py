"""Many rows in one statement: the rows travel as one parameter and are a table inside the query."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, FromClause, Text, bindparam, column, func, select
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
    session: AsyncSession,
    columns: Mapping[str, TypeEngine[Any]],
    rows: Iterable[Sequence[int | str | None]],
    name: str = "given",
) -> FromClause:
    """A table of this name with these columns and rows. Times go in as milliseconds.

    Of several in one statement each has a name of its own.
    """
    if is_sqlite(session):
        packed = bindparam(f"{name}_rows", msgspec.json.encode(list(rows)).decode(), type_=STRING)
        each = func.json_each(packed).table_valued(column("value", STRING), name=f"{name}_row")
        picked = [
            func.json_extract(each.c.value, f"$[{index}]", type_=kind).label(called)
            for index, (called, kind) in enumerate(columns.items())
        ]
        # Else the text would be read again for every row that it is joined with.
        return select(*picked).cte(name).prefix_with("MATERIALIZED")
    by_column: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [[] for _ in columns]
    arrays = [
        bindparam(f"{name}_{called}", list(values), type_=postgresql.ARRAY(kind))
        for (called, kind), values in zip(columns.items(), by_column, strict=True)
    ]
    unnested = (
        func.unnest(*arrays)
        .table_valued(*(column(called, kind) for called, kind in columns.items()), name=f"{name}_row")
        .render_derived()
    )
    return select(*(unnested.c[called] for called in columns)).subquery(name)
