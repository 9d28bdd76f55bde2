"""A clan laid straight into the database: members with profiles, names, readings and messages."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update

from bot.domain.clans import Clan
from bot.domain.facts import MessageKind, SourceRef, discord_source, relay_source, wom_source
from bot.domain.identity import Held
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, MemberId, MetricId, PlayerId, SourceId, UserId
from bot.domain.metrics import BOSS_KILLS, EHB, EHP, OVERALL, SKILLS, TOTAL_LEVEL, Metric
from bot.domain.names import name_key
from bot.services.comparisons import Comparisons
from bot.services.leaderboards import Leaderboards
from bot.services.links import Links
from bot.services.lookup import Lookup
from bot.services.statistics import Statistics
from bot.services.stats import Stats
from db.models import Profile
from db.queries import attributions, clans, cursors, members, messages, names, snapshots, sources
from db.queries.messages import StoredMessage
from db.queries.snapshots import Seen
from db.session import Database
from tests.services.hearing import NOW, RELAYED, SetClock, at

METRICS = (OVERALL, EHP, EHB, BOSS_KILLS, TOTAL_LEVEL, SKILLS[0])
_groups = count(1)


@dataclass
class Laid:
    """The clan and its services. Members are numbered from 1; a profile's player id is its own number."""

    database: Database
    id: ClanId
    clock: SetClock
    known: Mapping[str, MetricId]
    profiles: dict[int, SourceId] = field(default_factory=dict[int, SourceId])
    heard: Counter[datetime] = field(default_factory=Counter[datetime])

    def __post_init__(self) -> None:
        self.statistics = Statistics(self.database)
        self.lookup = Lookup(self.database)
        self.links = Links(self.database, self.lookup, self.clock)
        self.leaderboards = Leaderboards(self.database, self.statistics)
        self.stats = Stats(self.database, self.statistics)
        self.comparisons = Comparisons(self.database, self.lookup, self.statistics)

    async def clan(self) -> Clan:
        """The clan as stored."""
        async with self.database.read() as session:
            clan = await clans.clan_by_id(session, self.id)
        assert clan is not None
        return clan

    async def member(self, number: int, name: str, *profiles: int, **columns: Any) -> None:
        """A member whose profiles these are. Names are theirs only by :meth:`hold`."""
        usual: dict[str, Any] = {
            "id": number,
            "name": name,
            "wom_role": "short_green_guy",
            "account_type": "regular",
            "build": "main",
            "joined_at": None,
            "left_at": None,
            "leave_seen_at": None,
            "last_seen_at": None,
            "created_at": NOW,
        }
        refs = {player: wom_source(PlayerId(player), name) for player in profiles}
        async with self.database.write() as session:
            await members.save_members(session, self.id, [usual | columns])
            ids = await sources.add_sources(session, self.id, list(refs.values()))
            rows: list[dict[str, Any]] = [
                {
                    "source_id": ids[ref],
                    "player_id": player,
                    "display_name": name,
                    "status": "active",
                    "updated_at": None,
                    "changed_at": None,
                    "member_id": number,
                }
                for player, ref in refs.items()
            ]
            await members.save_profiles(session, self.id, rows)
            await attributions.attribute_profiles(session, self.id, list(ids.values()))
        self.profiles |= {player: ids[ref] for player, ref in refs.items()}

    async def hold(self, *holds: tuple[int, str, datetime | None, datetime | None]) -> None:
        """Who held which name from when to when; all of the members' names at once."""
        held = [
            Held(MemberId(member), name_key(name), name, start, end, "roster")
            for member, name, start, end in holds
        ]
        async with self.database.write() as session:
            touched = await names.replace_names(session, self.id, {one.member for one in held}, held)
            await names.rebuild_aliases(session, self.id, touched)
            await attributions.attribute_relayed_names(session, self.id, touched)

    async def see(self, profile: int, moment: datetime, values: Mapping[Metric, int | None]) -> None:
        """A snapshot; metrics that it does not name are unknown."""
        stored: dict[MetricId, int | None] = dict.fromkeys(self.known.values())
        stored |= {self.known[metric.key]: value for metric, value in values.items()}
        async with self.database.write() as session:
            await snapshots.add_snapshots(session, self.id, [Seen(self.profiles[profile], moment, stored)])

    async def look(self, profile: int, changed: datetime | None, updated: datetime | None) -> None:
        """What WOM says of a profile: when it changed, and when WOM looked at it."""
        of = (Profile.clan_id == self.id) & (Profile.source_id == self.profiles[profile])
        async with self.database.write() as session:
            await session.execute(update(Profile).where(of).values(changed_at=changed, updated_at=updated))

    async def source(self, ref: SourceRef) -> SourceId:
        """The source, attributed as far as it can be."""
        async with self.database.write() as session:
            ids = await sources.add_sources(session, self.id, [ref])
            if ref.user is None:
                await attributions.attribute_relayed_names(session, self.id, {name_key(ref.label)})
            else:
                await attributions.attribute_users(session, self.id, [ref.user])
        return ids[ref]

    async def hear(
        self, ref: SourceRef, moments: Iterable[datetime], channel: ChannelId | None = None
    ) -> list[StoredMessage]:
        """Messages of a source at these times; lines of the game are in the relay's channel."""
        source = await self.source(ref)
        kind = MessageKind.GAME if ref.user is None else MessageKind.DISCORD
        place = channel or (RELAYED if ref.user is None else ChannelId(1))
        said: list[StoredMessage] = []
        for moment in moments:
            # The first of a millisecond has the smallest id that it can have.
            said.append(StoredMessage(at(moment, self.heard[moment]), place, source, kind, 5))
            self.heard[moment] += 1
        async with self.database.write() as session:
            await messages.add_messages(session, self.id, said)
        return said

    async def observe(self, start: datetime, end: datetime, channel: int = 1) -> None:
        """A channel was observed."""
        async with self.database.write() as session:
            await cursors.cover(session, self.id, ChannelId(channel), start, end)


def game(name: str) -> SourceRef:
    """A name in the in-game chat."""
    return relay_source(name_key(name), name)


def person(user: int, nickname: str = "Nick") -> SourceRef:
    """A Discord user under a nickname."""
    return discord_source(UserId(user), nickname)


async def lay(database: Database, zone: str = "UTC", metrics: Sequence[Metric] = METRICS) -> Laid:
    """A clan without members."""
    async with database.write() as session:
        group = GroupId(next(_groups))
        clan = await clans.add_clan(session, GuildId(900), group, "Clan", ZoneInfo(zone), NOW)
        await snapshots.add_metrics(session, metrics)
        known = await snapshots.metric_ids(session)
    return Laid(database, clan, SetClock(), known)
