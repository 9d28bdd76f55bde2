"""Imports that are cut off, and files, schemas and clans that cannot be imported."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.metrics import OVERALL
from bot.locks import sole_process
from tests.commandline.old_clan import DAYS, GROUP, NOW, lay_broken, lay_clan, run, stored, told_by_the_bot
from tests.commandline.support import clanstats, pretend_revision
from tests.databases import empty_database
from tests.old_system import OldFile

KILLED = """
import os, signal, sys
from bot.__main__ import main
from bot.services.importing import messages, snapshots
from db.queries import imports

# Who runs the tests in the background ignores it, and so would what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
messages.BATCH, snapshots.BATCH = 100, 100
advance = imports.advance
left, number = int(sys.argv.pop(1)), signal.Signals[sys.argv.pop(1)]

async def dying(*arguments):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), number)
    return await advance(*arguments)

imports.advance = dying
main(prog_name="clanstats")
"""


async def stopped(steps: int, by: str) -> subprocess.CompletedProcess[str]:
    """An import that gets a signal when so many batches are committed and another one is written."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED, str(steps), by, "import", "old.db", "--group", GROUP],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
async def test_an_interrupted_import_says_how_to_go_on(tmp_path: Path) -> None:
    old = OldFile(tmp_path / "old.db")
    lay_clan(old)

    interrupted = await stopped(3, "SIGINT")

    assert interrupted.returncode == 1
    assert "Interrupted. What was imported is stored; the same command goes on." in interrupted.stderr
    assert "Traceback" not in interrupted.stderr


@pytest.mark.slow_on_postgres
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
async def test_a_killed_import_goes_on_and_ends_as_one_that_was_not(
    bots: str, database_kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = OldFile(tmp_path / "old.db")
    lay_clan(old)
    lay_broken(old)
    for steps in (3, 6):
        killed = await stopped(steps, "SIGKILL")
        assert killed.returncode < 0, killed.stderr
    resumed = await run("old.db", "--group", GROUP)
    after = await stored(bots)

    (tmp_path / "whole").mkdir()
    async with empty_database(database_kind, tmp_path / "whole") as url:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("DATA_DIR", str(tmp_path / "whole"))
        await asyncio.to_thread(clanstats, "migrate")
        whole = await run("old.db", "--group", GROUP)
        assert await stored(url) == after

    assert resumed.output.partition("rows")[2] == whole.output.partition("rows")[2]


@pytest.mark.parametrize(
    "without",
    [
        ["wom_snapshots.user_id", "discord_messages.user_id"],
        ["boss_snapshots.wom_snapshot_id"],
        ["player_name_aliases"],
        ["boss_snapshots"],
    ],
    ids=lambda without: without[0],
)
async def test_older_layouts_are_read(without: list[str], tmp_path: Path) -> None:
    old = OldFile(tmp_path / "old.db", without)
    old.member(1, "bob")
    old.snapshot(NOW - timedelta(days=2), 1, "Bob", {"overall": 5_000})
    old.snapshot(NOW - timedelta(days=1), 1, "bob", None, total_xp=7_000)
    old.boss(2, "zulrah", 40, other=2)
    old.message(NOW - timedelta(days=1), 5, "bob", 1)

    result = await run("old.db", "--group", GROUP)

    assert result.exit_code == 0, result.output
    url = f"sqlite+aiosqlite:///{tmp_path / 'data' / 'clanstats.db'}"
    assert await told_by_the_bot(url, [OVERALL]) == [[{1: 1}, {1: 2_000}]] * len(DAYS)


@pytest.mark.parametrize("wrong", ["text", "database", "half", "damaged"])
async def test_another_file_is_refused_and_told_why(wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    if wrong == "text":
        file.write_text("no database at all, but long enough to be taken for one" * 100)
    elif wrong == "database":
        with closing(sqlite3.connect(file)) as database:
            database.execute("CREATE TABLE cats (name)")
    elif wrong == "damaged":
        lay_clan(OldFile(file))
        with file.open("r+b") as whole:
            whole.truncate(200_000)
    else:
        OldFile(file, ["discord_messages", "wom_snapshots.timestamp"])

    result = await run("old.db", "--group", GROUP)

    assert result.exit_code == 1
    told = {
        "text": "is not an SQLite database",
        "database": "it has no clan_members, wom_snapshots, discord_messages",
        "damaged": "cannot be read: database disk image is malformed",
        "half": "it has no wom_snapshots.timestamp, discord_messages",
    }
    assert told[wrong] in result.output


async def test_it_says_what_is_missing_where_the_clan_is_not_clear(tmp_path: Path) -> None:
    OldFile(tmp_path / "old.db").member(1, "bob")

    assert "Say its group at Wise Old Man with --group" in (await run("old.db")).output
    assert "Say its id with --guild" in (await run("old.db", "--group", GROUP)).output
    assert (await run("old.db", "--group", GROUP, "--guild", "55")).exit_code == 0
    assert (await run("old.db")).exit_code == 0, "there is one clan now"
    assert (await run("old.db", "--group", "8", "--guild", "55")).exit_code == 0
    several = await run("old.db")
    assert several.exit_code == 1
    assert "--group 7  Group 7" in several.output
    missing = await run("nowhere.db")
    assert missing.exit_code == 2
    assert "does not exist" in missing.output


async def test_another_schema_is_told(workplace: Path) -> None:
    OldFile(workplace / "old.db").member(1, "bob")
    await asyncio.to_thread(clanstats, "migrate")
    pretend_revision(workplace / "data" / "clanstats.db", "an-older-one")

    assert "Run `clanstats migrate`" in (await run("old.db", "--group", GROUP)).output


async def test_a_running_bot_keeps_its_file_to_itself(workplace: Path) -> None:
    OldFile(workplace / "old.db").member(1, "bob")
    held = (workplace / "data" / "clanstats.db").absolute()

    with sole_process(workplace / "data", token=None, database_file=held):
        result = await run("old.db", "--group", GROUP)

    assert result.exit_code == 1
    assert f"in use by process {os.getpid()}" in result.output
