"""The browser in which pages are looked at."""

from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, async_playwright

from demo.gallery.camera import chromium


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        # Without a sandbox, since containers' root may have none; it shows our own pages only.
        opened = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        await opened.close()
