"""Live boards: messages that keep themselves up to date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.ids import ChannelId, ClanId, MessageId
from bot.domain.leaderboards import Board
from bot.domain.metrics import BOSS_KILLS, CHAT_STREAK, DIVERSITY, EHB, EHP, RAIDS, SCORE
from bot.domain.worklist import Step, StepGroup

INTERVALS: Final = (10, 30, 60, 360)
"""Minutes between two looks that officers may choose among."""
DEFAULT_MINUTES: Final = 30
FRESH_FOR: Final = timedelta(hours=1)
"""A message that says nothing else is edited for its freshness alone after this, so once an hour at most."""
SOONEST: Final = timedelta(seconds=30)
"""A press does not look again within this."""


class BoardKind(StrEnum):
    """What a board shows. Stored, so a value is never renamed."""

    RACE = "race"
    MONTH = "month"
    KILLS = "kills"
    CHAT = "chat"
    SCORE = "score"
    RAIDS = "raids"
    BOSSES = "bosses"
    STREAK = "streak"
    OWN = "own"
    OWN_SECOND = "ownsecond"
    OWN_THIRD = "ownthird"
    ROSTER = "roster"
    WORKLIST = "worklist"


ASKED: Final = {
    BoardKind.RACE: ("overall", "this-week"),
    BoardKind.MONTH: ("overall", "this-month"),
    BoardKind.KILLS: ("boss_kills", "this-week"),
    BoardKind.CHAT: ("messages", "today"),
    BoardKind.SCORE: (SCORE.key, "this-week"),
    BoardKind.RAIDS: (RAIDS.key, "this-month"),
    BoardKind.BOSSES: (DIVERSITY.key, "this-month"),
    BoardKind.STREAK: (CHAT_STREAK.key, "this-month"),
    BoardKind.OWN: (EHP.key, "this-month"),
    BoardKind.OWN_SECOND: (EHB.key, "this-month"),
    BoardKind.OWN_THIRD: (BOSS_KILLS.key, "this-month"),
}
"""The metric and the period of those that are leaderboards; of officers' own until they choose."""
OWN: Final = frozenset({BoardKind.OWN, BoardKind.OWN_SECOND, BoardKind.OWN_THIRD})
"""Leaderboards of which officers choose the metric and the period."""
FOR_OFFICERS: Final = frozenset({BoardKind.WORKLIST})
"""What is shown in the officers' channel only."""


@dataclass(frozen=True, slots=True)
class LiveBoard:
    """A board that is on. ``message`` is None until it is posted, ``shown`` a digest of what it says.

    ``checked_at`` is the check by which the message says how fresh it is; None where it says nothing of that.
    ``metric`` and ``period`` are what officers chose of one of their :data:`OWN`.
    """

    clan: ClanId
    kind: BoardKind
    channel: ChannelId
    minutes: int
    message: MessageId | None = None
    shown: str | None = None
    looked_at: datetime | None = None
    checked_at: datetime | None = None
    metric: str | None = None
    period: str | None = None

    @property
    def asked(self) -> tuple[str, str] | None:
        """The metric and the period of a leaderboard, as codes; None for other boards."""
        usual = ASKED.get(self.kind)
        return usual and (self.metric or usual[0], self.period or usual[1])

    def is_to_change(self, shown: str, checked_at: datetime | None, *, pressed: bool) -> bool:
        """Whether the message is to be edited: it would say something else, or is no longer fresh.

        Freshness alone changes it once its check is more than an hour older than the newest, or at
        once where somebody ``pressed`` for it.
        """
        if self.shown != shown:
            return True
        if checked_at is None:
            return False
        if self.checked_at is None:
            return True
        newer = checked_at - self.checked_at
        return newer > (timedelta(0) if pressed else FRESH_FOR)

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to look again."""
        return self.looked_at is None or now - self.looked_at >= timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class OnBoard:
    """What a board shows: a leaderboard, the number of members by rank, or what is to be done in the game."""

    board: Board | None = None
    ranks: tuple[tuple[str | None, int], ...] | None = None
    steps: Mapping[StepGroup, list[Step]] | None = None

    @property
    def checked_at(self) -> datetime | None:
        """How fresh it is, where it says so."""
        return None if self.board is None else self.board.checked_at
