"""What was listened to: spans of time that were observed, less what was not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

RELAY_SILENT: Final = timedelta(days=1)
"""A relay that writes nothing for so long is broken, as far as anybody can tell: nothing was heard."""


class Observed(NamedTuple):
    """A half-open span of time that was observed."""

    start: datetime
    end: datetime


def merged(spans: Iterable[Observed]) -> list[Observed]:
    """The same time in as few spans as there can be, the earliest first; empty ones are left out."""
    found: list[Observed] = []
    for one in sorted(spans):
        if one.end <= one.start:
            continue
        if found and one.start <= found[-1].end:
            found[-1] = Observed(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def without(spans: Iterable[Observed], holes: Iterable[Observed]) -> list[Observed]:
    """What is left of the spans beside the holes."""
    left = merged(spans)
    for hole in merged(holes):
        left = [part for one in left for part in _cut(one, hole)]
    return left


def _cut(one: Observed, hole: Observed) -> list[Observed]:
    if hole.end <= one.start or one.end <= hole.start:
        return [one]
    parts = Observed(one.start, hole.start), Observed(hole.end, one.end)
    return [part for part in parts if part.start < part.end]


def length(spans: Iterable[Observed], start: datetime) -> timedelta:
    """How much of the time from ``start`` on was observed. The spans do not overlap."""
    return sum((one.end - max(one.start, start) for one in spans if one.end > start), timedelta(0))


def heard_in_channels(channels: Mapping[int, Sequence[Observed]]) -> list[Observed]:
    """When a server was listened to: while some channel was, and none was being missed.

    A channel is missed between two of its own spans. Before its first one and after its
    last one it is not: channels are made and deleted.
    """
    spans = {channel: merged(one) for channel, one in channels.items()}
    holes = [Observed(before.end, after.start) for one in spans.values() for before, after in pairwise(one)]
    return without((span for one in spans.values() for span in one), holes)


def heard_in_game(
    spans: Iterable[Observed], lines: Sequence[datetime], start: datetime, now: datetime
) -> list[Observed]:
    """When the game's chat was heard: while a relay's channel was listened to and relays wrote.

    ``lines`` are relayed lines since ``start`` in their order; those within
    :data:`RELAY_SILENT` of others may be left out. A stretch of that length without any line
    is unknown, and not silence.
    """
    moments = [start, *lines, now]
    silences = [
        Observed(before, after)
        for before, after in pairwise(moments)
        if after - before >= RELAY_SILENT or not lines
    ]
    return without(spans, silences)


@dataclass(frozen=True, slots=True)
class Heard:
    """When chat was heard. ``game`` is None where the clan has no relay: that clock is not used."""

    game: tuple[Observed, ...] | None = None
    discord: tuple[Observed, ...] = ()
