"""The rank emojis that relays show beside names, and when ranks changed."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import time_of
from bot.domain.as_of import RANK_CHANGED
from bot.domain.drift import ShownRank
from bot.domain.ids import ClanId, MemberId, MessageId, SourceId
from db.bulk import inserting
from db.models import Attribution, MemberEvent, SeenRank


async def note_ranks(
    session: AsyncSession, clan: ClanId, shown: Mapping[SourceId, tuple[MessageId, str]]
) -> None:
    """A relay showed these emojis in these messages. What is older than what is known changes nothing."""
    if not shown:
        return
    adding = inserting(session, SeenRank).values(
        [
            {"clan_id": clan, "source_id": source, "emoji": emoji, "message_id": message}
            for source, (message, emoji) in shown.items()
        ]
    )
    newer = {"emoji": adding.excluded.emoji, "message_id": adding.excluded.message_id}
    await session.execute(
        adding.on_conflict_do_update(
            index_elements=["clan_id", "source_id"],
            set_=newer,
            where=SeenRank.message_id < adding.excluded.message_id,
        )
    )


async def shown_ranks(session: AsyncSession, clan: ClanId) -> dict[MemberId, ShownRank]:
    """The newest emoji beside each member's name, by who held the name then."""
    rows = await session.execute(
        select(
            Attribution.member_id, SeenRank.emoji, SeenRank.message_id, Attribution.from_at, Attribution.to_at
        )
        .join(
            Attribution,
            (Attribution.clan_id == SeenRank.clan_id) & (Attribution.source_id == SeenRank.source_id),
        )
        .where(SeenRank.clan_id == clan)
        .order_by(SeenRank.message_id)
    )
    return {
        MemberId(member): ShownRank(emoji, time_of(MessageId(message)))
        for member, emoji, message, start, end in rows
        if start <= time_of(MessageId(message)) < end
    }


async def rank_changes(session: AsyncSession, clan: ClanId) -> dict[MemberId, datetime]:
    """When WOM told last that a member's rank changed; absent where it never did."""
    rows = await session.execute(
        select(MemberEvent.member_id, func.max(MemberEvent.at))
        .where(MemberEvent.clan_id == clan, MemberEvent.kind == RANK_CHANGED)
        .group_by(MemberEvent.member_id)
    )
    return {MemberId(member): at for member, at in rows}
