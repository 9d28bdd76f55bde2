"""One import under way: what every stage shares, and how a batch is committed with where it stands."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId
from bot.domain.imports import ImportState, Stage
from db.old_system import OldDatabase
from db.queries import imports
from db.session import Database


class ImportOvertaken(Exception):
    """Another process imports the same file into the same clan."""


@dataclass
class Run:
    """An import under way. A ``rehearsal`` stores nothing: what the import would do is counted only.

    The database and the clan may be missing then.
    """

    old: OldDatabase
    database: Database | None
    clan: ClanId | None
    fingerprint: str
    state: ImportState
    step: int
    now: datetime
    advanced: Callable[[int], None]
    rehearsal: bool = False

    @asynccontextmanager
    async def batch(self, rows: int) -> AsyncGenerator[tuple[AsyncSession, ClanId] | None]:
        """One transaction that stores a batch and where the import stands; None where nothing is stored.

        Change the state inside: whoever is killed goes on after the last batch that was committed.

        Raises:
            ImportOvertaken: another process committed this step; nothing of the batch is stored.
        """
        if self.rehearsal or self.database is None or self.clan is None:
            yield None
        else:
            async with self.database.write() as session:
                yield session, self.clan
                finished_at = self.now if self.state.stage is Stage.DONE else None
                moved = await imports.advance(
                    session, self.clan, self.fingerprint, self.step, as_stored(self.state), finished_at
                )
                if not moved:
                    raise ImportOvertaken
            self.step += 1
        self.advanced(rows)


def as_stored(state: ImportState) -> dict[str, Any]:
    """The state as the database keeps it."""
    return msgspec.to_builtins(state)
