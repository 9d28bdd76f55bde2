"""The script's file holds what was written, and nothing else is accepted."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.script import (
    Message,
    MessageDeleted,
    Polled,
    event_from_json,
    event_to_json,
    iso,
    read_script,
    script_from_json,
    snowflake,
    write_script,
)
from demo.world import build_world

AT = datetime(2026, 1, 1, 12, 30, 0, 250_000, tzinfo=UTC)


def test_a_script_that_was_written_is_read_again_the_same(tmp_path: Path) -> None:
    script = build_world(3, AT, days=20, members=100, messages=1_000)
    write_script(tmp_path / "script.json", script)
    assert read_script(tmp_path / "script.json") == script


def test_times_are_written_in_milliseconds_of_utc() -> None:
    later = AT.astimezone(tz=None) + timedelta(microseconds=499)
    assert iso(later) == "2026-01-01T12:30:00.250Z"


def test_fields_that_have_their_default_are_left_out() -> None:
    message = Message(AT, snowflake(AT), 5, 6, "Cy", "hello")
    written = event_to_json(message)
    assert list(written) == ["kind", "at", "id", "channel", "author", "name", "content"]
    assert event_from_json(json.loads(json.dumps(written))) == message
    assert event_to_json(Polled(AT)) == {"kind": "polled", "at": "2026-01-01T12:30:00.250Z"}


def test_several_deleted_messages_stay_several() -> None:
    event = MessageDeleted(AT, (1, 2, 3))
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


def test_a_script_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 2"):
        script_from_json({"version": 2, "header": {}, "events": []})
