"""What a Discord nickname says: the names in it, once its decorations are cut."""

import re
import unicodedata

from bot.domain.identity import key_of
from bot.domain.ids import NameKey
from bot.domain.names import loose_key

LONGEST = 32
"""The most characters of a nickname that Discord takes."""
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


def renamed(nickname: str, before: str, after: str) -> str | None:
    """The nickname with the new name in the former one's place; None where it is to stay as it is.

    So it is where it does not say the former name just once, or says the new one already,
    or would be longer than Discord allows.
    """
    key = key_of(before)
    pieces = [piece for piece in names_in(nickname) if key is not None and key_of(piece) == key]
    if len(pieces) != 1 or nickname.count(pieces[0]) != 1 or key_of(after) in exact_keys(nickname) - {key}:
        return None
    changed = nickname.replace(pieces[0], after)
    return changed if changed != nickname and len(changed) <= LONGEST else None
