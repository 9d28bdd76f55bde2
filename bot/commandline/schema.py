"""The database's schema from the command line: checked before a start, upgraded with a backup before."""

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import click
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot.commandline.failures import Failure
from bot.settings import Settings
from db import migrate

UNREACHABLE = (SQLAlchemyError, OSError)
"""What a database that is away, closed to us or no database at all raises."""


async def current_revision(settings: Settings) -> str | None:
    """The revision that the database is at; None without a schema. A missing SQLite file is not created.

    Raises:
        Failure: the database cannot be reached.
    """
    file = settings.database_file
    if file is not None and not file.exists():
        return None
    try:
        return await migrate.current(settings.database_url)
    except UNREACHABLE as error:
        where = settings.shown()["DATABASE_URL"]
        raise Failure(
            f"The database cannot be reached: {first_line(error)}\n"
            f"Look at DATABASE_URL ({where}) and whether the server is running."
        ) from error


def ensure_there(settings: Settings) -> None:
    """Let nothing that only reads make a database: in the wrong folder it would be a new and empty one.

    Raises:
        Failure: the SQLite file does not exist.
    """
    file = settings.database_file
    if file is not None and not file.exists():
        raise Failure(
            f"There is no database at {file}: is DATA_DIR (or DATABASE_URL) right? "
            "The bot makes it when it first runs."
        )


async def ensure_current(settings: Settings, *, upgrade_first: bool) -> None:
    """Let nothing start on another schema than it was made for. A new SQLite file gets its schema here.

    Raises:
        Failure: the schema is another one, and ``upgrade_first`` is not set.
    """
    revision, needed = await current_revision(settings), migrate.head()
    if revision == needed:
        return
    new_file = revision is None and settings.database_file is not None
    if not (upgrade_first or new_file):
        raise Failure(
            f"The database's schema is {revision or 'missing'}, this version needs {needed}. "
            "Run `clanstats migrate` (it backs an SQLite file up first), or start with `--migrate`."
        )
    await upgrade(settings, backup=True)


async def upgrade(settings: Settings, *, backup: bool) -> None:
    """Bring the schema to the newest revision, an SQLite file copied before, and say what was done.

    Raises:
        Failure: the database is away, or its schema is newer than this program.
    """
    before, needed = await current_revision(settings), migrate.head()
    if before == needed:
        click.echo(f"The schema is up to date: {needed}")
        return
    file = settings.database_file
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    if backup and before is not None:
        _back_up(settings, file, before)
    try:
        await migrate.upgrade(settings.database_url)
    except CommandError as error:
        raise Failure(
            f"The schema {before} is unknown to this version, perhaps a newer ClanStats made it: {error}"
        ) from error
    except UNREACHABLE as error:
        raise Failure(f"The schema was left at {before or 'none'}: {first_line(error)}") from error
    click.echo(f"The schema was brought from {before or 'nothing'} to {needed}")


def _back_up(settings: Settings, file: Path | None, revision: str) -> None:
    if file is None:
        click.echo("No backup: ClanStats copies SQLite files only; for PostgreSQL use pg_dump.")
        return
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target = settings.data_dir / "backups" / f"{file.stem}-{revision}-{stamp}.db"
    try:
        copy_sqlite(file, target)
    except (sqlite3.Error, OSError) as error:
        raise Failure(f"No backup could be made, so nothing was changed: {error}") from error
    click.echo(f"Backup: {target}")


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a file that may be in use. The target appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(partial)) as writer:
        reader.backup(writer)
    partial.replace(target)


def first_line(error: BaseException) -> str:
    """What went wrong without the library's class names, statements and addresses."""
    line = str(error).partition("\n")[0]
    return re.sub(r"^\([\w.]+\) ", "", line) or type(error).__name__
