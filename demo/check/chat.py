"""Whose message is whose: relayed lines by the name at the time, Discord's by the link."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from demo.check.known import Knowledge, Person, fold
from demo.script import Linked, Message

_LINE = re.compile(r"(?:<a?:\w+:\d+>\s*)*\*\*(?P<name>(?:\\.|[^*])+?)\*\*\s*:", re.DOTALL)


@dataclass(frozen=True)
class Holding:
    """A name's key held by a player from a time to a time; None is open."""

    key: str
    player: int
    start: datetime | None
    end: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Half-open: the end does not belong to it."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)


@dataclass(frozen=True)
class Line:
    """A counted message: when, and whether in the game. ``player`` is None where nobody is known for it."""

    at: datetime
    in_game: bool
    player: int | None


def speaker_in(content: str) -> str | None:
    """The name before a relayed chat line's colon, unescaped; None for anything else."""
    found = _LINE.match(content.strip())
    return None if found is None else re.sub(r"\\(.)", r"\1", found["name"])


def holdings(knowledge: Knowledge, horizon: datetime) -> list[Holding]:
    """Who held which name when, by the renames that were approved by ``horizon``.

    The first name of an account reaches back without end, unless another account held
    it before: then it begins with the joining.
    """
    found: list[Holding] = []
    for person in knowledge.story.people.values():
        if person.joined <= horizon:
            found += _of(person, horizon)
    return [_bounded(held, found, knowledge) for held in found]


def _of(person: Person, horizon: datetime) -> list[Holding]:
    known = [item for item in person.renames if item.approved is not None and item.approved <= horizon]
    starts: list[datetime | None] = [None, *(item.at for item in known)]
    ends: list[datetime | None] = [*(item.at for item in known), None]
    names = [person.name, *(item.new for item in known)]
    return [
        Holding(fold(name), person.player, start, end)
        for name, start, end in zip(names, starts, ends, strict=True)
    ]


def _bounded(held: Holding, everything: list[Holding], knowledge: Knowledge) -> Holding:
    joined = knowledge.story.people[held.player].joined
    given_up = any(
        other.key == held.key
        and other.player != held.player
        and other.end is not None
        and other.end <= joined
        for other in everything
    )
    return replace(held, start=joined) if held.start is None and given_up else held


class Chat:
    """Every message that counts, as attributed with what is known at ``now``."""

    def __init__(self, knowledge: Knowledge, now: datetime) -> None:
        self._knowledge = knowledge
        self._held: dict[str, list[Holding]] = defaultdict(list)
        for held in holdings(knowledge, knowledge.horizon(now)):
            self._held[held.key].append(held)
        self.mains = main_accounts(knowledge, now)
        self.lines: list[Line] = []
        for message in knowledge.story.messages:
            gone = knowledge.story.deleted.get(message.id)
            if message.at <= now and (gone is None or gone > now):
                self._take(message)

    def _take(self, message: Message) -> None:
        if self.is_relayed(self._knowledge, message):
            name = speaker_in(message.content)
            if name is not None:
                self.lines.append(Line(message.at, True, self._holder(name, message.at)))
        elif message.webhook is None and not message.bot:
            self.lines.append(Line(message.at, False, self.mains.get(message.author)))

    @staticmethod
    def is_relayed(knowledge: Knowledge, message: Message) -> bool:
        """Whether the clan's relay wrote it: anybody could write such a line."""
        relay = knowledge.header.relay
        author = message.webhook if relay.webhook else message.author
        return message.channel == relay.channel and author == relay.author

    def _holder(self, name: str, at: datetime) -> int | None:
        holders = {held.player for held in self._held[fold(name)] if held.covers(at)}
        return holders.pop() if len(holders) == 1 else None

    def between(self, start: datetime, end: datetime) -> list[Line]:
        """What was said from ``start`` to before ``end``."""
        return [line for line in self.lines if start <= line.at < end]

    def counts(self, start: datetime, end: datetime) -> dict[int, int]:
        """Messages by player; who said nothing is absent."""
        counted: dict[int, int] = defaultdict(int)
        for line in self.between(start, end):
            if line.player is not None:
                counted[line.player] += 1
        return dict(counted)


def main_accounts(knowledge: Knowledge, now: datetime) -> dict[int, int]:
    """The account for which a user's messages count: the main one, else the first by name."""
    linked: dict[int, dict[int, Linked]] = defaultdict(dict)
    for event in knowledge.story.links:
        if event.at > now:
            continue
        linked[event.user].pop(event.player, None)
        if isinstance(event, Linked):
            linked[event.user][event.player] = event
    horizon, people = knowledge.horizon(now), knowledge.story.people
    mains: dict[int, int] = {}
    for user, accounts in linked.items():
        chosen = [link for link in accounts.values() if link.main]
        if chosen:
            mains[user] = max(chosen, key=lambda link: link.at).player
        elif accounts:
            mains[user] = min(accounts, key=lambda player: people[player].name_by(horizon).casefold())
    return mains
