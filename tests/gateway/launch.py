"""Run the bot's command line against a fake Discord: ``python -m tests.gateway.launch run``.

Reads the address (``http://127.0.0.1:port``) from ``CLANSTATS_TEST_DISCORD_API``. The bot
itself knows nothing of it.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

VARIABLE = "CLANSTATS_TEST_DISCORD_API"


async def _identify_at_once(self: discord.Client, shard_id: int | None, *, initial: bool = False) -> None:
    """In place of discord.py's wait of 5 seconds, which spares the real Discord."""


@contextmanager
def pointed_at(address: str) -> Generator[None]:
    """Let discord.py speak to this address instead of Discord, within the block."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Client.before_identify_hook
    Route.BASE = f"{address}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address).with_scheme("ws") / "gateway"
    discord.Client.before_identify_hook = _identify_at_once
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Client.before_identify_hook = before


if __name__ == "__main__":
    from bot.__main__ import main

    with pointed_at(os.environ[VARIABLE]):
        main()
