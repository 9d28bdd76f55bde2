"""What charts of a whole clan ask besides what boards ask."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import SourceKind
from bot.domain.ids import ClanId
from db.models import Activity, Source


async def messages_by_quarter(
    session: AsyncSession, clan: ClanId, first: int, past: int
) -> list[tuple[int, int]]:
    """Messages of everybody, whoever they are, by quarter of an hour since 1970, from ``first`` to ``past``.

    In one statement; a quarter without any is absent.
    """
    rows = await session.execute(
        select(Activity.quarter, func.sum(Activity.messages))
        .join_from(Activity, Source, (Source.clan_id == Activity.clan_id) & (Source.id == Activity.source_id))
        .where(
            Activity.clan_id == clan,
            Source.kind != SourceKind.WOM,
            Activity.quarter >= first,
            Activity.quarter < past,
        )
        .group_by(Activity.quarter)
        .having(func.sum(Activity.messages) > 0)
    )
    return [(quarter, int(messages)) for quarter, messages in rows]
