"""How far each channel is read, and when it was observed."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ChannelId, ClanId, MessageId
from db.bulk import INTEGER, inserting, rows_as_table
from db.models import Coverage, IngestCursor
from db.types import FromMillis, Greatest, to_millis


class Cursor(NamedTuple):
    """Every message from ``start`` to ``after`` is stored. While ``filling`` live ones do not move it."""

    start: MessageId
    after: MessageId
    filling: bool


async def cursors(session: AsyncSession, clan: ClanId) -> dict[ChannelId, Cursor]:
    """The cursor of every channel that was ever read."""
    rows = await session.execute(
        select(
            IngestCursor.channel_id, IngestCursor.start_id, IngestCursor.after_id, IngestCursor.filling
        ).where(IngestCursor.clan_id == clan)
    )
    return {
        ChannelId(channel): Cursor(MessageId(start), MessageId(after), filling)
        for channel, start, after, filling in rows
    }


async def open_holes(session: AsyncSession, clan: ClanId, starts: Mapping[ChannelId, MessageId]) -> None:
    """Declare that these channels have a hole after their cursors; a new channel begins at its start.

    Until the hole is filled, live messages are stored but do not move the cursor, so that
    a process killed meanwhile fills it again.
    """
    if not starts:
        return
    adding = inserting(session, IngestCursor).values(
        [
            {"clan_id": clan, "channel_id": channel, "start_id": start, "after_id": start, "filling": True}
            for channel, start in starts.items()
        ]
    )
    await session.execute(
        adding.on_conflict_do_update(index_elements=["clan_id", "channel_id"], set_={"filling": True})
    )


async def reach_back(session: AsyncSession, clan: ClanId, starts: Mapping[ChannelId, MessageId]) -> None:
    """Read channels again from an earlier message on. What is known already is not counted twice.

    A channel that was read from there, or from before, stays as it is.
    """
    if not starts:
        return
    given = rows_as_table(session, {"channel_id": INTEGER, "start_id": INTEGER}, list(starts.items()))
    earlier = (
        select(given.c.start_id).where(given.c.channel_id == IngestCursor.channel_id).correlate(IngestCursor)
    ).scalar_subquery()
    await session.execute(
        update(IngestCursor)
        .where(
            IngestCursor.clan_id == clan,
            IngestCursor.channel_id.in_(select(given.c.channel_id)),
            IngestCursor.start_id > earlier,
        )
        .values(start_id=earlier, after_id=earlier, filling=True)
        .execution_options(synchronize_session=False)
    )


async def forget_channel(session: AsyncSession, clan: ClanId, channel: ChannelId) -> None:
    """A channel is gone from Discord: nothing of it is to be read any more. Its facts stay."""
    await session.execute(
        delete(IngestCursor).where(IngestCursor.clan_id == clan, IngestCursor.channel_id == channel)
    )


async def advance_fill(
    session: AsyncSession, clan: ClanId, channel: ChannelId, after: MessageId, *, finished: bool
) -> None:
    """A page was stored, in this same transaction, up to ``after``."""
    await session.execute(
        update(IngestCursor)
        .where(IngestCursor.clan_id == clan, IngestCursor.channel_id == channel)
        .values(after_id=Greatest(IngestCursor.after_id, literal(after, INTEGER)), filling=not finished)
    )


async def advance_live(session: AsyncSession, clan: ClanId, newest: Mapping[ChannelId, MessageId]) -> None:
    """Live messages were stored up to these; channels with a hole before them stay where they are."""
    if not newest:
        return
    given = rows_as_table(session, {"channel_id": INTEGER, "after_id": INTEGER}, list(newest.items()))
    reached = (
        select(given.c.after_id).where(given.c.channel_id == IngestCursor.channel_id).correlate(IngestCursor)
    ).scalar_subquery()
    await session.execute(
        update(IngestCursor)
        .where(
            IngestCursor.clan_id == clan,
            IngestCursor.channel_id.in_(select(given.c.channel_id)),
            ~IngestCursor.filling,
            IngestCursor.after_id < reached,
        )
        .values(after_id=reached)
        .execution_options(synchronize_session=False)
    )


async def cover(
    session: AsyncSession, clan: ClanId, channel: ChannelId, start: datetime, end: datetime
) -> None:
    """Note that a channel was observed over a span; it becomes one row with those that it touches.

    A span that ends before it starts, as where two clocks differ, is empty and can still be extended.
    """
    end = max(start, end)
    touched = await session.execute(
        delete(Coverage)
        .where(
            Coverage.clan_id == clan,
            Coverage.channel_id == channel,
            Coverage.from_at <= end,
            Coverage.to_at >= start,
        )
        .returning(Coverage.from_at, Coverage.to_at)
    )
    spans = [(start, end), *((from_at, to_at) for from_at, to_at in touched)]
    await session.execute(
        inserting(session, Coverage).values(
            clan_id=clan,
            channel_id=channel,
            from_at=min(from_at for from_at, _ in spans),
            to_at=max(to_at for _, to_at in spans),
        )
    )


async def extend_coverage(
    session: AsyncSession, clan: ClanId, since: Mapping[ChannelId, datetime], now: datetime
) -> None:
    """Channels that were heard without a gap since a time are observed until ``now``.

    Only a span that reaches that time is extended, and none is begun.
    """
    if not since:
        return
    given = rows_as_table(
        session,
        {"channel_id": INTEGER, "since": INTEGER},
        [(channel, to_millis(moment)) for channel, moment in since.items()],
    )
    heard_since = (
        select(FromMillis(given.c.since))
        .where(given.c.channel_id == Coverage.channel_id)
        .correlate(Coverage)
        .scalar_subquery()
    )
    await session.execute(
        update(Coverage)
        .where(
            Coverage.clan_id == clan,
            Coverage.channel_id.in_(select(given.c.channel_id)),
            Coverage.to_at >= heard_since,
            Coverage.to_at < now,
        )
        .values(to_at=now)
        .execution_options(synchronize_session=False)
    )


async def observed_until(session: AsyncSession, clan: ClanId) -> datetime | None:
    """The end of the latest observation of any channel; None where none was observed."""
    return await session.scalar(select(func.max(Coverage.to_at)).where(Coverage.clan_id == clan))


async def observed_since(session: AsyncSession, clan: ClanId) -> datetime | None:
    """The start of the earliest observation of any channel; None where none was observed."""
    return await session.scalar(select(func.min(Coverage.from_at)).where(Coverage.clan_id == clan))


class CoveredSpan(NamedTuple):
    """A channel was observed over a span."""

    channel: ChannelId
    start: datetime
    end: datetime


async def covered(session: AsyncSession, clan: ClanId, start: datetime, end: datetime) -> list[CoveredSpan]:
    """What was observed between two times, channel by channel."""
    rows = await session.execute(
        select(Coverage.channel_id, Coverage.from_at, Coverage.to_at)
        .where(Coverage.clan_id == clan, Coverage.from_at < end, Coverage.to_at > start)
        .order_by(Coverage.channel_id, Coverage.from_at)
    )
    return [CoveredSpan(ChannelId(channel), from_at, to_at) for channel, from_at, to_at in rows]
