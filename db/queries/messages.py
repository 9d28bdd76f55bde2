"""Messages as facts: stored once, counted in the same transaction, and taken back when deleted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from sqlalchemy import Table, delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import COUNTED, MessageFact, MessageKind
from bot.domain.ids import ChannelId, ClanId, MessageId, SourceId
from db.bulk import INTEGER, inserting, rows_as_table
from db.models import Activity, ActivityDay, Broadcast, Message
from db.types import DAY_MS, DISCORD_EPOCH_MS, QUARTER_MS


class StoredMessage(NamedTuple):
    """A message with its source's id, ready to be stored."""

    message: MessageId
    channel: ChannelId
    source: SourceId | None
    kind: MessageKind
    length: int


_COLUMNS = {
    "message_id": INTEGER,
    "channel_id": INTEGER,
    "source_id": INTEGER,
    "kind": INTEGER,
    "length": INTEGER,
}
_LONGEST = 32_767  # what a small integer holds; Discord ends at 4,000
_ACTIVITY = cast("Table", Activity.__table__)
_ACTIVITY_DAYS = cast("Table", ActivityDay.__table__)


async def add_messages(
    session: AsyncSession, clan: ClanId, messages: Iterable[StoredMessage]
) -> frozenset[MessageId]:
    """Store messages and count them. Those known already, or deleted before, change nothing.

    Returns:
        The ids of those that were new.
    """
    rows = [(m.message, m.channel, m.source, int(m.kind), min(m.length, _LONGEST)) for m in messages]
    if not rows:
        return frozenset()
    given = rows_as_table(session, _COLUMNS, rows)
    stored = await session.execute(
        inserting(session, Message)
        .from_select(["clan_id", *_COLUMNS], select(literal(clan, INTEGER), *given.c).where(literal(1) == 1))
        .on_conflict_do_nothing()
        .returning(Message.message_id, Message.source_id, Message.kind)
    )
    new = stored.all()
    await count_messages(
        session, clan, Counter((id_, source) for id_, source, kind in new if source and kind in COUNTED)
    )
    return frozenset(MessageId(id_) for id_, _, _ in new)


async def delete_messages(
    session: AsyncSession, clan: ClanId, channel: ChannelId, ids: Sequence[MessageId]
) -> None:
    """Leave a tombstone for each: what was counted is taken back, and no later fill adds it again."""
    of_clan = (Message.clan_id == clan) & Message.message_id.in_(ids)
    known = (
        await session.execute(select(Message.message_id, Message.source_id, Message.kind).where(of_clan))
    ).all()
    await session.execute(
        update(Message)
        .where(of_clan)
        .values(source_id=None, kind=MessageKind.DELETED, length=0, double_of=None)
    )
    await session.execute(delete(Broadcast).where(Broadcast.clan_id == clan, Broadcast.message_id.in_(ids)))
    await add_messages(
        session, clan, [StoredMessage(id_, channel, None, MessageKind.DELETED, 0) for id_ in ids]
    )
    taken = Counter({(id_, source): -1 for id_, source, kind in known if source and kind in COUNTED})
    await count_messages(session, clan, taken)


async def count_messages(
    session: AsyncSession, clan: ClanId, messages: Mapping[tuple[int, int], int]
) -> None:
    """Add each message (by id and source) to its quarter of an hour and to its UTC day; -1 takes it back."""
    quarters: Counter[tuple[int, int]] = Counter()
    days: Counter[tuple[int, int]] = Counter()
    for (message, source), number in messages.items():
        millis = (message >> 22) + DISCORD_EPOCH_MS
        quarters[source, millis // QUARTER_MS] += number
        days[source, millis // DAY_MS] += number
    await _add_counts(session, _ACTIVITY, "quarter", clan, quarters)
    await _add_counts(session, _ACTIVITY_DAYS, "day", clan, days)


async def _add_counts(
    session: AsyncSession, table: Table, slot: str, clan: ClanId, counts: Mapping[tuple[int, int], int]
) -> None:
    if not counts:
        return
    given = rows_as_table(
        session,
        {"source_id": INTEGER, slot: INTEGER, "messages": INTEGER},
        [(source, at, number) for (source, at), number in counts.items()],
    )
    adding = inserting(session, table).from_select(
        ["clan_id", "source_id", slot, "messages"],
        select(literal(clan, INTEGER), *given.c).where(literal(1) == 1),
    )
    await session.execute(
        adding.on_conflict_do_update(
            index_elements=["clan_id", "source_id", slot],
            set_={"messages": table.c.messages + adding.excluded.messages},
        )
    )


async def add_broadcasts(
    session: AsyncSession, clan: ClanId, broadcasts: Iterable[tuple[MessageFact, SourceId | None]]
) -> None:
    """Keep what the relays announced; those known already change nothing."""
    rows = [
        {
            "clan_id": clan,
            "message_id": fact.message,
            "source_id": source,
            "kind": fact.broadcast.kind,
            "detail": dict(fact.broadcast.detail),
            "raw": fact.broadcast.raw,
        }
        for fact, source in broadcasts
        if fact.broadcast is not None
    ]
    if rows:
        await session.execute(inserting(session, Broadcast).values(rows).on_conflict_do_nothing())
