"""Everybody's readings of total XP over a few days, from which what each day brought is worked out."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.gains import Reading
from bot.domain.ids import ClanId, MemberId, MetricId
from bot.domain.metrics import OVERALL
from bot.domain.simulation.series import Holding
from bot.services.eligibility.archive import holdings
from db.queries import archive


async def read_xp(
    session: AsyncSession, clan: ClanId, overall: MetricId | None, since: datetime, until: datetime
) -> Mapping[MemberId, Sequence[Holding]]:
    """Every reading from ``since`` to ``until``, and the last at or before it, by profile.

    ``overall`` is None where no total XP was ever read: then there is none.
    """
    if overall is None:
        return {}
    owners = await archive.owners(session, clan)
    times = await archive.snapshot_times(session, clan, since, until)
    values = await archive.values(session, clan, [overall], since, until)
    return await asyncio.to_thread(holdings, owners, times, values, {overall: OVERALL.key})


def readings_of(held: Sequence[Holding]) -> list[Reading]:
    """A member's readings of total XP on the profile that was read last: between two nothing is gained."""
    if not held:
        return []
    last = max(held, key=lambda one: one.times[-1])
    return [Reading(at, value) for at, value in zip(last.times, last.values[OVERALL.key], strict=True)]
