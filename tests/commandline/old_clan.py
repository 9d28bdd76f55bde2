"""What the tests of `clanstats import` share: a clan in an old file, and what is stored of it."""

import asyncio
import random
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import Result
from sqlalchemy import select

from bot.domain.metrics import BOSS_KILLS, EHP, OVERALL, Metric
from bot.domain.periods import Period, PeriodKind
from bot.services.measured import group_ends, value_of
from db.models import Base, Profile, Source
from db.queries import counts, gains, imports, snapshots
from db.session import Database
from tests.commandline.support import clanstats
from tests.old_system import OldFile, written

NOW = datetime(2026, 10, 20, 12, 7, 30, 250_000, tzinfo=UTC)

RELAY = 4_000

GROUP = "7"

DAYS = (7, 30, 90, None)

FIRST = datetime(2015, 1, 1, tzinfo=UTC)
"""All time begins here: dates before it are among the broken ones."""


async def run(*arguments: str) -> Result:
    """`clanstats import`, in a thread since it has a loop of its own."""
    return await asyncio.to_thread(clanstats, "import", *arguments)


def lay_clan(old: OldFile) -> None:
    """Five members over 120 days; every kind of broken row is among theirs."""
    dice = random.Random(5)  # noqa: S311 -- the same clan at every run
    start = NOW - timedelta(days=120)
    for number, name in enumerate(("lloi", "bob", "zed", "renamed", "quiet"), start=1):
        old.member(number, name, written(start), written(NOW))
    old.alias(1, "lloi", "L Loi", written(start), written(NOW), current=True)
    old.alias(4, "before", "Before", written(start), written(NOW - timedelta(days=60)))
    kept: list[tuple[datetime, int | None, str, dict[str, float], bool]] = []
    values = {number: {"overall": 1_000_000.0 * number, "zulrah": 50, "ehp": 10.0} for number in range(1, 5)}
    for day in range(120):
        for number, name in enumerate(("lloi", "bob", "zed", "before" if day < 60 else "renamed"), start=1):
            theirs = values[number]
            if dice.random() < 0.3:
                theirs["overall"] += dice.randrange(90_000)
                theirs["zulrah"] += dice.randrange(3)
                theirs["ehp"] = round(theirs["ehp"] + dice.random(), 5)
            at = start + timedelta(days=day, seconds=number)
            user = None if (day + number) % 17 == 0 else number
            kept.append((at, user, name, dict(theirs), bool(day % 2)))
    dice.shuffle(kept)
    for at, user, name, theirs, wrapped in kept:
        old.snapshot(at, user, name, theirs, wrapped=wrapped, total_boss_kills=theirs["zulrah"])
    for number in range(600):
        at = start + timedelta(hours=4.7 * number, milliseconds=number)
        who = dice.randrange(1, 5)
        name = ("lloi", "bob", "zed", "before" if at < NOW - timedelta(days=60) else "renamed")[who - 1]
        author = RELAY if number % 3 else 5_000 + who
        user = who if number % 2 else None
        old.message(at, author, "stranger" if number % 50 == 0 else name, user)


def lay_broken(old: OldFile) -> None:
    """One row of each kind that cannot be used, and some that can in part."""
    at = NOW - timedelta(days=3)
    old.add("clan_members", [{"id": 8, "username": None}])
    old.alias(99, "ghost", "Ghost")
    for bad in ("yesterday", None, "2031-01-01 00:00:00", "1999-01-01"):
        old.snapshot(bad, 1, "lloi", {"overall": 5})
        old.message(at, RELAY, "lloi", 1, id=None, created_at=bad)
    old.snapshot(at, 1, "lloi", None, raw_data="{not json", total_xp=-1, total_boss_kills=-1)
    old.snapshot(at, None, None, {"overall": 5})
    old.snapshot(at, None, "nobodyhere", {"overall": 5})
    old.snapshot(at + timedelta(minutes=5), 2, "bob", None, raw_data='[{"skills": 3}]', total_xp=3_000_000)
    old.boss(1, "zulrah", 3, other=None)
    old.boss(98_765, "zulrah", 3)
    old.boss(None, "zulrah", 3)
    old.message(at + timedelta(minutes=1), None, None, channel_id=None)


_NAMED = """
coalesce(user_id, (SELECT id FROM clan_members c WHERE c.username = {name}),
    (SELECT member_id FROM player_name_aliases a WHERE a.normalized_name = {name}))
"""

_MESSAGES = f"""
SELECT {_NAMED.format(name="author_name")} AS member, count(*) FROM discord_messages
WHERE created_at >= ? AND created_at < ? GROUP BY 1 HAVING member IS NOT NULL
"""

_GAIN = f"""
WITH readings AS (
    SELECT {_NAMED.format(name="s.username")} AS member, timestamp AS at, {{value}} AS value
    FROM wom_snapshots s
), ends AS (
    SELECT member, min(at) AS first, max(at) AS last FROM readings
    WHERE value >= 0 AND at BETWEEN ? AND ? GROUP BY member HAVING count(*) > 1 AND member IS NOT NULL
)
SELECT member, l.value - f.value FROM ends JOIN readings f USING (member) JOIN readings l USING (member)
WHERE f.at = first AND l.at = last
"""

_WHOLE = "iif(json_valid(raw_data), raw_data, NULL)"

_VALUES: Mapping[Metric, str] = {
    OVERALL: "total_xp",
    BOSS_KILLS: "total_boss_kills",
    EHP: f"round(coalesce(json_extract({_WHOLE}, '$.data.computed.ehp.value'), "
    f"json_extract({_WHOLE}, '$.computed.ehp.value')) * 100000)",
}


def periods() -> list[Period]:
    starts = [FIRST if days is None else NOW - timedelta(days=days) for days in DAYS]
    return [Period("test", PeriodKind.ROLLING, start, NOW) for start in starts]


def told_by_the_file(file: Path, metrics: Iterable[Metric] = _VALUES) -> list[list[dict[int, int]]]:
    """Of each period every member's messages and gains, by SQL that shares nothing with the import."""
    with closing(sqlite3.connect(file)) as old:
        found: list[list[dict[int, int]]] = []
        for period in periods():
            span = (written(period.start), written(period.end))
            asked = [_MESSAGES, *(_GAIN.format(value=_VALUES[one]) for one in metrics)]
            found.append([dict(old.execute(sql, span).fetchall()) for sql in asked])
        return found


async def told_by_the_bot(url: str, metrics: Iterable[Metric] = _VALUES) -> list[list[dict[int, int]]]:
    """The same by the bot's own queries, its members called by their ids in the old file."""
    database = Database(url)
    try:
        async with database.read() as session:
            (target,) = await imports.targets(session)
            rows = await session.execute(
                select(Profile.member_id, Source.key).join(
                    Source, (Source.clan_id == Profile.clan_id) & (Source.id == Profile.source_id)
                )
            )
            old = {member: int(key.split(":")[1]) for member, key in rows}
            known = await snapshots.metric_ids(session)
            found: list[list[dict[int, int]]] = []
            for period in periods():
                counted = await counts.message_counts(session, target.clan, period.start, period.end)
                told = [{old[one.member]: one.messages for one in counted}]
                for metric in metrics:
                    ends = await gains.readings(session, target.clan, [known[metric.key]], period)
                    values = {
                        old[member]: value_of(metric, of, period)
                        for (member, _), of in group_ends(ends).items()
                    }
                    told.append({member: value for member, value in values.items() if value is not None})
                found.append(told)
            return found
    finally:
        await database.close()


async def stored(url: str) -> dict[str, list[str]]:
    """Every row of every table, but for the times at which it was written."""
    database = Database(url)
    kept: dict[str, list[str]] = {}
    try:
        async with database.read() as session:
            for table in Base.metadata.sorted_tables:
                columns = [
                    column
                    for column in table.columns
                    if column.name not in {"created_at", "started_at", "finished_at", "step"}
                ]
                kept[table.name] = sorted(repr(tuple(row)) for row in await session.execute(select(*columns)))
    finally:
        await database.close()
    return kept
