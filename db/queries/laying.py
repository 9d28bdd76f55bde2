"""Laying a long past at once, without asking of each row what was known before."""

from collections.abc import Sequence

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId
from db.bulk import INTEGER, inserting, rows_as_table
from db.models import MetricValue, SnapshotRow
from db.types import FromMillis

_WHEN = ("source_id", "taken_at")
_VALUE = ("source_id", "metric_id", "taken_at", "value")
_TRUE = literal(1) == 1
"""SQLite needs a WHERE between a SELECT and ON CONFLICT."""


async def lay_snapshots(session: AsyncSession, clan: ClanId, taken: Sequence[tuple[int, int]]) -> int:
    """When profiles were seen: rows of source and time (milliseconds). Known ones change nothing.

    Returns:
        How many were new.
    """
    given = rows_as_table(session, dict.fromkeys(_WHEN, INTEGER), taken)
    columns = (literal(clan, INTEGER), given.c.source_id, FromMillis(given.c.taken_at))
    stored = await session.execute(
        inserting(session, SnapshotRow)
        .from_select(["clan_id", *_WHEN], select(*columns).where(_TRUE))
        .on_conflict_do_nothing()
        .returning(SnapshotRow.source_id)
    )
    return len(stored.all())


async def lay_values(
    session: AsyncSession, clan: ClanId, changed: Sequence[tuple[int, int, int, int | None]]
) -> None:
    """Values that changed: rows of source, metric, time (milliseconds) and value, as they are.

    The caller answers for each differing from the one before it, and for the snapshots
    after it. Known ones change nothing. Rows in order of their columns are stored fastest.
    """
    given = rows_as_table(session, dict.fromkeys(_VALUE, INTEGER), changed)
    columns = (given.c.source_id, given.c.metric_id, FromMillis(given.c.taken_at), given.c.value)
    await session.execute(
        inserting(session, MetricValue)
        .from_select(["clan_id", *_VALUE], select(literal(clan, INTEGER), *columns).where(_TRUE))
        .on_conflict_do_nothing()
    )
