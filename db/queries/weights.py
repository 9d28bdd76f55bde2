"""What a clan's score is made of."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId
from db.bulk import inserting
from db.models import ScoreWeight


async def weights(session: AsyncSession, clan: ClanId) -> dict[str, int]:
    """How much each metric weighs, by key; empty where officers never chose."""
    rows = await session.execute(
        select(ScoreWeight.metric, ScoreWeight.weight).where(ScoreWeight.clan_id == clan)
    )
    return {str(metric): int(weight) for metric, weight in rows}


async def save_weights(session: AsyncSession, clan: ClanId, chosen: Mapping[str, int]) -> None:
    """Keep these in the place of all others."""
    await session.execute(delete(ScoreWeight).where(ScoreWeight.clan_id == clan))
    rows = [{"clan_id": clan, "metric": key, "weight": weight} for key, weight in chosen.items()]
    if rows:
        await session.execute(inserting(session, ScoreWeight).values(rows))
