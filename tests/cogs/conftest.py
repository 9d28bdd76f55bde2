"""The real bot in a simulated Discord, over a clan that was laid once and is copied for each test."""

import asyncio
import logging
import os
import shutil
import uuid
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVarTuple
from unittest.mock import patch

import asyncpg
import pytest
import simcord
from discord import app_commands
from sqlalchemy.engine import make_url

from bot.app import ClanStatsBot
from bot.domain.clans import Clan
from bot.domain.errors import UserError
from bot.domain.ids import GuildId
from bot.services import registry
from bot.services.registry import Services
from bot.services.rendering import Renderer, RenderFailedError
from bot.settings import Settings
from bot.wom.client import WomClient
from bot.wom.pacing import Pacing
from cogs.stats import StatsCog
from db import migrate
from tests import simulator
from tests.cogs import world
from tests.databases import POSTGRES, postgres_unreachable

Args = TypeVarTuple("Args")

PNG = b"\x89PNG\r\n\x1a\n made up"
NO_WOM = "http://127.0.0.1:9/v2"
"""Nobody listens there: a connection is refused at once."""

# What differs from Discord in the simulator is corrected, and its pauses are short.
simulator.correct()


class QuickRenderer(Renderer):
    """Draws nothing, at once: starting the render process takes longer than a test."""

    failure: Exception | None = None

    async def render(
        self, function: Callable[[*Args], bytes], *args: *Args, guild: GuildId, key: str | None = None
    ) -> bytes:
        if self.failure is not None:
            raise self.failure
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
        await self.bot.close()
        await self.env.settle()
        self.env.backend.clock.advance(later.total_seconds())
        await self.env.restart_bot(build_bot(self.url, self.wom_url, **settings))

    async def clan(self) -> Clan:
        return await self.services.clans.default(GuildId(self.places.guild.id))

    def break_pictures(self, failure: Exception | None = None) -> None:
        """Let every drawing fail from now on."""
        renderer = self.services.renderer
        assert isinstance(renderer, QuickRenderer)
        renderer.failure = failure or RenderFailedError("broken")

    def use_renderer(self, renderer: Renderer) -> None:
        """Let the commands draw with another renderer."""
        cog = self.bot.get_cog("StatsCog")
        assert isinstance(cog, StatsCog)
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


class Templates:
    """A laid database of each kind, made when first wanted."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._made: dict[tuple[str, bool], str] = {}

    async def url(self, kind: str, *, laid: bool) -> str:
        if (kind, laid) not in self._made:
            url = await _new_database(kind, self._directory / f"{'laid' if laid else 'empty'}.db")
            await migrate.upgrade(url)
            if laid:
                await world.lay(url)
            self._made[kind, laid] = url
        return self._made[kind, laid]

    async def remove(self) -> None:
        for (kind, _), url in self._made.items():
            if kind == "postgres":
                await _drop(url)


async def _ask_postgres(statement: str) -> None:
    connection = await asyncpg.connect(POSTGRES)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _new_database(kind: str, file: Path, template: str | None = None) -> str:
    if kind == "sqlite":
        if template is not None:
            source = make_url(template).database
            assert source is not None
            shutil.copy(source, file)
        return f"sqlite+aiosqlite:///{file}"
    name = f"clanstats_test_{uuid.uuid4().hex}"
    like = f'TEMPLATE "{make_url(template).database}"' if template else ""
    await _ask_postgres(f'CREATE DATABASE "{name}" {like}')
    return str(make_url(POSTGRES).set(drivername="postgresql+asyncpg", database=name))


async def _drop(url: str) -> None:
    await _ask_postgres(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Generator[Templates]:
    made = Templates(tmp_path_factory.mktemp("laid"))
    yield made
    asyncio.run(made.remove())


@asynccontextmanager
async def _copied(templates: Templates, kind: str, directory: Path, *, laid: bool) -> AsyncGenerator[str]:
    if kind == "postgres" and (reason := await postgres_unreachable()):
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    template = await templates.url(kind, laid=laid)
    url = await _new_database(kind, directory / "clan.db", template)
    try:
        yield url
    finally:
        if kind == "postgres":
            await _drop(url)


@pytest.fixture
async def laid_url(templates: Templates, database_kind: str, tmp_path: Path) -> AsyncGenerator[str]:
    """A database of one's own with the clan in it."""
    async with _copied(templates, database_kind, tmp_path, laid=True) as url:
        yield url


@pytest.fixture
async def bare_url(templates: Templates, database_kind: str, tmp_path: Path) -> AsyncGenerator[str]:
    """A database of one's own with nothing in it but the schema."""
    async with _copied(templates, database_kind, tmp_path, laid=False) as url:
        yield url


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
            await foundry.bot.close()
            await env.shutdown()
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
