"""Rank rules over 180 days: ``python -m bench.simulating [--database sqlite|postgres]``."""

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bench import clan
from bench.measure import LoopWatch
from bench.sizes import NOW, REAL
from bot import logs
from bot.domain.ids import UserId
from bot.domain.rules.language import RuleSet
from bot.services.eligibility.simulations import Simulations
from bot.services.statistics import Statistics
from db.session import Database
from tests.databases import empty_database

DAYS = 180
ROLES = (*(f"rank_{number}" for number in range(12, 0, -1)), "member")


def rules() -> RuleSet:
    """Twelve ranks of six requirements each, whose ranks some reach and many do not."""
    ranks: list[dict[str, Any]] = []
    for height in range(1, 13):
        when = [
            {"field": "days_in_clan", "at_least": 15 * height},
            {"field": "overall", "over": "30d", "at_least": 200_000 * height},
            {"field": "ehb", "at_least": 10 * height},
            {"field": ["vorkath", "zulrah", "chambers_of_xeric"], "at_least": 200_000 * height},
            {"field": "messages", "over": "90d", "at_least": 20 * height},
            {"any": [{"field": "active_days", "over": "30d", "at_least": height},
                     {"field": "ehp", "over": "rank", "at_least": height}]},
        ]  # fmt: skip
        rank = {
            "name": f"rank_{height}",
            "order": height,
            "wom_role": f"rank_{height}",
            "when": {"all": when},
        }
        ranks.append(rank)
    return RuleSet.model_validate({"ranks": ranks})


async def run(kind: str) -> None:
    """Lay the clan and simulate three times."""
    with tempfile.TemporaryDirectory() as directory:
        async with empty_database(kind, Path(directory)) as url:
            database = Database(url)
            laid, _ = await clan.lay(database, url, REAL)
            laid = replace(laid, role_order=ROLES)
            gc.collect()
            gc.freeze()
            simulations = Simulations(database, Statistics(database), lambda: NOW)
            told: list[float] = []

            async def tell(share: float) -> None:
                told.append(share)

            for _ in range(3):
                begun = time.perf_counter()
                async with LoopWatch() as watch:
                    found = await simulations.run(laid, rules(), None, DAYS, UserId(1), tell)
                spent = time.perf_counter() - begun
                assert found is not None
                click.echo(
                    f"{kind}: {DAYS} days × {found.members} members × 12 ranks × 6: {spent:.1f} s, "
                    f"{len(found.promoted)} promotions, loop held {watch.held:.0f} ms, told {len(told)} times"
                )
            await database.close()


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.simulating", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    logs.configure("INFO", "text", (), sys.stderr)
    asyncio.run(run(parser.parse_args().database))


if __name__ == "__main__":
    main()
