"""What a simulation came to, beside what really happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, takewhile
from typing import Final

from bot.domain.as_of import Happened
from bot.domain.ids import MemberId
from bot.domain.rules.judging import is_above
from bot.domain.rules.language import RuleSet
from bot.domain.simulation.running import Earned

WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RealPromotion:
    """A change to a higher rank that happened; roles are WOM's."""

    member: MemberId
    at: datetime
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Promoted:
    """A rank that a member would have earned. ``really_at`` is when they got it, None for never."""

    member: MemberId
    name: str
    rank: str
    before: str | None
    at: datetime
    lost_at: datetime | None
    really_at: datetime | None
    is_badge: bool


@dataclass(frozen=True, slots=True)
class RankTally:
    """How often a rank was earned by the rules, in reality, and how often it flapped."""

    rank: str
    simulated: int
    real: int
    flaps: int


@dataclass(frozen=True, slots=True)
class Week:
    """Promotions in seven days; badges are none."""

    start: datetime
    simulated: int
    real: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """A whole simulation. ``only_real`` are promotions that happened and that the rules would not have made.

    ``measured_since`` and ``heard_since`` are the beginnings of what is known, None for nothing.
    """

    start: datetime
    end: datetime
    members: int
    promoted: tuple[Promoted, ...]
    real: tuple[RealPromotion, ...]
    only_real: tuple[RealPromotion, ...]
    ranks: tuple[RankTally, ...]
    weeks: tuple[Week, ...]
    names: Mapping[MemberId, str]
    measured_since: datetime | None
    heard_since: datetime | None

    @property
    def promotions(self) -> tuple[Promoted, ...]:
        """Those to ranks, without badges."""
        return tuple(one for one in self.promoted if not one.is_badge)

    @property
    def at_once(self) -> int:
        """Promotions on the first day: what had gathered before it."""
        return sum(1 for one in self.promotions if one.at == self.start)

    @property
    def flapping(self) -> tuple[Promoted, ...]:
        """What was earned and met no longer within two weeks."""
        return tuple(one for one in self.promoted if one.lost_at is not None)


def real_promotions(
    changes: Iterable[tuple[MemberId, Happened]], role_order: Sequence[str]
) -> list[RealPromotion]:
    """The changes to a rank higher in WOM's order. Where the rank before is not told nobody knows."""
    places = {role: place for place, role in enumerate(role_order)}
    return [
        RealPromotion(member, one.at, one.before, one.after)
        for member, one in changes
        if one.after is not None and one.before is not None and is_above(one.after, one.before, places)
    ]


def result_of(
    rules: RuleSet,
    earned: Sequence[Earned],
    real: Sequence[RealPromotion],
    moments: Sequence[datetime],
    names: Mapping[MemberId, str],
    members: int,
    *,
    measured_since: datetime | None = None,
    heard_since: datetime | None = None,
) -> Simulated:
    """The simulation's promotions and the real ones, set side by side."""
    got: dict[tuple[MemberId, str | None], datetime] = {}
    for one in real:
        got.setdefault((one.member, one.after), one.at)
    promoted = tuple(
        Promoted(
            one.member,
            names[one.member],
            one.rank.name,
            one.before,
            one.at,
            one.lost_at,
            got.get((one.member, one.rank.wom_role)),
            one.rank.wom_role is None,
        )
        for one in earned
    )
    made = {(one.member, one.rank.wom_role) for one in earned}
    return Simulated(
        moments[0],
        moments[-1],
        members,
        promoted,
        tuple(real),
        tuple(one for one in real if (one.member, one.after) not in made),
        tuple(_tallies(rules, promoted, real)),
        tuple(_weeks(moments, promoted, real)),
        names,
        measured_since,
        heard_since,
    )


def _tallies(
    rules: RuleSet, promoted: Sequence[Promoted], real: Sequence[RealPromotion]
) -> Iterable[RankTally]:
    for rank in rules.ranks:
        mine = [one for one in promoted if one.rank == rank.name]
        really = sum(1 for one in real if one.after == rank.wom_role)
        yield RankTally(rank.name, len(mine), really, sum(1 for one in mine if one.lost_at is not None))


def _weeks(
    moments: Sequence[datetime], promoted: Sequence[Promoted], real: Sequence[RealPromotion]
) -> Iterable[Week]:
    """Weeks, the last of which ends with the last day; the first may begin before the first day."""
    last = moments[-1]
    starts = list(takewhile(lambda at: at + WEEK >= moments[0], (last - back * WEEK for back in count(1))))
    for start in reversed(starts):
        simulated = sum(1 for one in promoted if not one.is_badge and start < one.at <= start + WEEK)
        yield Week(start, simulated, sum(1 for one in real if start < one.at <= start + WEEK))
