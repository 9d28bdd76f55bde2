"""`clanstats init`: what it writes, for whom, and the invitation."""

import base64
import os
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.invitation import PERMISSIONS, application_id, invitation_url
from bot.settings import load_settings
from tests.commandline.support import APPLICATION, SECRET_KEY, TOKEN, clanstats


def test_init_writes_settings_that_only_their_owner_reads_and_shows_the_invitation(workplace: Path) -> None:
    result = clanstats("init", given=f"{TOKEN}\nme on Discord\n\n")

    assert result.exit_code == 0
    assert TOKEN not in result.output
    assert invitation_url(APPLICATION) in result.output
    file = workplace / "clanstats.yaml"
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings = load_settings(["DISCORD_TOKEN", "SECRET_KEY"])
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.wom_contact == "me on Discord"
    assert settings.wom_api_key is None
    assert {path.name for path in workplace.iterdir()} == {"clanstats.yaml"}


def test_init_asks_again_for_what_is_no_token(workplace: Path) -> None:
    result = clanstats("init", given=f"Bot abc\n{TOKEN}\n\n\n")
    assert "is not a bot token" in result.output
    assert yaml.safe_load((workplace / "clanstats.yaml").read_text())["DISCORD_TOKEN"] == TOKEN


def test_init_overwrites_only_when_told_to_and_keeps_the_rest(workplace: Path) -> None:
    file = workplace / "clanstats.yaml"
    file.write_text(f"secret_key: {SECRET_KEY}\npoll_minutes: 10\nwom_contact: me\n")
    before = file.read_text()

    assert clanstats("init", given=f"n\n{TOKEN}\n\n\n").exit_code == 1
    assert file.read_text() == before

    assert clanstats("init", given=f"y\n{TOKEN}\n\n\n").exit_code == 0
    settings = load_settings()
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == SECRET_KEY, "stored codes must stay readable"
    assert (settings.poll_minutes, settings.wom_contact) == (10, "me")


def test_init_asks_for_the_application_where_the_token_does_not_tell() -> None:
    result = clanstats("init", given=f"not-a-number.b.c\n\n\n{APPLICATION}\n")
    assert invitation_url(APPLICATION) in result.output


def test_the_invitation_asks_for_these_rights_and_no_others() -> None:
    query = parse_qs(urlsplit(invitation_url(APPLICATION)).query)
    asked = discord.Permissions(int(query["permissions"][0]))
    assert query["client_id"] == [str(APPLICATION)]
    assert set(query["scope"][0].split()) == {"bot", "applications.commands"}
    assert asked == PERMISSIONS
    assert not asked.administrator
    assert not asked.mention_everyone
    assert asked.read_message_history


@given(application=st.integers(10**16, 10**19), rest=st.text(alphabet="abc-_XYZ", min_size=1))
def test_the_application_is_read_from_any_token(application: int, rest: str) -> None:
    first = base64.urlsafe_b64encode(str(application).encode()).decode().rstrip("=")
    assert application_id(f"{first}.{rest}.{rest}") == application


@given(text=st.text())
def test_anything_else_tells_no_application(text: str) -> None:
    found = application_id(text)
    assert found is None or base64.urlsafe_b64decode(text.partition(".")[0] + "==").decode() == str(found)
