"""Lines that two relays carry: their prints, what repeats what, and the counts that follow from it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import time_of
from bot.domain.doubles import RelayId, Told, find_doubles
from bot.domain.facts import COUNTED, DOUBLE_OF, MessageKind
from bot.domain.ids import ChannelId, ClanId, MessageId, UserId
from db.bulk import INTEGER, inserting, rows_as_table
from db.models import Message, RelayPrint
from db.queries.messages import count_messages

_PRINT_COLUMNS: Final = {"message_id": INTEGER, "print": INTEGER, "channel_id": INTEGER, "author_id": INTEGER}
_SINGLE_OF: Final = {double: single for single, double in DOUBLE_OF.items()}


class _Stored(NamedTuple):
    """A relay's line as it is stored. ``first`` is the line that it repeats."""

    message: MessageId
    source: int | None
    kind: MessageKind
    first: MessageId | None

    def kind_with(self, first: MessageId | None) -> MessageKind:
        """Its kind where it repeats that line, or none."""
        return (_SINGLE_OF if first is None else DOUBLE_OF).get(self.kind, self.kind)


_STORED: Final = (Message.message_id, Message.source_id, Message.kind, Message.double_of)


def _stored(message: int, source: int | None, kind: int, first: int | None) -> _Stored:
    return _Stored(MessageId(message), source, MessageKind(kind), None if first is None else MessageId(first))


async def add_prints(session: AsyncSession, clan: ClanId, lines: Iterable[Told]) -> None:
    """Remember what relays wrote. Of a message that was deleted, or not stored, nothing is remembered."""
    rows = [(line.message, line.print, line.relay.channel, line.relay.author) for line in lines]
    if not rows:
        return
    given = rows_as_table(session, _PRINT_COLUMNS, rows)
    there = (Message.clan_id == clan) & (Message.message_id == given.c.message_id)
    await session.execute(
        inserting(session, RelayPrint)
        .from_select(
            ["clan_id", *_PRINT_COLUMNS],
            select(literal(clan, INTEGER), *given.c)
            .join_from(given, Message, there)
            .where(Message.kind != MessageKind.DELETED),
        )
        .on_conflict_do_nothing()
    )


async def drop_prints(session: AsyncSession, clan: ClanId, ids: Collection[MessageId]) -> frozenset[int]:
    """Remember nothing of these messages any more, and return the prints that they had."""
    gone = await session.scalars(
        delete(RelayPrint)
        .where(RelayPrint.clan_id == clan, RelayPrint.message_id.in_(ids))
        .returning(RelayPrint.print)
    )
    return frozenset(gone)


async def settle(session: AsyncSession, clan: ClanId, prints: Collection[int], within: timedelta) -> None:
    """Have exactly the doubles among the lines of these prints stored as such, and counted accordingly.

    All lines of a print are looked at, so that it does not matter which of them came last. A line
    that repeats one whose print is forgotten goes on repeating it: a history that is read again
    brings its lines back one after the other, and none is to count twice meanwhile.
    """
    if not prints:
        return
    given = rows_as_table(session, {"print": INTEGER}, [(one,) for one in prints])
    told = (RelayPrint.clan_id == clan) & (RelayPrint.print == given.c.print)
    rows = await session.execute(
        select(*_STORED, RelayPrint.channel_id, RelayPrint.author_id, RelayPrint.print)
        .join_from(given, RelayPrint, told)
        .join(Message, (Message.clan_id == clan) & (Message.message_id == RelayPrint.message_id))
    )
    known: list[_Stored] = []
    lines: list[Told] = []
    for message, source, kind, first, channel, author, print_ in rows:
        known.append(_stored(message, source, kind, first))
        lines.append(Told(MessageId(message), RelayId(ChannelId(channel), UserId(author)), print_))
    remembered = {line.message for line in lines}
    doubles = {
        stored.message: stored.first
        for stored in known
        if stored.first is not None
        and stored.first not in remembered
        and time_of(stored.message) - time_of(stored.first) <= within
    }
    doubles |= find_doubles([line for line in lines if line.message not in doubles], within)
    await _mark(session, clan, [(line, doubles.get(line.message)) for line in known])


async def let_inherit(session: AsyncSession, clan: ClanId, ids: Collection[MessageId]) -> None:
    """Of the lines that still repeat one of these, which are gone, the first counts in its place."""
    rows = await session.execute(
        select(*_STORED)
        .where(Message.clan_id == clan, Message.double_of.in_(ids))
        .order_by(Message.message_id)
    )
    heirs: dict[MessageId | None, MessageId] = {}
    marks: list[tuple[_Stored, MessageId | None]] = []
    for message, source, kind, first in rows:
        line = _stored(message, source, kind, first)
        marks.append((line, heirs.get(line.first)))
        heirs.setdefault(line.first, line.message)
    await _mark(session, clan, marks)


async def _mark(
    session: AsyncSession, clan: ClanId, lines: Iterable[tuple[_Stored, MessageId | None]]
) -> None:
    """Note for each line which one it repeats, None for one that counts; the counts follow."""
    changed = [(line, first) for line, first in lines if line.first != first]
    if not changed:
        return
    given = rows_as_table(
        session,
        {"message_id": INTEGER, "kind": INTEGER, "double_of": INTEGER},
        [(line.message, int(line.kind_with(first)), first) for line, first in changed],
    )
    await session.execute(
        update(Message)
        .where(Message.clan_id == clan, Message.message_id == given.c.message_id)
        .values(kind=given.c.kind, double_of=given.c.double_of)
        .execution_options(synchronize_session=False)
    )
    await count_messages(session, clan, _difference(changed))


def _difference(changed: Sequence[tuple[_Stored, MessageId | None]]) -> dict[tuple[int, int], int]:
    difference = {
        (line.message, line.source): (line.kind_with(first) in COUNTED) - (line.kind in COUNTED)
        for line, first in changed
        if line.source is not None
    }
    return {what: number for what, number in difference.items() if number}
