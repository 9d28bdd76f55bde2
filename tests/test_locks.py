"""One process per token and per SQLite file."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.locks import AlreadyRunningError, sole_process

HOLD = """
import sys
from pathlib import Path
from bot.locks import sole_process
with sole_process(Path(sys.argv[1]), token=sys.argv[2], database_file=Path(sys.argv[3])):
    print("held", flush=True)
    sys.stdin.read()
"""


def held_by_another_process(directory: Path, token: str, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(directory), token, str(file)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own command
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_with_the_same_token_or_file_is_told_who_has_it(tmp_path: Path) -> None:
    file = tmp_path / "facts.db"
    with held_by_another_process(tmp_path, "a.b.secret", file) as other:
        with (
            pytest.raises(AlreadyRunningError, match=f"token is in use by process {other.pid}") as caught,
            sole_process(tmp_path, token="a.b.secret", database_file=None),
        ):
            pass
        assert "secret" not in str(caught.value)
        with (
            pytest.raises(AlreadyRunningError, match=r"facts\.db is in use"),
            sole_process(tmp_path / "elsewhere", token=None, database_file=file),
        ):
            pass
        with sole_process(tmp_path, token="other.b.c", database_file=tmp_path / "other.db"):
            pass
        other.kill()
    with sole_process(tmp_path, token="a.b.secret", database_file=file):
        pass


def test_the_locks_are_free_after_an_error_within(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="within"), sole_process(tmp_path, token="a", database_file=None):
        raise ValueError("within")
    with sole_process(tmp_path, token="a", database_file=None):
        pass


def test_a_lock_that_cannot_be_had_frees_the_one_that_was(tmp_path: Path) -> None:
    file = tmp_path / "facts.db"
    with held_by_another_process(tmp_path, "first.b.c", file) as other:
        with pytest.raises(AlreadyRunningError), sole_process(tmp_path, token="second", database_file=file):
            pass
        with sole_process(tmp_path, token="second", database_file=None):
            pass
        other.kill()
