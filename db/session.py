"""Connections and transactions.

On SQLite one connection writes, every transaction of it taken at once
(``BEGIN IMMEDIATE``), and a small pool only reads: the default pooling lost two of
three concurrent read-then-update transactions. On PostgreSQL one pool does both.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import QueuePool

READERS = 4
PATIENCE = 5.0
"""Seconds within which whoever uses the database at its closing is expected to end."""
LOOK_EVERY = 0.01


class _Cursor(Protocol):
    def execute(self, statement: str) -> Any: ...
    def close(self) -> None: ...


class _SqliteConnection(Protocol):
    isolation_level: str | None

    def cursor(self) -> _Cursor: ...


class Database:
    """One database, with its two ways in: :meth:`read` and :meth:`write`."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self._door = asyncio.Lock()
        """Held while connections are closed: one taken meanwhile would come back to a pool that is gone."""
        self._inside = 0
        if self.is_sqlite:
            self._writer = _sqlite_engine(self.url, size=1, begin="BEGIN IMMEDIATE", query_only=False)
            self._reader = _sqlite_engine(self.url, size=READERS, begin="BEGIN", query_only=True)
        else:
            self._writer = create_async_engine(
                self.url,
                pool_size=READERS + 1,
                pool_pre_ping=True,
                # Statements here are long and quick: compiling one takes longer than running it.
                connect_args={"server_settings": {"jit": "off"}},
            )
            # The same pool, whose transactions then see one state and may not write, as on SQLite.
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncSession]:
        """A session whose statements all see one state of the database. Writing is refused."""
        async with self._entered(), AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """One transaction: committed at the end of the block, rolled back whole if it raises.

        Nothing waits for the network inside. On SQLite writers queue for the one connection.
        """
        async with (
            self._entered(),
            AsyncSession(self._writer, expire_on_commit=False, autoflush=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def _entered(self) -> AsyncGenerator[None]:
        async with self._door:
            self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def close(self) -> None:
        """Close every connection, once those in use are given back or that took too long.

        Whoever is cancelled gives theirs back a little later, and one that is in use is not closed. Who
        comes while they are closed waits, and then gets new ones, to be closed by another call.
        """
        loop = asyncio.get_running_loop()
        latest = loop.time() + PATIENCE
        while True:
            async with self._door:
                if not self._in_use() or loop.time() >= latest:
                    await self._reader.dispose()
                    await self._writer.dispose()
                    return
            await asyncio.sleep(LOOK_EVERY)

    def _in_use(self) -> bool:
        pools = (engine.sync_engine.pool for engine in (self._reader, self._writer))
        return self._inside > 0 or any(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))


def _sqlite_engine(url: URL, *, size: int, begin: str, query_only: bool) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=60)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: object, _record: object) -> None:  # pyright: ignore[reportUnusedFunction] -- registered
        prepare_sqlite(connection, query_only=query_only)

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction] -- registered
        connection.exec_driver_sql(begin)

    return engine


def prepare_sqlite(connection: object, *, query_only: bool) -> None:
    """Set what every connection of ours relies on: WAL, foreign keys, and transactions begun by us alone."""
    sqlite = cast("_SqliteConnection", connection)
    sqlite.isolation_level = None
    cursor = sqlite.cursor()
    for pragma in (
        "journal_mode = WAL",
        # With WAL a power cut can lose the last commits but never damages the file; a fill reads them again.
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "busy_timeout = 10000",
        "cache_size = -16000",
        # Pages are read where the system caches them, without a call for each.
        "mmap_size = 268435456",
        "temp_store = MEMORY",
        f"query_only = {'ON' if query_only else 'OFF'}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
