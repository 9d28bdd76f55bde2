"""Several reads at once: while one waits for the database another makes rows into values."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


@asynccontextmanager
async def together() -> AsyncGenerator[asyncio.TaskGroup]:
    """A group of tasks that all have ended, or were cancelled by the first that failed, at the block's end.

    That failure is raised as it is: who asks knows what a database raises, not that several
    things were read at once. Each holds a connection while it reads, of which there are few.
    """
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
