"""What was asked: the options of a command, read as the checker understands them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demo.check.known import Person
from demo.check.oracle import Board, Oracle
from demo.check.readings import NOT_BOSSES
from demo.check.spans import Span, read_moment, read_span
from demo.check.text import squeezed

_LABELS = {
    "xp": "overall",
    "experience": "overall",
    "kills": "boss_kills",
    "chat": "messages",
    "level": "total_level",
    "collectionlogs": "collections_logged",
    "chambersofxericcm": "chambers_of_xeric_challenge_mode",
    "theatreofbloodhm": "theatre_of_blood_hard_mode",
    "tombsofamascutexpertmode": "tombs_of_amascut_expert",
}


@dataclass(frozen=True)
class Asked:
    """A question as put: ``now`` is when, ``end`` the end of its time, ``rule`` how gains are read.

    ``elsewhere`` is whether it was put on another server than the clan's, which was just set up.
    """

    oracle: Oracle
    command: str
    options: dict[str, Any]
    user: int | None
    now: datetime
    span: Span
    elsewhere: bool = False

    @property
    def rule(self) -> str:
        """wom, covering or total."""
        return "total" if self.span.kind == "total" else self.span.rule

    @property
    def as_of(self) -> datetime | None:
        """The moment in the past that was asked for; None for now."""
        words = self.options.get("as_of")
        return read_moment(str(words), self.now, self.oracle.zone) if words else None

    def board(self, metric: str) -> Board:
        """The right board for what was asked."""
        return self.oracle.board(metric, self.span.start, self.span.end, self.rule, self.now, self.as_of)

    def names(self) -> set[str]:
        """Every name that the bot can know of."""
        horizon = self.oracle.knowledge.horizon(self.now)
        people = self.oracle.knowledge.story.people.values()
        former = {item.new for person in people for item in person.renames}
        return former | {name for person in people for name in (person.name, person.name_by(horizon))}

    def metric(self, label: str) -> str | None:
        """The metric that a screen calls so; None for none that anybody has. ``…`` ends a cut one."""
        wanted = squeezed(label)
        known = {
            metric for person in self._people() for snapshot in person.snapshots for metric in snapshot.values
        }
        known |= NOT_BOSSES | {"boss_kills", "messages"}
        by_label = {squeezed(metric): metric for metric in known} | _LABELS
        if label.rstrip().endswith("…"):
            fitting = {metric for shown, metric in by_label.items() if shown.startswith(wanted)}
            return fitting.pop() if len(fitting) == 1 else None
        return by_label.get(wanted)

    def _people(self) -> list[Person]:
        return list(self.oracle.knowledge.story.people.values())

    def own(self) -> Person | None:
        """The main account of who asks; None where nothing is linked."""
        player = None if self.user is None else self.oracle.chat(self.now).mains.get(self.user)
        return None if player is None else self.oracle.knowledge.story.people[player]


def read_asked(oracle: Oracle, answer: dict[str, Any]) -> Asked:
    """The question of an answer's file. Raises: ValueError, KeyError where it is none."""
    now = datetime.fromisoformat(answer["at"])
    options: dict[str, Any] = answer.get("options") or {}
    as_of = options.get("as_of")
    end = read_moment(str(as_of), now, oracle.zone) if as_of else now
    span = read_span(str(options.get("period") or "week"), end, oracle.zone)
    user = re.search(r"\d+", str(answer.get("as") or ""))
    elsewhere = str(answer.get("guild") or oracle.header.guild) != str(oracle.header.guild)
    asker = int(user[0]) if user else None
    return Asked(oracle, answer["command"].lstrip("/"), options, asker, now, span, elsewhere)
