"""A fresh database for a test, its schema built by the migrations, on SQLite and on PostgreSQL."""

import os
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

POSTGRES = os.environ.get("CLANSTATS_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


async def postgres_unreachable() -> str | None:
    """Why no PostgreSQL can be used here; None where it can."""
    try:
        connection = await asyncpg.connect(POSTGRES, timeout=3)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return f"no PostgreSQL at {make_url(POSTGRES).host}: {error}"
    await connection.close()
    return None


@asynccontextmanager
async def empty_database(kind: str, directory: Path) -> AsyncGenerator[str]:
    """The URL of an empty database of that kind; dropped at the end.

    Without a PostgreSQL its tests are skipped with the reason, except in CI, where they fail.
    """
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{directory / 'clan.db'}"
        return
    if reason := await postgres_unreachable():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    name = f"clanstats_test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(POSTGRES)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield str(make_url(POSTGRES).set(drivername="postgresql+asyncpg", database=name))
        finally:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()
