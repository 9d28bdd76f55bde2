"""``clanstats export``: what the bot knows of a clan, written to files."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.commandline.failures import Failure
from bot.commandline.schema import UNREACHABLE, ensure_current, ensure_there, first_line
from bot.commandline.site_folder import NotOursError, write_site
from bot.domain.clans import Clan
from bot.domain.site import ClanSite
from bot.services.clan_site import clan_sites
from bot.services.clans import Clans
from bot.settings import Settings
from db.session import Database


async def export_site(settings: Settings, directory: Path, group: int | None) -> None:
    """Write the clan's pages into a folder.

    Raises:
        Failure: it cannot be done; with what to do next. The folder is as it was.
    """
    ensure_there(settings)
    await ensure_current(settings, upgrade_first=False)
    try:
        site = await _read(settings, group)
    except UNREACHABLE as error:
        raise Failure(f"Nothing was written: {first_line(error)}") from error
    try:
        pages = write_site(directory, site)
    except NotOursError as error:
        raise Failure(
            f"{directory} holds something else than pages that were exported before. Name a new folder."
        ) from error
    except OSError as error:
        raise Failure(f"{directory} could not be written, and is as it was: {error}") from error
    click.echo(f"{pages} pages of {site.name} are in {directory}. Open {directory / 'index.html'}")


async def _read(settings: Settings, group: int | None) -> ClanSite:
    database = Database(settings.database_url)
    try:
        clan = _chosen(await Clans(database).everywhere(), group)
        return await clan_sites(database, lambda: datetime.now(UTC)).read(clan)
    finally:
        await database.close()


def _chosen(clans: Sequence[Clan], group: int | None) -> Clan:
    """The one that is meant; of several servers that follow one group the first."""
    meant = [one for one in clans if group in (None, one.group)]
    if not meant:
        known = f"no clan of group {group}" if clans else "no clan yet"
        raise Failure(f"There is {known}. /setup in Discord links one.")
    if group is None and len({one.group for one in meant}) > 1:
        listed = "\n".join(f"  --group {one.group}  {one.name}" for one in meant)
        raise Failure(f"There are several clans. Say which one is meant:\n{listed}")
    return meant[0]
