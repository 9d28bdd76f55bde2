"""What officers chose of a summary, whether it is switched on or not."""

from datetime import datetime, time
from typing import NamedTuple

from bot.domain.ids import ChannelId
from bot.domain.schedules import Cadence, Part


class StoredSchedule(NamedTuple):
    """A schedule as officers left it.

    ``since`` is None while it is off. ``stopped`` is why the bot does not post it though it is on;
    None where it does.
    """

    cadence: Cadence
    channel: ChannelId | None
    day: int
    at: time
    parts: frozenset[Part]
    mention: int | None
    since: datetime | None
    stopped: str | None
