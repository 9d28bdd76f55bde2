import logging
from collections.abc import Generator
from pathlib import Path

import pytest

from bot.settings import Settings


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """An empty working directory, an environment without our keys, and the log as it was afterwards."""
    monkeypatch.chdir(tmp_path)
    for name in (*Settings.model_fields, "clanstats_config"):
        monkeypatch.delenv(name.upper(), raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield tmp_path
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


@pytest.fixture
def bots(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the bot's database, set as its operator sets it."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url
