"""How fast messages go through: read, resolved, counted and stored, as the listener does it."""

import time
from collections.abc import Sequence

from bench.measure import LoopWatch
from bench.sizes import NOW
from bot.domain.activity import snowflake_at
from bot.domain.clans import Clan, GuildSettings
from bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from bot.domain.listening import SeenMessage
from bot.services.ingest import Ingest
from db.queries import clans
from db.session import Database

MESSAGES = 25_000
BETWEEN_FLUSHES = 500
"""A flush is due at 500 facts, or after a second."""


def seen(number: int, guild: GuildId) -> SeenMessage:
    """One of a few hundred people says something."""
    first = snowflake_at(NOW)
    return SeenMessage(
        guild=guild,
        channel=ChannelId(50 + number % 7),
        message=MessageId(first + (number << 16)),
        author=UserId(10_000 + number % 300),
        author_name=f"Member {number % 300}",
        content="gz on the drop, that is a lovely one",
    )


async def heard_a_second(database: Database, clan: Clan) -> tuple[float, float]:
    """Messages a second, and the longest that the event loop was held, in milliseconds."""
    async with database.write() as session:
        await clans.save_guild_settings(session, GuildSettings(clan.guild))
    ingest = Ingest(database, lambda: NOW)
    await ingest.load()
    waiting: Sequence[SeenMessage] = [seen(number, clan.guild) for number in range(MESSAGES)]
    async with LoopWatch() as watch:
        begun = time.perf_counter()
        for number, one in enumerate(waiting, 1):
            ingest.observe(one)
            if number % BETWEEN_FLUSHES == 0:
                await ingest.flush()
        await ingest.flush()
        spent = time.perf_counter() - begun
    await ingest.close()
    return MESSAGES / spent, watch.held
