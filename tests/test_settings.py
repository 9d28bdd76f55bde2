"""Settings: where they come from, what is refused, and that nothing secret shows."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from bot.settings import LogFormat, LogLevel, Settings, SettingsError, load_settings
from bot.settings_values import check_database_url, hidden_password

CODE = "123-456-789"
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.a-part-that-is-secret"


@pytest.fixture(autouse=True)
def empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without any of our keys."""
    monkeypatch.chdir(tmp_path)
    for name in (*Settings.model_fields, "clanstats_config"):
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def problems_by_key() -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return {problem.key: str(problem) for problem in caught.value.problems}


def test_without_anything_the_defaults_hold(empty_directory: Path) -> None:
    settings = load_settings()

    assert settings.poll_minutes == 30
    assert settings.backfill_days == 30
    assert settings.wom_base_url == "https://api.wiseoldman.net/v2"
    assert settings.discord_token is None
    assert settings.data_dir == empty_directory / "data"
    assert settings.database_file == empty_directory / "data" / "clanstats.db"
    assert settings.origin("POLL_MINUTES") == "default"


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_file(
    empty_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_directory / "clanstats.yaml").write_text(
        "poll_minutes: 10\nBACKFILL_DAYS: 11\nlog_level: error\nWOM_CONTACT: yaml\n"
    )
    (empty_directory / ".env").write_text("POLL_MINUTES=20\nBACKFILL_DAYS=21\nPOSTGRES_PASSWORD=not-ours\n")
    monkeypatch.setenv("POLL_MINUTES", "40")
    monkeypatch.setenv("WOM_CONTACT", "")

    settings = load_settings()

    assert (settings.poll_minutes, settings.origin("POLL_MINUTES")) == (40, "environment")
    assert (settings.backfill_days, settings.origin("BACKFILL_DAYS")) == (21, ".env")
    assert (settings.log_level, settings.origin("LOG_LEVEL")) == (LogLevel.ERROR, "clanstats.yaml")
    assert settings.wom_contact == "yaml", "an empty value counts as none"


def test_another_file_can_be_named(empty_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_directory / "other.yaml").write_text("log_format: JSON\n")
    monkeypatch.setenv("CLANSTATS_CONFIG", str(empty_directory / "other.yaml"))
    assert load_settings().log_format is LogFormat.JSON

    monkeypatch.setenv("CLANSTATS_CONFIG", str(empty_directory / "gone.yaml"))
    assert "not there" in problems_by_key()["CLANSTATS_CONFIG"]


def test_all_problems_are_told_together_each_with_an_example(
    empty_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_directory / "clanstats.yaml").write_text("pol_minutes: 10\nfavourite_colour: red\n")
    wrong = {
        "POLL_MINUTES": "4",
        "BACKFILL_DAYS": "many",
        "DISCORD_TOKEN": "Bot secret-of-mine",
        "DATABASE_URL": "mysql://me:secret-of-mine@host/db",
        "SECRET_KEY": "too short",
        "LOG_FORMAT": "xml",
        "LOG_LEVEL": "loud",
        "WOM_BASE_URL": "wiseoldman.net",
        "WOM_CONTACT": "a\nb",
        "WOM_GROUP_ID": "-1",
        "WOM_GROUP_SECRET": "secret-of-mine",
        "RELAY_CHANNEL_ID": "#clan-chat",
    }
    for key, value in wrong.items():
        monkeypatch.setenv(key, value)

    found = problems_by_key()

    assert found.keys() == {*wrong, "pol_minutes", "favourite_colour"}
    for key in wrong:
        assert f"for example: {key}=" in found[key]
        assert "(environment)" in found[key]
    assert "did you mean POLL_MINUTES?" in found["pol_minutes"]
    assert "did you mean" not in found["favourite_colour"]
    assert "not 'many'" in found["BACKFILL_DAYS"]
    assert "whole number" in found["BACKFILL_DAYS"]
    assert "secret-of-mine" not in "".join(found.values())
    assert "too short: 9 characters, at least 16" in found["SECRET_KEY"]


@pytest.mark.parametrize("value", ["5", "1440"])
def test_the_bounds_of_poll_minutes_are_allowed(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLL_MINUTES", value)
    assert load_settings().poll_minutes == int(value)


@pytest.mark.parametrize("value", ["4", "1441"])
def test_beyond_the_bounds_of_poll_minutes_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLL_MINUTES", value)
    assert "POLL_MINUTES" in problems_by_key()


def test_a_group_code_needs_a_key_and_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOM_GROUP_SECRET", "123 456 789")
    assert problems_by_key().keys() == {"SECRET_KEY", "WOM_GROUP_ID"}

    monkeypatch.setenv("SECRET_KEY", "correct horse battery staple")
    monkeypatch.setenv("WOM_GROUP_ID", "123")
    settings = load_settings()
    assert settings.wom_group_id == 123
    assert settings.wom_group_secret == SecretStr(CODE)


def test_a_required_key_that_is_missing_is_a_problem() -> None:
    with pytest.raises(SettingsError, match="DISCORD_TOKEN: is not set"):
        load_settings(required=["DISCORD_TOKEN"])


@pytest.mark.parametrize("content", ["a: [", "- a\n- b", "just text", "\x00"])
def test_an_unreadable_file_is_a_problem_that_does_not_quote_it(content: str, empty_directory: Path) -> None:
    (empty_directory / "clanstats.yaml").write_text(f"{content}  # my-secret")
    message = problems_by_key()["clanstats.yaml"]
    assert "my-secret" not in message


def test_an_empty_file_and_empty_values_are_no_problem(empty_directory: Path) -> None:
    (empty_directory / "clanstats.yaml").write_text("")
    load_settings()
    (empty_directory / "clanstats.yaml").write_text("DISCORD_TOKEN:\nWOM_CONTACT: ''\n")
    assert load_settings().wom_contact is None


def test_numbers_in_the_file_serve_as_texts(empty_directory: Path) -> None:
    (empty_directory / "clanstats.yaml").write_text("SECRET_KEY: 1234567890123456\n")
    secret = load_settings().secret_key
    assert secret is not None
    assert secret.get_secret_value() == "1234567890123456"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/db", "postgresql+asyncpg://u:p@h/db"),
        ("postgresql://u@h:5432/db?sslmode=require", "postgresql+asyncpg://u@h:5432/db?ssl=require"),
        ("postgresql+asyncpg://h/db", "postgresql+asyncpg://h/db"),
        ("sqlite:///some/file.db", "sqlite+aiosqlite:///some/file.db"),
        ("sqlite:////abs/file.db", "sqlite+aiosqlite:////abs/file.db"),
    ],
)
def test_a_database_address_gets_its_driver(given: str, used: str) -> None:
    assert Settings(database_url=given).database_url == used
    assert check_database_url(used) == used, "applying it twice changes nothing"


@pytest.mark.parametrize(
    "given",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "postgresql://host",
        "postgresql://host/db?channel_binding=require",
        "clanstats.db",
    ],
)
def test_a_database_address_that_cannot_be_used_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        Settings(database_url=given)


def test_arguments_alone_count_when_settings_are_made_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLL_MINUTES", "77")
    assert Settings().poll_minutes == 30
    with pytest.raises(ValidationError):
        Settings.model_validate({"pol_minutes": 3})


def test_no_way_of_showing_settings_shows_a_secret() -> None:
    secret = "hidden/with%20signs"
    settings = Settings.model_validate(
        {
            "discord_token": TOKEN,
            "database_url": f"postgresql://me:{secret.replace('/', '%2F')}@host/db",
            "secret_key": secret,
            "wom_api_key": secret,
            "wom_group_secret": CODE,
        }
    )

    shown = f"{settings!r} {settings} {settings.shown()} {settings.model_dump(exclude={'database_url'})}"

    assert secret not in shown
    assert CODE not in shown
    assert "hidden%2F" not in shown
    assert TOKEN not in shown
    assert {TOKEN, CODE, secret, "hidden%2Fwith%20signs"} <= set(settings.secrets())
    assert settings.shown()["DATABASE_URL"] == "postgresql+asyncpg://me:***@host/db"
    assert settings.shown()["DISCORD_TOKEN"] == "set, hidden"
    assert settings.shown()["WOM_CONTACT"] == "not set"


@given(password=st.text(alphabet="abcXYZ0189-._~!$&*+,;=%", min_size=6, max_size=20))
def test_the_password_of_an_address_is_never_shown(password: str) -> None:
    url = check_database_url(f"postgresql://clanstats:{password}@database.host:5432/facts")
    assert hidden_password(url) == "postgresql+asyncpg://clanstats:***@database.host:5432/facts"
    assert password in Settings(database_url=url).secrets()


def test_wom_is_told_who_asks() -> None:
    assert Settings(wom_contact="me on Discord").user_agent.startswith("ClanStats/")
    assert "(me on Discord)" in Settings(wom_contact="me on Discord").user_agent
