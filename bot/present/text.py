"""Text that others wrote, made safe to show, and Discord's limits on what we show."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import discord

EMBED_LIMIT: Final = 6_000
TITLE_LIMIT: Final = 256
DESCRIPTION_LIMIT: Final = 4_096
FIELDS_LIMIT: Final = 25
FIELD_NAME_LIMIT: Final = 256
FIELD_VALUE_LIMIT: Final = 1_024
AUTHOR_LIMIT: Final = 256
FOOTER_LIMIT: Final = 2_048
MONOSPACE_COLUMNS: Final = 30
"""What a phone 390 points wide shows of a code block in an embed; one in a message has two more."""

UNBROKEN: Final = "\N{NO-BREAK SPACE}"

_SPECIAL: Final = frozenset("\\*_~|`>#[]()<:@")
_ESCAPED: Final = re.compile(r"\\(.)")
_JOINER: Final = "\u200d"
_VARIATION: Final = "\ufe0f"
_KEPT_FORMATS: Final = frozenset({_JOINER, _VARIATION})


def tidy(name: str) -> str:
    """One line without what is invisible: control and direction characters go, spaces are single.

    A right-to-left override in a nickname would turn the rest of the line around. A joiner at
    either end joins nothing, and would swallow what is put beside it.
    """
    shown = (char if char in _KEPT_FORMATS or unicodedata.category(char)[0] != "C" else " " for char in name)
    return " ".join("".join(shown).split()).strip(f"{_JOINER} ")


def escape(name: str) -> str:
    """A name as plain text: no markdown, mention, link or emoji code in it takes effect.

    A dash or a number with a point would begin a list only at the start of a line.
    """
    text = "".join(f"\\{char}" if char in _SPECIAL else char for char in tidy(name))
    if text[:1] in {"-", "+"}:
        text = f"\\{text}"
    head, point, tail = text.partition(".")
    if point and head.isdecimal():
        text = f"{head}\\.{tail}"
    return text.replace("@everyone", "@\u200beveryone").replace("@here", "@\u200bhere")


def plain_text(shown: str) -> str:
    """What :func:`escape` made safe, for where nothing takes effect anyway: labels of buttons and lists."""
    return _ESCAPED.sub(r"\1", shown)


def rank_name(role: str | None) -> str:
    """A role of WOM as people read it: ``short_green_guy`` is Short Green Guy."""
    return "No rank" if role is None else role.replace("_", " ").title()


def sentence(text: str) -> str:
    """A remark, which is not empty, as a line of its own: ``waits`` is ``Waits.``"""
    return f"{text[0].upper()}{text[1:]}."


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def unbroken(text: str) -> str:
    """The text as one word: no line breaks in it, so that no number stands without what it counts."""
    return text.replace(" ", UNBROKEN)


def verbatim(name: str) -> str:
    """A name for inside a code block, where backslashes would show: only backticks are replaced."""
    return tidy(name).replace("`", "'")


def width(text: str) -> int:
    """Columns in a monospaced font: 2 for wide characters and emoji, 0 for what joins them."""
    return sum(_cluster_width(cluster) for cluster in _clusters(text))


def clip(text: str, columns: int) -> str:
    """The text, or its beginning with an ellipsis, in at most ``columns`` columns.

    Never cuts through an emoji made of several characters.
    """
    if width(text) <= columns:
        return text
    kept = ""
    used = 1
    for cluster in _clusters(text):
        used += _cluster_width(cluster)
        if used > columns:
            break
        kept += cluster
    return f"{kept.rstrip()}…"


def pad(text: str, columns: int) -> str:
    """Clipped or filled with spaces to exactly ``columns`` columns."""
    clipped = clip(text, columns)
    return clipped + " " * (columns - width(clipped))


def units(text: str) -> int:
    """Length as Discord's clients count it: an emoji outside the first plane is 2."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit_lines(lines: Sequence[str], limit: int, *, more: str = "… and {count} more") -> str:
    """As many whole lines as fit into ``limit``; if some do not, the last says how many."""
    if units("\n".join(lines)) <= limit:
        return "\n".join(lines)
    kept: list[str] = []
    room = limit - units(more.format(count=len(lines)))
    for line in lines:
        room -= units(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, more.format(count=len(lines) - len(kept))])


def split_lines(lines: Iterable[str], limit: int) -> list[str]:
    """Blocks of whole lines, each within ``limit``. A line longer than that is cut."""
    blocks: list[str] = []
    current: list[str] = []
    size = 0
    for line in lines:
        cut = cut_units(line, limit)
        if current and size + units(cut) + 1 > limit:
            blocks.append("\n".join(current))
            current, size = [], 0
        size += units(cut) + (1 if current else 0)
        current.append(cut)
    return [*blocks, "\n".join(current)] if current else blocks


def cut_units(text: str, limit: int) -> str:
    """The text, or as much of its beginning as fits with an ellipsis, by Discord's count."""
    if units(text) <= limit:
        return text
    kept = ""
    used = 1
    for cluster in _clusters(text):
        used += units(cluster)
        if used > limit:
            break
        kept += cluster
    return f"{kept}…"


def embed_problems(embed: discord.Embed) -> tuple[str, ...]:
    """Which of Discord's limits the embed breaks, in words; empty where it may be sent."""
    measured = [
        ("title", units(embed.title or ""), TITLE_LIMIT),
        ("description", units(embed.description or ""), DESCRIPTION_LIMIT),
        ("footer", units(embed.footer.text or ""), FOOTER_LIMIT),
        ("author", units(embed.author.name or ""), AUTHOR_LIMIT),
    ]
    fields = len(embed.fields)
    for number, field in enumerate(embed.fields, start=1):
        measured.append((f"name of field {number}", units(field.name or ""), FIELD_NAME_LIMIT))
        measured.append((f"value of field {number}", units(field.value or ""), FIELD_VALUE_LIMIT))
    measured.append(("embed", sum(size for _, size, _ in measured), EMBED_LIMIT))
    measured.append(("number of fields", fields, FIELDS_LIMIT))
    return tuple(f"{what}: {size} of at most {limit}" for what, size, limit in measured if size > limit)


def _clusters(text: str) -> Iterator[str]:
    """What a reader sees as one character: a base with all that modifies or joins it."""
    cluster = ""
    for char in text:
        joined = cluster.endswith(_JOINER) or _extends(char) or _second_of_flag(cluster, char)
        if cluster and not joined:
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def _extends(char: str) -> bool:
    return (
        char == _JOINER
        or unicodedata.combining(char) != 0
        or unicodedata.category(char) in {"Mn", "Me"}
        or ("\U0001f3fb" <= char <= "\U0001f3ff")
    )


def _second_of_flag(cluster: str, char: str) -> bool:
    return len(cluster) == 1 and _regional(cluster) and _regional(char)


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _cluster_width(cluster: str) -> int:
    first = cluster[0]
    if _extends(first):
        return 0
    wide = unicodedata.east_asian_width(first) in {"W", "F"} or _regional(first) or _VARIATION in cluster
    return 2 if wide else 1
