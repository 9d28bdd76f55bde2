"""The log: traces reach everything beneath, secrets reach nothing."""

import asyncio
import io
import json
import logging
from collections.abc import Generator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.logs import REDACTED, Redactor, configure, current_trace, new_trace

SECRET = 'tok"en/with ünusual\\signs'


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Generator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def logger(name: str = "bot.test") -> structlog.stdlib.BoundLogger:
    return structlog.stdlib.get_logger(name)


def json_lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_object_with_its_fields() -> None:
    stream = io.StringIO()
    configure(form="json", stream=stream)

    logger().info("poll_done", clan_id=7, members=300)

    (line,) = json_lines(stream)
    assert (line["event"], line["clan_id"], line["members"]) == ("poll_done", 7, 300)
    assert (line["level"], line["logger"]) == ("info", "bot.test")
    assert line["timestamp"].endswith("Z")


def test_libraries_log_into_the_same_stream_but_not_their_debugging() -> None:
    stream = io.StringIO()
    configure(level="DEBUG", form="json", stream=stream)

    logging.getLogger("discord.gateway").warning("Shard %s is late", 3)
    logging.getLogger("discord.http").debug("headers and bodies")
    logging.getLogger("sqlalchemy.engine.Engine").info("a statement with its values")
    logging.getLogger("bot.somewhere").debug("ours")

    assert [line["event"] for line in json_lines(stream)] == ["Shard 3 is late", "ours"]


def test_the_level_holds_for_both_kinds_of_loggers() -> None:
    stream = io.StringIO()
    configure(level="WARNING", stream=stream)
    logger().info("quiet")
    logging.getLogger("discord").info("quiet too")
    logger().warning("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


async def test_a_trace_reaches_everything_beneath_tasks_and_libraries_included() -> None:
    stream = io.StringIO()
    configure(form="json", stream=stream)

    async def work() -> None:
        logger().info("in_a_task")

    with new_trace(clan_id=7) as trace_id:
        await asyncio.create_task(work())
        logging.getLogger("discord").warning("library")
        assert current_trace() == trace_id
    logger().info("afterwards")

    task, library, after = json_lines(stream)
    assert task["trace_id"] == library["trace_id"] == trace_id
    assert task["clan_id"] == 7
    assert "trace_id" not in after
    assert current_trace() is None


def test_each_trace_has_its_own_id_and_an_inner_one_ends_with_its_block() -> None:
    with new_trace() as outer, new_trace() as inner:
        assert outer != inner
        assert current_trace() == inner
    with new_trace() as outer:
        with new_trace():
            pass
        assert current_trace() == outer


def leak_everywhere() -> None:
    """Log the secret in each way that an event can carry it."""
    log = logger()
    log.info(SECRET)
    log.info("field", value=SECRET, nested={"a": [SECRET, {SECRET}]}, number=1)
    log.info("object", value=ValueError(SECRET))
    log.info("bytes-like address", url=f"https://host/?key={SECRET}")
    log.info("field's name", **{SECRET: 1})
    logging.getLogger("discord").warning("args %s %r", SECRET, SECRET)
    with new_trace(token=SECRET):
        try:
            int(SECRET)
        except ValueError:
            log.exception("failed")
            logging.getLogger("asyncio").exception("failed too")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_never_shows_wherever_the_event_carries_it(form: Any) -> None:
    stream = io.StringIO()
    configure(form=form, secrets=[SECRET], stream=stream)

    leak_everywhere()

    text = stream.getvalue()
    assert text.count(REDACTED) >= 9
    assert "ünusual" not in text
    assert "nusual" not in text, "not even as an escape"
    assert "Traceback" in text, "the rest of a traceback stays"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(secret=st.text(min_size=6, max_size=40))
def test_json_stays_readable_whatever_the_secret_is(secret: str) -> None:
    line = json.dumps({"value": f"before {secret} after"})
    shown = json.loads(Redactor([secret])(None, "info", line))
    assert shown == {"value": f"before {REDACTED} after"} or secret in '{"value": "before  after"}'


def test_without_secrets_the_line_is_as_it_was() -> None:
    assert Redactor([])(None, "info", "a line") == "a line"
    assert Redactor([""])(None, "info", "a line") == "a line"
