"""Statements are compiled once for the whole run, not once for every test's database.

SQLAlchemy keeps what it compiled with the engine, and each test opens a database of its own:
compiling was a seventh of what all tests took.
"""

from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from db.session import Database


class _Compiled(dict[Any, Any]):
    """A cache for engines of any number: the key's dialect stands for its kind."""

    def get(self, key: Any, default: Any = None, /) -> Any:
        return super().get(_of_kind(key), default)

    def __setitem__(self, key: Any, compiled: Any, /) -> None:
        super().__setitem__(_of_kind(key), compiled)


def _of_kind(key: Any) -> Any:
    dialect, *statement = key
    return type(dialect), dialect.server_version_info, *statement


_COMPILED: Final = _Compiled()


def share() -> None:
    """Have every database that is opened from now on use the same cache."""
    opened = Database.__init__

    def opens(database: Database, *args: Any, **options: Any) -> None:
        opened(database, *args, **options)
        for name in ("_writer", "_reader"):
            engine: AsyncEngine = vars(database)[name]
            engine.update_execution_options(compiled_cache=_COMPILED)

    setattr(Database, "__init__", opens)  # noqa: B010 -- an assignment is one to a method of another signature
