"""A fake Discord for each test."""

from collections.abc import AsyncGenerator

import pytest

from tests.gateway.fake_discord import FakeDiscord


@pytest.fixture
async def fake() -> AsyncGenerator[FakeDiscord]:
    """A running fake Discord with an empty guild."""
    async with FakeDiscord() as discord:
        yield discord
