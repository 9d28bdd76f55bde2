"""`clanstats import` as an officer runs it, and what the bot answers then, against the old file itself."""

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from bot.domain.metrics import BOSS_KILLS, EHP, OVERALL, Metric
from bot.domain.periods import Period, PeriodKind
from bot.locks import sole_process
from bot.services.leaderboards import group_ends, value_of
from db.models import Base, Profile, Source
from db.queries import counts, gains, imports, snapshots
from db.session import Database
from tests.commandline.support import clanstats, pretend_revision
from tests.databases import empty_database
from tests.old_system import OldFile, written

NOW = datetime(2026, 10, 20, 12, 7, 30, 250_000, tzinfo=UTC)
RELAY = 4_000
GROUP = "7"
DAYS = (7, 30, 90, None)
FIRST = datetime(2015, 1, 1, tzinfo=UTC)
"""All time begins here: dates before it are among the broken ones."""


@pytest.fixture
def bots(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the bot's database, set as its operator sets it."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


async def run(*arguments: str) -> Result:
    """`clanstats import`, in a thread since it has a loop of its own."""
    return await asyncio.to_thread(clanstats, "import", *arguments)


def lay_clan(old: OldFile) -> None:
    """Five members over 120 days; every kind of broken row is among theirs."""
    dice = random.Random(5)  # noqa: S311 -- the same clan at every run
    start = NOW - timedelta(days=120)
    for number, name in enumerate(("lloi", "bob", "zed", "renamed", "quiet"), start=1):
        old.member(number, name, written(start), written(NOW))
    old.alias(1, "lloi", "L Loi", written(start), written(NOW), current=True)
    old.alias(4, "before", "Before", written(start), written(NOW - timedelta(days=60)))
    kept: list[tuple[datetime, int | None, str, dict[str, float], bool]] = []
    values = {number: {"overall": 1_000_000.0 * number, "zulrah": 50, "ehp": 10.0} for number in range(1, 5)}
    for day in range(120):
        for number, name in enumerate(("lloi", "bob", "zed", "before" if day < 60 else "renamed"), start=1):
            theirs = values[number]
            if dice.random() < 0.3:
                theirs["overall"] += dice.randrange(90_000)
                theirs["zulrah"] += dice.randrange(3)
                theirs["ehp"] = round(theirs["ehp"] + dice.random(), 5)
            at = start + timedelta(days=day, seconds=number)
            user = None if (day + number) % 17 == 0 else number
            kept.append((at, user, name, dict(theirs), bool(day % 2)))
    dice.shuffle(kept)
    for at, user, name, theirs, wrapped in kept:
        old.snapshot(at, user, name, theirs, wrapped=wrapped, total_boss_kills=theirs["zulrah"])
    for number in range(600):
        at = start + timedelta(hours=4.7 * number, milliseconds=number)
        who = dice.randrange(1, 5)
        name = ("lloi", "bob", "zed", "before" if at < NOW - timedelta(days=60) else "renamed")[who - 1]
        author = RELAY if number % 3 else 5_000 + who
        user = who if number % 2 else None
        old.message(at, author, "stranger" if number % 50 == 0 else name, user)


def lay_broken(old: OldFile) -> None:
    """One row of each kind that cannot be used, and some that can in part."""
    at = NOW - timedelta(days=3)
    old.add("clan_members", [{"id": 8, "username": None}])
    old.alias(99, "ghost", "Ghost")
    for bad in ("yesterday", None, "2031-01-01 00:00:00", "1999-01-01"):
        old.snapshot(bad, 1, "lloi", {"overall": 5})
        old.message(at, RELAY, "lloi", 1, id=None, created_at=bad)
    old.snapshot(at, 1, "lloi", None, raw_data="{not json", total_xp=-1, total_boss_kills=-1)
    old.snapshot(at, None, None, {"overall": 5})
    old.snapshot(at, None, "nobodyhere", {"overall": 5})
    old.snapshot(at + timedelta(minutes=5), 2, "bob", None, raw_data='[{"skills": 3}]', total_xp=3_000_000)
    old.boss(1, "zulrah", 3, other=None)
    old.boss(98_765, "zulrah", 3)
    old.boss(None, "zulrah", 3)
    old.message(at + timedelta(minutes=1), None, None, channel_id=None)


_NAMED = """
coalesce(user_id, (SELECT id FROM clan_members c WHERE c.username = {name}),
    (SELECT member_id FROM player_name_aliases a WHERE a.normalized_name = {name}))
"""
_MESSAGES = f"""
SELECT {_NAMED.format(name="author_name")} AS member, count(*) FROM discord_messages
WHERE created_at >= ? AND created_at < ? GROUP BY 1 HAVING member IS NOT NULL
"""
_GAIN = f"""
WITH readings AS (
    SELECT {_NAMED.format(name="s.username")} AS member, timestamp AS at, {{value}} AS value
    FROM wom_snapshots s
), ends AS (
    SELECT member, min(at) AS first, max(at) AS last FROM readings
    WHERE value >= 0 AND at BETWEEN ? AND ? GROUP BY member HAVING count(*) > 1 AND member IS NOT NULL
)
SELECT member, l.value - f.value FROM ends JOIN readings f USING (member) JOIN readings l USING (member)
WHERE f.at = first AND l.at = last
"""
_WHOLE = "iif(json_valid(raw_data), raw_data, NULL)"
_VALUES: Mapping[Metric, str] = {
    OVERALL: "total_xp",
    BOSS_KILLS: "total_boss_kills",
    EHP: f"round(coalesce(json_extract({_WHOLE}, '$.data.computed.ehp.value'), "
    f"json_extract({_WHOLE}, '$.computed.ehp.value')) * 100000)",
}


def periods() -> list[Period]:
    starts = [FIRST if days is None else NOW - timedelta(days=days) for days in DAYS]
    return [Period("test", PeriodKind.ROLLING, start, NOW) for start in starts]


def told_by_the_file(file: Path, metrics: Iterable[Metric] = _VALUES) -> list[list[dict[int, int]]]:
    """Of each period every member's messages and gains, by SQL that shares nothing with the import."""
    with closing(sqlite3.connect(file)) as old:
        found: list[list[dict[int, int]]] = []
        for period in periods():
            span = (written(period.start), written(period.end))
            asked = [_MESSAGES, *(_GAIN.format(value=_VALUES[one]) for one in metrics)]
            found.append([dict(old.execute(sql, span).fetchall()) for sql in asked])
        return found


async def told_by_the_bot(url: str, metrics: Iterable[Metric] = _VALUES) -> list[list[dict[int, int]]]:
    """The same by the bot's own queries, its members called by their ids in the old file."""
    database = Database(url)
    try:
        async with database.read() as session:
            (target,) = await imports.targets(session)
            rows = await session.execute(
                select(Profile.member_id, Source.key).join(
                    Source, (Source.clan_id == Profile.clan_id) & (Source.id == Profile.source_id)
                )
            )
            old = {member: int(key.split(":")[1]) for member, key in rows}
            known = await snapshots.metric_ids(session)
            found: list[list[dict[int, int]]] = []
            for period in periods():
                counted = await counts.message_counts(session, target.clan, period.start, period.end)
                told = [{old[one.member]: one.messages for one in counted}]
                for metric in metrics:
                    ends = await gains.readings(session, target.clan, [known[metric.key]], period)
                    values = {
                        old[member]: value_of(metric, of, period)
                        for (member, _), of in group_ends(ends).items()
                    }
                    told.append({member: value for member, value in values.items() if value is not None})
                found.append(told)
            return found
    finally:
        await database.close()


async def stored(url: str) -> dict[str, list[str]]:
    """Every row of every table, but for the times at which it was written."""
    database = Database(url)
    kept: dict[str, list[str]] = {}
    try:
        async with database.read() as session:
            for table in Base.metadata.sorted_tables:
                columns = [
                    column
                    for column in table.columns
                    if column.name not in {"created_at", "started_at", "finished_at", "step"}
                ]
                kept[table.name] = sorted(repr(tuple(row)) for row in await session.execute(select(*columns)))
    finally:
        await database.close()
    return kept


async def test_every_number_of_every_member_is_what_the_old_file_says(bots: str, tmp_path: Path) -> None:
    old = OldFile(tmp_path / "old.db")
    lay_clan(old)
    lay_broken(old)

    result = await run("old.db", "--group", GROUP)

    assert result.exit_code == 0, result.output
    assert await told_by_the_bot(bots) == told_by_the_file(old.file)


async def test_the_report_accounts_for_every_row_and_says_why_some_are_refused(
    bots: str, tmp_path: Path
) -> None:
    old = OldFile(tmp_path / "old.db")
    lay_clan(old)
    lay_broken(old)

    said = (await run("old.db", "--group", GROUP)).output

    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "Members 6 5 0 1" in lines
    assert "Aliases 3 2 0 1" in lines
    assert "Snapshots 488 482 0 6" in lines
    assert "Messages 605 600 0 5" in lines
    for refused in (
        "1 no name",
        "1 of no member",
        "2 no readable date",
        "1 a date in the future",
        "1 no author",
    ):
        assert refused in lines
    assert "1 not one number that can be read" in lines
    assert "1 neither a member nor a name" in lines
    assert "2 of no snapshot" in lines
    assert "1 nobodyhere" in lines
    assert any(line.endswith(" stranger") for line in lines)


async def test_a_snapshot_without_wom_s_answer_tells_no_gain_that_was_not_made(tmp_path: Path) -> None:
    old = OldFile(tmp_path / "old.db")
    old.member(1, "bob")
    old.snapshot(NOW - timedelta(days=20), 1, "bob", None, total_xp=900)
    for days, xp, hours in ((10, 1_000, 10.0), (6, 1_500, None), (1, 2_000, 12.5)):
        at = NOW - timedelta(days=days)
        if hours is None:
            old.snapshot(at, 1, "bob", None, raw_data="{", total_xp=xp)
        else:
            old.snapshot(at, 1, "bob", {"overall": xp, "ehp": hours})

    result = await run("old.db", "--group", GROUP, "--guild", "5")

    assert " 1  no readable answer of WOM, and none before it" in result.output
    url = f"sqlite+aiosqlite:///{tmp_path / 'data' / 'clanstats.db'}"
    week, *_, ever = await told_by_the_bot(url, [OVERALL, EHP])
    assert week == [{}, {1: 500}, {1: 250_000}]
    assert ever == [{}, {1: 1_000}, {1: 250_000}]


async def test_the_order_of_the_rows_does_not_matter_and_of_one_moment_the_first_is_taken(
    tmp_path: Path,
) -> None:
    old = OldFile(tmp_path / "old.db")
    old.member(1, "bob")
    for days, xp in ((1, 900), (6, 900), (8, 800), (6, 5)):
        old.snapshot(NOW - timedelta(days=days), 1, "bob", {"overall": xp})

    result = await run("old.db", "--group", GROUP, "--guild", "5")

    assert " 1  a second one of the same account and moment" in result.output
    url = f"sqlite+aiosqlite:///{tmp_path / 'data' / 'clanstats.db'}"
    week, month, *_ = await told_by_the_bot(url, [OVERALL])
    assert (week, month) == ([{}, {1: 0}], [{}, {1: 100}])


async def test_message_content_is_not_kept(tmp_path: Path, workplace: Path) -> None:
    old = OldFile(tmp_path / "old.db")
    old.member(1, "bob")
    old.message(NOW, 5, "bob", 1, content="a very private word")

    await run("old.db", "--group", GROUP)

    kept = (workplace / "data" / "clanstats.db").read_bytes()
    assert b"bob" in kept
    assert b"private" not in kept


async def test_the_same_command_again_says_that_it_is_complete_and_adds_nothing(
    bots: str, tmp_path: Path
) -> None:
    old = OldFile(tmp_path / "old.db")
    lay_clan(old)
    first = await run("old.db", "--group", GROUP)
    before = await stored(bots)

    second = await run("old.db", "--group", GROUP)

    assert "was imported before, nothing was added" in second.output
    assert await stored(bots) == before
    assert [line for line in first.output.splitlines() if line.startswith("Messages")] == [
        line for line in second.output.splitlines() if line.startswith("Messages")
    ]


async def test_a_file_that_has_grown_adds_only_what_is_new(bots: str, tmp_path: Path) -> None:
    old = OldFile(tmp_path / "old.db")
    lay_clan(old)
    await run("old.db", "--group", GROUP)
    old.member(6, "late")
    old.snapshot(NOW - timedelta(hours=2), 1, "lloi", {"overall": 99_000_000})
    old.message(NOW - timedelta(hours=1), 5_006, "late", 6)

    result = await run("old.db", "--group", GROUP)

    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert "Members 6 1 5 0" in lines
    assert "Snapshots 481 1 480 0" in lines
    assert "Messages 601 1 600 0" in lines
    assert await told_by_the_bot(bots, [OVERALL]) == told_by_the_file(old.file, [OVERALL])


async def test_a_rehearsal_says_the_same_and_writes_nothing(tmp_path: Path, workplace: Path) -> None:
    old = OldFile(tmp_path / "old.db")
    lay_clan(old)
    lay_broken(old)

    rehearsed = await run("old.db", "--group", GROUP, "--dry-run")

    assert "Nothing was written" in rehearsed.output
    assert not (workplace / "data").exists()
    done = await run("old.db", "--group", GROUP)
    same = [
        line for line in rehearsed.output.splitlines() if line.startswith(("  ", "Messages:", "Snapshots:"))
    ]
    assert same
    assert set(same) <= set(done.output.splitlines())


KILLED = """
import os, signal, sys
from bot.__main__ import main
from bot.services.importing import messages, snapshots
from db.queries import imports

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
