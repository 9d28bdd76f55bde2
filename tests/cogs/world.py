"""The made-up clan of the commands' tests: laid once through real polls, then copied for each test.

Iron Foundry has 26 members on the roster; one has left. It is Thursday 15 January 2026,
12:30 UTC, in the tests; WOM was polled at the moments of :data:`POLLS`. Each member's XP
grows by a known step at some of them, so that every expected number can be worked out by hand.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import discord
import simcord

from bot.domain.activity import snowflake_at
from bot.domain.clans import Clan, GuildSettings
from bot.domain.facts import MessageFact, MessageKind, SourceRef, discord_source, relay_source
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, MessageId, UserId
from bot.domain.names import name_key
from bot.services.clans import Clans
from bot.services.links import Links
from bot.services.lookup import Lookup
from bot.services.polling import Polling
from bot.services.statistics import Statistics
from bot.services.storing import Heard, store
from bot.wom.client import WomClient
from bot.wom.pacing import Pacing
from bot.wom.transport import Patience
from db.queries import clans, cursors
from db.session import Database
from demo.wom import SimulatedWom

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""When every simulated Discord begins."""
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
GROUP = 123
PATIENCE = Patience(attempts=1, wait_initial=0, wait_max=0, wait_jitter=0, longest_wait=1, total=5)

POLLS = (
    datetime(2025, 12, 1, 9, tzinfo=UTC),
    datetime(2025, 12, 31, 21, tzinfo=UTC),
    datetime(2026, 1, 5, 9, tzinfo=UTC),
    datetime(2026, 1, 8, 14, tzinfo=UTC),
    datetime(2026, 1, 11, 21, tzinfo=UTC),
    datetime(2026, 1, 14, 9, tzinfo=UTC),
    datetime(2026, 1, 15, 10, 30, tzinfo=UTC),
)
ANN, JOHN, CY, DEE, FINN, ELSE = "Ann B", "Jo hn", "Cy", "Dee", "Finn", "a_b_c"
WIDEST = "WWWWWWWWWWWW"
LEFT = "Gone Girl"
FORMER = "Zezima 2"
"""What :data:`JOHN` was called until 5 January."""
TWICE = "Recycled"
"""A name that two members had one after the other, and nobody has now."""
OTHERS = tuple(f"Member {number:02}" for number in range(1, 18))
STEPS = {ANN: 3_000_000, JOHN: 1_000_000, CY: 2_000_000, ELSE: 500_000, WIDEST: 40_000_000}
"""XP gained between two polls; those of :data:`OTHERS` fall by 10,000 from 200,000 on."""


@dataclass(frozen=True)
class Discord:
    """The simulated server: who is in it and where they talk."""

    guild: simcord.GuildHandle
    general: simcord.ChannelHandle
    commands: simcord.ChannelHandle
    john: simcord.MemberActor
    ann: simcord.MemberActor
    stranger: simcord.MemberActor
    officer: simcord.MemberActor
    manager: simcord.MemberActor


def open_discord(env: simcord.Env) -> Discord:
    """The server as it stands at :data:`NOW`; the same calls give the same ids each time."""
    env.backend.clock.elapsed = (NOW - EPOCH).total_seconds()
    guild = env.create_guild("The Foundry")
    officers = guild.create_role("Officer")
    managers = guild.create_role("Manager", permissions=discord.Permissions(manage_guild=True))
    general = guild.create_text_channel("general")
    commands = guild.create_text_channel("bot-commands")

    def member(name: str, *roles: simcord.RoleHandle) -> simcord.MemberActor:
        return guild.add_member(env.create_user(name.lower()), nick=name, roles=roles)

    return Discord(
        guild,
        general,
        commands,
        john=member("John"),
        ann=member("Ann"),
        stranger=member("Stranger_*x*"),
        officer=member("Olaf", officers),
        manager=member("Mona", managers),
    )


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def simulated_wom(clock: Clock) -> SimulatedWom:
    """WOM before the first poll."""
    wom = SimulatedWom(now=clock)
    clock.now = POLLS[0] - timedelta(days=400)
    wom.add_group(GROUP, "Iron Foundry", ("owner", "onyx", "member"), at=clock.now)
    for name in (ANN, FORMER, CY, DEE, FINN, ELSE, WIDEST, LEFT, TWICE, "Other", *OTHERS):
        player = wom.add_player(name, account_type="ironman" if name == FORMER else "regular", at=clock.now)
        if name != DEE:
            wom.join(GROUP, player, "onyx" if name == FORMER else "member")
    return wom


def happen(wom: SimulatedWom, index: int) -> None:
    """What happens before a poll: renames, a leave and a join, and everybody's gains."""
    at = POLLS[index] - timedelta(minutes=30)
    renames = {2: [(FORMER, JOHN), (TWICE, "First One")], 3: [("Other", TWICE)], 4: [(TWICE, "Second One")]}
    for before, after in renames.get(index, []):
        player = player_id(wom, before)
        wom.approve_rename(wom.submit_rename(player, after, at), at)
    if index == 1:
        wom.leave(GROUP, player_id(wom, LEFT), at)
    if index == 5:
        wom.join(GROUP, player_id(wom, DEE), "member", at)
    for profile in wom.players.values():
        if profile.name == FINN or (profile.name == DEE and index < 5):
            continue
        total = 100_000_000 + index * step_of(profile.name)
        kills = 100 + 7 * index if profile.name == JOHN else 50 + index
        values = {"overall": total, "slayer": total // 2, "vorkath": kills, "ehp": 100 + index, "ehb": 10.5}
        wom.record(profile.id, values, at, level=2_000 + index)


def step_of(name: str) -> int:
    """A member's gain of XP between two polls."""
    if name in OTHERS:
        return 200_000 - 10_000 * OTHERS.index(name)
    return STEPS.get(JOHN if name == FORMER else name, 1_000)


def player_id(wom: SimulatedWom, name: str) -> int:
    """WOM's number of a player."""
    found = wom.find(name)
    assert found is not None
    return found.id


def restored_wom(clock: Clock) -> SimulatedWom:
    """WOM after the last poll, as the laid clan knows it."""
    wom = simulated_wom(clock)
    for index in range(len(POLLS)):
        happen(wom, index)
    clock.now = NOW
    return wom


async def lay(url: str) -> None:
    """Fill a migrated database with the clan, its history, messages and links."""
    discord_world = open_discord(simcord.Env(discord.Client(intents=discord.Intents.default())))
    guild = GuildId(discord_world.guild.id)
    database, clock = Database(url), Clock(POLLS[0])
    wom = simulated_wom(clock)
    try:
        async with database.write() as session:
            await clans.save_guild_settings(session, _chosen(guild, discord_world))
            clan = await clans.add_clan(session, guild, GroupId(GROUP), "Iron Foundry", AMSTERDAM, POLLS[0])
        await _poll(database, wom, clock, clan, guild)
        await _talk(database, clan, discord_world)
        await _link(database, clock, clan, discord_world)
    finally:
        await database.close()


def _chosen(guild: GuildId, world: Discord) -> GuildSettings:
    officers = frozenset({world.guild.roles["Officer"].id})
    return GuildSettings(guild, officer_roles=officers, bot_channels=frozenset({world.commands.id}))


async def _poll(database: Database, wom: SimulatedWom, clock: Clock, clan: ClanId, guild: GuildId) -> None:
    async with wom.serve() as url, client_of(url) as client:
        polling = Polling(database, client, Statistics(database), clock)
        for index, at in enumerate(POLLS):
            happen(wom, index)
            clock.now = at
            await polling.poll(await Clans(database).by_id(clan, guild))


def client_of(url: str) -> WomClient:
    """A client that neither waits nor tries again."""
    return WomClient(url, user_agent="ClanStats (test)", pacing=Pacing(100_000), patience=PATIENCE)


async def _talk(database: Database, clan: ClanId, world: Discord) -> None:
    """In the last week John wrote 4 in Discord and 6 in the game, Ann 3 in the game, a stranger 5."""
    channel = ChannelId(world.general.id)
    spoken = [
        *[(discord_source(UserId(world.john.id), "John"), MessageKind.DISCORD)] * 4,
        *[(relay_source(name_key(JOHN), JOHN), MessageKind.GAME)] * 6,
        *[(relay_source(name_key(ANN), ANN), MessageKind.GAME)] * 3,
        *[(discord_source(UserId(world.stranger.id), "Stranger_*x*"), MessageKind.DISCORD)] * 5,
    ]
    heard = [_heard(channel, number, source, kind) for number, (source, kind) in enumerate(spoken)]
    async with database.write() as session:
        await store(session, clan, heard, {})
        await cursors.cover(session, clan, channel, NOW - timedelta(days=10), NOW)


def _heard(channel: ChannelId, number: int, source: SourceRef, kind: MessageKind) -> Heard:
    message = MessageId(snowflake_at(NOW - timedelta(hours=30 + number)))
    return Heard(channel, message, MessageFact(message, channel, kind, source, 10))


async def _link(database: Database, clock: Clock, clan: ClanId, world: Discord) -> None:
    """John has linked his account, and Cy as a second one; nobody else has."""
    found: Clan = await Clans(database).by_id(clan, GuildId(world.guild.id))
    links = Links(database, Lookup(database), clock)
    await links.claim(found, UserId(world.john.id), JOHN)
    await links.claim(found, UserId(world.john.id), CY)
