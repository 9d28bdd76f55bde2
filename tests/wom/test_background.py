"""Requests in the background: after everybody else's, and only once."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.domain.ids import GroupId
from bot.wom.client import WomClient
from bot.wom.errors import WomDown
from bot.wom.pacing import Pacing
from tests.wom.support import Server, client_of, html, says

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLAN = GroupId(1)


async def test_what_is_asked_in_the_background_comes_after_all_that_others_ask(server: Server) -> None:
    server.otherwise = says("[]")
    pacing = Pacing(8, period=0.4)
    async with WomClient(server.url, user_agent="ClanStats (test)", pacing=pacing) as client:
        await asyncio.gather(client.achievements(CLAN), client.achievements(CLAN))
        later = asyncio.create_task(client.player_snapshots("Ann", NOW, NOW, background=True))
        others = [asyncio.create_task(client.achievements(CLAN)) for _ in range(4)]
        await asyncio.gather(later, *others)
    assert [one.path.rsplit("/", 1)[-1] for one in server.seen] == ["achievements"] * 6 + ["snapshots"]


async def test_what_is_asked_in_the_background_is_not_asked_again_by_itself(server: Server) -> None:
    server.otherwise = html(503)
    async with client_of(server.url) as client:
        with pytest.raises(WomDown):
            await client.player_snapshots("Ann", NOW, NOW, background=True)
    assert len(server.seen) == 1
