"""Which places of the program asked which kind of database anything.

What people see is tried on SQLite, which is quicker, and only what adds a statement is
tried on PostgreSQL too. This is what makes that safe: a whole run fails where a place in
the program asked SQLite alone, since its statement was never tried on PostgreSQL.
"""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

ROOT: Final = Path(__file__).parents[1]
PROGRAM: Final = tuple(f"{ROOT / name}/" for name in ("bot", "cogs", "db"))
ASKS: Final = ("execute", "get", "scalar", "scalars", "stream", "stream_scalars")


class Places:
    """A pytest plugin: notes every place, in each worker, and compares them at the end of a whole run."""

    def __init__(self) -> None:
        self.asked: dict[str, set[str]] = defaultdict(set)
        self.untried: list[str] = []

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A worker hands over what it noted; who started them judges, if everything was run."""
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["asked"] = {kind: sorted(places) for kind, places in self.asked.items()}
        elif exitstatus == pytest.ExitCode.OK and _is_whole(session.config):
            self.untried = self.one_sided()
            if self.untried:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker is done; one that crashed hands over nothing."""
        for kind, places in getattr(node, "workeroutput", {}).get("asked", {}).items():
            self.asked[kind].update(places)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the places, and what to do about them."""
        if self.untried:
            terminalreporter.section("asked on SQLite alone", red=True)
            terminalreporter.line("Mark a test that comes through here with pytest.mark.both_databases:")
            for place in self.untried:
                terminalreporter.line(place)

    def note(self, session: AsyncSession) -> None:
        """Note the innermost line of the program that asks."""
        frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage] -- the only way to ask who calls
        while frame is not None:
            if frame.f_code.co_filename.startswith(PROGRAM):
                place = Path(frame.f_code.co_filename).relative_to(ROOT)
                self.asked[session.get_bind().dialect.name].add(f"{place}:{frame.f_lineno}")
                return
            frame = frame.f_back

    def one_sided(self) -> list[str]:
        """The places that asked SQLite and never PostgreSQL; none where there is no PostgreSQL at all."""
        postgres = self.asked.get("postgresql")
        return sorted(self.asked["sqlite"] - postgres) if postgres else []


def _is_whole(config: pytest.Config) -> bool:
    """Whether nothing was left out by whoever started the run."""
    chosen = config.option.keyword or config.option.markexpr or getattr(config.option, "lf", False)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


def watch(places: Places) -> None:
    """Have every session tell who asks through it."""

    def noting(name: str) -> None:
        real: Any = getattr(AsyncSession, name)

        async def asks(session: AsyncSession, *args: Any, **options: Any) -> Any:
            places.note(session)
            return await real(session, *args, **options)

        setattr(AsyncSession, name, asks)

    for name in ASKS:
        noting(name)
