"""What stands around the code: documents, lock files and containers agree with it."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import main
from bot.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
KEYS = [name.upper() for name in Settings.model_fields]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("package", ["bot", "cogs", "db"])
def test_the_packages_come_from_this_checkout(package: str) -> None:
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).parent == ROOT / package


def settings_table() -> dict[str, list[str]]:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+) \|$", text("docs/settings.md"), re.MULTILINE)
    return {key: [cell.strip() for cell in cells.split(" | ")] for key, cells in rows}


def test_the_settings_document_lists_every_key_and_nothing_else() -> None:
    assert list(settings_table()) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_the_settings_document_tells_the_truth(key: str) -> None:
    described, default, example = settings_table()[key]
    field = Settings.model_fields[key.lower()]

    assert described == field.description
    Settings.model_validate({key.lower(): example.strip("`")})
    if field.default is None:
        assert default == "not set"
    elif field.default != "":
        assert default == f"`{field.default}`"


def test_the_example_file_lists_every_key_and_nothing_else() -> None:
    assert sorted(re.findall(r"^([A-Z_]+)=", text(".env.example"), re.MULTILINE)) == sorted(KEYS)


def test_every_key_of_the_example_file_has_a_comment_above() -> None:
    blocks = text(".env.example").strip().split("\n\n")[1:]
    for block in blocks:
        *comments, last = block.splitlines()
        assert comments, last
        assert all(line.startswith("# ") for line in comments)
        assert "=" in last


def test_the_example_file_as_it_is_gives_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for key in (*KEYS, "CLANSTATS_CONFIG"):
        monkeypatch.delenv(key, raising=False)
    (tmp_path / ".env").write_text(text(".env.example"), encoding="utf-8")
    assert load_settings().shown() == Settings().shown()


def test_the_readme_names_every_command_and_no_other() -> None:
    named = set(re.findall(r"clanstats ([a-z]+)", text("README.md")))
    assert named == set(main.commands)


def test_every_make_target_that_documents_name_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", text("README.md"), re.MULTILINE))
    assert {"demo", "test", "check", "bench"} <= named <= targets


def test_every_document_that_the_readme_links_exists() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", text("README.md")):
        assert (ROOT / target).exists(), target


def pinned(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9.-]+)(?:\[.*?\])?==(\S+)", text(lock), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


PIN = re.compile(
    r"[a-z0-9.-]+(\[[a-z0-9, -]+\])?==\S+"  # with its extras: without them an old pip refuses the file
    r"( ; [^\\]+?)?"
    r"( +--hash=sha256:[0-9a-f]{64})+"
)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_pins_with_hashes_and_no_address(lock: str) -> None:
    content = text(lock)
    assert "://" not in content
    for line in content.replace("\\\n", " ").splitlines():
        assert PIN.fullmatch(line.strip()), line


def test_developers_run_what_operators_run() -> None:
    operators, developers = (pinned(lock) for lock in LOCKS)
    assert operators.items() <= developers.items()
    assert "setuptools" in operators, "the editable install needs it without fetching anything"


def test_the_containers_set_only_settings_that_exist() -> None:
    compose: dict[str, Any] = yaml.safe_load(text("docker-compose.yml"))
    for service in ("bot", "migrate"):
        assert set(compose["services"][service]["environment"]) <= set(KEYS)
    in_image = set(re.findall(r"\b([A-Z_]+)=", text("Dockerfile")))
    assert in_image - {"PATH", "PYTHONUNBUFFERED", "MPLCONFIGDIR"} <= set(KEYS)


def test_the_bot_starts_only_after_the_database_answers_and_its_schema_is_there() -> None:
    services: dict[str, Any] = yaml.safe_load(text("docker-compose.yml"))["services"]
    assert services["bot"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    assert services["database"]["healthcheck"]["test"]
    for service in ("bot", "migrate"):
        assert services[service]["command"][0] in main.commands
        url = services[service]["environment"]["DATABASE_URL"].replace("${POSTGRES_PASSWORD:-clanstats}", "x")
        assert Settings(database_url=url).database_file is None


def test_the_image_holds_every_package_that_the_bot_needs() -> None:
    for package in ("bot", "cogs", "db", "migrations"):
        assert f"COPY {package} {package}" in text("Dockerfile")
        assert f"!{package}" in text(".dockerignore").splitlines()
