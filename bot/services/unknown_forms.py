"""What relays wrote that nobody knows to read."""

from typing import Final

from bot.domain.activity import snowflake_at
from bot.domain.clans import Clan
from bot.domain.ids import MessageId
from bot.domain.listening import UNKNOWN_KEPT
from bot.domain.unknown_forms import UnknownForm, unknown_forms
from bot.services.clock import Clock
from db.queries import names, unknown_lines
from db.session import Database

NEWEST: Final = 2_000
"""Lines that are gathered; more of them say nothing new, and would hold everybody up."""


class UnknownForms:
    """Gathers the forms of lines that no form of ours fitted."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, clan: Clan) -> list[UnknownForm]:
        """The forms among the clan's newest such lines of the last 30 days, the most frequent first."""
        since = MessageId(snowflake_at(self._clock() - UNKNOWN_KEPT))
        async with self._database.read() as session:
            rows = await unknown_lines.unknown_lines(session, clan.id, since, NEWEST)
            held_names = {held.key for held in await names.all_names(session, clan.id)}
        return unknown_forms(((row.channel, row.message, row.raw) for row in rows), held_names)
