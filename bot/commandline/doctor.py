"""``clanstats doctor``: what is set, what works, and the next step where something does not."""

import os
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import click
import discord

from bot.commandline.failures import Failure
from bot.commandline.running import explain_missing, switched_off
from bot.commandline.schema import current_revision
from bot.domain.ids import GroupId
from bot.settings import Settings
from bot.wom.client import WomClient
from bot.wom.errors import WomError, WomNotFound
from bot.wom.transport import Patience
from db import migrate


@dataclass(frozen=True)
class Finding:
    """One line: whether it works (None: it does, but something is worth knowing) and what to do next."""

    works: bool | None
    what: str
    next_step: str = ""

    def __str__(self) -> str:
        mark = {True: "✓", False: "✗", None: "!"}[self.works]
        return f"{mark} {self.what}" + (f"\n    {self.next_step}" if self.next_step else "")


async def examine(settings: Settings, *, online: bool) -> bool:
    """Print the settings and every finding. True where nothing failed."""
    print_settings(settings)
    fine = True
    async for finding in _findings(settings, online=online):
        click.echo(str(finding))
        fine = fine and finding.works is not False
    return fine


def print_settings(settings: Settings) -> None:
    """Each key, its value (secrets hidden) and where it came from."""
    shown = settings.shown()
    width = max(map(len, shown))
    for key, value in shown.items():
        click.echo(f"{key:<{width}}  {value}  ({settings.origin(key)})")
    click.echo()


async def _findings(settings: Settings, *, online: bool) -> AsyncGenerator[Finding]:
    yield _directory(settings.data_dir)
    yield await _schema(settings)
    if settings.secret_key is None:
        yield Finding(None, "SECRET_KEY is not set", "Without it /setup cannot keep a clan's WOM code.")
    if settings.wom_contact is None:
        yield Finding(None, "WOM_CONTACT is not set", "WOM asks every program who runs it.")
    if online:
        yield await _wom(settings)
        for finding in await _discord(settings):
            yield finding
    elif settings.discord_token is None:
        yield Finding(None, "DISCORD_TOKEN is not set", "`clanstats run` needs it. Run `clanstats init`.")


def _directory(directory: Path) -> Finding:
    """Whether the data directory, or the nearest one above that exists, can be written to."""
    there = next(path for path in (directory, *directory.parents) if path.exists())
    if there.is_dir() and os.access(there, os.W_OK):
        return Finding(
            True, f"Data directory: {directory}" + ("" if there == directory else " (will be made)")
        )
    return Finding(False, f"Data directory: {directory} cannot be written to", "Set DATA_DIR, or its rights.")


async def _schema(settings: Settings) -> Finding:
    file = settings.database_file
    if file is not None and not file.exists():
        return Finding(True, f"Database: {file} (`clanstats run` will make it)")
    began = time.perf_counter()
    try:
        revision, needed = await current_revision(settings), migrate.head()
    except Failure as failure:
        what, _, step = failure.message.partition("\n")
        return Finding(False, what, step)
    took = _milliseconds(began)
    if revision == needed:
        return Finding(True, f"Database: answers in {took}, schema {revision}")
    return Finding(
        False, f"Database: schema {revision or 'missing'}, needed is {needed}", "Run `clanstats migrate`."
    )


async def _wom(settings: Settings) -> Finding:
    """One request: the set-up's group, or a search for groups that finds any."""
    key = settings.wom_api_key.get_secret_value() if settings.wom_api_key else None
    began = time.perf_counter()
    try:
        async with WomClient(
            settings.wom_base_url, user_agent=settings.user_agent, api_key=key, patience=Patience(attempts=1)
        ) as wom:
            what = await _ask_wom(wom, settings.wom_group_id)
    except WomNotFound:
        return Finding(False, f"WOM: there is no group {settings.wom_group_id}", "Set WOM_GROUP_ID anew.")
    except WomError as error:
        return Finding(False, f"WOM: {error}", "Look at WOM_BASE_URL, WOM_API_KEY and the network.")
    return Finding(True, f"WOM: answers in {_milliseconds(began)}{what}")


async def _ask_wom(wom: WomClient, group: int | None) -> str:
    if group is None:
        await wom.search_groups("a", limit=1)
        return ""
    details = await wom.group(GroupId(group))
    return f", group {group} is {details.name}"


async def _discord(settings: Settings) -> list[Finding]:
    if settings.discord_token is None:
        return [Finding(False, "Discord: DISCORD_TOKEN is not set", "Run `clanstats init`.")]
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        async with client:
            await client.login(settings.discord_token.get_secret_value())
            return _account(client)
    except discord.LoginFailure:
        return [Finding(False, "Discord: the token is not accepted", "Reset it in the developer portal.")]
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        return [
            Finding(False, f"Discord: {error or type(error).__name__}", "Look at the network, try again.")
        ]


def _account(client: discord.Client) -> list[Finding]:
    off = switched_off(client.application_flags)
    return [
        Finding(True, f"Discord: the token is {client.user}'s"),
        *(Finding(None, line) for line in explain_missing(off)),
    ]


def _milliseconds(began: float) -> str:
    return f"{(time.perf_counter() - began) * 1000:.0f} ms"
