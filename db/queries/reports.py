"""What a report of a whole clan asks besides what boards and lists ask. One statement each."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import SourceKind
from bot.domain.ids import ClanId, MemberId
from db.bulk import INTEGER, rows_as_table
from db.models import Activity, Attribution, Coverage, Source
from db.types import QUARTER_MS, Greatest, Least, Millis


async def messages_in_slots(
    session: AsyncSession, clan: ClanId, slots: Sequence[tuple[int, int]]
) -> dict[MemberId, dict[int, int]]:
    """Each member's messages by the number of the slot, relayed ones included, in one statement.

    A slot is its first quarter of an hour since 1970 and the one after its last. Only whole
    quarters of an attribution count. A slot without a message is absent, and who has none at all.
    """
    given = rows_as_table(
        session,
        {"slot": INTEGER, "first": INTEGER, "past": INTEGER},
        [(number, first, past) for number, (first, past) in enumerate(slots)],
    )
    held_from = (Millis(Attribution.from_at) + QUARTER_MS - 1) // QUARTER_MS
    held_to = Millis(Attribution.to_at) // QUARTER_MS
    held = (
        select(
            Attribution.source_id,
            Attribution.member_id,
            given.c.slot,
            Greatest(given.c.first, held_from).label("since"),
            Least(given.c.past, held_to).label("until"),
        )
        .join_from(Attribution, given, (held_from < given.c.past) & (held_to > given.c.first))
        .join(Source, (Source.clan_id == Attribution.clan_id) & (Source.id == Attribution.source_id))
        .where(Attribution.clan_id == clan, Source.kind != SourceKind.WOM)
        .cte("held")
        .prefix_with("MATERIALIZED")
    )
    c = held.c
    rows = await session.execute(
        select(c.member_id, c.slot, func.sum(Activity.messages))
        # An inner join lets SQLite begin with all messages ever.
        .outerjoin_from(
            held,
            Activity,
            (Activity.clan_id == clan)
            & (Activity.source_id == c.source_id)
            & (Activity.quarter >= c.since)
            & (Activity.quarter < c.until),
        )
        .group_by(c.member_id, c.slot)
        .having(func.sum(Activity.messages) > 0)
    )
    found: dict[MemberId, dict[int, int]] = {}
    for member, slot, messages in rows:
        found.setdefault(MemberId(member), {})[slot] = int(messages)
    return found


async def observed_since(session: AsyncSession, clan: ClanId) -> datetime | None:
    """When the first of the clan's channels was observed; None where none ever was."""
    return await session.scalar(select(func.min(Coverage.from_at)).where(Coverage.clan_id == clan))
