"""The command line. Each command imports what it needs, so that asking for help takes no time."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from types import FrameType

    from bot.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clanstats")
def main() -> None:
    """ClanStats, a Discord bot for Old School RuneScape clans."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # An old Windows console knows no ✓: better a question mark than no answer.
            stream.reconfigure(errors="replace")


@main.command()
@click.option(
    "--migrate", "upgrade_first", is_flag=True, help="Bring the database's schema up to date first."
)
def run(*, upgrade_first: bool) -> None:
    """Run the bot on Discord until it is told to stop."""
    import asyncio

    from bot.commandline.failures import Failure
    from bot.commandline.heartbeat import heartbeat_file
    from bot.commandline.schema import ensure_current
    from bot.locks import AlreadyRunningError, sole_process

    settings = _settings("DISCORD_TOKEN")
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    try:
        with sole_process(settings.data_dir, token=token, database_file=settings.database_file):
            asyncio.run(ensure_current(settings, upgrade_first=upgrade_first))
            asyncio.run(_run(settings, token, heartbeat_file(settings.data_dir)))
    except AlreadyRunningError as error:
        raise Failure(str(error)) from error
    heartbeat_file(settings.data_dir).unlink(missing_ok=True)


async def _run(settings: "Settings", token: str, heartbeat: Path) -> None:
    from bot.app import ClanStatsBot
    from bot.commandline.running import RunnableBot, keep_loaded, keep_running

    def build(lacking: frozenset[str]) -> RunnableBot:
        bot = ClanStatsBot.build(settings, lacking=lacking) if lacking else ClanStatsBot.build(settings)
        keep_loaded()
        return bot

    await keep_running(build, token, heartbeat)


@main.command()
def init() -> None:
    """Ask for the bot's token, write the settings, show the invitation."""
    from bot.commandline.setting_up import init
    from bot.settings import config_path

    init(config_path())


@main.command()
@click.option("--backup/--no-backup", default=True, help="Copy an SQLite file before changing it.")
def migrate(*, backup: bool) -> None:
    """Bring the database's schema up to date."""
    import asyncio

    from bot.commandline.failures import Failure
    from bot.commandline.schema import upgrade
    from bot.locks import AlreadyRunningError, sole_process

    settings = _settings()
    try:
        with sole_process(settings.data_dir, token=None, database_file=settings.database_file):
            asyncio.run(upgrade(settings, backup=backup))
    except AlreadyRunningError as error:
        raise Failure(str(error)) from error


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--group", type=click.IntRange(1, 2**31 - 1), help="The clan's group id at Wise Old Man.")
@click.option("--guild", type=click.IntRange(1, 2**63 - 1), help="The id of the clan's Discord server.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and write nothing.")
def import_(file: Path, group: int | None, guild: int | None, *, dry_run: bool) -> None:
    """Import the database of the system before ClanStats.

    The clan need be named only where there is none yet, or several. Cut off, the same command goes on where
    it stopped; of what is known already nothing is added.
    """
    import asyncio

    from bot.commandline.failures import Failure
    from bot.commandline.importing import Asked, import_old
    from bot.locks import AlreadyRunningError, sole_process

    settings = _settings()
    asked = Asked(file, group, guild, dry_run)
    try:
        if dry_run:
            asyncio.run(import_old(settings, asked))
        else:
            with sole_process(settings.data_dir, token=None, database_file=settings.database_file):
                asyncio.run(import_old(settings, asked))
    except AlreadyRunningError as error:
        raise Failure(str(error)) from error
    except KeyboardInterrupt as interrupt:
        raise Failure("Interrupted. What was imported is stored; the same command goes on.") from interrupt


@main.group()
def export() -> None:
    """Write what the bot knows of a clan to files."""


@export.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--group", type=click.IntRange(1, 2**31 - 1), help="The clan's group id at Wise Old Man.")
def site(directory: Path, group: int | None) -> None:
    """Write the clan's pages into DIRECTORY, to be opened in a browser or put on any web server.

    It is made anew each time: written whole, or left as it was. Officers' pages are not among them.
    """
    import asyncio

    from bot.commandline.exporting import export_site

    asyncio.run(export_site(_settings(), directory, group))


@main.command()
@click.option("--offline", is_flag=True, help="Leave out Wise Old Man and Discord.")
def doctor(*, offline: bool) -> None:
    """Show the settings and check what they lead to."""
    import asyncio

    from bot.commandline.doctor import examine

    settings = _settings(quiet=True)
    if not asyncio.run(examine(settings, online=not offline)):
        sys.exit(1)


@main.command()
def health() -> None:
    """Succeed if the bot that runs with these settings is up (for containers)."""
    import time

    from bot.commandline.failures import Failure
    from bot.commandline.heartbeat import STALE_SECONDS, heartbeat_file, seconds_since

    file = heartbeat_file(_settings().data_dir)
    age = seconds_since(file, time.time())
    if age > STALE_SECONDS:
        raise Failure(
            f"No sign of life in {file} for {STALE_SECONDS} seconds or more. Either the bot does not run "
            "with these settings (start it with `clanstats run`), or it hangs: its log says on what."
        )
    click.echo(f"Alive {age:.0f} seconds ago")


@main.command()
@click.option(
    "--once",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Play it through without a browser, write every answer into this directory and check it.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="The page's port; a free one by default.")
def demo(directory: Path | None, port: int | None) -> None:
    """Try the bot with a made-up clan: no account, no network."""
    import asyncio
    import signal

    from bot.commandline.failures import Failure

    def like_ctrl_c(_number: int, _frame: "FrameType | None") -> None:
        # What a shell starts in the background ignores it.
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, like_ctrl_c)
    try:
        if directory is not None:
            from demo import once

            sys.exit(asyncio.run(once.run(directory)))
        from demo import play

        asyncio.run(play.serve(port))
    except ModuleNotFoundError as error:
        if error.name != "demo" and (error.name or "").partition(".")[0] != "simcord":
            raise
        raise Failure("The demo runs from a checkout with its extra: pip install -e '.[demo]'.") from error
    except KeyboardInterrupt as interrupt:
        if directory is not None:
            raise Failure("Interrupted: the answers were not checked.") from interrupt
        click.echo("Bye.")


def _settings(*required: str, quiet: bool = False) -> "Settings":
    """The settings, and the log as they want it (``quiet``: errors only); all problems end the program."""
    from bot import logs
    from bot.commandline.failures import WrongSettings
    from bot.settings import SettingsError, load_settings

    try:
        settings = load_settings(required)
    except SettingsError as error:
        raise WrongSettings(error) from error
    level = "ERROR" if quiet else settings.log_level.value
    logs.configure(level, settings.log_format.value, settings.secrets())
    return settings


if __name__ == "__main__":
    main(prog_name="clanstats")
