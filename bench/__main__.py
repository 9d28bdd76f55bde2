"""``python -m bench``: what the bot does at the old system's size, in medians.

Figures are whole answers of the services: SQL, and everything after it up to the value
that a presenter draws. They are claims about one machine; ratios carry further.
"""

import argparse
import asyncio
import gc
import os
import platform
import sys
import tempfile
from pathlib import Path

import click

from bench import answers, clan, identity, listening, polling, posting, questions, ranks, reports, site
from bench.measure import HEADER
from bench.sizes import REAL, Size
from bot import logs
from db.session import Database
from tests.databases import empty_database


async def run(kind: str, size: Size) -> None:
    """Lay the clan into a database of that kind and measure."""
    with tempfile.TemporaryDirectory() as directory:
        async with empty_database(kind, Path(directory)) as url:
            database = Database(url)
            try:
                laid, rate = await clan.lay(database, url, size)
                click.echo(
                    f"\n{kind} · {size.days} days · {size.messages:,} messages · {size.snapshots:,} snapshots"
                )
                click.echo(
                    f"messages stored and counted: {rate:,.0f}/s · {await answers.megabytes(database):.0f} MB"
                )
                click.echo(HEADER)
                # As the bot does once it has started.
                gc.collect()
                gc.freeze()
                async for figure in answers.figures(database, laid):
                    click.echo(str(figure))
                async for figure in ranks.figures(database, laid):
                    click.echo(str(figure))
                async for figure in reports.figures(database, laid):
                    click.echo(str(figure))
                async for figure in questions.figures(database, laid):
                    click.echo(str(figure))
                async for figure in identity.figures(database, laid):
                    click.echo(str(figure))
                async for figure in polling.figures(database):
                    click.echo(str(figure))
                share = await posting.share_of_a_core(database, laid)
                click.echo(f"boards, feed and posts between polls: {share:.3%} of a core (target 2 %)")
                async for figure in site.figures(database, url, laid):
                    click.echo(str(figure))
                sizes = await site.first_view(database, laid)
                click.echo("; ".join(f"{path}, first view: {size:,} bytes" for path, size in sizes.items()))
                heard, held = await listening.heard_a_second(database, laid)
                click.echo(f"messages heard, counted and stored: {heard:,.0f}/s · loop held {held:.0f} ms")
            finally:
                await database.close()


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--history", type=float, default=1.0, help="times the history of the real clan")
    options = parser.parse_args()
    logs.configure("WARNING", "text", (), sys.stderr)
    click.echo(f"{platform.platform()} · Python {platform.python_version()} · {os.cpu_count()} processors")
    for known in (True, False):
        rate = identity.resolved_a_second(known=known)
        click.echo(f"names resolved in memory, {'known' if known else 'unknown'}: {rate:,.0f}/s")
    kinds = ("sqlite", "postgres") if options.database == "both" else (options.database,)
    for kind in kinds:
        asyncio.run(run(kind, REAL.times(options.history)))


if __name__ == "__main__":
    main()
