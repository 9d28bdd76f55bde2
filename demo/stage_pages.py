"""The clan's pages in the demo, by a server of their own beside the simulated Discord.

The simulator waits until what the bot began has ended. A browser keeps its connection open, and would be
waited for: so the bot's own server stays closed, and the same one is opened where nobody waits.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.domain.ids import GuildId, UserId
from bot.services.registry import Services
from bot.web.server import WebServer
from cogs.dashboard_gate import DashboardGate
from demo.stage import Stage


async def make_public(stage: Stage) -> None:
    """Let an officer have switched the pages on, at the story's time."""
    async with _services(stage) as services:
        clan = await services.clans.default(GuildId(stage.header.guild))
        officer = next(actor for actor in stage.linked() if stage.is_officer(actor.id))
        await services.dashboards.switch(clan, UserId(officer.id), on=True)


@asynccontextmanager
async def open_pages(stage: Stage) -> AsyncGenerator[str]:
    """Serve the pages at the story's time, and give the address of the clan's."""
    async with _services(stage) as services:
        clan = await services.clans.default(GuildId(stage.header.guild))
        server = WebServer(services, DashboardGate(stage.bot, services))
        try:
            await server.start()
            yield f"http://127.0.0.1:{server.port}/c/{clan.id}/"
        finally:
            await server.stop()


@asynccontextmanager
async def _services(stage: Stage) -> AsyncGenerator[Services]:
    """Services beside the bot's, whose clock is the story's: the bot's own is so only while it acts."""
    services = Services.build(stage.bot.services.settings, lambda: stage.now)
    try:
        yield services
    finally:
        await services.close()
