"""What the tests of history from before the bot share: a job at a simulated WOM, and what is stored of it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.ids import UserId
from bot.domain.past import PastProgress
from db.models import MetricValue, SnapshotRow
from tests.services.hearing import NOW
from tests.services.stage import GUILD, Stage

OLAF = UserId(7)

DAY = timedelta(days=1)

ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"])
"""For what is the same on both, as far as it stores anything."""


def looks(stage: Stage, player: int, count: int, *, every: timedelta = DAY, last: datetime = NOW) -> None:
    """WOM looked at a player so often until ``last``; XP grows at every third look, kills come late."""
    for number in range(count):
        values = {"overall": 1000 + number // 3, "slayer": 500, "zulrah": -1 if number < count // 2 else 50}
        stage.wom.record(player, values, last - every * (count - 1 - number))


async def want(stage: Stage, days: int | None = 30) -> bool:
    return await stage.past.want(await stage.clan(), days, OLAF)


async def run(stage: Stage, steps: int = 1000) -> int:
    """Do what is due; returns how many steps that was."""
    for number in range(steps):
        due = await stage.past.due([GUILD])
        if not due:
            return number
        for clan in due:
            await stage.past.step(clan)
    return steps


async def progress(stage: Stage) -> PastProgress:
    found = await stage.past.progress(stage.id)
    assert found is not None
    return found


async def taken(stage: Stage, player: int) -> list[datetime]:
    source = await stage.source(player)
    async with stage.database.read() as session:
        rows = select(SnapshotRow.taken_at).where(SnapshotRow.source_id == source)
        return list(await session.scalars(rows.order_by(SnapshotRow.taken_at)))


async def changes(stage: Stage, player: int, key: str) -> list[tuple[datetime, int | None]]:
    """The stored values of a metric, one a change."""
    source, ids = await stage.source(player), await stage.metrics()
    async with stage.database.read() as session:
        rows = select(MetricValue.taken_at, MetricValue.value).where(
            MetricValue.source_id == source, MetricValue.metric_id == ids[key]
        )
        return [(at, value) for at, value in await session.execute(rows.order_by(MetricValue.taken_at))]
