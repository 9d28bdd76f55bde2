"""What the process is told from outside, read once by the command line and the migrations.

A key's value is the first that is there of: the environment, ``.env``, ``clanstats.yaml``
(or the file that ``CLANSTATS_CONFIG`` names), the default. An empty value counts as none.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, ClassVar, Self, cast
from urllib.parse import unquote

import yaml
from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.settings_problems import Problem, SettingsError, example_of, problems_of, unknown_key
from bot.settings_values import (
    check_base_url,
    check_contact,
    check_database_url,
    check_group_code,
    check_passphrase,
    check_token,
    database_password,
    hidden_password,
    sqlite_file,
)

CONFIG_NAME = "clanstats.yaml"
CONFIG_VARIABLE = "CLANSTATS_CONFIG"
LEAST_HIDDEN = 6
"""Shorter secrets are not redacted from logs: they would blot out ordinary words."""


_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 -- to be recognised, not to be listened on


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """For whom the log is: people or machines."""

    TEXT = "text"
    JSON = "json"


Snowflake = Annotated[int, Field(ge=1, lt=2**63)]


class Settings(BaseSettings):
    """Every setting, checked. The keys are the fields' names in capitals.

    Made by :func:`load_settings`, or directly by tests: then nothing but the
    arguments and the defaults counts, whatever the environment says.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )

    discord_token: Annotated[SecretStr, AfterValidator(check_token)] | None = Field(
        default=None,
        description="The bot's token, from the Bot page of the Discord developer portal.",
        examples=["MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.the-rest-of-the-token"],
    )
    database_url: Annotated[str, AfterValidator(check_database_url)] = Field(
        default="",
        repr=False,
        description="Where the facts are kept: an SQLite file or a PostgreSQL database.",
        examples=["postgresql://clanstats:password@localhost/clanstats"],
    )
    data_dir: Path = Field(
        default=Path("data"),
        description="The directory of the database file, the backups and the locks.",
        examples=["/var/lib/clanstats"],
    )
    secret_key: Annotated[SecretStr, AfterValidator(check_passphrase)] | None = Field(
        default=None,
        description="Any passphrase of at least 16 characters; clans' WOM codes are encrypted with it.",
        examples=["correct horse battery staple"],
    )
    wom_base_url: Annotated[str, AfterValidator(check_base_url)] = Field(
        default="https://api.wiseoldman.net/v2",
        description="The Wise Old Man API.",
        examples=["https://api.wiseoldman.net/v2"],
    )
    wom_api_key: SecretStr | None = Field(
        default=None,
        description="A Wise Old Man API key: 100 requests a minute instead of 20.",
        examples=["abcdefghijklmnopqrst"],
    )
    wom_contact: Annotated[str, AfterValidator(check_contact)] | None = Field(
        default=None,
        description="Who runs this bot; WOM asks for it in every request.",
        examples=["your-name on Discord"],
    )
    wom_group_id: Annotated[int, Field(ge=1, lt=2**31)] | None = Field(
        default=None,
        description="The WOM group that the first server is set up with; /setup wins over it afterwards.",
        examples=["123"],
    )
    wom_group_secret: Annotated[SecretStr, AfterValidator(check_group_code)] | None = Field(
        default=None,
        description="That group's verification code, so that WOM can be asked to update it.",
        examples=["123-456-789"],
    )
    relay_channel_id: Snowflake | None = Field(
        default=None,
        description="The channel that relays the game's clan chat, for the first server.",
        examples=["123456789012345678"],
    )
    poll_minutes: int = Field(
        default=30,
        ge=5,
        le=1440,
        description="Minutes between two polls of a clan at WOM, 5 to 1440.",
        examples=["30"],
    )
    backfill_days: int = Field(
        default=30,
        ge=0,
        le=3650,
        description="Days of messages that are read back on a new server, 0 to 3650; /setup chooses others.",
        examples=["30"],
    )
    dashboard_port: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        description="The port of the dashboard's pages; without one they are off.",
        examples=["8080"],
    )
    dashboard_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address that the dashboard listens on; for this machine alone by default.",
        examples=["0.0.0.0"],  # noqa: S104 -- as in a container
    )
    dashboard_url: Annotated[str, AfterValidator(check_base_url)] | None = Field(
        default=None,
        description="Where people reach the dashboard, for the links that the bot gives.",
        examples=["https://clan.example.org/stats"],
    )
    dashboard_link_hours: int = Field(
        default=12,
        ge=1,
        le=168,
        description="Hours that an officer's link to the officers' pages lasts, 1 to 168.",
        examples=["12"],
    )
    log_level: LogLevel = Field(
        default=LogLevel.INFO,
        description="How much is logged: DEBUG, INFO, WARNING or ERROR.",
        examples=["INFO"],
    )
    log_format: LogFormat = Field(
        default=LogFormat.TEXT,
        description="For whom the log is: text for people, json for machines.",
        examples=["json"],
    )

    _origins: dict[str, str] = PrivateAttr(default_factory=dict[str, str])

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 -- pydantic-settings passes them all by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: ``load_settings`` lays the sources itself, to know where each value came from."""
        return (init_settings,)

    @model_validator(mode="before")
    @classmethod
    def _fold_choices(cls, values: dict[str, object]) -> dict[str, object]:
        level, kind = values.get("log_level"), values.get("log_format")
        folded: dict[str, object] = {}
        if isinstance(level, str):
            folded["log_level"] = level.upper()
        if isinstance(kind, str):
            folded["log_format"] = kind.lower()
        return values | folded

    @model_validator(mode="after")
    def _fill_paths(self) -> Self:
        directory = self.data_dir.expanduser().absolute()
        object.__setattr__(self, "data_dir", directory)
        if not self.database_url:
            file = directory / "clanstats.db"
            object.__setattr__(self, "database_url", f"sqlite+aiosqlite:///{file.as_posix()}")
        return self

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None for a database server."""
        return sqlite_file(self.database_url)

    @property
    def user_agent(self) -> str:
        """How the bot names itself to WOM: program, version and contact."""
        return f"ClanStats/{version('clanstats')} ({self.wom_contact or 'no contact given'})"

    @property
    def dashboard_address(self) -> str | None:
        """Where people reach the dashboard; None where it is off."""
        if self.dashboard_port is None:
            return None
        host = self.dashboard_host if self.dashboard_host not in _EVERYWHERE else "127.0.0.1"
        return self.dashboard_url or f"http://{f'[{host}]' if ':' in host else host}:{self.dashboard_port}"

    def secrets(self) -> tuple[str, ...]:
        """Each secret text that must never be shown, the database's password included."""
        fields = [getattr(self, name) for name in type(self).model_fields]
        texts = [field.get_secret_value() for field in fields if isinstance(field, SecretStr)]
        password = database_password(self.database_url)
        return tuple(text for text in (*texts, password, unquote(password)) if len(text) >= LEAST_HIDDEN)

    def shown(self) -> dict[str, str]:
        """Key -> value as a person may see it: secrets say only whether they are set."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        values["database_url"] = hidden_password(self.database_url)
        return {name.upper(): _shown(value) for name, value in values.items()}

    def origin(self, key: str) -> str:
        """Where the value came from: ``environment``, ``.env``, a file's name or ``default``."""
        return self._origins.get(key.lower(), "default")

    def with_origins(self, origins: Mapping[str, str]) -> Self:
        """The same settings, knowing where they came from; keys are fields' names."""
        self._origins.update(origins)
        return self


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    return "set, hidden" if isinstance(value, SecretStr) else str(value)


def config_path() -> Path:
    """The settings file: the one that ``CLANSTATS_CONFIG`` names, else in the working directory."""
    return Path(os.environ.get(CONFIG_VARIABLE) or CONFIG_NAME).expanduser()


def load_settings(required: Collection[str] = ()) -> Settings:
    """Read the environment, ``.env`` and the settings file, and check everything.

    ``required`` are keys that must have a value for what is about to be done.

    Raises:
        SettingsError: with every problem of every source.
    """
    path = config_path()
    in_file, problems = _read_file(path)
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for origin, layer in ((path.name, in_file), *_from_environment()):
        values |= layer
        origins |= dict.fromkeys(layer, origin)
    problems.extend(_contradictions(values, required))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError([*problems, *problems_of(Settings, error, values, origins)]) from None
    if problems:
        raise SettingsError(problems)
    return settings.with_origins(origins)


def _from_environment() -> Iterator[tuple[str, dict[str, object]]]:
    """``.env`` and the environment, weakest first, by field name; other programs' variables are left out."""
    dotenv = DotEnvSettingsSource(Settings, env_file=Path(".env"), env_file_encoding="utf-8")
    for origin, source in ((".env", dotenv), ("environment", EnvSettingsSource(Settings))):
        given = source()
        yield origin, {name: given[name] for name in Settings.model_fields if name in given}


def _read_file(path: Path) -> tuple[dict[str, object], list[Problem]]:
    """The settings file by field name, and what is wrong with it. A missing default file is empty."""
    if not path.is_file():
        missing = Problem(CONFIG_VARIABLE, f"names a file that is not there: {path}")
        return {}, [missing] if os.environ.get(CONFIG_VARIABLE) else []
    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        # YAML's own message quotes the line, which may hold a secret: only the place is told.
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        return {}, [Problem(path.name, f"cannot be read{where}", "POLL_MINUTES: 30")]
    if content is None:
        return {}, []
    if not isinstance(content, dict):
        return {}, [Problem(path.name, "should hold lines of a key, a colon and a value", "POLL_MINUTES: 30")]
    return _known_keys(cast("dict[object, object]", content), path.name)


def _known_keys(content: dict[object, object], origin: str) -> tuple[dict[str, object], list[Problem]]:
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for key, value in content.items():
        name = str(key).lower()
        if name not in Settings.model_fields:
            problems.append(unknown_key(Settings, str(key), origin))
        elif value not in (None, ""):
            values[name] = value
    return values, problems


def _contradictions(values: Mapping[str, object], required: Collection[str]) -> Iterator[Problem]:
    """What only several settings together can get wrong."""
    for key in required:
        if key.lower() not in values:
            yield Problem(key, "is not set; `clanstats init` asks for it", example_of(Settings, key))
    if "wom_group_secret" in values and "secret_key" not in values:
        yield Problem(
            "SECRET_KEY", "is needed to keep WOM_GROUP_SECRET encrypted", example_of(Settings, "SECRET_KEY")
        )
    if "wom_group_secret" in values and "wom_group_id" not in values:
        yield Problem(
            "WOM_GROUP_ID", "is needed beside WOM_GROUP_SECRET", example_of(Settings, "WOM_GROUP_ID")
        )
