"""What is kept for a while only is forgotten in time."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import snowflake_at, time_of
from bot.domain.doubles import DOUBLES_WITHIN
from bot.domain.ids import ClanId, MessageId
from bot.domain.listening import UNKNOWN_KEPT
from bot.services.clock import Clock
from db.queries import clans, prints, unknown_lines
from db.queries.prints import ReadSoFar
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

PIECE: Final = 1_000
"""Rows in one transaction: other writers go between."""
LONGEST_WAIT: Final = timedelta(days=91)
"""A relay's channel that nobody can read is not waited for longer: no history reaches further back."""

_TWO: Final = 2


class Upkeep:
    """Forgets texts and prints that are no longer needed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        """Forget what is due now."""
        before = MessageId(snowflake_at(self._clock() - UNKNOWN_KEPT))
        texts = await self._in_pieces(
            lambda session: unknown_lines.forget_unknown_text(session, before, PIECE)
        )
        async with self._database.read() as session:
            remembered = await prints.clans_with_prints(session)
        lines = sum([await self._forget_prints(clan) for clan in remembered])
        log.info("upkeep_done", texts_forgotten=texts, prints_forgotten=lines)

    async def _forget_prints(self, clan: ClanId) -> int:
        async with self._database.read() as session:
            relays = await prints.relays_read(session, clan)
            found = await clans.clan_by_id(session, clan)
        within = DOUBLES_WITHIN if found is None else found.doubles_within
        before = max(self._needed_since(relays, within), snowflake_at(self._clock() - LONGEST_WAIT))
        return await self._in_pieces(
            lambda session: prints.forget_prints(session, clan, MessageId(before), PIECE)
        )

    def _needed_since(self, relays: list[ReadSoFar | None], within: timedelta) -> int:
        """The first message that a copy may still turn up of: all channels are read past those before it.

        A channel without a cursor is gone, and is not waited for. A single relay repeats nobody.
        """
        if len(relays) < _TWO:
            return snowflake_at(self._clock())
        read = [_read_until(one) for one in relays if one is not None]
        return snowflake_at(min(read) - within) if read else 0

    async def _in_pieces(self, forget: Callable[[AsyncSession], Awaitable[int]]) -> int:
        """Forget piece by piece until nothing is left to forget; returns how much it was."""
        total = 0
        while True:
            async with self._database.write() as session:
                done = await forget(session)
            total += done
            if not done:
                return total


def _read_until(channel: ReadSoFar) -> datetime:
    """Up to when everything in a channel is stored."""
    last = time_of(channel.after)
    return last if channel.filling or channel.observed is None else max(last, channel.observed)
