"""Who was in the clan on any day of the past, since when, and with which rank."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.as_of import JOINED, RANK_CHANGED, Happened, Now, Stay, stays_of, then
from bot.domain.ids import MemberId
from bot.domain.rules.since import Since


@dataclass(frozen=True, slots=True)
class Life:
    """One stored member with what happened to them; ``stays`` are the oldest first."""

    member: Now
    happened: Sequence[Happened]
    stays: Sequence[Stay]


@dataclass(frozen=True, slots=True)
class Place:
    """A member's place in the clan at a moment: whose life it is, and which stay."""

    life: Life
    stay: Stay

    def role(self, now: datetime) -> str | None:
        """WOM's role at a moment of the stay."""
        return then(self.life.member, self.life.happened, (), now).role

    def since(self, until: datetime) -> Since:
        """Since when they are there and in the rank that they held at ``until``.

        A former stay's beginning is known where its join was told.
        """
        member, stay = self.life.member, self.stay
        if stay == self.life.stays[-1]:
            told = member.joined_at is not None
        else:
            told = any(one.kind == JOINED and one.at == stay.start for one in self.life.happened)
        changes = [
            one.at
            for one in self.life.happened
            if one.kind == RANK_CHANGED and one.at <= until and stay.covers(one.at)
        ]
        seen = max(stay.start, member.known_since)
        return Since(stay.start if told else None, max(changes, default=None), seen)


class PastRoster:
    """Everybody who was ever in the clan, by whom they show under."""

    def __init__(self, stored: Iterable[Now], happened: Mapping[MemberId, Sequence[Happened]]) -> None:
        self._lives: dict[MemberId, list[Life]] = {}
        # Of several who show under one, the one they show under comes first, and counts.
        for one in sorted(stored, key=lambda one: one.id != one.root):
            events = happened.get(one.id, ())
            self._lives.setdefault(one.root, []).append(Life(one, events, stays_of(one, events)))

    def present(self, now: datetime) -> dict[MemberId, Place]:
        """Who was in the clan."""
        found: dict[MemberId, Place] = {}
        for root, lives in self._lives.items():
            for life in lives:
                stay = next((one for one in life.stays if one.covers(now)), None)
                if stay is not None:
                    found[root] = Place(life, stay)
                    break
        return found

    def changes(self, start: datetime, end: datetime) -> list[tuple[MemberId, Happened]]:
        """Every change of rank after ``start``, up to ``end``, the oldest first."""
        found = [
            (root, one)
            for root, lives in self._lives.items()
            for life in lives
            for one in life.happened
            if one.kind == RANK_CHANGED and start < one.at <= end
        ]
        return sorted(found, key=lambda one: (one[1].at, one[0]))
