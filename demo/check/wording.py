"""Checks headings and timestamps, whose numbers are bounds and not scores."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from demo.check.asked import Asked
from demo.check.spans import headings
from demo.check.text import STAMP, numbers_left

_MONTHS = re.compile(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")
_WEEKDAYS = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")
_UP_TO = re.compile(r", up to (?P<until>.+)$")


def heading_problem(line: str, asked: Asked) -> Iterator[str]:
    """A line that holds numbers must be the name of the asked period."""
    until = _UP_TO.search(line)
    if until is not None:
        end = asked.span.end.astimezone(asked.oracle.zone)
        if _signs(until["until"]) != _signs(f"{end.day} {end:%b %Y %H:%M}"):
            yield f"{line!r} should end up to {end:%d %b %Y %H:%M}"
        line = line[: until.start()]
    right = headings(asked.span, asked.oracle.zone)
    if _signs(line) not in [_signs(form) for form in right]:
        yield f"unexplained {line!r}; the period is {' or '.join(right)!r}"


def _signs(text: str) -> tuple[list[str], list[str], list[str]]:
    """What must agree however the rest is laid out: numbers, months and weekdays."""
    return re.findall(r"\d+", text), _MONTHS.findall(text), _WEEKDAYS.findall(text)


def stamp_problem(line: str, moments: Iterable[datetime | None], asked: Asked) -> Iterator[str]:
    """Timestamps in a line must each be one of the moments, and no other number may be in it."""
    right = {int(moment.timestamp()) for moment in moments if moment is not None}
    wrong = [int(found) for found in STAMP.findall(line) if int(found) not in right]
    if wrong:
        yield f"{line!r}: {wrong} should be one of {sorted(right)}"
    if numbers_left(line, asked.names()):
        yield f"unexplained {line!r}"
