"""Upgrading the schema: what is refused, what is copied before, what is said."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.commandline.schema import copy_sqlite
from db import migrate
from tests.commandline.support import TOKEN, clanstats, pretend_revision, revision_in


def test_migrate_makes_the_schema_and_says_from_where_to_where(workplace: Path) -> None:
    first, second = clanstats("migrate"), clanstats("migrate")

    assert f"from nothing to {migrate.head()}" in first.output
    assert f"up to date: {migrate.head()}" in second.output
    assert revision_in(workplace / "data" / "clanstats.db") == migrate.head()
    assert not (workplace / "data" / "backups").exists(), "there was nothing to lose"


def test_run_refuses_another_schema_and_says_how_to_go_on(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clanstats("migrate")
    pretend_revision(workplace / "data" / "clanstats.db", "an-older-one")
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)

    result = clanstats("run")

    assert result.exit_code == 1
    assert f"schema is an-older-one, this version needs {migrate.head()}" in result.output
    assert "clanstats migrate" in result.output


@pytest.mark.parametrize("wanted", [True, False])
def test_migrate_copies_the_file_before_it_changes_it(wanted: bool, workplace: Path) -> None:
    clanstats("migrate")
    pretend_revision(workplace / "data" / "clanstats.db", "from-the-future")

    result = clanstats("migrate", *([] if wanted else ["--no-backup"]))

    assert result.exit_code == 1
    assert "schema from-the-future is unknown to this version" in result.output
    backups = list((workplace / "data").glob("backups/*"))
    assert [revision_in(file) for file in backups] == (["from-the-future"] if wanted else [])


def test_a_copy_holds_what_was_committed_even_while_the_file_is_written(tmp_path: Path) -> None:
    source, target = tmp_path / "source.db", tmp_path / "deeper" / "copy.db"
    with closing(sqlite3.connect(source)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE facts (fact)")
        database.execute("INSERT INTO facts VALUES ('committed')")
        database.commit()
        database.execute("INSERT INTO facts VALUES ('not yet')")
        copy_sqlite(source, target)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT fact FROM facts").fetchall() == [("committed",)]
    assert [file.name for file in target.parent.iterdir()] == ["copy.db"]


def test_an_unreachable_database_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hidden-password@127.0.0.1:1/facts")
    for command in (["migrate"], ["doctor", "--offline"]):
        result = clanstats(*command)
        assert result.exit_code == 1
        assert "cannot be reached" in result.output
        assert "postgresql+asyncpg://me:***@127.0.0.1:1/facts" in result.output
        assert "hidden-password" not in result.output


def test_migrate_leaves_a_database_alone_that_another_process_has(workplace: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from bot.locks import sole_process\n"
        "with sole_process(Path('data'), token=None, database_file=Path('data/clanstats.db').absolute()):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        result = clanstats("migrate")
        other.kill()
    assert result.exit_code == 1
    assert f"in use by process {other.pid}" in result.output
    assert not (workplace / "data" / "clanstats.db").exists()
