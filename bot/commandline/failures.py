"""How a command ends when it cannot do its work: words on standard error and an exit code."""

from typing import IO, Any

import click

from bot.settings import SettingsError

FAILED = 1
WRONG_SETTINGS = 2


class Failure(click.ClickException):
    """The command cannot go on; the message says why and what to do. Exit code 1."""

    exit_code = FAILED


class WrongSettings(Failure):
    """Every problem of the settings, one a paragraph. Exit code 2."""

    exit_code = WRONG_SETTINGS

    def __init__(self, error: SettingsError) -> None:
        count = len(error.problems)
        title = "One setting has to change" if count == 1 else f"{count} settings have to change"
        super().__init__(f"{title}:\n\n{error}\n\ndocs/settings.md lists them all.")

    def show(self, file: IO[Any] | None = None) -> None:
        """Without click's own ``Error:`` before it."""
        click.echo(self.format_message(), file=file, err=file is None)
