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

    The migrations take longer than most tests.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._made: dict[tuple[str, str], str] = {}

    async def migrated(self, kind: str) -> str:
        """One with the schema and nothing in it."""
        return await self.filled(kind, "empty", migrate.upgrade)

    async def filled(self, kind: str, name: str, fill: Callable[[str], Awaitable[object]]) -> str:
        """One that ``fill`` made of a database without any table. Called where one can be made at all."""
        if (kind, name) not in self._made:
            url = _sqlite(self._directory / f"{name}.db") if kind == "sqlite" else await _create()
            await fill(url)
            self._made[kind, name] = url
        return self._made[kind, name]

    async def remove(self) -> None:
        """Drop what a server would keep."""
        for (kind, _), url in self._made.items():
            if kind == "postgres":
                await _drop(url)
