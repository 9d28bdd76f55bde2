"""The real bot in a simulated Discord, over a clan that was laid once and is copied for each test."""

import logging
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVarTuple
from unittest.mock import patch

import pytest
import simcord
from discord import app_commands

from bot.app import ClanStatsBot
from bot.domain.clans import Clan
from bot.domain.errors import UserError
from bot.domain.ids import GuildId
from bot.present import clan_charts
from bot.services import registry
from bot.services.registry import Services
from bot.services.rendering import Renderer, RenderFailedError
from bot.settings import Settings
from bot.wom.client import WomClient
from bot.wom.pacing import Pacing
from db import migrate
from tests import simulator
from tests.cogs import world
from tests.databases import Templates, empty_database, require

Args = TypeVarTuple("Args")

PNG = b"\x89PNG\r\n\x1a\n made up"
NO_WOM = "http://127.0.0.1:9/v2"
"""Nobody listens there: a connection is refused at once."""

# What differs from Discord in the simulator is corrected, and its pauses are short.
simulator.correct()


class QuickRenderer(Renderer):
    """Draws nothing, at once: starting the render process takes longer than a test.

    What was asked for is kept, to be drawn by a test that looks at it.
    """

    failure: Exception | None = None

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Callable[..., bytes], tuple[Any, ...]]] = []

    async def render(
        self, function: Callable[[*Args], bytes], *args: *Args, guild: GuildId, key: str | None = None
    ) -> bytes:
        if self.failure is not None:
            raise self.failure
        self.asked.append((function, args))
        return PNG


@dataclass
class Foundry:
    """The clan's server with the bot in it."""

    env: simcord.Env
    places: world.Discord
    url: str
    wom_url: str = NO_WOM
    forgiven: list[BaseException] = field(default_factory=list[BaseException])

    @property
    def bot(self) -> ClanStatsBot:
        assert isinstance(self.env.bot, ClanStatsBot)
        return self.env.bot

    @property
    def services(self) -> Services:
        return self.bot.services

    @property
    def commands(self) -> simcord.ChannelHandle:
        """A channel in which answers are public."""
        return self.places.commands

    @property
    def general(self) -> simcord.ChannelHandle:
        """A channel in which they are not."""
        return self.places.general

    @property
    def john(self) -> simcord.MemberActor:
        return self.places.john

    @property
    def ann(self) -> simcord.MemberActor:
        return self.places.ann

    async def restart(
        self, *, later: timedelta = timedelta(0), wom_url: str | None = None, **settings: Any
    ) -> None:
        """End the bot and start another one, as after an update, at once or after a while."""
        self.wom_url = wom_url or self.wom_url
        await self.close()
        await self.env.settle()
        # What the old bot had begun may have asked once more while it ended.
        await self.services.database.close()
        self.env.backend.clock.advance(later.total_seconds())
        await self.env.restart_bot(build_bot(self.url, self.wom_url, **settings))

    async def close(self) -> None:
        """End the bot, and what a test asked its services after its end."""
        await self.bot.close()
        await self.services.database.close()

    async def clan(self) -> Clan:
        return await self.services.clans.default(GuildId(self.places.guild.id))

    def break_pictures(self, failure: Exception | None = None) -> None:
        """Let every drawing fail from now on."""
        renderer = self.services.renderer
        assert isinstance(renderer, QuickRenderer)
        renderer.failure = failure or RenderFailedError("broken")

    def asked_to_draw(self) -> tuple[Callable[..., bytes], tuple[Any, ...]]:
        """What draws the last picture, and what it is given."""
        renderer = self.services.renderer
        assert isinstance(renderer, QuickRenderer)
        return renderer.asked[-1]

    def figure(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        """The last picture of the clan's, as matplotlib has it."""
        figures: list[Any] = []
        draw, given = self.asked_to_draw()
        with monkeypatch.context() as context:
            context.setattr(clan_charts, "png", figures.append)
            draw(*given)
        return figures[0]

    def use_renderer(self, renderer: Renderer, name: str = "StatsCog") -> None:
        """Let a cog's commands draw with another renderer."""
        cog: Any = self.bot.get_cog(name)
        cog.services = replace(cog.services, renderer=renderer)

    def forgive(self, kind: type[BaseException]) -> None:
        """These faults were meant to happen; all others fail the test at its end."""
        self.forgiven += [error for error in self.env.errors if isinstance(cause_of(error), kind)]


def cause_of(error: BaseException) -> BaseException:
    """What a command raised, without what discord.py wraps it in."""
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def faults(errors: Iterable[BaseException], forgiven: Iterable[BaseException]) -> list[BaseException]:
    """What nobody foresaw: refusals are answers."""
    known = list(forgiven)
    return [error for error in errors if not isinstance(cause_of(error), UserError) and error not in known]


def build_bot(url: str, wom_url: str = NO_WOM, **chosen: Any) -> ClanStatsBot:
    """The real bot, but for its drawing and the number of shards."""
    settings = Settings(database_url=url, wom_base_url=wom_url, **chosen)

    class TestedBot(ClanStatsBot):
        def __init__(self, services: Services, **options: Any) -> None:
            super().__init__(replace(services, renderer=QuickRenderer()), **options)

    with patch.object(registry, "WomClient", partial(WomClient, patience=world.PATIENCE)):
        return TestedBot.build(settings, shard_count=1, pacing=Pacing(100_000))


async def _lay(url: str) -> None:
    await migrate.upgrade(url)
    await world.lay(url)


@pytest.fixture
async def laid_url(templates: Templates, database_kind: str, tmp_path: Path) -> AsyncGenerator[str]:
    """A database of one's own with the clan in it."""
    await require(database_kind)
    template = await templates.filled(database_kind, "laid", _lay)
    async with empty_database(database_kind, tmp_path, template) as url:
        yield url


@pytest.fixture
def bare_url(database_url: str) -> str:
    """A database of one's own with nothing in it but the schema."""
    return database_url


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Foundry]:
    """The bot over this database, in the simulated server."""
    env = simcord.Env(build_bot(url), check_errors=False)
    foundry = Foundry(env, world.open_discord(env), url)
    await env.start()
    with swallowed() as logged:
        try:
            yield foundry
        finally:
            await foundry.close()
            await env.shutdown()
            await foundry.services.database.close()
    left = faults(env.errors, foundry.forgiven)
    assert not left, f"the bot failed: {left}"
    assert not logged, f"discord.py swallowed: {logged}"


@contextmanager
def swallowed() -> Generator[list[str]]:
    """What discord.py only logs: a failed autocomplete, for one, looks like one without choices."""
    lines: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger("discord").addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger("discord").removeHandler(handler)


@pytest.fixture
async def foundry(laid_url: str) -> AsyncGenerator[Foundry]:
    """The clan's server, set up long ago."""
    async with opened(laid_url) as made:
        yield made


@pytest.fixture
async def fresh(bare_url: str) -> AsyncGenerator[Foundry]:
    """The same server before anybody set it up."""
    async with opened(bare_url) as made:
        yield made
