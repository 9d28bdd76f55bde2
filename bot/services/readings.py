"""Explaining single messages: how one was read, and who speaks in it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import time_of
from bot.domain.clans import Clan
from bot.domain.errors import NoSpeaker, NotSetUp
from bot.domain.facts import SourceKind
from bot.domain.ids import NameKey
from bot.domain.listening import Ears, SeenMessage, relayed_to, why_ignored
from bot.domain.names import name_key
from bot.domain.readings import Reading, outcome_of
from bot.domain.relay import Line, UnknownLine, read_line
from bot.services.ingest import Ingest
from bot.services.lookup import Found, Lookup
from db.queries import links, readings
from db.queries.readings import StoredLine
from db.session import Database


class Readings:
    """Answers for a message as Discord shows it: its text is not stored, so it is read anew."""

    def __init__(self, database: Database, ingest: Ingest, lookup: Lookup) -> None:
        self._database = database
        self._ingest = ingest
        self._lookup = lookup

    async def of(self, clans: Sequence[Clan], seen: SeenMessage) -> list[Reading]:
        """What a message is to each of its server's clans; a relay's line only to the relay's own.

        Raises:
            NotSetUp: no clan is linked to the server.
        """
        ears = self._ears(seen)
        # What was heard a moment ago may still wait to be written.
        await self._ingest.flush()
        relayed = relayed_to(seen, ears)
        found: list[Reading] = []
        async with self._database.read() as session:
            for clan in clans:
                stored = await readings.stored_line(session, clan.id, seen.message, time_of(seen.message))
                if stored is not None or not relayed or clan.id in relayed:
                    found.append(await self._read(session, clan, seen, ears, stored))
        return found

    async def _read(
        self, session: AsyncSession, clan: Clan, seen: SeenMessage, ears: Ears, stored: StoredLine | None
    ) -> Reading:
        at = time_of(seen.message)
        line = _line_of(clan, seen, ears, stored)
        spans = await readings.observed(session, clan.id, seen.channel)
        kind, announced = (None, None) if stored is None else (stored.kind, stored.announced)
        outcome = outcome_of(kind, announced, why_ignored(seen, ears), spans, at)
        key = _key_of(line)
        owner = None if stored is None else stored.owner
        accounts = [] if line else await links.links_of(session, clan.id, seen.author)
        return Reading(
            clan.name,
            clan.guild,
            seen.channel,
            seen.message,
            seen.author,
            outcome,
            line,
            owner,
            None if key is None else await readings.holder_at(session, clan.id, key, at),
            next((one for one in accounts if owner is not None and one.member == owner.member), None),
            None if stored is None else stored.repeats,
            spans[0][0] if spans else None,
        )

    async def speaker(self, clans: Sequence[Clan], seen: SeenMessage) -> tuple[Clan, Found]:
        """The member who speaks in a message, or whom the game speaks of, at the message's time.

        What a person wrote is theirs, whatever it looks like. Of several clans the first that knows
        whose it is answers.

        Raises:
            NotSetUp: no clan is linked to the server.
            NoSpeaker: another bot wrote it, no form of ours fits it, or nobody held the name then.
            NotLinked: the author has linked no account.
        """
        relayed = relayed_to(seen, self._ears(seen))
        await self._ingest.flush()
        at = time_of(seen.message)
        asked = [clan for clan in clans if clan.id in relayed] or clans
        async with self._database.read() as session:
            for clan in asked:
                stored = await readings.stored_line(session, clan.id, seen.message, at)
                if stored is not None and stored.owner is not None:
                    return clan, await self._lookup.by_id(clan, stored.owner.member)
        if not relayed and not (seen.is_bot or seen.webhook is not None):
            return asked[0], await self._lookup.of_user(asked[0], seen.author, seen.author_name)
        line = read_line(seen.content, seen.embeds) if relayed else None
        key = _key_of(line)
        if line is None or isinstance(line, UnknownLine) or key is None:
            raise NoSpeaker
        async with self._database.read() as session:
            held = await readings.holder_at(session, asked[0].id, key, at)
        if held is None:
            raise NoSpeaker(line.name)
        return asked[0], await self._lookup.by_id(asked[0], held.member)

    def _ears(self, seen: SeenMessage) -> Ears:
        ears = self._ingest.ears(seen.guild)
        if ears is None:
            raise NotSetUp
        return ears


def _line_of(clan: Clan, seen: SeenMessage, ears: Ears, stored: StoredLine | None) -> Line | None:
    """What a relay's line says to a clan; also where the relay was dropped since."""
    was_relayed = stored is not None and (stored.source is SourceKind.RELAY or stored.announced is not None)
    if was_relayed or clan.id in relayed_to(seen, ears):
        return read_line(seen.content, seen.embeds)
    return None


def _key_of(line: Line | None) -> NameKey | None:
    return None if line is None or isinstance(line, UnknownLine) else name_key(line.name)
