"""A file whose age shows whether the process lives: written by ``run``, read by ``health``."""

import asyncio
import math
from collections.abc import Callable
from pathlib import Path

BEAT_SECONDS = 15
STALE_SECONDS = 90
"""An older heartbeat means that the process hangs, never came up or ended."""


def heartbeat_file(data_dir: Path) -> Path:
    """Where the heartbeat of the bot with this data directory is."""
    return data_dir / "heartbeat"


async def beat(file: Path, is_up: Callable[[], bool]) -> None:
    """Touch the file every 15 s while the bot is up; a blocked event loop stops it. Ends by cancellation."""
    while True:
        if is_up():
            await asyncio.to_thread(file.touch)
        await asyncio.sleep(BEAT_SECONDS)


def seconds_since(file: Path, now: float) -> float:
    """The heartbeat's age at the Unix time ``now``; infinite where there is none."""
    try:
        return now - file.stat().st_mtime
    except FileNotFoundError:
        return math.inf
