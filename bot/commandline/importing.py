"""``clanstats import``: the old system's database into the bot's, with a progress bar and a report."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.commandline.failures import Failure
from bot.commandline.schema import UNREACHABLE, current_revision, ensure_current, first_line
from bot.domain.ids import GroupId, GuildId
from bot.present.importing import report
from bot.services.importing.run import ImportOvertaken
from bot.services.importing.service import Choice, Imported, Importing, WhichClan, WhichServer
from bot.settings import Settings
from db import migrate
from db.old_system import NotTheOldDatabase, OldDatabase
from db.queries.imports import Target
from db.session import Database


@dataclass(frozen=True)
class Asked:
    """What was typed: the old file and, where more than one could be meant, the clan."""

    file: Path
    group: int | None
    guild: int | None
    rehearsal: bool


async def import_old(settings: Settings, asked: Asked) -> None:
    """Import the file, or say what that would do, and print the report.

    Raises:
        Failure: it cannot be done; with what to do next. What was imported until then stays.
    """
    choice = Choice(
        None if asked.group is None else GroupId(asked.group),
        None if asked.guild is None else GuildId(asked.guild),
    )
    try:
        with OldDatabase(asked.file) as old:
            if not asked.rehearsal:
                await ensure_current(settings, upgrade_first=False)
            async with _opened(settings, rehearsal=asked.rehearsal) as database:
                importing = Importing(old, database, lambda: datetime.now(UTC))
                done = await _with_progress(importing, choice, rehearsal=asked.rehearsal)
    except NotTheOldDatabase as error:
        raise _not_the_old_one(asked.file, error) from error
    except WhichClan as error:
        raise _which_clan(error.known) from error
    except WhichServer as error:
        raise Failure(
            "It is not clear to which Discord server the clan belongs. Say its id with --guild."
        ) from error
    except sqlite3.Error as error:
        raise Failure(
            f"{asked.file} cannot be read: {first_line(error)}\n"
            "If it was damaged, `sqlite3 old.db .recover` saves what can be saved."
        ) from error
    except ImportOvertaken as error:
        raise Failure("Another process is importing the same file. Let that one finish.") from error
    except UNREACHABLE as error:
        raise Failure(
            f"The import stopped: {first_line(error)}\n"
            "What was imported until then is stored; the same command goes on from there."
        ) from error
    _say(done, rehearsal=asked.rehearsal)


@asynccontextmanager
async def _opened(settings: Settings, *, rehearsal: bool) -> AsyncGenerator[Database | None]:
    """The bot's database; None where a rehearsal finds none of this version to look into."""
    if rehearsal and await current_revision(settings) != migrate.head():
        yield None
        return
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        await database.close()


async def _with_progress(importing: Importing, choice: Choice, *, rehearsal: bool) -> Imported:
    with click.progressbar(length=importing.rows, label="Reading" if rehearsal else "Importing") as bar:
        run = importing.rehearse if rehearsal else importing.run
        done = await run(choice, bar.update)
        bar.finish()
    return done


def _say(done: Imported, *, rehearsal: bool) -> None:
    if done.was_complete:
        click.echo("This file was imported before, nothing was added. The report was:\n")
    click.echo(f"Into the clan {done.clan_name}, group {done.group} at Wise Old Man\n")
    click.echo(report(done.state, rehearsal=rehearsal))
    if rehearsal:
        click.echo("\nNothing was written.")
    elif not done.is_followed:
        click.echo(
            f"\nNo server follows this clan yet. /setup in the Discord server {done.guild} with group "
            f"{done.group} takes it up with everything that was imported."
        )


def _not_the_old_one(file: Path, error: NotTheOldDatabase) -> Failure:
    if not error.missing:
        return Failure(f"{file} is not an SQLite database.")
    return Failure(
        f"{file} is not the old system's database: it has no {', '.join(error.missing)}.\n"
        "Give the file that its scripts wrote to."
    )


def _which_clan(known: tuple[Target, ...]) -> Failure:
    if not known:
        return Failure("There is no clan yet. Say its group at Wise Old Man with --group.")
    listed = "\n".join(f"  --group {one.group}  {one.name}" for one in known)
    return Failure(f"There are several clans. Say which one is meant:\n{listed}")
