"""``python -m bench.importing``: the full-size old database imported by ``clanstats import`` itself.

It runs in a process of its own, whose time and peak memory are taken. Then what the bot's
own queries answer of every member is compared with SQL on the old file that shares no
code with the import: messages, XP, EHP and boss kills over 7, 30 and 90 days and all time.
"""

import argparse
import asyncio
import os
import platform
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench import answers, old_system
from bench.sizes import REAL
from bot.domain.ids import ClanId
from bot.domain.metrics import BOSS_KILLS, EHP, OVERALL
from bot.domain.periods import EPOCH, Period, PeriodKind
from bot.services.measured import group_ends, value_of
from db import migrate
from db.models import Profile, Source
from db.queries import counts, gains, imports, snapshots
from db.session import Database
from tests.databases import empty_database
from tests.old_system import written

GROUP = 7
DAYS = (7, 30, 90, None)


@dataclass(frozen=True)
class Numbers:
    """What every member of the old file has in one period, by their id there; without any they are absent."""

    messages: Mapping[int, int]
    gained: Mapping[str, Mapping[int, int]]


_READINGS = """
CREATE TEMP TABLE readings AS
WITH named AS (
    SELECT s.*, coalesce(
        user_id,
        (SELECT id FROM clan_members m WHERE m.username = s.username),
        (SELECT member_id FROM player_name_aliases a WHERE a.normalized_name = s.username)
    ) AS member, json_valid(raw_data) AS is_whole
    FROM wom_snapshots s
), since AS (
    SELECT member, min(timestamp) AS first FROM named WHERE is_whole GROUP BY member
)
SELECT member, timestamp AS at, total_xp AS overall, total_boss_kills AS boss_kills,
    CASE WHEN is_whole THEN
        cast(round(json_extract(raw_data, '$.data.computed.ehp.value') * 100000) AS INTEGER)
    END AS ehp
FROM named JOIN since USING (member) WHERE timestamp >= first
"""
_GAIN = """
WITH ends AS (
    SELECT member, min(at) AS first, max(at) AS last
    FROM readings WHERE at BETWEEN ? AND ? GROUP BY member HAVING count(*) > 1
)
SELECT member, l.{key} - f.{key} FROM ends
JOIN readings f USING (member) JOIN readings l USING (member) WHERE f.at = first AND l.at = last
"""
_MESSAGES = """
SELECT coalesce(
    user_id,
    (SELECT id FROM clan_members c WHERE c.username = m.author_name),
    (SELECT member_id FROM player_name_aliases a WHERE a.normalized_name = m.author_name)
) AS member, count(*)
FROM discord_messages m WHERE created_at >= ? AND created_at < ? GROUP BY 1 HAVING member IS NOT NULL
"""
METRICS = (OVERALL, BOSS_KILLS, EHP)


def told_by_the_file(file: Path, periods: list[Period]) -> list[Numbers]:
    """By SQL on the old file alone."""
    with closing(sqlite3.connect(file)) as old:
        old.execute(_READINGS)
        old.execute("CREATE INDEX temp.readings_at ON readings (member, at)")
        # Of a snapshot without WOM's answer EHP is as it was known before.
        old.execute(
            "UPDATE readings SET ehp = (SELECT b.ehp FROM readings b WHERE b.member = readings.member "
            "AND b.at < readings.at AND b.ehp IS NOT NULL ORDER BY b.at DESC LIMIT 1) WHERE ehp IS NULL"
        )
        found: list[Numbers] = []
        for period in periods:
            span = (written(period.start), written(period.end))
            gained = {
                one.key: dict(old.execute(_GAIN.format(key=one.key), span).fetchall()) for one in METRICS
            }
            found.append(Numbers(dict(old.execute(_MESSAGES, span).fetchall()), gained))
        return found


async def told_by_the_bot(database: Database, periods: list[Period]) -> list[Numbers]:
    """By the bot's own queries, its members called by their ids in the old file."""
    async with database.read() as session:
        (target,) = await imports.targets(session)
        old_ids = await _old_ids(session, target.clan)
        known = await snapshots.metric_ids(session)
        found: list[Numbers] = []
        for period in periods:
            counted = await counts.message_counts(session, target.clan, period.start, period.end)
            ends = group_ends(
                await gains.readings(session, target.clan, [known[one.key] for one in METRICS], period)
            )
            gained = {
                one.key: {
                    old_ids[member]: value
                    for (member, id_), of in ends.items()
                    if id_ == known[one.key] and (value := value_of(one, of, period)) is not None
                }
                for one in METRICS
            }
            found.append(Numbers({old_ids[one.member]: one.messages for one in counted}, gained))
        return found


async def _old_ids(session: AsyncSession, clan: ClanId) -> dict[int, int]:
    rows = await session.execute(
        select(Profile.member_id, Source.key)
        .join(Source, (Source.clan_id == Profile.clan_id) & (Source.id == Profile.source_id))
        .where(Profile.clan_id == clan)
    )
    return {member: int(key.split(":")[1]) for member, key in rows}


def compare(ours: Numbers, theirs: Numbers) -> tuple[int, int]:
    """How many numbers there are, and how many of them differ."""
    pairs = [(ours.messages, theirs.messages)]
    pairs += [(ours.gained[one.key], theirs.gained[one.key]) for one in METRICS]
    numbers = differing = 0
    for mine, other in pairs:
        keys = mine.keys() | other.keys()
        numbers += len(keys)
        differing += sum(mine.get(key) != other.get(key) for key in keys)
    return numbers, differing


async def run(kind: str, directory: Path, file: Path, now: datetime) -> None:
    """Import the file into a database of that kind, and say how it went."""
    async with empty_database(kind, directory) as url:
        await migrate.upgrade(url)
        environment = os.environ | {"DATABASE_URL": url, "DATA_DIR": str(directory / kind)}
        command = [sys.executable, "-m", "bot", "import", str(file), "--group", str(GROUP)]
        began = time.perf_counter()
        done = subprocess.run(command, env=environment, cwd=directory, check=False)  # noqa: S603, ASYNC221 -- nothing else runs
        seconds = time.perf_counter() - began
        if done.returncode:
            raise SystemExit(done.returncode)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        periods = [
            Period("bench", PeriodKind.ROLLING, EPOCH if days is None else now - timedelta(days=days), now)
            for days in DAYS
        ]
        database = Database(url)
        try:
            size = await answers.megabytes(database)
            bots = await told_by_the_bot(database, periods)
        finally:
            await database.close()
        click.echo(f"\n{kind}: imported in {seconds:.0f} s, peak memory {peak:.0f} MB, result {size:.0f} MB")
        for days, mine, other in zip(DAYS, bots, told_by_the_file(file, periods), strict=True):
            numbers, differing = compare(mine, other)
            click.echo(
                f"  {f'{days} days' if days else 'all time':>8}: {numbers:,} numbers, {differing} differ"
            )


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="sqlite")
    parser.add_argument("--size", type=float, default=1.0, help="times the rows of the real clan")
    options = parser.parse_args()
    click.echo(f"{platform.platform()} · Python {platform.python_version()} · {os.cpu_count()} processors")
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        file = directory / "old.db"
        size = replace(
            REAL,
            snapshots=round(REAL.snapshots * options.size),
            messages=round(REAL.messages * options.size),
        )
        old_system.lay(file, size, now)
        click.echo(f"old database: {file.stat().st_size / 1e9:.2f} GB")
        kinds = ("sqlite", "postgres") if options.database == "both" else (options.database,)
        for kind in kinds:
            asyncio.run(run(kind, directory, file, now))


if __name__ == "__main__":
    main()
