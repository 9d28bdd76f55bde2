"""History before the bot: which spans of a profile's past are still to be read, and how far that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from bot.domain.ids import ChannelId, MessageId, UserId

INSTANT: Final = timedelta(milliseconds=1)
"""The finest step of time that WOM tells and we keep."""
DAYS: Final = (7, 30, 90, 365)
"""Days of the past that can be asked for, beside everything since the clan began."""
GAME_BEGAN: Final = datetime(2013, 2, 22, tzinfo=UTC)
"""Old School RuneScape opened: nothing was measured before."""


class Span(NamedTuple):
    """A span of time, both ends of which belong to it, as at WOM. Times have whole milliseconds."""

    start: datetime
    end: datetime


class PastState(StrEnum):
    """Whether the past is being read, was read, or was cancelled by an officer."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Refusal(StrEnum):
    """Why WOM would not tell of one profile; it says nothing about others.

    ``NOT_FOUND``: WOM has deleted it. ``ANOTHER``: under its name WOM tells of another profile.
    ``REFUSED``: any other answer that is about the request, such as a name that WOM does not accept.
    """

    NOT_FOUND = "not_found"
    ARCHIVED = "archived"
    OPTED_OUT = "opted_out"
    FLAGGED = "flagged"
    BLOCKED = "blocked"
    ANOTHER = "another"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PastProgress:
    """How far a clan's history before the bot is read.

    ``done`` of ``members`` have nothing left to be read; those whom WOM refused count as done, and
    ``refused`` names them. ``snapshots`` are those read so far. ``left`` is about how long it takes
    still where nothing holds it up. ``paused`` is a reason of :class:`bot.domain.errors.WomUnavailable`
    for which nothing is asked before ``retry_at``; ``others_first`` is whether polls and commands
    have the turn.
    """

    state: PastState
    since: datetime
    until: datetime
    asked_by: UserId
    members: int
    done: int
    snapshots: int
    left: timedelta
    refused: tuple[tuple[str, Refusal], ...] = ()
    paused: str | None = None
    retry_at: datetime | None = None
    others_first: bool = False
    ended_at: datetime | None = None
    channel: ChannelId | None = None
    message: MessageId | None = None


def newest_gap(wanted: Span, read: Iterable[Span], newest: datetime | None) -> Span | None:
    """The newest span of what is wanted that was not read yet; None where all of it was.

    ``newest`` is the profile's last snapshot as far as is known: after it there is nothing to read,
    if anything was read at all. Spans that were read may touch, overlap and come in any order.
    """
    known = sorted(read, key=lambda span: span.end, reverse=True)
    end = wanted.end
    if known and newest is not None and newest <= known[0].end:
        end = min(end, known[0].end)
    for span in known:
        if span.end >= end:
            end = min(end, span.start - INSTANT)
    if end < wanted.start:
        return None
    before = [span.end + INSTANT for span in known if span.end < end]
    return Span(max(wanted.start, *before), end) if before else Span(wanted.start, end)
