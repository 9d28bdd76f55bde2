"""What was listened to: spans of time that were observed, less what was not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise
from typing import Final, NamedTuple

from bot.domain.rules.facts import HOLE, unobserved

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
    """What is left of the spans beside the holes, in one pass over both."""
    left: list[Observed] = []
    gaps, place = merged(holes), 0
    for one in merged(spans):
        start = one.start
        while place < len(gaps) and gaps[place].start < one.end:
            gap = gaps[place]
            if start < gap.start:
                left.append(Observed(start, gap.start))
            start = max(start, gap.end)
            if one.end < gap.end:
                # What is left of the hole may reach into the next span.
                break
            place += 1
        if start < one.end:
            left.append(Observed(start, one.end))
    return left


def common(one: Iterable[Observed], other: Iterable[Observed]) -> list[Observed]:
    """The time that is in both."""
    mine, theirs = merged(one), merged(other)
    found: list[Observed] = []
    here = there = 0
    while here < len(mine) and there < len(theirs):
        start, end = max(mine[here].start, theirs[there].start), min(mine[here].end, theirs[there].end)
        if start < end:
            found.append(Observed(start, end))
        if mine[here].end < theirs[there].end:
            here += 1
        else:
            there += 1
    return found


def length(spans: Iterable[Observed], start: datetime) -> timedelta:
    """How much of the time from ``start`` on was observed. The spans do not overlap."""
    return sum((one.end - max(one.start, start) for one in spans if one.end > start), timedelta(0))


def heard_throughout(
    spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime, *, but: timedelta = HOLE
) -> bool:
    """Whether ``[start, end)`` was listened to, all ``but`` so much of it, as over restarts.

    What nobody listened to at all was not, however short. The spans may overlap, in any order.
    """
    near = [(since, until) for since, until in spans if since < end and start < until]
    return bool(near) and unobserved(near, start, end) <= but


def heard_in_channels(
    channels: Mapping[int, Sequence[Observed]], unread: Mapping[int, datetime], now: datetime
) -> list[Observed]:
    """When a server was listened to: while some channel was, and none was being missed.

    A channel is missed between two of its own spans. One that is ``unread`` since a time is
    missed from it, or from its last span, to now: it should be read still, and is not. Before
    its first span no other is missed, nor after its last: channels are made and deleted, and
    threads fall asleep.
    """
    spans = {channel: merged(one) for channel, one in channels.items()}
    holes = [Observed(before.end, after.start) for one in spans.values() for before, after in pairwise(one)]
    for channel, since in unread.items():
        holes.append(Observed(max([since, *(one.end for one in spans.get(channel, ()))]), now))
    return without((span for one in spans.values() for span in one), holes)


def heard_in_game(
    channels: Mapping[int, tuple[Sequence[Observed], Sequence[datetime]]], start: datetime, now: datetime
) -> list[Observed]:
    """When the game's chat was heard: while every relay's channel was listened to and its relays wrote.

    Each channel has the spans in which it was listened to, and lines of its relays since
    ``start`` in their order; those within :data:`RELAY_SILENT` of others may be left out. A
    stretch of that length without any line is unknown, and not silence. No channel: nothing was heard.
    """
    heard = [without(spans, _silences(lines, start, now)) for spans, lines in channels.values()]
    return reduce(common, heard) if heard else []


def _silences(lines: Sequence[datetime], start: datetime, now: datetime) -> list[Observed]:
    return [
        Observed(before, after)
        for before, after in pairwise([start, *lines, now])
        if after - before >= RELAY_SILENT or not lines
    ]


@dataclass(frozen=True, slots=True)
class Heard:
    """When chat was heard. ``game`` is None where the clan has no relay: that clock is not used."""

    game: tuple[Observed, ...] | None = None
    discord: tuple[Observed, ...] = ()
