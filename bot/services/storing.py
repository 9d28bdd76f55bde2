"""Storing what was heard, with its sources, their attribution and the counts, in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.doubles import DOUBLES_WITHIN
from bot.domain.facts import MessageFact, SourceKind, SourceRef
from bot.domain.ids import ChannelId, ClanId, MessageId, NameKey, SourceId
from db.queries import attributions, doubles, messages, seen_ranks, sources
from db.queries.messages import StoredMessage

REMEMBERED: Final = 200_000
"""Sources remembered in all; past that they are looked up anew. About 60 MB at most."""


class Heard(NamedTuple):
    """A message in a channel that matters; ``fact`` is None where it is nothing to the clan."""

    channel: ChannelId
    message: MessageId
    fact: MessageFact | None


class Deleted(NamedTuple):
    """Messages that were deleted."""

    channel: ChannelId
    messages: Sequence[MessageId]


class KnownSources:
    """The ids of sources, remembered over all clans; an id never changes."""

    def __init__(self) -> None:
        self._ids: dict[ClanId, dict[SourceRef, SourceId]] = {}
        self._size = 0

    def of(self, clan: ClanId) -> Mapping[SourceRef, SourceId]:
        """Those of a clan that are remembered."""
        return self._ids.get(clan, {})

    def remember(self, clan: ClanId, ids: Mapping[SourceRef, SourceId]) -> None:
        """Call it only when the transaction that added them is committed."""
        if self._size + len(ids) > REMEMBERED:
            self._ids.clear()
            self._size = 0
        known = self._ids.setdefault(clan, {})
        before = len(known)
        known.update(ids)
        self._size += len(known) - before


async def store(
    session: AsyncSession,
    clan: ClanId,
    heard: Iterable[Heard | Deleted],
    known: Mapping[SourceRef, SourceId],
    within: timedelta = DOUBLES_WITHIN,
) -> dict[SourceRef, SourceId]:
    """Store a piece of what was heard. The same piece again, or parts of it in any order, changes nothing.

    A deletion wins over its message whatever came first, so messages are added before
    deletions are followed. What two relays wrote ``within`` so long counts once.

    Returns:
        The sources that ``known`` lacked.
    """
    facts = {entry.message: entry.fact for entry in heard if isinstance(entry, Heard) and entry.fact}
    refs = {fact.source for fact in facts.values() if fact.source is not None}
    learnt = await _learn(session, clan, [ref for ref in refs if ref not in known])
    stored = [_stored(fact, known, learnt) for fact in facts.values()]
    new = await messages.add_messages(session, clan, stored)
    announced = [
        (facts[row.message], row.source)
        for row in stored
        if row.message in new and facts[row.message].broadcast is not None
    ]
    await messages.add_broadcasts(session, clan, announced)
    await seen_ranks.note_ranks(session, clan, _ranks(stored, facts, new))
    told = [fact.told for fact in facts.values() if fact.told is not None]
    await doubles.add_prints(session, clan, told)
    await doubles.settle(session, clan, {line.print for line in told}, within)
    for channel, ids in _deletions(heard).items():
        await messages.delete_messages(session, clan, channel, ids)
        prints = await doubles.drop_prints(session, clan, ids)
        await doubles.settle(session, clan, prints, within)
        await doubles.let_inherit(session, clan, ids)
    return learnt


def _stored(
    fact: MessageFact, known: Mapping[SourceRef, SourceId], learnt: Mapping[SourceRef, SourceId]
) -> StoredMessage:
    source = None
    if fact.source is not None:
        source = known[fact.source] if fact.source in known else learnt[fact.source]
    return StoredMessage(fact.message, fact.channel, source, fact.kind, fact.length)


def _ranks(
    stored: Iterable[StoredMessage], facts: Mapping[MessageId, MessageFact], new: Collection[MessageId]
) -> dict[SourceId, tuple[MessageId, str]]:
    """The newest rank emoji that was shown beside each name, of messages that are new."""
    shown: dict[SourceId, tuple[MessageId, str]] = {}
    for row in stored:
        rank = facts[row.message].rank
        if rank is not None and row.source is not None and row.message in new:
            known = shown.get(row.source)
            if known is None or known[0] < row.message:
                shown[row.source] = row.message, rank
    return shown


def _deletions(heard: Iterable[Heard | Deleted]) -> dict[ChannelId, list[MessageId]]:
    gone: dict[ChannelId, dict[MessageId, None]] = {}
    for entry in heard:
        if isinstance(entry, Deleted):
            gone.setdefault(entry.channel, {}).update(dict.fromkeys(entry.messages))
    return {channel: list(ids) for channel, ids in gone.items()}


async def _learn(
    session: AsyncSession, clan: ClanId, refs: Collection[SourceRef]
) -> dict[SourceRef, SourceId]:
    """The ids of sources that are not remembered; those that are new are added and attributed at once."""
    found = await sources.find_sources(session, clan, refs)
    new = sorted((ref for ref in refs if ref not in found), key=lambda ref: (ref.kind, ref.key))
    if new:
        found.update(await sources.add_sources(session, clan, new))
        names = {NameKey(ref.key) for ref in new if ref.kind is SourceKind.RELAY}
        users = {ref.user for ref in new if ref.kind is SourceKind.DISCORD and ref.user is not None}
        if names:
            await attributions.attribute_relayed_names(session, clan, names)
        if users:
            await attributions.attribute_users(session, clan, users)
    return found
