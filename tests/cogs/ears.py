"""A small bot that only listens, with the real services."""

from dataclasses import dataclass

import discord
from discord.ext import commands

from bot.services.history import History
from bot.services.ingest import Ingest
from cogs.listening import Listening
from db.session import Database

ALL = discord.Intents(guilds=True, members=True, guild_messages=True, message_content=True)


@dataclass(frozen=True)
class Hearing:
    """The services of the listener."""

    ingest: Ingest
    history: History


def hearing(database: Database) -> Hearing:
    """Listening services on Discord's own clock, which the simulator sets."""
    ingest = Ingest(database, discord.utils.utcnow)
    return Hearing(ingest, History(database, ingest, discord.utils.utcnow))


class EarBot(commands.AutoShardedBot):
    """Adds the listener as the real bot does: before it connects."""

    def __init__(self, database: Database, intents: discord.Intents = ALL, ready_after: float = 0.01) -> None:
        super().__init__(
            "!", intents=intents, shard_count=1, max_messages=None, guild_ready_timeout=ready_after
        )
        self.hearing = hearing(database)
        self.listener = Listening(self, self.hearing.ingest, self.hearing.history)

    async def setup_hook(self) -> None:
        await self.add_cog(self.listener)
