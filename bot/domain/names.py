"""RuneScape names: when two spellings are one account, and what somebody may have meant."""

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.domain.errors import InvalidName
from bot.domain.ids import NameKey

_SEPARATOR = re.compile(r"[-_\s]")
_KEY = re.compile(r"[a-z0-9 ]{1,12}")
_LIKENESS = 70.0  # of 100: one or two slips in a name of six letters still reach it, another name does not


# The same few hundred names speak all day, and each of their lines asks.
@lru_cache(maxsize=8_192)
def name_key(display: str) -> NameKey:
    """Fold a RuneScape name the way WOM does, so that equal accounts compare equal.

    ``-``, ``_`` and any white space each become one space, the ends are trimmed, case
    is ignored. Inner double spaces are kept, and a missing separator matters:
    ``Jo hn`` and ``John`` are two accounts.

    Raises:
        InvalidName: what remains is not 1 to 12 letters (a–z), digits and spaces.
    """
    key = _SEPARATOR.sub(" ", display).strip(" ").lower()
    if _KEY.fullmatch(key) is None:
        raise InvalidName(display)
    return NameKey(key)


def loose_key(display: str) -> str:
    """A name without its separators, lower case: ``l-loi``, ``L Loi`` and ``lloi`` are alike.

    For suggestions only, and only where one member fits: two accounts may share it.
    Any text is folded, also what the game would refuse (a nickname with an emoji);
    text of separators alone gives the empty string, which fits nobody.
    """
    return _SEPARATOR.sub("", display).lower()


def nearest(query: str, names: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The names that ``query`` may have meant, likeliest first; none where nothing is alike.

    Separators and case do not count. Equally alike names come in alphabetical order.
    """
    choices = sorted(set(names), key=lambda name: (name.casefold(), name))
    # Text of separators alone is like nothing: rapidfuzz rates an empty query 0.
    found = process.extract(
        query, choices, scorer=fuzz.WRatio, processor=loose_key, limit=limit, score_cutoff=_LIKENESS
    )
    return tuple(name for name, _score, _index in found)
