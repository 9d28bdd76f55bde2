"""A server, its clan at a simulated WOM and a database file, for the real bot as a process of its own."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select

from bot.domain.ids import ClanId, GuildId
from db.models import Activity, ActivityDay, Message
from db.queries import clans, counts, cursors
from db.session import Database
from demo.wom import SimulatedWom
from tests.gateway.fake_discord import FakeDiscord
from tests.gateway.process import BotProcess
from tests.gateway.world import now

GROUP = 139
PATIENCE = 60
"""Seconds in which another process does whatever it is waited for; a busy machine may need them."""
LOOK_SECONDS = 0.01
"""How often another process's output or database is looked at."""


class Kept(NamedTuple):
    """What the database holds of the clan: each message's id, and how many it counted in three ways."""

    messages: frozenset[int]
    in_quarters: int
    in_days: int
    shown: int
    """Counted by the queries of the leaderboard: members' and nobody's."""


@dataclass
class Town:
    """A fake Discord with one guild, its clan at a WOM, and where the bot keeps its data."""

    fake: FakeDiscord
    wom: SimulatedWom
    data: Path
    settings: dict[str, str]
    database: Database

    def bot(self, *command: str) -> BotProcess:
        """``clanstats run --migrate``, set up for the guild by its settings alone."""
        return BotProcess(self.fake, self.data, *(command or ("run", "--migrate")), **self.settings)

    async def clan(self) -> ClanId:
        """The clan that was linked."""
        async with self.database.read() as session:
            (clan,) = await clans.clans_of(session, GuildId(self.fake.world.guild_id))
        return clan.id

    async def kept(self) -> Kept:
        """What is stored now."""
        clan = await self.clan()
        start, end = now() - timedelta(days=400), now() + timedelta(days=1)
        async with self.database.read() as session:
            ids = frozenset(await session.scalars(select(Message.message_id).where(Message.clan_id == clan)))
            quarters = await session.scalar(select(func.sum(Activity.messages)))
            days = await session.scalar(select(func.sum(ActivityDay.messages)))
            of_members = await counts.message_counts(session, clan, start, end)
            of_nobody = await counts.unattributed_messages(session, clan, start, end)
        return Kept(ids, quarters or 0, days or 0, of_nobody + sum(one.messages for one in of_members))

    async def has_kept(self, messages: Collection[int]) -> bool:
        """Whether at least these messages are stored."""
        return (await self.kept()).messages >= set(messages)

    async def is_filled(self) -> bool:
        """Whether no channel has a hole."""
        async with self.database.read() as session:
            known = await cursors.cursors(session, await self.clan())
        return bool(known) and not any(cursor.filling for cursor in known.values())

    def channel(self, name: str) -> int:
        """A text channel that has been there for long; a bot reads no messages from before its creation."""
        return self.fake.world.add_channel(name, at=now() - timedelta(days=60))

    def lay(self, channel: int, author: int, number: int, *, hours: float = 24) -> list[int]:
        """So many messages of the past, a second apart, the first some hours ago."""
        first = now() - timedelta(hours=hours)
        return [
            self.fake.lay(channel, author, f"then {n}", first + timedelta(seconds=n)) for n in range(number)
        ]

    def post(self, channel: int, author: int, number: int) -> list[int]:
        """So many messages now."""
        return [self.fake.post(channel, author, f"now {n}") for n in range(number)]

    def unheard(self) -> int:
        """How many events the bot's heartbeats have not said to have received."""
        return sum(len(session.sent) for session in self.fake.gateway.sessions.values())

    @contextmanager
    def database_busy(self) -> Generator[None]:
        """Nobody can write into the database within the block."""
        other = sqlite3.connect(self.data / "clanstats.db", isolation_level=None, timeout=10)
        try:
            other.execute("BEGIN IMMEDIATE")
            yield
        finally:
            other.close()


@asynccontextmanager
async def town(
    fake: FakeDiscord, data: Path, *, members: Iterable[str] = ("Zezima", "Lynx Titan")
) -> AsyncGenerator[Town]:
    """A guild whose clan is the group 139 at WOM; the bot is told so by its settings."""
    wom = SimulatedWom()
    wom.add_group(GROUP, "Ancient Ones", ("owner", "member"))
    for name in members:
        player = wom.add_player(name)
        wom.join(GROUP, player, "member", now() - timedelta(days=90))
        wom.record(player, {"overall": 5_000_000, "attack": 100_000}, now() - timedelta(hours=1), level=500)
    database = Database(f"sqlite+aiosqlite:///{(data / 'clanstats.db').as_posix()}")
    fake.gateway.heartbeat_seconds = 0.1
    async with wom.serve() as address:
        settings = {"WOM_BASE_URL": address, "WOM_GROUP_ID": str(GROUP), "LOG_FORMAT": "json"}
        try:
            yield Town(fake, wom, data, settings, database)
        finally:
            await database.close()


def events(bot: BotProcess, name: str) -> list[dict[str, Any]]:
    """What the bot's log says of an event."""
    lines = [
        json.loads(line) for line in bot.output.splitlines() if line.startswith("{") and line.endswith("}")
    ]
    return [line for line in lines if line.get("event") == name]


async def until(bot: BotProcess, what: str, condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until something is so that can only be looked at, such as the bot's output or its database.

    Raises:
        AssertionError: the bot ended, or it did not come about in :data:`PATIENCE`; with the bot's output.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = condition()
                if found if isinstance(found, bool) else await found:
                    return
                assert bot.is_running, f"the bot ended before this: {what}\n{bot.output}"
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"did not come about: {what}\n{bot.output}") from None


async def at_rest(bot: BotProcess, town: Town) -> None:
    """Wait until the bot is ready, has linked the clan, polled it and filled its channels."""
    await until(bot, "ready", lambda: bool(events(bot, "ready")))
    await until(bot, "a fill has ended", lambda: bool(events(bot, "fill_ended")))
    await until(bot, "every channel is read", town.is_filled)
