"""Lines of a relay that nobody knows to read, gathered by their form for people to look at."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.activity import time_of
from bot.domain.errors import InvalidName
from bot.domain.ids import ChannelId, MessageId, NameKey
from bot.domain.names import name_key
from bot.domain.relay import bare

NAME: Final = "‹name›"
NUMBER: Final = "#"
TEXT: Final = "‹text›"
LONGEST: Final = 200
"""Characters of a line that are looked at; the game's own lines are shorter."""
_LONGEST_NAME: Final = 12

_SPOKEN: Final = re.compile(r"\*\*[^*\n]{1,60}(?:\*\*\s*:|:\s*\*\*).*", re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_EMOJI: Final = re.compile(r"<a?(:\w{1,40}:)[0-9]{1,20}>")
_MENTION: Final = re.compile(r"<[@#][!&]?[0-9]{1,20}>")
_NUMBER: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_BLANK: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class UnknownForm:
    """One form, how many lines have it, and the newest of them."""

    form: str
    lines: int
    channel: ChannelId
    message: MessageId

    @property
    def at(self) -> datetime:
        """When the newest was written."""
        return time_of(self.message)


def unknown_forms(
    lines: Iterable[tuple[ChannelId, MessageId, str]], names: Collection[NameKey]
) -> list[UnknownForm]:
    """The forms of these lines, those that most lines have first, then the newest."""
    alike: defaultdict[str, list[tuple[MessageId, ChannelId]]] = defaultdict(list)
    known = frozenset(names)
    starts = {key.split(" ", 1)[0] for key in known}
    for channel, message, raw in lines:
        alike[_form_of(raw, known, starts)].append((message, channel))
    found = [UnknownForm(form, len(those), max(those)[1], max(those)[0]) for form, those in alike.items()]
    return sorted(found, key=lambda one: (-one.lines, -one.message))


def form_of(raw: str, names: Collection[NameKey]) -> str:
    """A line without its particulars: names of members, numbers, mentions and what was said.

    A line that looks like chat, under what cannot be a name, is masked whole.
    """
    known = frozenset(names)
    return _form_of(raw, known, {key.split(" ", 1)[0] for key in known})


def _form_of(raw: str, names: frozenset[NameKey], starts: set[str]) -> str:
    line = bare(raw)[:LONGEST]
    if _SPOKEN.match(line):
        return f"**{NAME}**: {TEXT}"
    line = _MENTION.sub(NAME, _EMOJI.sub(r"\1", line))
    masked, end = "", 0
    for start, stop in _name_spans(line, names, starts):
        masked += _NUMBER.sub(NUMBER, line[end:start]) + NAME
        end = stop
    masked += _NUMBER.sub(NUMBER, line[end:])
    return _BLANK.sub(" ", masked).strip()


def _name_spans(line: str, names: frozenset[NameKey], starts: set[str]) -> Iterable[tuple[int, int]]:
    """Where members are named: the longest name at each place, never two over each other."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(line)]
    after = 0
    for index, (start, stop) in enumerate(words):
        if start < after or line[start:stop].lower() not in starts:
            continue
        ends = [end for _, end in words[index:] if end - start <= _LONGEST_NAME]
        found = next((end for end in reversed(ends) if _is_known(line[start:end], names)), None)
        if found is not None:
            yield start, found
            after = found


def _is_known(text: str, names: frozenset[NameKey]) -> bool:
    try:
        return name_key(text) in names
    except InvalidName:
        return False
