"""`clanstats import` as an officer runs it, and what the bot answers then, against the old file itself."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.metrics import EHP, OVERALL
from tests.commandline.old_clan import (
    GROUP,
    NOW,
    lay_broken,
    lay_clan,
    run,
    stored,
    told_by_the_bot,
    told_by_the_file,
)
from tests.old_system import OldFile


@pytest.mark.slow_on_postgres
async def test_every_number_of_every_member_is_what_the_old_file_says(bots: str, tmp_path: Path) -> None:
    old = OldFile(tmp_path / "old.db")
    lay_clan(old)
    lay_broken(old)

    result = await run("old.db", "--group", GROUP)

    assert result.exit_code == 0, result.output
    assert await told_by_the_bot(bots) == told_by_the_file(old.file)


@pytest.mark.slow_on_postgres
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


@pytest.mark.slow_on_postgres
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


@pytest.mark.slow_on_postgres
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
