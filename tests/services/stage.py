"""A clan polled at the simulated WOM through the real client: what the service tests share."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from sqlalchemy import select

from bot.domain.clans import Clan
from bot.domain.ids import ClanId, GroupId, GuildId, MemberId, MetricId
from bot.services.leaderboards import Leaderboards
from bot.services.links import Links
from bot.services.lookup import Lookup
from bot.services.past import Past
from bot.services.polling import Polling, PollResult
from bot.services.refreshing import Refreshing
from bot.services.sealing import Sealer
from bot.services.statistics import Statistics
from bot.services.stats import Stats
from bot.wom.client import WomClient
from db.models import MemberEvent
from db.queries import clans, members, names, roster, snapshots
from db.queries.members import MemberRow
from db.session import Database
from demo.wom import SimulatedWom
from tests.services.hearing import NOW, SetClock
from tests.wom.support import client_of

GUILD = GuildId(900)
SECRET = Fernet.generate_key().decode()


@dataclass
class Stage:
    """A clan at WOM, a database, and the services between them. ``group`` is the clan's id at WOM."""

    database: Database
    wom: SimulatedWom
    client: WomClient
    clock: SetClock
    group: int
    id: ClanId
    statistics: Statistics = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """As a new process would begin: nothing is remembered but what is stored."""
        self.statistics = Statistics(self.database)
        self.polling = Polling(self.database, self.client, self.statistics, self.clock)
        self.past = Past(self.database, self.client, self.statistics, self.clock)
        self.lookup = Lookup(self.database)
        self.links = Links(self.database, self.lookup, self.clock)
        self.leaderboards = Leaderboards(self.database, self.statistics)
        self.stats = Stats(self.database, self.statistics)
        sealer = Sealer(SECRET)
        self.refreshing = Refreshing(self.database, self.client, self.statistics, sealer, self.clock)

    async def clan(self) -> Clan:
        """The clan as stored."""
        async with self.database.read() as session:
            clan = await clans.clan_by_id(session, self.id)
        assert clan is not None
        return clan

    async def poll(self) -> PollResult:
        """Poll now."""
        return await self.polling.poll(await self.clan())

    async def later(self, **parts: float) -> PollResult:
        """Let time pass, then poll."""
        self.clock.advance(**parts)
        return await self.poll()

    def asked(self) -> list[str]:
        """What WOM was asked since the last time, as the path's end."""
        paths = [f"{method} {path.rsplit('/', 1)[-1]}" for method, path in self.wom.requests]
        self.wom.requests.clear()
        return paths

    def joins(self, name: str, role: str = "member", *, at: datetime | None = None, **values: float) -> int:
        """An account that WOM has looked at joins the clan. Returns the player's id."""
        player = self.wom.add_player(name)
        if values:
            self.wom.record(player, values, at or self.clock.now)
        self.wom.join(self.group, player, role, at or self.clock.now)
        return player

    async def members(self) -> list[MemberRow]:
        """Who is in the clan now, by id."""
        async with self.database.read() as session:
            return sorted(await members.current_members(session, self.id))

    async def names(self, member: int) -> list[str]:
        """A member's names, the oldest first."""
        async with self.database.read() as session:
            return [held.display for held in await names.names_of(session, self.id, MemberId(member))]

    async def events(self) -> list[tuple[int, str, str | None, str | None]]:
        """What happened to members, in order: member, kind, before, after."""
        async with self.database.read() as session:
            rows = await session.scalars(
                select(MemberEvent)
                .where(MemberEvent.clan_id == self.id)
                .order_by(MemberEvent.at, MemberEvent.kind, MemberEvent.member_id)
            )
            return [(row.member_id, row.kind, row.before, row.after) for row in rows]

    async def source(self, player: int) -> int:
        """The source of a profile."""
        async with self.database.read() as session:
            known = await roster.known_profiles(session, self.id)
        return next(profile.source for id_, profile in known.items() if id_ == player)

    async def metrics(self) -> dict[str, MetricId]:
        """Every metric that is known."""
        async with self.database.read() as session:
            return await snapshots.metric_ids(session)


@asynccontextmanager
async def staged(database: Database, zone: str = "UTC", group: int = 1) -> AsyncGenerator[Stage]:
    """A clan without members, just linked: the group of this number at a WOM of its own."""
    clock = SetClock()
    wom = SimulatedWom(now=clock)
    wom.add_group(group, "Clan", role_orders=["owner", "captain", "member"], at=NOW)
    async with database.write() as session:
        clan = await clans.add_clan(session, GUILD, GroupId(group), "Clan", ZoneInfo(zone), NOW)
    async with wom.serve() as url, client_of(url) as client:
        yield Stage(database, wom, client, clock, group, clan)
