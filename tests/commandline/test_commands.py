"""The command line as a person meets it: what it says, what it leaves behind, its exit code."""

import os
from pathlib import Path

from bot.commandline.heartbeat import heartbeat_file
from tests.commandline.support import clanstats, in_a_process


def test_help_names_every_command_and_needs_no_settings() -> None:
    result = in_a_process("--help", POLL_MINUTES="nonsense")
    assert result.returncode == 0
    for command in ("run", "init", "migrate", "doctor", "demo", "health", "import"):
        assert f"\n  {command} " in result.stdout


def test_run_tells_every_problem_at_once_and_touches_nothing(workplace: Path) -> None:
    result = in_a_process(
        "run", POLL_MINUTES="1", SECRET_KEY="short", DATABASE_URL="mysql://me:hidden@host/x"
    )

    assert result.returncode == 2
    for key in ("DISCORD_TOKEN", "POLL_MINUTES", "SECRET_KEY", "DATABASE_URL"):
        assert key in result.stderr
    assert "4 settings have to change" in result.stderr
    assert "hidden" not in result.stderr
    assert "Traceback" not in result.stderr
    assert list(workplace.iterdir()) == []


def test_only_run_needs_a_token() -> None:
    assert clanstats("migrate").exit_code == 0
    assert clanstats("doctor", "--offline").exit_code == 0
    assert clanstats("run").exit_code == 2


def test_health_follows_the_heartbeat(workplace: Path) -> None:
    assert clanstats("health").exit_code == 1
    file = heartbeat_file(workplace / "data")
    file.parent.mkdir()
    file.touch()
    assert clanstats("health").exit_code == 0
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert clanstats("health").exit_code == 1
