"""The made-up clan after its story: each day is like the last one, and somebody always talks."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from demo.script import Event, MemberLeft, MemberReturned, Message, Renamed, Snapshot, snowflake
from demo.world_metrics import LEVELS, SKILLS

DAY = timedelta(days=1)
_SEQUENCE = 4000
"""Ids of what is said here, apart from those of the story within the same millisecond."""


@dataclass
class _Sheet:
    """What WOM last saw of an account."""

    values: dict[str, int] = field(default_factory=dict[str, int])

    def level(self) -> int:
        """The total level that its skills give."""
        return sum(sum(xp >= least for least in LEVELS) for xp in map(self.values.get, SKILLS) if xp)


def ever_after(story: Sequence[Event], end: datetime) -> Iterator[Event]:
    """What happens from ``end`` on, without end: the story's last day again and again.

    Whoever left or was renamed in that day says and gains nothing more in it, since their
    lines would not fit any more.
    """
    still = _unchanged(story, end)
    sheets = _sheets(story)
    last = [event for event in story if end - DAY <= event.at < end]
    said = [event for event in last if isinstance(event, Message) and event.speaker in still | {None}]
    gained = list(_gains(story, end - DAY, still))
    later = DAY
    while True:
        today = [*_said(said, later), *_seen(gained, later, sheets)]
        yield from sorted(today, key=lambda event: event.at)
        later += DAY


def _unchanged(story: Iterable[Event], end: datetime) -> set[int]:
    """The accounts that are in the clan at the end, and had their names for a day."""
    here: set[int] = set()
    for event in story:
        if isinstance(event, Snapshot | MemberReturned):
            here.add(event.player)
        elif isinstance(event, MemberLeft) or (isinstance(event, Renamed) and event.at >= end - DAY):
            here.discard(event.player)
    renamed = {event.player for event in story if isinstance(event, Renamed) and event.at >= end - DAY}
    return here - renamed


def _sheets(story: Iterable[Event]) -> dict[int, _Sheet]:
    sheets: dict[int, _Sheet] = defaultdict(_Sheet)
    for event in story:
        if isinstance(event, Snapshot):
            sheets[event.player].values |= event.values
    return sheets


def _gains(story: Iterable[Event], since: datetime, still: set[int]) -> Iterator[Snapshot]:
    """The looks of the last day with what was gained until each, instead of what was reached."""
    sheets: dict[int, dict[str, int]] = defaultdict(dict)
    for event in story:
        if isinstance(event, Snapshot):
            before = sheets[event.player]
            if event.at >= since and event.player in still and before:
                gained = {name: value - before.get(name, value) for name, value in event.values.items()}
                yield replace(event, values=gained)
            before |= event.values


def _said(said: Iterable[Message], later: timedelta) -> Iterator[Message]:
    for message in said:
        at = message.at + later
        yield replace(message, at=at, id=snowflake(at, message.id % 4096))


def _seen(gained: Iterable[Snapshot], later: timedelta, sheets: dict[int, _Sheet]) -> Iterator[Snapshot]:
    for look in gained:
        sheet = sheets[look.player]
        reached = {name: sheet.values.get(name, 0) + gain for name, gain in look.values.items()}
        sheet.values |= reached
        yield replace(look, at=look.at + later, values=reached, level=sheet.level())


def chatter(
    story: Iterable[Event], channel: int, begin: datetime, every: timedelta, seed: int
) -> Iterator[Message]:
    """People who talk in a channel from ``begin`` on, about so often, in words they used before."""
    rng = random.Random(f"{seed} chatter")
    said = [
        event
        for event in story
        if isinstance(event, Message) and event.channel == channel and not event.bot and event.webhook is None
    ]
    at = begin
    while said:
        at += timedelta(milliseconds=round(every / timedelta(milliseconds=1) * rng.uniform(0.4, 1.6)))
        yield replace(rng.choice(said), at=at, id=snowflake(at, _SEQUENCE))
