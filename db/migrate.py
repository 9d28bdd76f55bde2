"""The schema's version: Alembic, driven from code. Nothing else creates or changes tables."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from db.session import prepare_sqlite

T = TypeVar("T")

SCRIPTS = Path(__file__).parent.parent / "migrations"


def head() -> str:
    """The revision that this program needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise LookupError("the migrations folder holds no revision")
    return revision


def revisions() -> list[str]:
    """Every revision that there is, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


async def current(url: str) -> str | None:
    """The revision that the database is at; None for one without a schema."""
    return await _on_connection(
        url, lambda connection: MigrationContext.configure(connection).get_current_revision()
    )


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema up to a revision. All of it is one transaction; on failure nothing is changed."""
    await _on_connection(url, lambda connection: command.upgrade(_config(connection), revision))


async def downgrade(url: str, revision: str) -> None:
    """Bring the schema down to a revision (``base`` for none). Data of dropped tables is lost."""
    await _on_connection(url, lambda connection: command.downgrade(_config(connection), revision))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


async def _on_connection(url: str, act: Callable[[Connection], T]) -> T:
    engine = create_async_engine(make_url(url))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def configure(connection: object, _record: object) -> None:  # pyright: ignore[reportUnusedFunction] -- registered
            prepare_sqlite(connection, query_only=False)

        @event.listens_for(engine.sync_engine, "begin")
        def start(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction] -- registered
            # The driver would leave DDL outside of the transaction.
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        async with engine.begin() as connection:
            return await connection.run_sync(act)
    finally:
        await engine.dispose()
