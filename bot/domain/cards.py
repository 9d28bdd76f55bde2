"""The values of a member's card and of a comparison, as the presenters draw them."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.ids import ClanId, MemberId
from bot.domain.metrics import Metric
from bot.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a card: a gain over the card's period, in stored units.

    ``value`` is None where it is unknown. ``place`` of ``of`` is its place among the
    clan's measured members; None where it has none. ``measured_from`` as in
    :class:`bot.domain.leaderboards.Entry`.
    """

    metric: Metric
    value: int | None
    place: int | None = None
    of: int = 0
    measured_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """Messages in the period. ``days`` of the ``of_days`` that were observed had at least one.

    Days are cut in the clan's time zone, as :func:`bot.domain.periods.days_counted` counts them.

    ``collecting_since`` is set where the period reaches further back than what was observed.
    ``total`` is None where nothing was observed in the period, or nothing was heard of a member
    who is linked to no Discord user. ``discord`` is None for such a member always.
    """

    total: int | None
    in_game: int
    discord: int | None
    days: int
    of_days: int
    place: int | None = None
    of: int = 0
    collecting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayPoint:
    """One local day of the chart. ``xp`` is the covering gain; None is a gap, not zero."""

    day: date
    xp: int | None
    messages: int | None


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A member's card. ``rank`` is WOM's role (a display name), None for who has left.

    ``joined_at`` is when the member joined; None where unknown. ``left_at`` is set for
    who has left. ``is_member`` is whether they were in the clan at the moment asked for: who
    had not come yet was not, and joined later. ``highlights`` are the largest gains by skill and by boss.
    ``checked_at`` is the newest reading. ``total_xp`` and ``total_level`` are as of the
    period's end.
    """

    clan: ClanId
    clan_name: str
    member: MemberId
    name: str
    rank: str | None
    account_type: str
    joined_at: datetime | None
    left_at: datetime | None
    period: Period
    figures: tuple[Figure, ...]
    chat: Chat
    highlights: tuple[Figure, ...]
    total_xp: int | None
    total_level: int | None
    checked_at: datetime | None
    days: tuple[DayPoint, ...] = ()
    notes: tuple[str, ...] = field(default=())
    is_member: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """Up to five members side by side: one row a metric, one column a member.

    ``partial`` are the gains, by metric and member, that cover less than the period, as
    :func:`bot.domain.gains.partial_from` tells.
    """

    clan: ClanId
    clan_name: str
    period: Period
    members: tuple[MemberId, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[Metric, tuple[int | None, ...]], ...]
    checked_at: datetime | None
    partial: frozenset[tuple[str, MemberId]] = frozenset()
