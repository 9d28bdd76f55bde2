"""What polls of a clan cost, Wise Old Man's answers over loopback included."""

from collections.abc import AsyncGenerator

from bench.measure import Figure, measure
from db.session import Database
from tests.services.stage import staged

MEMBERS = 300


async def figures(database: Database) -> AsyncGenerator[Figure]:
    """A poll in which nothing moved, which asks for the roster alone."""
    async with staged(database, group=4_242) as stage:
        for number in range(MEMBERS):
            stage.joins(f"Polled {number}", overall=1_000_000 + number, slayer=1_000, vorkath=number)
        await stage.poll()
        yield await measure(
            f"a quiet poll of {MEMBERS}, request included", lambda: stage.later(minutes=10), target=50
        )
