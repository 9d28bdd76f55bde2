"""One log for the program and its libraries: events with fields, traces, and never a secret.

``configure`` is called once by the command line. Everywhere else it is
``log: BoundLogger = structlog.stdlib.get_logger(__name__)`` and ``log.info("poll_done", members=300)``.
"""

import json
import logging
import re
import sys
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Literal, TextIO
from urllib.parse import quote

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"
TRACE_BYTES = 4

_LIBRARY_LEVELS = {
    "discord": logging.INFO,
    "asyncio": logging.INFO,
    "aiohttp": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "matplotlib": logging.WARNING,
    "PIL": logging.WARNING,
}
"""The least that is kept of each whatever the level is: beneath it they log bodies, statements and fonts."""


def configure(
    level: str = "INFO",
    form: Literal["text", "json"] = "text",
    secrets: Collection[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send structlog's and the standard library's events to one stream (standard error), redacted."""
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _renderer(form, handler.stream),
                Redactor(secrets),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(max(root.level, least))
    logging.captureWarnings(capture=True)


def _renderer(form: Literal["text", "json"], stream: TextIO) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


class Redactor:
    """The last processor: blots secrets out of the finished line, wherever in the event they were.

    They are looked for as they are and as JSON, ``repr`` and addresses spell them.
    """

    def __init__(self, secrets: Collection[str]) -> None:
        spellings = {spelling for secret in secrets if secret for spelling in _spellings(secret)}
        longest_first = sorted(spellings, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(text) for text in longest_first)) if spellings else None

    def __call__(self, _logger: WrappedLogger, _method: str, line: EventDict | str) -> str:
        """The line without any secret."""
        text = str(line)
        return self._pattern.sub(REDACTED, text) if self._pattern else text


def _spellings(secret: str) -> Iterator[str]:
    for text in (secret, repr(secret)[1:-1], quote(secret, safe="")):
        yield text
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]


@contextmanager
def new_trace(**fields: object) -> Generator[str]:
    """A short id, carried with ``fields`` by all that is logged beneath, tasks started there included."""
    trace_id = token_hex(TRACE_BYTES)
    with bound_contextvars(trace_id=trace_id, **fields):
        yield trace_id


def current_trace() -> str | None:
    """The id of the trace that this code runs beneath, to be shown to a person."""
    return get_contextvars().get("trace_id")
