"""The story of a clan, as its people live it: what happens in the game, at WOM and in the relay.

Each step is one sentence; the bot polls the stand-in WOM through the real client, and what
is asked at the end is asked of the services that the commands ask.
"""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.activity import time_of
from bot.domain.cards import MemberCard
from bot.domain.dossiers import Dossier
from bot.domain.facts import MessageFact, MessageKind, SourceRef, relay_source
from bot.domain.ids import GroupId, GuildId, MemberId, UserId
from bot.domain.leaderboards import Board
from bot.domain.metrics import MESSAGES, OVERALL, Metric
from bot.domain.names import name_key
from bot.domain.periods import Period, read_period
from bot.services.decisions import Decisions
from bot.services.dossiers import Dossiers
from bot.services.polling import PollResult
from bot.services.storing import Heard, store
from db.queries import clans, cursors
from db.session import Database
from demo.wom import SimulatedWom
from tests.services.hearing import NOW, RELAYED, at
from tests.services.stage import Stage, staged

OFFICER = UserId(77)
NOBODY = "nobody"
YEAR = timedelta(days=365)


@dataclass
class Tale:
    """A clan with a relay. Accounts are told by their numbers at WOM, members by their names."""

    stage: Stage
    lines: int = field(default=0, init=False)

    @property
    def wom(self) -> SimulatedWom:
        """What WOM knows."""
        return self.stage.wom

    @property
    def group(self) -> int:
        """The clan at WOM."""
        return self.stage.group

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.stage.clock.now

    @property
    def officer(self) -> UserId:
        """Who decides."""
        return OFFICER

    @property
    def decisions(self) -> Decisions:
        """What officers decide with."""
        return Decisions(self.stage.database, self.stage.clock)

    async def sister(self) -> "Tale":
        """Another clan at the same WOM, in the same database and time."""
        group = self.wom.add_group(self.group + 1, "Sister", role_orders=["member"], at=self.now)
        async with self.stage.database.write() as session:
            zone = ZoneInfo("UTC")
            clan = await clans.add_clan(session, GuildId(901), GroupId(group), "Sister", zone, self.now)
            await cursors.cover(session, clan, RELAYED, NOW, NOW + YEAR)
        stage = self.stage
        return Tale(Stage(stage.database, stage.wom, stage.client, stage.clock, group, clan))

    def joins(self, *names: str, xp: int = 1_000) -> list[int]:
        """Accounts that WOM has looked at become members, all in one sync."""
        return [self.stage.joins(name, overall=xp) for name in names]

    def plays(self, player: int, xp: int) -> None:
        """WOM looks at an account, which has so much XP in all."""
        self.wom.record(player, {"overall": xp}, self.now)

    def passes(self, **parts: float) -> None:
        """Time passes, and the bot does not poll."""
        self.stage.clock.advance(**parts)

    def renamed(self, player: int, name: str) -> int:
        """WOM is told of a rename; it is pending. Returns its number."""
        return self.wom.submit_rename(player, name, self.now)

    def approved(self, *changes: int) -> None:
        """WOM believes renames, in this order."""
        for change in changes:
            self.wom.approve_rename(change, self.now)

    def renames(self, player: int, name: str) -> None:
        """WOM is told of a rename and believes it at once."""
        self.approved(self.renamed(player, name))

    def synced(self, left: Collection[int] = (), joined: Collection[int] = ()) -> None:
        """A plugin's sync removes and adds members, all in one instant."""
        for player in left:
            self.wom.leave(self.group, player, self.now)
        for player in joined:
            self.wom.join(self.group, player, "member", self.now)

    async def says(self, *names: str) -> datetime:
        """One line under each name in the relay, a second after now and before what follows. Returns when."""
        self.passes(seconds=1)
        heard: list[Heard] = []
        for name in names:
            self.lines += 1
            message = at(self.now, self.lines % 4_000)
            source: SourceRef = relay_source(name_key(name), name)
            heard.append(Heard(RELAYED, message, MessageFact(message, RELAYED, MessageKind.GAME, source, 5)))
        async with self.stage.database.write() as session:
            await store(session, self.stage.id, heard, {})
        self.passes(seconds=1)
        return time_of(heard[0].message)

    async def polled(self, **parts: float) -> PollResult:
        """Time passes, then the bot polls."""
        return await self.stage.later(**parts)

    async def polled_for(self, *, days: float, every: float = 0.5) -> PollResult:
        """The bot polls for some days, every so many of them. Returns what the last poll changed."""
        for _ in range(round(days / every) - 1):
            await self.polled(days=every)
        return await self.polled(days=every)

    async def spoken(self) -> dict[str, int | None]:
        """The board of messages over the year, and the lines that are nobody's."""
        board = await self.stage.leaderboards.top(await self.stage.clan(), MESSAGES, await self._year())
        return _by_name(board) | ({NOBODY: board.unattributed} if board.unattributed else {})

    async def gained(self, metric: Metric = OVERALL) -> dict[str, int | None]:
        """The board of XP over the year; who gained none is absent."""
        board = await self.stage.leaderboards.top(await self.stage.clan(), metric, await self._year())
        return _by_name(board)

    async def card(self, name: str) -> MemberCard:
        """The card of whoever is found under a name."""
        clan = await self.stage.clan()
        found = await self.stage.lookup.by_name(clan, name)
        return await self.stage.stats.card(clan, found, await self._year())

    async def whois(self, name: str | int) -> Dossier:
        """What officers read of whoever is found under a name, or of the member of a number."""
        clan = await self.stage.clan()
        if isinstance(name, str):
            name = (await self.stage.lookup.by_name(clan, name)).member.id
        return await Dossiers(self.stage.database, self.stage.clock).of(clan, MemberId(name))

    async def who_was(self, name: str, moment: datetime) -> str | None:
        """The present name of who held a name then; None for nobody."""
        clan = await self.stage.clan()
        asked = await Dossiers(self.stage.database, self.stage.clock).held_at(clan, name, moment)
        if asked.held is None:
            return None
        return (await self.stage.lookup.by_id(clan, asked.held.member)).member.name

    async def roster(self) -> list[str]:
        """The present members' names, in order of their numbers."""
        return [one.name for one in await self.stage.members()]

    async def happened(self, *kinds: str) -> list[tuple[str, str]]:
        """What happened to members, in order of time: who (by present name) and what."""
        clan = await self.stage.clan()
        return [
            ((await self.stage.lookup.by_id(clan, MemberId(member))).member.name, kind)
            for member, kind, _, _ in await self.stage.events()
            if not kinds or kind in kinds
        ]

    async def _year(self) -> Period:
        return read_period("365d", now=self.now + timedelta(seconds=1), zone=(await self.stage.clan()).zone)


def _by_name(board: Board) -> dict[str, int | None]:
    """The figures that are not 0 by name; of two under one name the later has its number with it."""
    shown: dict[str, int | None] = {}
    for entry in sorted((row.entry for row in board.standings), key=lambda entry: entry.member):
        if entry.value:
            shown[f"{entry.name} #{entry.member}" if entry.name in shown else entry.name] = entry.value
    return shown


@asynccontextmanager
async def told(database: Database, group: int = 1) -> AsyncGenerator[Tale]:
    """A clan without members, just linked, whose relay is always heard: the group of this number."""
    async with staged(database, group=group) as stage:
        async with database.write() as session:
            await cursors.cover(session, stage.id, RELAYED, NOW, NOW + YEAR)
        yield Tale(stage)
