"""Reading the in-game chat that a relay carries to Discord.

Whether a message may be read at all is not decided here: anyone can type such a line,
so callers pass only the messages of the configured relay's user or webhook.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.domain.broadcasts import Broadcast, BroadcastKind, is_name, read_broadcast

__all__ = [
    "Broadcast",
    "BroadcastKind",
    "ChatLine",
    "EmbedText",
    "Line",
    "UnknownLine",
    "bare",
    "read_line",
    "share_understood",
    "visible",
]


@dataclass(frozen=True, slots=True)
class EmbedText:
    """What an embed says, as far as relays use it; None where it has no such part."""

    author: str | None = None
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ChatLine:
    """Something that the account displayed as ``name`` said.

    ``text_length`` counts characters as displayed, escapes and outer spaces left out.
    ``rank_emoji`` is the name of the emoji that shows the in-game rank (the character itself
    for a standard emoji), None where there is none. ``badges`` are the other emojis before
    the name, such as ``Ironman_chat_badge``. ``text`` is there to be compared with what
    another relay wrote, and is never stored.
    """

    name: str
    text_length: int
    rank_emoji: str | None = None
    badges: tuple[str, ...] = ()
    text: str = field(default="", repr=False, compare=False)

    @property
    def code(self) -> str | None:
        """The one-time code of a line that says ``!link 4821`` and nothing else."""
        found = _CODE.fullmatch(self.text)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A line of the relay that no form fits, as it came."""

    text: str


Line = ChatLine | Broadcast | UnknownLine

# A custom emoji, its bare :name: where the relay may not use it, or a standard emoji:
# a run of characters beyond ASCII that are neither letters nor spaces.
_EMOJI = re.compile(r"(?:<a?:(\w{1,40}):[0-9]{1,20}>|:(\w{1,40}):|([^\x00-\x7f\w\s]+))\s*")
_CHAT = re.compile(r"\*\*([^*\n]{1,60})(?:\*\*\s*\\?:|\\?:\s*\*\*)(.*)", re.DOTALL)
_BOLD = re.compile(r"\*\*(.*)\*\*", re.DOTALL)
_CODE = re.compile(r"!link\s+([0-9]{4})", re.IGNORECASE)
# Discord's rule: a backslash hides a punctuation mark's meaning, and before anything else is itself.
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# The last two also join parts of an emoji.
_INVISIBLE = "\u200b\u200c\u200e\u200f\u2060\ufeff\u200d\ufe0f"
_NO_INVISIBLE = str.maketrans("", "", _INVISIBLE)


def read_line(content: str, embeds: Sequence[EmbedText] = ()) -> Line | None:
    """Read one message of a relay; None where it has no text at all.

    The content decides where there is any, since a chat line with a link in it gets
    embeds of the linked page. A line that starts with a bold name and a colon, and an
    embed with a possible name as its author or title, is that player's chat whatever
    the text looks like: nobody makes a broadcast by chatting.
    """
    if content.strip():
        return _read_text(content.strip())
    lines = [line for line in map(_read_embed, embeds) if line is not None]
    return next((line for line in lines if not isinstance(line, UnknownLine)), lines[0] if lines else None)


def share_understood(lines: Iterable[Line | None]) -> tuple[int, int]:
    """How many lines a form fitted, of how many that had any text."""
    read = [line for line in lines if line is not None]
    return sum(not isinstance(line, UnknownLine) for line in read), len(read)


def bare(line: str) -> str:
    """A line as Discord displays it, without the emojis that it starts with."""
    return _plain(_split_emojis(line.strip())[1])


def visible(text: str) -> str:
    """Text without the characters that take no room: relays put them in so that nobody is pinged."""
    return text.translate(_NO_INVISIBLE)


def _read_text(raw: str) -> Line:
    emojis, line = _split_emojis(raw)
    if chat := _CHAT.match(line):
        return _chat_line(emojis, chat[1], chat[2]) or UnknownLine(raw)
    return read_broadcast(_plain(line)) or UnknownLine(raw)


def _read_embed(embed: EmbedText) -> Line | None:
    headings = [part.strip() for part in (embed.author, embed.title) if part and part.strip()]
    text = (embed.description or "").strip()
    for heading in headings:
        emojis, name = _split_emojis(heading)
        if line := _chat_line(emojis, _BOLD.sub(r"\1", name), text):
            return line
    if headings:
        # Perhaps the speaker's name in a form we do not know: the text is then what
        # somebody typed, and proves nothing about whoever it mentions.
        return UnknownLine("\n".join((*headings, text)).strip())
    return _read_text(text) if text else None


def _chat_line(emojis: Sequence[str], escaped_name: str, text: str) -> ChatLine | None:
    name = visible(_plain(escaped_name)).strip()
    if not is_name(name):
        return None
    ranks = [emoji for emoji in emojis if "badge" not in emoji.casefold()]
    badges = [emoji for emoji in emojis if emoji not in ranks[:1]]
    plain = _plain(text).strip()
    return ChatLine(name, len(plain), ranks[0] if ranks else None, tuple(badges), plain)


def _split_emojis(line: str) -> tuple[list[str], str]:
    """The names of the emojis that a line starts with, and the line after them."""
    names: list[str] = []
    end = 0
    while match := _EMOJI.match(line, end):
        names.append(match[match.lastindex or 0].strip(_INVISIBLE))
        end = match.end()
    return [name for name in names if name], line[end:]


def _plain(text: str) -> str:
    """Text as Discord displays it, as far as escapes go."""
    return _ESCAPE.sub(r"\1", text)
