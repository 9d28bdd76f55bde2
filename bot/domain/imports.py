"""How far an import is and what became of every row: kept with each batch, reported at the end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    """What is imported next. Stored, so a value is never renamed."""

    PEOPLE = "people"
    SNAPSHOTS = "snapshots"
    MESSAGES = "messages"
    END = "end"
    DONE = "done"


def _numbers() -> dict[str, int]:
    return {}


@dataclass(slots=True)
class Tally:
    """What became of a table's rows. ``read`` is ``taken``, ``known`` and all ``refused``.

    ``taken`` are new facts, ``known`` were stored before. Of both together some are
    ``attributed`` to a member and the others are in ``unresolved``, by the name they came under.
    ``notes`` count what was taken and is worth knowing.
    """

    read: int = 0
    taken: int = 0
    known: int = 0
    attributed: int = 0
    unresolved: dict[str, int] = field(default_factory=_numbers)
    refused: dict[str, int] = field(default_factory=_numbers)
    notes: dict[str, int] = field(default_factory=_numbers)

    def refuse(self, reason: str, number: int = 1) -> None:
        """Count rows that are not imported, and why."""
        if number:
            self.refused[reason] = self.refused.get(reason, 0) + number

    def note(self, what: str, number: int = 1) -> None:
        """Count rows that were taken with a reservation."""
        if number:
            self.notes[what] = self.notes.get(what, 0) + number

    def leave_unresolved(self, name: str) -> None:
        """Count a row that belongs to no member."""
        self.unresolved[name] = self.unresolved.get(name, 0) + 1


@dataclass(slots=True)
class ImportState:
    """Where an import stands. ``position`` is within the stage: rows or sources that are done.

    ``channels`` are the times of the first and the last message of each, in milliseconds.
    ``ambiguous`` are members who may be several on the roster, or one whom another may be too;
    ``relays`` are the authors that were taken for relays.
    """

    stage: Stage = Stage.PEOPLE
    position: int = 0
    members: Tally = field(default_factory=Tally)
    aliases: Tally = field(default_factory=Tally)
    snapshots: Tally = field(default_factory=Tally)
    bosses: Tally = field(default_factory=Tally)
    messages: Tally = field(default_factory=Tally)
    channels: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    ambiguous: list[str] = field(default_factory=list[str])
    relays: list[str] = field(default_factory=list[str])

    def see(self, channel: int, times: Iterable[int]) -> None:
        """Widen what is known of a channel's span by the times of messages."""
        known = (*self.channels.get(str(channel), ()), *times)
        self.channels[str(channel)] = (min(known), max(known))
