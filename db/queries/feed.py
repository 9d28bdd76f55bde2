"""What a clan's feed tells of, where, and what was told."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.feed import Batch, FeedKind, FeedSetting
from bot.domain.ids import ChannelId, ClanId, GuildId
from db.bulk import inserting
from db.models import Clan, FeedBatch, FeedRow, FeedTold
from db.queries.kinds import of_known_kind


async def feeds(session: AsyncSession, clan: ClanId) -> dict[FeedKind, FeedSetting]:
    """The kinds that are on."""
    rows = await session.scalars(select(FeedRow).where(FeedRow.clan_id == clan))
    return {FeedKind(row.kind): _setting(row) for row in of_known_kind(rows, FeedKind)}


async def all_feeds(session: AsyncSession, guilds: Collection[GuildId]) -> dict[ClanId, list[FeedSetting]]:
    """The same of every followed clan of these servers that has any."""
    rows = await session.scalars(
        select(FeedRow).join(Clan, Clan.id == FeedRow.clan_id).where(Clan.guild_id.in_(guilds), Clan.active)
    )
    found: dict[ClanId, list[FeedSetting]] = {}
    for row in of_known_kind(rows, FeedKind):
        found.setdefault(ClanId(row.clan_id), []).append(_setting(row))
    return found


async def save_feed(session: AsyncSession, one: FeedSetting) -> None:
    """Switch a kind on, or change it."""
    values = {"channel_id": one.channel, "since": one.since, "least": one.least}
    adding = inserting(session, FeedRow).values(clan_id=one.clan, kind=one.kind, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "kind"], set_=values))


async def end_feed(session: AsyncSession, clan: ClanId, kind: FeedKind) -> None:
    """Switch a kind off."""
    await session.execute(delete(FeedRow).where(FeedRow.clan_id == clan, FeedRow.kind == kind))


async def told(session: AsyncSession, clan: ClanId) -> set[str]:
    """What was told of lately."""
    return set(await session.scalars(select(FeedTold.key).where(FeedTold.clan_id == clan)))


async def note_told(
    session: AsyncSession, clan: ClanId, keys: Sequence[str], now: datetime, *, forget: datetime
) -> None:
    """These are told; what was told before ``forget`` cannot be found again."""
    rows = [{"clan_id": clan, "key": key, "told_at": now} for key in keys]
    await session.execute(inserting(session, FeedTold).values(rows).on_conflict_do_nothing())
    await session.execute(delete(FeedTold).where(FeedTold.clan_id == clan, FeedTold.told_at < forget))


async def batches(session: AsyncSession, clan: ClanId) -> dict[ChannelId, Batch]:
    """What was tried and is not known to be there, by channel."""
    rows = await session.scalars(select(FeedBatch).where(FeedBatch.clan_id == clan))
    return {
        ChannelId(row.channel_id): Batch(ChannelId(row.channel_id), tuple(row.keys), row.said, row.tried_at)
        for row in rows
    }


async def save_batch(session: AsyncSession, clan: ClanId, one: Batch) -> None:
    """Something is about to be told in a channel."""
    values = {"keys": list(one.keys), "said": one.said, "tried_at": one.tried_at}
    adding = inserting(session, FeedBatch).values(clan_id=clan, channel_id=one.channel, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "channel_id"], set_=values))


async def end_batch(session: AsyncSession, clan: ClanId, one: Batch) -> None:
    """What became of it is known; what was tried in its channel since is left alone."""
    await session.execute(
        delete(FeedBatch).where(
            FeedBatch.clan_id == clan, FeedBatch.channel_id == one.channel, FeedBatch.said == one.said
        )
    )


def _setting(row: FeedRow) -> FeedSetting:
    return FeedSetting(
        ClanId(row.clan_id), FeedKind(row.kind), ChannelId(row.channel_id), row.since, row.least
    )
