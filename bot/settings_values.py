"""What one setting's value may be. Each check raises ValueError with what is wrong, in words."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import SecretStr

from bot.domain.errors import UnreadableGroupCode
from bot.domain.setup import read_group_code

LEAST_PASSPHRASE = 16
MOST_CONTACT = 100

_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}
_OPTIONS = {"host", "port", "ssl", "prepared_statement_cache_size"}
_SQLITE = "sqlite+aiosqlite:///"
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


def check_token(secret: SecretStr) -> SecretStr:
    """A token is three parts with dots between them; nothing else of it is Discord's promise."""
    if not _TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("is not a bot token: three parts with dots between them, no spaces, no quotes")
    return secret


def check_passphrase(secret: SecretStr) -> SecretStr:
    """At least 16 characters, since it guards other people's codes."""
    length = len(secret.get_secret_value())
    if length < LEAST_PASSPHRASE:
        raise ValueError(f"is too short: {length} characters, at least {LEAST_PASSPHRASE}")
    return secret


def check_group_code(secret: SecretStr) -> SecretStr:
    """A verification code, in WOM's own form however it was written."""
    try:
        return SecretStr(read_group_code(secret.get_secret_value()))
    except UnreadableGroupCode:
        raise ValueError("is not a verification code: nine digits") from None


def check_contact(text: str) -> str:
    """It is sent in an HTTP header, so plain characters only."""
    if not (text.isascii() and text.isprintable() and len(text) <= MOST_CONTACT):
        raise ValueError(f"should be at most {MOST_CONTACT} plain characters without line breaks")
    return text


def check_base_url(text: str) -> str:
    """An http or https address; a slash at its end is dropped."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("should be an address that begins with https://")
    return text.rstrip("/")


def check_database_url(text: str) -> str:
    """Give the address its asynchronous driver; an empty one stays empty.

    ``sslmode``, as hosting companies write it, becomes asyncpg's ``ssl``.
    """
    if not text:
        return text
    scheme, separator, rest = text.partition("://")
    driver = _DRIVERS.get(scheme.lower())
    if driver is None or not separator:
        raise ValueError("should begin with postgresql:// or sqlite:///")
    if driver.startswith("sqlite"):
        return _sqlite_url(rest)
    return _postgresql_url(f"{driver}://{rest}")


def _sqlite_url(rest: str) -> str:
    path = rest.removeprefix("/")
    if path == rest or path in {"", ":memory:"}:
        raise ValueError("should name a file after sqlite:/// (a database in memory is not kept)")
    return f"{_SQLITE}{path}"


def _postgresql_url(text: str) -> str:
    parts = urlsplit(text)
    if not parts.path.strip("/"):
        raise ValueError("should name a database after the host")
    options = [("ssl" if name == "sslmode" else name, value) for name, value in parse_qsl(parts.query)]
    unknown = sorted({name for name, _ in options} - _OPTIONS)
    if unknown:
        raise ValueError(f"has options that the database driver does not know: {', '.join(unknown)}")
    return urlunsplit(parts._replace(query=urlencode(options)))


def sqlite_file(url: str) -> Path | None:
    """The file of a normalised address, or None for a database server."""
    if not url.startswith(_SQLITE):
        return None
    return Path(url.removeprefix(_SQLITE).partition("?")[0]).absolute()


def database_password(url: str) -> str:
    """The password inside an address as it is written there (percent-encoded), or nothing."""
    return urlsplit(url).password or ""


def hidden_password(url: str) -> str:
    """The address without its password, to be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    account, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{account.partition(':')[0]}:***@{host}"))
