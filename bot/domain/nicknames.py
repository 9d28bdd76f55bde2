"""What a Discord nickname says: the names in it, once its decorations are cut."""

import re
import unicodedata

from bot.domain.identity import key_of
from bot.domain.ids import NameKey
from bot.domain.names import loose_key

_PICTURE = "\x00"
_PICTORIAL = frozenset({"So", "Sk", "Sm", "Cf", "Cn", "Co", "Cs", "Me"})
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_BRACKETED = re.compile(r"\[[^\]]*\]|\([^)]*\)|\{[^}]*\}|<[^>]*>|【[^】]*】|「[^」]*」")
# Within a word a picture may stand for a letter, and a mark is a part of it: beside a space they part names.
_SEPARATOR = re.compile(
    r"[|/\\•·»«]|(?<=\s)[~,;:&+]|[~,;:&+](?=\s)|(?<=\s)[-–—]+(?=\s)|(?:(?<=\s)|^)\x00+|\x00+(?=\s|$)"
)
_EDGES = re.compile(r"^[^\w\x00]+|[^\w\x00]+$")


def names_in(nickname: str) -> tuple[str, ...]:
    """The names that a nickname may consist of, as they stand in it, none twice.

    ``Name | Role``, ``Name / Alt`` and ``Name - Role`` are cut at the mark; what stands in
    brackets, emojis and marks at a name's edges go. Letters in other fonts are plain
    letters. Nothing is cut within a word: ``Zezima's`` and ``Ze★zima`` hold no ``Zezima``.
    """
    text = "".join(map(_plain, _KEYCAP.sub(_PICTURE, nickname)))
    text = _BRACKETED.sub(_PICTURE, unicodedata.normalize("NFKC", text))
    pieces = (_EDGES.sub("", piece) for piece in _SEPARATOR.split(text))
    return tuple(dict.fromkeys(piece for piece in pieces if piece and _PICTURE not in piece))


def _plain(char: str) -> str:
    """A letter in a circle is a letter; an emoji, and what joins or tints one, is a picture."""
    if char <= "\x7f":
        return char
    if char != "\ufe0f" and unicodedata.category(char) not in _PICTORIAL:
        return char
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() and folded.isalnum() else _PICTURE


def exact_keys(nickname: str) -> frozenset[NameKey]:
    """The keys of the names in a nickname that the game would accept."""
    return frozenset(key for key in map(key_of, names_in(nickname)) if key is not None)


def loose_keys(nickname: str) -> frozenset[str]:
    """The same names without their separators."""
    return frozenset(filter(None, map(loose_key, names_in(nickname))))
