"""What the tests of the command line share."""

import base64
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from bot.__main__ import main

APPLICATION = 123456789012345678
TOKEN = (
    f"{base64.urlsafe_b64encode(str(APPLICATION).encode()).decode().rstrip('=')}.GaBcDe.never-shown-to-anyone"
)
SECRET_KEY = "correct horse battery staple"


def clanstats(*arguments: str, given: str = "") -> Result:
    """Run a command in this process; what it does not expect is raised here."""
    return CliRunner().invoke(main, list(arguments), input=given, catch_exceptions=False)


def in_a_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person does."""
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(  # noqa: S603 -- our own command
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )


def revision_in(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def pretend_revision(file: Path, revision: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.commit()
