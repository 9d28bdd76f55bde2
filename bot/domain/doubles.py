"""One line of the game that several relays carry is one line.

A relay is one author in one channel. What two relays wrote is compared by a keyed hash, so
that nothing of the text is kept, and for no longer than a copy may still turn up.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final, NamedTuple

from bot.domain.activity import time_of
from bot.domain.ids import ChannelId, MessageId, UserId
from bot.domain.names import name_key
from bot.domain.relay import Broadcast, ChatLine, visible

DOUBLES_WITHIN: Final = timedelta(seconds=10)
"""How far apart two relays may write the same line, unless the clan chose otherwise."""
KEY_BYTES: Final = 32
_PRINT_BYTES: Final = 8  # fits a database's 64 bits; two texts share one once in 10^19
_BLANK: Final = re.compile(r"\s+")


class RelayId(NamedTuple):
    """One relay: an author in a channel."""

    channel: ChannelId
    author: UserId


class Told(NamedTuple):
    """A line that a relay wrote, and the print of what it says. Its time is in the message's id."""

    message: MessageId
    relay: RelayId
    print: int


def print_of(key: bytes, line: ChatLine | Broadcast) -> int:
    """What is kept of a line's text for a while: a hash under the installation's own ``key``.

    Equal for what two relays make of one line of the game: names are folded, escapes, invisible
    characters and runs of blanks make no difference, and an announcement is its values.
    """
    said = _chat(line) if isinstance(line, ChatLine) else _announced(line)
    words = "\n".join((name_key(line.name), said)).encode("utf-8", "replace")
    digest = hashlib.blake2b(words, digest_size=_PRINT_BYTES, key=key).digest()
    return int.from_bytes(digest, signed=True)


def _chat(line: ChatLine) -> str:
    # A relay that does not escape shows one backslash fewer than one that does.
    return "chat\n" + _BLANK.sub(" ", visible(line.text).replace("\\", "")).strip()


def _announced(line: Broadcast) -> str:
    return "\n".join((line.kind.value, *(f"{name} {line.detail[name]}" for name in sorted(line.detail))))


def find_doubles(lines: Iterable[Told], within: timedelta) -> dict[MessageId, MessageId]:
    """Which lines repeat another relay's, and which line each of them repeats.

    Lines of one print, each group of them one line of the game: the first to be written, by its
    id, and from each other relay at most one that came no later than ``within`` after it. A line
    joins the earliest group that it can join. So a relay never repeats itself, and of n lines of
    one relay and m of another within that time the greater number counts; nothing depends on
    the order in which the lines are given. With no time at all nothing is a double.

    Returns:
        For each double the first line of its group, which is the one that counts.
    """
    doubles: dict[MessageId, MessageId] = {}
    groups: dict[int, list[tuple[MessageId, set[RelayId]]]] = {}
    for line in sorted(set(lines)) if within else ():
        since = time_of(line.message) - within
        still = [group for group in groups.get(line.print, ()) if time_of(group[0]) >= since]
        groups[line.print] = still
        joined = next((group for group in still if line.relay not in group[1]), None)
        if joined is None:
            still.append((line.message, {line.relay}))
        else:
            joined[1].add(line.relay)
            doubles[line.message] = joined[0]
    return doubles
