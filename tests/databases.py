"""A fresh database for a test, its schema built by the migrations, on SQLite and on PostgreSQL."""

import os
import shutil
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from db import migrate

POSTGRES = os.environ.get("CLANSTATS_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


async def postgres_unreachable() -> str | None:
    """Why no PostgreSQL can be used here; None where it can."""
    try:
        connection = await asyncpg.connect(POSTGRES, timeout=3)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return f"no PostgreSQL at {make_url(POSTGRES).host}: {error}"
    await connection.close()
    return None


async def require(kind: str) -> None:
    """Without a PostgreSQL its tests are skipped with the reason, except in CI, where they fail."""
    if kind == "postgres" and (reason := await postgres_unreachable()):
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@asynccontextmanager
async def empty_database(kind: str, directory: Path, template: str | None = None) -> AsyncGenerator[str]:
    """The URL of an empty database of that kind, or of a copy of ``template``; dropped at the end."""
    if kind == "sqlite":
        yield _sqlite(directory / "clan.db", template)
        return
    await require(kind)
    url = await _create(template)
    try:
        yield url
    finally:
        await _drop(url)


def _sqlite(file: Path, template: str | None = None) -> str:
    source = make_url(template).database if template else None
    if source is not None:
        shutil.copy(source, file)
    return f"sqlite+aiosqlite:///{file}"


async def _create(template: str | None = None) -> str:
    name = f"clanstats_test_{uuid.uuid4().hex}"
    like = f'TEMPLATE "{make_url(template).database}"' if template else ""
    await _ask_postgres(
        f'CREATE DATABASE "{name}" {like}',
        # What a power cut would lose is a test's; waiting for the disk is most of what a commit takes.
        f'ALTER DATABASE "{name}" SET synchronous_commit = off',
    )
    return str(make_url(POSTGRES).set(drivername="postgresql+asyncpg", database=name))


async def _drop(url: str) -> None:
    await _ask_postgres(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


async def _ask_postgres(*statements: str) -> None:
    connection = await asyncpg.connect(POSTGRES)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


class Templates:
    """A migrated database of each kind, empty or laid, made when first wanted and copied from then on.

    The migrations take longer than most tests, and so does making and dropping a database on a
    server: there an empty one that a test is done with is emptied for the next.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._made: dict[tuple[str, str], str] = {}
        self._free: list[str] = []
        self._shape: str | None = None

    @asynccontextmanager
    async def migrated(self, kind: str, directory: Path) -> AsyncGenerator[str]:
        """The URL of a database with the schema and nothing in it."""
        template = await self.filled(kind, "empty", migrate.upgrade)
        if kind == "sqlite":
            yield _sqlite(directory / "clan.db", template)
            return
        self._shape = self._shape or await _shape_of(template)
        url = self._free.pop() if self._free else await _create(template)
        try:
            yield url
        finally:
            if await _emptied(url, self._shape):
                self._free.append(url)
            else:
                await _drop(url)

    async def filled(self, kind: str, name: str, fill: Callable[[str], Awaitable[object]]) -> str:
        """One that ``fill`` made of a database without any table. Called where one can be made at all."""
        if (kind, name) not in self._made:
            url = _sqlite(self._directory / f"{name}.db") if kind == "sqlite" else await _create()
            await fill(url)
            self._made[kind, name] = url
        return self._made[kind, name]

    async def remove(self) -> None:
        """Drop what a server would keep."""
        made = [url for (kind, _), url in self._made.items() if kind == "postgres"]
        for url in [*self._free, *made]:
            await _drop(url)


_SHAPE = """
SELECT coalesce(string_agg(definition, E'\\n' ORDER BY definition), '') FROM (
    SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS definition
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
) AS everything
"""
_EMPTY = """
DO $$
DECLARE one text;
BEGIN
    -- Rows that refer to each other go in any order.
    SET LOCAL session_replication_role = replica;
    FOR one IN
        SELECT format('%I', tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'DELETE FROM ' || one;
    END LOOP;
    FOR one IN SELECT format('%I', sequencename) FROM pg_sequences WHERE schemaname = 'public' LOOP
        EXECUTE 'ALTER SEQUENCE ' || one || ' RESTART';
    END LOOP;
END $$
"""


async def _shape_of(url: str) -> str:
    connection = await asyncpg.connect(_address(url))
    try:
        return str(await connection.fetchval(_SHAPE))
    finally:
        await connection.close()


async def _emptied(url: str, shape: str) -> bool:
    """Whether the database is as it was made: one whose tables a test changed is not."""
    connection = await asyncpg.connect(_address(url))
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if await connection.fetchval(_SHAPE) != shape:
            return False
        await connection.execute(_EMPTY)
        return True
    finally:
        await connection.close()


def _address(url: str) -> str:
    """As the driver alone takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
