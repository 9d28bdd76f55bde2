"""Reads the answers that the demo wrote, and compares every number in them with the script's.

Each answer is a JSON file: ``command`` ("/leaderboard"), ``options`` (those in effect: a
press of a select writes what it chose), ``at`` (when it was asked, ISO), ``as`` (the
user's id), ``ephemeral``, ``content``, ``embeds``, ``components``, ``attachments``; and,
if there is something to say of them, ``refusal`` (true where a refusal was provoked) and
``series`` (what a chart was drawn from: ``[{"day", "xp", "messages"}, ...]``).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

from demo.check.asked import Asked, read_asked
from demo.check.board_screen import check_board, check_my_place, is_my_place
from demo.check.card_screen import check_card
from demo.check.oracle import Oracle
from demo.check.other_screens import check_compare, check_group, check_setup, check_words
from demo.check.text import Screen, read_screen
from demo.script import Script, read_script

_NUMBERS_COMMANDS = frozenset({"stats", "leaderboard", "compare", "Clan stats"})
_BROKEN = "Something broke on my side"


@dataclass(frozen=True)
class Difference:
    """Where an answer is not what the script says, and how."""

    answer: str
    problem: str

    def __str__(self) -> str:
        return f"{self.answer}: {self.problem}"


def check_directory(directory: Path, script: Path) -> list[Difference]:
    """All differences of the answers in a directory. A directory without any is a difference."""
    oracle = Oracle(read_script(script))
    files = sorted(path for path in directory.glob("*.json") if path.resolve() != script.resolve())
    found: list[Difference] = []
    for path in files:
        answer = json.loads(path.read_text(encoding="utf-8"))
        found += [Difference(path.name, problem) for problem in check_answer(answer, oracle)]
    return found if files else [Difference(str(directory), "holds no answer")]


def check_answers(answers: dict[str, dict[str, Any]], script: Script) -> list[Difference]:
    """The same for answers that are in memory, by name."""
    oracle = Oracle(script)
    return [
        Difference(name, problem)
        for name, answer in answers.items()
        for problem in check_answer(answer, oracle)
    ]


def check_answer(answer: dict[str, Any], oracle: Oracle) -> list[str]:
    """What is wrong with one answer, in words."""
    if answer.get("refusal"):
        return list(_check_refusal(answer))
    try:
        asked = read_asked(oracle, answer)
    except (KeyError, ValueError) as problem:
        return [f"what was asked cannot be read: {problem!r}"]
    screen = read_screen(answer)
    return [*_check(screen, asked), *_check_series(answer, asked)]


def _check(screen: Screen, asked: Asked) -> Iterator[str]:
    text = "\n".join(screen.lines)
    if _BROKEN in text:
        yield f"the bot broke: {text!r}"
    elif is_my_place(screen):
        yield from check_my_place(screen, asked)
    elif screen.title.startswith("Side by side"):
        yield from check_compare(screen, asked)
    elif " measured" in text and screen.title:
        yield from check_board(screen, asked)
    elif any(line.startswith("Total ") for line in screen.lines):
        yield from check_card(screen, asked)
    elif asked.command in _NUMBERS_COMMANDS:
        yield f"no screen of {asked.command}, but {screen.title or text!r}"
    elif screen.title.startswith("Set-up of"):
        yield from check_setup(screen, asked)
    elif "WOM group" in text:
        yield from check_group(screen, asked)
    elif not text and not screen.title:
        yield "the answer is empty"
    else:
        yield from check_words(screen, asked)


def _check_refusal(answer: dict[str, Any]) -> Iterator[str]:
    """What was asked is not read: it may be what was refused."""
    if _BROKEN in str(answer.get("content")):
        yield f"the bot broke: {answer['content']!r}"
    if not answer.get("ephemeral"):
        yield "a refusal must be private"
    if answer.get("embeds"):
        yield "a refusal was expected, and this is an answer"


def _check_series(answer: dict[str, Any], asked: Asked) -> Iterator[str]:
    """The chart's points: covering gains and messages of each local day, cut to the period."""
    series = cast("list[dict[str, Any]]", answer.get("series") or [])
    person = None
    if series:
        wanted = asked.options.get("player")
        person = asked.oracle.knowledge.named(str(wanted), asked.now) if wanted else asked.own()
    if person is None:
        return
    span = asked.span
    said = asked.oracle.by_day(person.player, span.start, span.end, asked.now)
    readings = asked.oracle.readings(person.player, asked.now)
    for point in series:
        start, end = _day(point["day"], asked)
        right = readings.gain("overall", max(start, span.start), min(end, span.end), "covering").value
        if point["xp"] != right:
            yield f"chart, {point['day']}: {point['xp']} XP should be {right}"
        silence = asked.oracle.silence(person.player, asked.now, max(start, span.start), min(end, span.end))
        messages = said.get(point["day"], silence)
        if point["messages"] is not None and point["messages"] != messages:
            yield f"chart, {point['day']}: {point['messages']} messages should be {messages}"


def _day(text: str, asked: Asked) -> tuple[datetime, datetime]:
    day = date.fromisoformat(text)
    start = datetime.combine(day, time(), asked.oracle.zone)
    return start, datetime.combine(day + timedelta(days=1), time(), asked.oracle.zone)
