"""What is measured: the answers that members wait for, and the storing of polls."""

import random
from collections.abc import AsyncGenerator
from datetime import timedelta

from sqlalchemy import text

from bench.measure import Figure, measure
from bench.sizes import NOW
from bot.domain.clans import Clan
from bot.domain.ids import MetricId, SourceId
from bot.domain.metrics import EHP, MESSAGES, OVERALL, metric
from bot.domain.periods import read_period
from bot.present.chart import member_chart
from bot.services.leaderboards import Leaderboards
from bot.services.lookup import Lookup
from bot.services.rendering import Renderer
from bot.services.statistics import PIECE, Statistics
from bot.services.stats import Stats
from db.queries import roster, snapshots
from db.queries.snapshots import Seen
from db.session import Database

BOARDS = (
    ("XP", OVERALL, "week"),
    ("XP", OVERALL, "this-month"),
    ("XP", OVERALL, "year"),
    ("XP", OVERALL, "all"),
    ("Vorkath", metric("vorkath"), "30d"),
    ("EHP", EHP, "last-month"),
)
CHATS = (("7d", 10), ("30d", 10), ("this-month", 10), ("year", 40), ("all", None))


async def megabytes(database: Database) -> float:
    """The size of the database, write-ahead log folded in."""
    if database.is_sqlite:
        async with database.read() as session:
            pages = await session.scalar(
                text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            )
        return (pages or 0) / 1e6
    async with database.read() as session:
        return (await session.scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e6


async def figures(database: Database, clan: Clan) -> AsyncGenerator[Figure]:
    """Every figure, one after the other."""
    statistics = Statistics(database)
    boards = Leaderboards(database, statistics)
    fast = 5 if database.is_sqlite else 10
    for name, measured, code in BOARDS:
        period = read_period(code, now=NOW, zone=clan.zone)
        yield await measure(
            f"leaderboard of {name}, {code}", lambda m=measured, p=period: boards.top(clan, m, p), target=fast
        )
    for code, target in CHATS:
        period = read_period(code, now=NOW, zone=clan.zone)
        yield await measure(
            f"leaderboard of messages, {code}", lambda p=period: boards.top(clan, MESSAGES, p), target=target
        )
    stats, lookup = Stats(database, statistics), Lookup(database)
    found = await lookup.by_name(clan, "member 7")
    for code in ("7d", "30d", "year"):
        period = read_period(code, now=NOW, zone=clan.zone)
        yield await measure(
            f"a member's card, {code}", lambda p=period: stats.card(clan, found, p), target=15
        )
    yield await measure("finding a member by name", lambda: lookup.by_name(clan, "Member_7"))
    yield await measure("autocomplete of a member", lambda: lookup.suggest(clan, "mem"))
    async for figure in _charts(clan, stats, lookup):
        yield figure
    async for figure in _polls(database, clan, statistics):
        yield figure


async def _charts(clan: Clan, stats: Stats, lookup: Lookup) -> AsyncGenerator[Figure]:
    renderer = Renderer(cache_bytes=0)
    try:
        found = await lookup.by_name(clan, "member 7")
        for code in ("7d", "year"):
            card = await stats.card(clan, found, read_period(code, now=NOW, zone=clan.zone))
            yield await measure(
                f"its chart, {code}",
                lambda c=card: renderer.render(member_chart, c.days, c.name, guild=clan.guild),
                target=250,
            )
    finally:
        await renderer.close()


async def _polls(database: Database, clan: Clan, statistics: Statistics) -> AsyncGenerator[Figure]:
    """Storing everybody's metrics: all of them moved by a tenth, and none."""
    known = list((await statistics.metric_ids()).values())
    async with database.read() as session:
        profiles = [one.source for one in (await roster.known_profiles(session, clan.id)).values()][:300]
    dice = random.Random(3)  # noqa: S311 -- a measurement
    values: dict[SourceId, dict[MetricId, int | None]] = {
        profile: {one: dice.randrange(10**8) for one in known} for profile in profiles
    }
    round_ = 0

    async def store(*, moved: bool) -> None:
        nonlocal round_
        round_ += 1
        at = NOW + timedelta(minutes=round_)
        for profile in profiles if moved else ():
            for one in dice.sample(known, 12):
                values[profile][one] = (values[profile][one] or 0) + 1
        for first in range(0, len(profiles), PIECE):
            piece = [Seen(profile, at, values[profile]) for profile in profiles[first : first + PIECE]]
            async with database.write() as session:
                await snapshots.add_snapshots(session, clan.id, piece)

    target = 300 if database.is_sqlite else 500
    yield await measure("storing a poll of 300, all moved", lambda: store(moved=True), runs=8, target=target)
    yield await measure("storing a poll of 300, values the same", lambda: store(moved=False), runs=8)
