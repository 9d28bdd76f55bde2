"""``clanstats init``: asks for what cannot be guessed and writes it where only its owner can read it."""

import os
import secrets
from pathlib import Path
from typing import cast

import click
import yaml
from pydantic import SecretStr

from bot import invitation
from bot.commandline.failures import Failure
from bot.settings_values import check_contact, check_token

SECRET_KEY_BYTES = 32
_HEADER = "# Settings of ClanStats; docs/settings.md lists every key. Keep this file to yourself.\n"


def init(path: Path) -> None:
    """Ask, write the settings file, and print the invitation. What the file held stays unless asked anew.

    Raises:
        Failure: the file cannot be read or written.
    """
    click.echo(f"This writes {path.absolute()}. Nothing is sent anywhere.\n")
    values = _present(path)
    values["DISCORD_TOKEN"] = _ask_token()
    values |= _ask_optional()
    values.setdefault("SECRET_KEY", secrets.token_urlsafe(SECRET_KEY_BYTES))
    write_private(path, _HEADER + yaml.safe_dump(values, sort_keys=False, allow_unicode=True))
    application = invitation.application_id(str(values["DISCORD_TOKEN"])) or _ask_application()
    click.echo(
        f"\nWritten. Invite the bot to your server here:\n\n  {invitation.invitation_url(application)}\n"
    )
    click.echo(
        "In the developer portal (Bot → Privileged Gateway Intents) switch on Server Members and\n"
        "Message Content. Then start it with `clanstats run`; `clanstats doctor` checks everything."
    )


def _present(path: Path) -> dict[str, object]:
    """What the file holds already, once the person agreed to change it."""
    if not path.exists():
        return {}
    click.confirm(f"{path} is there already. Change it? What you leave empty stays as it is.", abort=True)
    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise Failure(f"{path} cannot be read; mend it or move it away first.") from None
    if not isinstance(content, dict):
        raise Failure(f"{path} holds no settings; move it away first.")
    return {str(key).upper(): value for key, value in cast("dict[object, object]", content).items()}


def _ask_token() -> str:
    return str(
        click.prompt("Bot token (developer portal → Bot → Reset Token)", hide_input=True, value_proc=_token)
    )


def _token(text: str) -> str:
    try:
        return check_token(SecretStr(text.strip())).get_secret_value()
    except ValueError as error:
        raise click.BadParameter(f"That {error}.") from None


def _contact(text: str) -> str:
    try:
        return check_contact(text.strip())
    except ValueError as error:
        raise click.BadParameter(f"That {error}.") from None


def _ask_optional() -> dict[str, str]:
    contact = click.prompt(
        "Who runs this bot, for Wise Old Man (your name on Discord; empty for none)",
        default="",
        show_default=False,
        value_proc=_contact,
    )
    api_key = click.prompt(
        "Wise Old Man API key (empty for none)", default="", show_default=False, hide_input=True
    )
    answers = {"WOM_CONTACT": str(contact), "WOM_API_KEY": str(api_key).strip()}
    return {key: value for key, value in answers.items() if value}


def _ask_application() -> int:
    prompt = "The token does not tell the application's id; copy it from General Information"
    return int(click.prompt(prompt, type=click.IntRange(min=1)))


def write_private(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner only from its first byte on.

    Raises:
        Failure: the directory cannot be written to.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 -- a descriptor, not a path
            file.write(text)
        partial.replace(path)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error}") from error
