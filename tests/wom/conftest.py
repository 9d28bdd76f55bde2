from collections.abc import AsyncIterator

import pytest

from bot.wom.client import WomClient
from tests.wom.support import Server, client_of, serving


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[WomClient]:
    async with client_of(server.url) as client:
        yield client
