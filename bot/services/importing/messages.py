"""The old system's messages, without their content: who, where and when, in the order of the file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import MessageKind, SourceKind, SourceRef
from bot.domain.ids import ChannelId, ClanId, MessageId, SourceId, UserId
from bot.domain.old_names import OldNames, Span, find_relays
from bot.domain.old_values import (
    DISCORD_BEGAN,
    Unreadable,
    message_id,
    read_name,
    read_number,
    read_time,
)
from bot.services.importing.people import PIECE, PREFIX, STRANGE_NAME, profile_source
from bot.services.importing.run import Run
from db.old_system import MessageRow, OldDatabase
from db.queries import attributions, clans, imports, messages, sources
from db.queries.messages import StoredMessage
from db.types import OPEN_END, OPEN_START, to_millis

BATCH: Final = 5_000
NO_CHANNEL: Final = ChannelId(0)
"""Where messages are of which the file does not say where they were."""


class Author(NamedTuple):
    """Who wrote, as the file says: an account of Discord or a relay, a name, a member; any may be missing."""

    id: int | None
    name: str
    member: int | None


@dataclass(frozen=True)
class Speaker:
    """What an author is stored as, and whose it was when. ``doubt`` is why the file's word is not taken."""

    source: SourceRef
    kind: MessageKind
    spans: tuple[Span, ...]
    doubt: str = ""
    note: str = ""

    def member_at(self, moment: datetime) -> int | None:
        """Whose a message was."""
        return next((span.member for span in self.spans if span.covers(moment)), None)


@dataclass
class Authors:
    """Everybody who wrote. Relays are told by their many names: :func:`bot.domain.old_names.find_relays`."""

    names: OldNames
    relays: frozenset[int]
    ids: dict[SourceRef, SourceId] = field(default_factory=dict[SourceRef, SourceId])
    _known: dict[Author, Speaker] = field(default_factory=dict[Author, Speaker])

    def speaker(self, author: Author) -> Speaker:
        """What an author is stored as.

        A member whom the file names is believed, since it knew more names than it kept, unless the
        name shows that it guessed by a part of it; without one the name tells, at its time.

        Raises:
            Unreadable: there is nothing to know them by.
        """
        if author not in self._known:
            self._known[author] = self._speaker(author)
        return self._known[author]

    def _speaker(self, author: Author) -> Speaker:
        id_, name, _ = author
        member = None if author.member is None else self.names.members.get(author.member)
        if id_ is None and not name and member is None:
            raise Unreadable("no author")
        doubt = note = ""
        if member is None:
            spans = self.names.spans(name)
            note = "" if author.member is None else "by a member who is not in the file, told by name"
        elif self.names.is_guess(member.id, name):
            spans, doubt = (), "whose member was guessed by a part of the name"
        else:
            spans = (Span(member.id),)
            note = STRANGE_NAME if name and not self.names.is_called(member.id, name) else ""
        relayed = id_ in self.relays
        # By the file's word or by the name alone, it is one source: every question walks through them all.
        always = next((span.member for span in spans if span == Span(span.member)), None)
        owner = member if always is None else self.names.members[always]
        parts = ("" if id_ is None else str(id_), name, "" if owner is None else owner.key)
        # Where the old system knew whose it is, no link of the user's may say otherwise.
        user = None if relayed or id_ is None or spans else UserId(id_)
        source = SourceRef(
            SourceKind.RELAY if relayed else SourceKind.DISCORD,
            PREFIX + ":".join(parts),
            name or parts[0] or (member.name if member else ""),
            user,
        )
        return Speaker(source, MessageKind.GAME if relayed else MessageKind.DISCORD, spans, doubt, note)


def read_authors(old: OldDatabase, names: OldNames, relays: Iterable[int]) -> Authors:
    """Tell the relays from the users; ``relays`` are known to be some."""
    wrote = ((read_number(id_), read_name(name)) for id_, name in old.authors())
    told = find_relays(((id_, name) for id_, name in wrote if id_ is not None and name), names)
    return Authors(names, told.union(relays))


class Written(NamedTuple):
    """A message that can be stored."""

    id: MessageId
    channel: ChannelId
    speaker: Speaker
    length: int


async def import_messages(run: Run, authors: Authors) -> None:
    """Store every message, from where the import stands."""
    while rows := run.old.messages(run.state.position, BATCH):
        async with run.batch(len(rows)) as target:
            written = _read(run, authors, rows)
            new = len(written) if target is None else await _store(*target, authors, written)
            run.state.messages.taken += new
            run.state.messages.known += len(written) - new
            run.state.position = rows[-1].row


def _read(run: Run, authors: Authors, rows: Sequence[MessageRow]) -> list[Written]:
    tally, written = run.state.messages, list[Written]()
    times: dict[int, list[int]] = {}
    for row in rows:
        tally.read += 1
        try:
            id_, at, speaker = _message(run, authors, row)
        except Unreadable as reason:
            tally.refuse(str(reason))
            continue
        channel = ChannelId(read_number(row.channel_id) or NO_CHANNEL)
        tally.note("in no channel that the file names", channel == NO_CHANNEL)
        times.setdefault(channel, []).append(to_millis(at))
        written.append(Written(id_, channel, speaker, row.length or 0))
        if speaker.member_at(at) is None:
            tally.leave_unresolved(speaker.source.label)
        else:
            tally.attributed += 1
    for channel, seen in times.items():
        run.state.see(channel, (min(seen), max(seen)))
    return written


def _message(run: Run, authors: Authors, row: MessageRow) -> tuple[MessageId, datetime, Speaker]:
    number = read_number(row.id)
    if number is None:
        raise Unreadable("no id")
    at = read_time(row.created_at, since=DISCORD_BEGAN, now=run.now)
    author = Author(read_number(row.author_id), read_name(row.author_name), read_number(row.user_id))
    speaker = authors.speaker(author)
    id_, is_discords = message_id(number, at)
    tally = run.state.messages
    tally.note("under ids that are not Discord's, stored by their written time", not is_discords)
    for what in (speaker.doubt, speaker.note):
        tally.note(what, bool(what))
    return id_, at, speaker


async def _store(session: AsyncSession, clan: ClanId, authors: Authors, written: Sequence[Written]) -> int:
    """Store messages, and whose each author of theirs is that this process has not met before."""
    speakers = {one.speaker.source: one.speaker for one in written}
    met = speakers.keys() <= authors.ids.keys()
    if not met:
        # Who is who must not change between looking it up and writing it.
        await clans.lock_clan(session, clan)
        new = [ref for ref in speakers if ref not in authors.ids]
        ids = await _learn(session, clan, new)
        await _attribute(session, clan, authors, {ids[ref]: speakers[ref] for ref in new})
        authors.ids.update(ids)
    stored = [
        StoredMessage(one.id, one.channel, authors.ids[one.speaker.source], one.speaker.kind, one.length)
        for one in written
    ]
    return len(await messages.add_messages(session, clan, stored))


async def _learn(session: AsyncSession, clan: ClanId, refs: Sequence[SourceRef]) -> dict[SourceRef, SourceId]:
    found: dict[SourceRef, SourceId] = {}
    for start in range(0, len(refs), PIECE):
        piece = refs[start : start + PIECE]
        found.update(await sources.find_sources(session, clan, piece))
        found.update(await sources.add_sources(session, clan, [ref for ref in piece if ref not in found]))
    return found


async def _attribute(
    session: AsyncSession, clan: ClanId, authors: Authors, speakers: Mapping[SourceId, Speaker]
) -> None:
    profiles = await imports.sources_by_key(session, clan, SourceKind.WOM, PREFIX)
    spoken = [
        (
            source,
            to_millis(span.start or OPEN_START),
            to_millis(span.end or OPEN_END),
            profiles[profile_source(authors.names.members[span.member]).key],
        )
        for source, speaker in speakers.items()
        for span in speaker.spans
    ]
    await imports.add_speakers(session, clan, spoken)
    await attributions.attribute_speakers(session, clan, {source for source, *_ in spoken})
    users = {speaker.source.user for speaker in speakers.values() if speaker.source.user is not None}
    await attributions.attribute_users(session, clan, users)
