"""Fixtures for every test: a migrated database on either server."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from db.session import Database
from tests.databases import Templates, empty_database, require
from tests.places import Places, watch
from tests.statements import share

# The same examples at every run, so that a change fails by what it did; ``make soak`` looks for new ones.
settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    stateful_step_count=30,
    derandomize=True,
)
settings.register_profile(
    "soak", settings.get_profile("untimed"), max_examples=5_000, stateful_step_count=50, derandomize=False
)
# Finds what a test would find, and does not look for the shortest way to it.
settings.register_profile("unshrunk", settings.get_profile("untimed"), phases=[Phase.generate])
settings.load_profile("untimed")


SCREENS = Path(__file__).parent / "cogs"
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


def pytest_addoption(parser: pytest.Parser) -> None:
    """``make check`` gives it."""
    parser.addoption(
        "--all-on-both",
        action="store_true",
        help="Run also what is marked slow_on_postgres on both kinds of database.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """See :mod:`tests.places` and :mod:`tests.statements`."""
    share()
    places = Places()
    watch(places)
    config.pluginmanager.register(places, "places")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever uses a database is run on both kinds, unless the test names its own.

    Screens are tried on SQLite, and on both where they are marked to be. What takes long on PostgreSQL,
    and asks nothing there that no other test asks, is tried there where it is asked for.
    """
    test = metafunc.definition
    named = any(mark.args[0] == "database_kind" for mark in test.iter_markers("parametrize"))
    if "database_kind" in metafunc.fixturenames and not named:
        both = SCREENS not in test.path.parents or test.get_closest_marker("both_databases")
        if test.get_closest_marker("slow_on_postgres") and not metafunc.config.getoption("--all-on-both"):
            both = False
        metafunc.parametrize("database_kind", BOTH if both else BOTH[:1])


@pytest.fixture
async def empty_url(database_kind: str, tmp_path: Path) -> AsyncGenerator[str]:
    """The URL of a database without any table."""
    async with empty_database(database_kind, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Generator[Templates]:
    """Migrated databases to be copied."""
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    asyncio.run(made.remove())


@pytest.fixture
async def database_url(database_kind: str, tmp_path: Path, templates: Templates) -> AsyncGenerator[str]:
    """The URL of a database at the newest revision."""
    await require(database_kind)
    async with templates.migrated(database_kind, tmp_path) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """An open database at the newest revision."""
    opened = Database(database_url)
    yield opened
    await opened.close()
