"""``python -m bench.decoding``: what reading WOM's largest answer takes, during which nothing else runs."""

import asyncio
import json

import click
import msgspec

from bench.measure import HEADER, measure
from bot.wom.answers import MemberHiscores
from tests.wom.support import json_of


async def report() -> None:
    """Print the figure."""
    recorded = json_of("group_bulk_hiscores_20")
    raw = json.dumps(recorded * 15, separators=(",", ":")).encode()

    async def decode() -> None:
        msgspec.json.decode(raw, type=list[MemberHiscores])

    click.echo(HEADER)
    click.echo(await measure(f"the values of 300 members, {len(raw) / 1e6:.1f} MB", decode, target=50))


if __name__ == "__main__":
    asyncio.run(report())
