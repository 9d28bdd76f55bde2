"""`clanstats doctor`, against stand-ins for Discord and WOM on loopback."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import discord
import discord.http
import pytest
from aiohttp import web

from bot.commandline.doctor import examine
from bot.settings import Settings
from db import migrate
from tests.commandline.support import APPLICATION, SECRET_KEY, TOKEN, clanstats, pretend_revision


def exactly_json(body: object, status: int = 200) -> web.Response:
    """discord.py reads an answer as JSON only where its content type has nothing after it."""
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers={"Content-Type": "application/json"}
    )


@pytest.fixture
async def discord_and_wom(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[str]:
    """Stand-ins on loopback: an account with one switch off, and WOM with one group."""
    user = {"id": "1", "username": "clan-bot", "discriminator": "0", "avatar": None, "global_name": None}
    flags = discord.ApplicationFlags(gateway_guild_members_limited=True).value

    async def me(request: web.Request) -> web.Response:
        known = request.headers["Authorization"] == f"Bot {TOKEN}"
        return exactly_json(user if known else {"message": "401"}, status=200 if known else 401)

    async def application(_request: web.Request) -> web.Response:
        return exactly_json(
            {
                "id": str(APPLICATION),
                "name": "x",
                "description": "",
                "icon": None,
                "verify_key": "",
                "flags": flags,
            }
            | {
                "bot_public": True,
                "bot_require_code_grant": False,
                "owner": user,
                "summary": "",
                "team": None,
            }
        )

    async def groups(_request: web.Request) -> web.Response:
        return exactly_json([])

    app = web.Application()
    app.router.add_get("/users/@me", me)
    app.router.add_get("/oauth2/applications/@me", application)
    app.router.add_get("/groups", groups)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    address = f"http://{host}:{port}"
    monkeypatch.setattr(discord.http.Route, "BASE", address)
    yield address
    await runner.cleanup()


async def test_doctor_finds_everything_in_order(
    discord_and_wom: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.model_validate(
        {
            "discord_token": TOKEN,
            "wom_base_url": discord_and_wom,
            "secret_key": SECRET_KEY,
            "wom_contact": "me",
        }
    )
    settings.data_dir.mkdir()
    await migrate.upgrade(settings.database_url)

    assert await examine(settings, online=True)

    said = capsys.readouterr().out
    assert "✗" not in said
    assert f"schema {migrate.head()}" in said
    assert "✓ WOM: answers in" in said
    assert "✓ Discord: the token is clan-bot" in said
    assert "! Message Content Intent is off" in said
    assert "Server Members Intent is off" not in said
    assert TOKEN not in said
    assert SECRET_KEY not in said


async def test_doctor_names_everything_that_fails_and_the_next_step(
    discord_and_wom: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.model_validate(
        {"discord_token": "wrong.to.ken", "wom_base_url": "http://127.0.0.1:1"}
    )
    settings.data_dir.mkdir()
    await migrate.upgrade(settings.database_url)
    assert settings.database_file is not None
    pretend_revision(settings.database_file, "old")

    assert not await examine(settings, online=True)

    said = capsys.readouterr().out
    assert "✗ Database: schema old, needed is" in said
    assert "Run `clanstats migrate`" in said
    assert "✗ WOM: GET /groups" in said
    assert "✗ Discord: the token is not accepted" in said
    assert "! SECRET_KEY is not set" in said


def test_doctor_shows_where_each_setting_came_from_and_makes_nothing(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workplace / "clanstats.yaml").write_text(f"DISCORD_TOKEN: {TOKEN}\n")
    monkeypatch.setenv("POLL_MINUTES", "45")

    result = clanstats("doctor", "--offline")

    assert "set, hidden  (clanstats.yaml)" in result.output
    assert "45  (environment)" in result.output
    assert TOKEN not in result.output
    assert not (workplace / "data").exists()


def test_doctor_says_what_lacks_without_asking_anybody(workplace: Path) -> None:
    result = clanstats("doctor", "--offline")

    assert "! DISCORD_TOKEN is not set\n    `clanstats run` needs it. Run `clanstats init`." in result.output
