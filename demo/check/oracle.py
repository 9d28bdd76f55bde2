"""The right answers: leaderboards and members' cards, from the script alone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from demo.check.chat import Chat, Line
from demo.check.known import Knowledge, Person
from demo.check.names import Names
from demo.check.readings import NOT_BOSSES, SKILLS, Gain, Readings
from demo.script import Script

_DAY = timedelta(days=1)
CARD_METRICS = ("overall", "ehp", "ehb", "boss_kills")


class Row(NamedTuple):
    """A place on a board. ``since`` is set where the figure is partial (≈)."""

    place: int
    name: str
    value: int
    since: datetime | None = None


@dataclass(frozen=True)
class Board:
    """``unmeasured`` are current members without a figure. ``checked_at`` is the newest reading used."""

    rows: tuple[Row, ...]
    unmeasured: tuple[str, ...]
    checked_at: datetime | None = None
    unattributed: int = 0

    @property
    def members(self) -> int:
        """How many are in the clan, measured or not."""
        return len(self.rows) + len(self.unmeasured)

    def row_of(self, name: str) -> Row | None:
        """The row of a member; None where it has no place."""
        return next((row for row in self.rows if row.name == name), None)


@dataclass(frozen=True)
class Card:
    """A member's figures over a period, in stored units; places among the clan's measured members.

    ``links`` is main where the account counts its user's Discord messages, second where
    another account of that user does, none where nobody linked it. ``messages`` are
    those of both kinds; None where the bot listened nowhere in the period, or heard nothing of an
    account that nobody linked, or in a period of which it missed more than an hour. ``silence`` are
    those of an account of which none was heard.
    """

    person: Person
    name: str
    role: str | None
    gains: dict[str, Gain]
    places: dict[str, tuple[int | None, int]]
    in_game: int
    in_discord: int
    silence: int | None
    messages: int | None
    links: str
    chat_place: int | None
    days: int
    of_days: int
    total_xp: int | None
    total_level: int | None
    checked_at: datetime | None

    def best(self, bosses: bool) -> int:
        """The largest known gain of a single boss, or of a single skill; 0 for none."""
        of = [
            gain.value or 0
            for metric, gain in self.gains.items()
            if metric in SKILLS or (bosses and metric not in NOT_BOSSES | {"boss_kills", "messages"})
            if (metric in SKILLS) != bosses
        ]
        return max(of, default=0)


class Oracle:
    """Answers from a script. Without ``now`` the script's last moment is meant."""

    def __init__(self, script: Script) -> None:
        self.knowledge = Knowledge(script)
        self.header = script.header
        self.zone = ZoneInfo(script.header.zone)
        self._readings = {
            person.player: Readings(person.snapshots) for person in self.knowledge.story.people.values()
        }
        self._names = Names(self.knowledge)
        self._chats: dict[datetime, Chat] = {}
        self._boards: dict[tuple[str, datetime, datetime, str, datetime, datetime | None], Board] = {}

    def readings(self, player: int, now: datetime) -> Readings:
        """The account's snapshots that are known at ``now``."""
        return self._readings[player].until(self.knowledge.horizon(now, player))

    def chat(self, now: datetime) -> Chat:
        """All messages as attributed at ``now``."""
        if now not in self._chats:
            self._chats[now] = Chat(self.knowledge, now)
        return self._chats[now]

    def board(
        self,
        metric: str,
        start: datetime,
        end: datetime,
        rule: str,
        now: datetime | None = None,
        as_of: datetime | None = None,
    ) -> Board:
        """Most first; equal values share a place and the next is skipped.

        ``rule`` is wom, covering or total. For ``messages`` the rule does not matter: who said
        nothing has 0 where they are linked to a Discord user, else it is unknown. ``as_of`` is
        whose members and names they are, of another time than now.
        """
        asked = now or self.header.end
        question = (metric, start, end, rule, asked, as_of)
        if question not in self._boards:
            self._boards[question] = self._ranked(*question)
        return self._boards[question]

    def named(self, asked: datetime, as_of: datetime | None) -> dict[int, str]:
        """The members and their names, now or at another time."""
        horizon = self.knowledge.horizon(asked)
        if as_of is None:
            return {person.player: person.name_by(horizon) for person in self.knowledge.members(asked)}
        members = self.knowledge.members_at(as_of, asked)
        return {person.player: self._names.at(person, as_of, horizon) for person in members}

    def _ranked(
        self, metric: str, start: datetime, end: datetime, rule: str, asked: datetime, as_of: datetime | None
    ) -> Board:
        named = self.named(asked, as_of)
        if metric == "messages":
            chat = self.chat(asked)
            counts = chat.counts(start, end)
            figures = {
                player: Gain(counts.get(player, self.silence(player, asked, start, end))) for player in named
            }
            unknown = sum(line.player is None for line in chat.between(start, end))
            return Board(*_placed(named, figures), unattributed=unknown)
        figures = {player: self._figure(player, metric, start, end, rule, asked) for player in named}
        used = [player for player in named if figures[player].value is not None]
        looked = [self.readings(player, asked).last_at(end) for player in used]
        return Board(*_placed(named, figures), checked_at=max(filter(None, looked), default=None))

    def _figure(
        self, player: int, metric: str, start: datetime, end: datetime, rule: str, now: datetime
    ) -> Gain:
        readings = self.readings(player, now)
        if rule == "total":
            return Gain(readings.total(metric, end))
        return readings.gain(metric, start, end, rule)

    def card(
        self,
        player: int,
        start: datetime,
        end: datetime,
        rule: str,
        now: datetime | None = None,
        as_of: datetime | None = None,
    ) -> Card:
        """A member's card for a period; ``rule`` and ``as_of`` as for :meth:`board`."""
        asked = now or self.header.end
        horizon = self.knowledge.horizon(asked, player)
        person = self.knowledge.story.people[player]
        if as_of is None:
            name, present = person.name_by(horizon), person.in_clan(asked, horizon)
        else:
            name, present = (
                self._names.at(person, as_of, horizon),
                self.knowledge.was_member(person, as_of, asked),
            )
        readings, span = self.readings(player, asked), (start, end)
        metrics = [*CARD_METRICS, *sorted(readings.metrics())]
        gains = {metric: self._figure(player, metric, start, end, rule, asked) for metric in metrics}
        boards = {metric: self.board(metric, start, end, rule, asked, as_of) for metric in CARD_METRICS}
        wrote = self.board("messages", start, end, rule, asked, as_of).row_of(name)
        said = [line for line in self.chat(asked).between(start, end) if line.player == player]
        heard = any(item.since < end and item.at > start for item in self.knowledge.story.observed)
        return Card(
            person=person,
            name=name,
            role=person.role_by(min(horizon, as_of or horizon)) if present else None,
            gains=gains,
            places={metric: _place(board, name) for metric, board in boards.items()},
            in_game=sum(line.in_game for line in said),
            in_discord=sum(not line.in_game for line in said),
            messages=(len(said) or self.silence(player, asked, start, end)) if heard else None,
            silence=self.silence(player, asked, start, end),
            links=self._links(player, asked),
            chat_place=wrote.place if wrote else None,
            days=len(self._counted({line.at.astimezone(self.zone).date() for line in said}, span, rule)),
            of_days=len(self._counted(self._heard(*span), span, rule)),
            total_xp=readings.total("overall", end),
            total_level=readings.total("total_level", end),
            checked_at=readings.last_at(end),
        )

    def silence(self, player: int, now: datetime, start: datetime, end: datetime) -> int | None:
        """The messages of an account in a time in which none was heard: 0 if all of it was, but an hour."""
        missing, reached = timedelta(0), start
        for since, at in sorted((item.since, item.at) for item in self.knowledge.story.observed):
            missing += max(timedelta(0), min(since, end) - reached)
            reached = max(reached, min(at, end))
        missing += max(timedelta(0), end - reached)
        return 0 if self._links(player, now) != "none" and missing <= timedelta(hours=1) else None

    def _links(self, player: int, now: datetime) -> str:
        if player in self.chat(now).mains.values():
            return "main"
        linked = any(link.player == player and link.at <= now for link in self.knowledge.story.links)
        return "second" if linked else "none"

    def _heard(self, start: datetime, end: datetime) -> set[date]:
        """The local days of a half-open span in which the bot listened somewhere."""
        heard: set[date] = set()
        for item in self.knowledge.story.observed:
            first, last = max(start, item.since), min(end, item.at) - timedelta.resolution
            day = first.astimezone(self.zone).date()
            while first <= last and day <= last.astimezone(self.zone).date():
                heard.add(day)
                day += _DAY
        return heard

    def _counted(self, days: set[date], span: tuple[datetime, datetime], rule: str) -> set[date]:
        """The days as they are counted: the two ends of a rolling span, each part of a day, are one.

        All time is not counted in days.
        """
        if rule == "total":
            return set()
        begin, until = (moment.astimezone(self.zone) for moment in span)
        if rule != "wom" or time() in {begin.time(), until.time()}:
            return days
        return {begin.date() if day == until.date() else day for day in days}

    def by_day(self, player: int, start: datetime, end: datetime, now: datetime) -> dict[str, int]:
        """Messages of each local day, by ISO date."""
        counted: dict[str, int] = {}
        lines: list[Line] = self.chat(now).between(start, end)
        for line in lines:
            if line.player == player:
                day = line.at.astimezone(self.zone).date().isoformat()
                counted[day] = counted.get(day, 0) + 1
        return counted


def _placed(named: dict[int, str], figures: dict[int, Gain]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    known = [
        (gain.value, named[player], gain.since) for player, gain in figures.items() if gain.value is not None
    ]
    known.sort(key=lambda item: (-item[0], item[1].casefold()))
    values = [value for value, _, _ in known]
    rows = [Row(values.index(value) + 1, name, value, since) for value, name, since in known]
    unknown = [named[player] for player, gain in figures.items() if gain.value is None]
    return tuple(rows), tuple(sorted(unknown, key=str.casefold))


def _place(board: Board, name: str) -> tuple[int | None, int]:
    row = board.row_of(name)
    return (row.place if row else None), len(board.rows)
