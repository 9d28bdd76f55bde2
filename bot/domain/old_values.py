"""What the values in the old system's database mean. Its columns hold whatever was once put there."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.domain.activity import snowflake_at, time_of
from bot.domain.identity import key_of
from bot.domain.ids import MessageId, NameKey
from bot.domain.names import loose_key

GAME_BEGAN: Final = datetime(2013, 2, 22, tzinfo=UTC)
"""Old School RuneScape's first day: nothing was measured before."""
DISCORD_BEGAN: Final = datetime(2015, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(days=1)
"""How far a time may lie in the future before it is taken for nonsense."""
_ID_TOLERANCE: Final = timedelta(days=1)
_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_LOW_BITS: Final = (1 << 22) - 1
_LARGEST: Final = 2**63 - 1


class Unreadable(ValueError):
    """A row that cannot be imported; the message is the reason, in words for the report."""


def read_number(value: Any) -> int | None:
    """A whole number, also one that is stored as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        value = int(value.strip())
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and abs(value) <= _LARGEST else None


def read_moment(value: Any) -> datetime | None:
    """A time as ISO text, also with a space for its T, UTC where it says no zone; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_time(value: Any, *, since: datetime, now: datetime) -> datetime:
    """When something happened.

    Raises:
        Unreadable: no date, or one that cannot be.
    """
    moment = read_moment(value)
    if moment is None:
        raise Unreadable("no readable date")
    if moment < since:
        raise Unreadable("a date before there was such a thing")
    if moment > now + AHEAD:
        raise Unreadable("a date in the future")
    return moment


def read_name(value: Any) -> str:
    """A name as the old system folded it: without separators, lower case; empty where there is none.

    The number that Discord once put after a name is cut off.
    """
    if not isinstance(value, str):
        return ""
    name, mark, number = value.strip().rpartition("#")
    return loose_key(name if name and mark and _NUMBER.fullmatch(number) else value.strip())


def display_of(value: Any) -> tuple[str, NameKey] | None:
    """A name with its separators and its key; None where the game would not accept it."""
    if not isinstance(value, str):
        return None
    key = key_of(value)
    return None if key is None else (value.strip(), key)


def message_id(number: int, written_at: datetime) -> tuple[MessageId, bool]:
    """The id to store a message under, and whether it is Discord's own.

    A message's time is in its id. One whose id is a day or more apart from its written time has
    no id of Discord's: it gets one made of that time, the same at every import.
    """
    if 0 < number <= _LARGEST and abs(time_of(number) - written_at) < _ID_TOLERANCE:
        return MessageId(number), True
    return MessageId(snowflake_at(written_at) | (number & _LOW_BITS)), False
