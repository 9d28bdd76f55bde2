"""An answer's text as a person reads it, and what in it is a number."""

import re
from dataclasses import dataclass, field
from typing import Any, cast

DASH = "—"
STAMP = re.compile(r"<t:(\d+)(?::[a-zA-Z])?>")
_MENTION = re.compile(r"<(?:#|@&?|/[\w -]+:|a?:\w+:)(\d+)>")
_MARKUP = re.compile(r"\\([^a-zA-Z0-9\s])|\*\*|`")


@dataclass
class Screen:
    """What one answer shows: ``lines`` are plain, without empty ones, the title's not among them."""

    title: str = ""
    author: str = ""
    lines: list[str] = field(default_factory=list[str])
    tables: list[str] = field(default_factory=list[str])
    labels: list[str] = field(default_factory=list[str])


def plain(text: str) -> str:
    """Without escapes, bold and code marks, and the mark of a small line; each blank is a plain one."""
    shown = _MARKUP.sub(lambda found: found[1] or "", text).replace("\N{NO-BREAK SPACE}", " ")
    return shown.removeprefix("-# ").strip()


def parts(line: str) -> list[str]:
    """What dots in the middle divide."""
    return [part.strip() for part in line.split(" · ")]


def read_screen(answer: dict[str, Any]) -> Screen:
    """Everything readable in an answer: content, embeds, and the labels of its components."""
    screen = Screen()
    _add(screen, str(answer.get("content") or ""))
    for embed in cast("list[dict[str, Any]]", answer.get("embeds") or []):
        screen.title = screen.title or plain(embed.get("title") or "")
        screen.author = screen.author or plain(_inner(embed, "author", "name"))
        _add(screen, embed.get("description") or "")
        for item in cast("list[dict[str, str]]", embed.get("fields") or []):
            _add(screen, item.get("name") or "")
            _add(screen, item.get("value") or "")
        _add(screen, _inner(embed, "footer", "text"))
    _labels(answer.get("components"), screen.labels)
    return screen


def _inner(embed: dict[str, Any], part: str, key: str) -> str:
    held = cast("dict[str, str]", embed.get(part) or {})
    return held.get(key) or ""


def _add(screen: Screen, text: str) -> None:
    for number, block in enumerate(text.split("```")):
        if number % 2:
            screen.tables.append(block.strip("\n"))
        else:
            screen.lines += [line for line in map(plain, block.split("\n")) if line]


def _labels(component: object, found: list[str]) -> None:
    if isinstance(component, dict):
        for key, value in cast("dict[str, object]", component).items():
            if key == "label" and isinstance(value, str):
                found.append(value)
            else:
                _labels(value, found)
    elif isinstance(component, list):
        for item in cast("list[object]", component):
            _labels(item, found)


def numbers_left(text: str, names: set[str]) -> list[str]:
    """The numbers in a text that are neither in a name, nor in a mention, nor in a timestamp."""
    left = _MENTION.sub(" ", STAMP.sub(" ", text))
    for name in sorted((name for name in names if re.search(r"\d", name)), key=len, reverse=True):
        left = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", left)
    return re.findall(r"\d[\d,.]*", left)


def mentions(text: str) -> list[int]:
    """The ids of the channels, roles and users that a text mentions."""
    return [int(found) for found in re.findall(r"<(?:#|@&?)(\d+)>", text)]


def squeezed(text: str) -> str:
    """Letters and digits only, lower case."""
    return re.sub(r"[^a-z0-9]", "", text.lower())
