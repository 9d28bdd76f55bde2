"""The numbers that rules ask for as they were known on a day: worked out when asked, and kept for the day."""

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar, overload
from zoneinfo import ZoneInfo

from bot.domain.activity import quarter_of, quarter_start
from bot.domain.facts import SourceKind
from bot.domain.ids import MemberId
from bot.domain.periods import EPOCH, midnight
from bot.domain.rules.bounds import Bounds, Gap, at_least, loosened
from bot.domain.rules.facts import age_of, count_of, days_of, gain_of, seen_of, value_of, wrote_of
from bot.domain.rules.needs import Atom
from bot.domain.rules.since import Since, from_known_start, last_seen, window_start
from bot.domain.rules.terms import LIFETIME, Own, window_days
from bot.domain.simulation.series import SILENT, Chat, Days, Heard, Owned, span_over

DefaultT = TypeVar("DefaultT")
_ONE_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that was observed. ``gained`` are the times at which WOM saw a member gain anything.

    ``fixed`` are numbers whose past is not kept: they are the present ones on every day.
    """

    owned: Owned
    chat: Mapping[MemberId, Chat]
    heard: Heard
    zone: ZoneInfo
    gained: Mapping[MemberId, Sequence[datetime]]
    linked: Collection[MemberId]
    fixed: Mapping[Atom, Mapping[MemberId, Bounds]]


class Column(Mapping[MemberId, Bounds], ABC):
    """One number of everybody who was in the clan, on one day."""

    def __init__(self) -> None:
        self._now = EPOCH
        self._since: Mapping[MemberId, Since] = {}
        self._found: dict[MemberId, Bounds] = {}

    def turn(self, now: datetime, since: Mapping[MemberId, Since]) -> None:
        """Be of another day, on which these were in the clan."""
        self._now = now
        self._since = since
        self._found = {}

    def __getitem__(self, member: MemberId) -> Bounds:
        found = self._found.get(member)
        if found is None:
            found = self._found[member] = self._work_out(member)
        return found

    @overload
    def get(self, key: MemberId, default: None = None) -> Bounds | None: ...
    @overload
    def get(self, key: MemberId, default: Bounds | DefaultT) -> Bounds | DefaultT: ...
    def get(self, key: MemberId, default: object = None) -> object:
        # Asked a million times: without the abstract class's detour over an exception.
        found = self._found.get(key)
        return found if found is not None else self[key] if key in self._since else default

    def __contains__(self, member: object) -> bool:
        return member in self._since

    def __iter__(self) -> Iterator[MemberId]:
        return iter(self._since)

    def __len__(self) -> int:
        return len(self._since)

    @abstractmethod
    def _work_out(self, member: MemberId) -> Bounds: ...


def _begins_later(over: str, since: Since, now: datetime) -> bool:
    """Whether a member's own window has no beginning that was known then."""
    return window_days(over) is None and over != LIFETIME and window_start(over, since, now) > now


class MetricColumn(Column):
    """A metric's value, or its gain over a window."""

    def __init__(self, atom: Atom, owned: Owned) -> None:
        super().__init__()
        self._metric, self._over = atom.field, atom.over
        self._owned = owned

    def _work_out(self, member: MemberId) -> Bounds:
        now, since, holdings = self._now, self._since[member], self._owned.get(member, ())
        if self._over == LIFETIME:
            span = span_over(holdings, self._metric, EPOCH, now)
            return value_of(None if span is None else span.last, now)
        if _begins_later(self._over, since, now):
            return at_least(0, Gap.NO_DATE)
        start = window_start(self._over, since, now)
        gained = gain_of(span_over(holdings, self._metric, start, now), start, now)
        return from_known_start(gained, self._over, since)


class MessagesColumn(Column):
    """Messages over a window. A window of a member's own is counted by whole quarters of an hour."""

    def __init__(self, atom: Atom, observed: Observed) -> None:
        super().__init__()
        self._over = atom.over
        self._chat, self._heard, self._linked = observed.chat, observed.heard, observed.linked
        self._unheard: dict[datetime, timedelta] = {}

    def turn(self, now: datetime, since: Mapping[MemberId, Since]) -> None:
        super().turn(now, since)
        self._unheard = {}

    def _work_out(self, member: MemberId) -> Bounds:
        now, since, chat = self._now, self._since[member], self._chat.get(member, SILENT)
        if _begins_later(self._over, since, now):
            return at_least(0, Gap.NO_DATE)
        start, past = window_start(self._over, since, now), quarter_of(now)
        if self._over == LIFETIME or window_days(self._over) is not None:
            first = 0 if self._over == LIFETIME else quarter_of(start)
            number = chat.whole.between(first, past) + chat.edges.between(first, past)
        else:
            number = chat.whole.between(quarter_of(start - timedelta.resolution) + 1, past)
        unheard = self._unheard.get(start)
        if unheard is None:
            unheard = self._unheard[start] = self._heard.unheard(start, now)
        counted = from_known_start(count_of(number, unheard), self._over, since)
        return counted if member in self._linked else loosened(counted, Gap.NOT_LINKED)


class ActiveDaysColumn(Column):
    """Local days, today included, with so many messages each."""

    def __init__(self, atom: Atom, observed: Observed, days: Days) -> None:
        super().__init__()
        self._number, self._least = window_days(atom.over) or 1, int(atom.detail or 1)
        self._observed, self._days = observed, days
        self._active: dict[MemberId, list[int]] = {}
        self._dark = 0
        self._today = date.min
        self._began = 0

    def turn(self, now: datetime, since: Mapping[MemberId, Since]) -> None:
        super().turn(now, since)
        zone = self._observed.zone
        self._today = now.astimezone(zone).date()
        self._began = quarter_of(midnight(self._today, zone))
        self._dark = sum(1 for back in range(self._number) if self._is_dark(back))

    def _is_dark(self, back: int) -> bool:
        day, zone = self._today - back * _ONE_DAY, self._observed.zone
        start, end = midnight(day, zone), min(midnight(day + _ONE_DAY, zone), self._now)
        return count_of(0, self._observed.heard.unheard(start, end)).why is not None

    def _work_out(self, member: MemberId) -> Bounds:
        chat = self._observed.chat.get(member, SILENT)
        days = self._active.get(member)
        if days is None:
            counted = self._days.by_day(chat.whole)
            days = self._active[member] = sorted(day for day, n in counted.items() if n >= self._least)
        today = self._today.toordinal()
        number = bisect_left(days, today) - bisect_left(days, today - self._number + 1)
        number += chat.whole.between(self._began, quarter_of(self._now)) >= self._least
        active = days_of(number, min(self._dark, self._number - number))
        linked = member in self._observed.linked
        return active if linked else loosened(active, Gap.NOT_LINKED, self._number)


class AgeColumn(Column):
    """Whole days in the clan, or in the rank."""

    def __init__(self, atom: Atom) -> None:
        super().__init__()
        self._of_rank = atom.field == Own.DAYS_IN_RANK

    def _work_out(self, member: MemberId) -> Bounds:
        since = self._since[member]
        return age_of(since.ranked if self._of_rank else since.joined, since.seen, self._now)


class SeenColumn(Column):
    """Whole days since somebody was seen."""

    def __init__(self, atom: Atom, observed: Observed) -> None:
        super().__init__()
        self._where = atom.detail
        self._observed = observed

    def _work_out(self, member: MemberId) -> Bounds:
        now, observed = self._now, self._observed
        chat = observed.chat.get(member, SILENT)
        looks = [one.checked(now) for one in observed.owned.get(member, ())]
        gained = observed.gained.get(member, ())
        index = bisect_left(gained, now + timedelta.resolution)
        seen = latest([gained[index - 1] if index else None, _wrote(chat, SourceKind.RELAY, now)])
        game = seen_of(seen, latest(looks), now)
        discord = at_least(0, Gap.NOT_LINKED)
        if member in observed.linked:
            wrote = _wrote(chat, SourceKind.DISCORD, now)
            discord = wrote_of(wrote, observed.heard.since(now), now)
        return last_seen(self._where, game, discord)


def _wrote(chat: Chat, kind: SourceKind, now: datetime) -> datetime | None:
    counts = chat.by_kind.get(kind)
    quarter = None if counts is None else counts.last_before(quarter_of(now))
    return None if quarter is None else quarter_start(quarter)


def latest(moments: Sequence[datetime | None]) -> datetime | None:
    """The last of those that are known."""
    return max((one for one in moments if one is not None), default=None)


class FixedColumn(Column):
    """What it is today, since its past is not kept."""

    def __init__(self, present: Mapping[MemberId, Bounds]) -> None:
        super().__init__()
        self._present = present

    def _work_out(self, member: MemberId) -> Bounds:
        return self._present.get(member, at_least(0, Gap.NO_READING))


def columns_of(atoms: Collection[Atom], observed: Observed, days: Days) -> dict[Atom, Column]:
    """A column for each number."""
    return {atom: _column(atom, observed, days) for atom in atoms}


def _column(atom: Atom, observed: Observed, days: Days) -> Column:
    if atom in observed.fixed:
        return FixedColumn(observed.fixed[atom])
    match atom.field:
        case Own.MESSAGES:
            return MessagesColumn(atom, observed)
        case Own.ACTIVE_DAYS:
            return ActiveDaysColumn(atom, observed, days)
        case Own.DAYS_IN_CLAN | Own.DAYS_IN_RANK:
            return AgeColumn(atom)
        case Own.DAYS_SINCE_SEEN:
            return SeenColumn(atom, observed)
        case _:
            return MetricColumn(atom, observed.owned)


def moments_of(now: datetime, days: int) -> list[datetime]:
    """So many days, each at the same time, the last one at the last whole quarter of an hour."""
    last = quarter_start(quarter_of(now))
    return [last - back * _ONE_DAY for back in range(days - 1, -1, -1)]


def local_days(first: date, last: date, zone: ZoneInfo) -> Days:
    """The local days from one to another, both included."""
    number = (last - first).days + 2
    starts = [quarter_of(midnight(first + back * _ONE_DAY, zone)) for back in range(number)]
    return Days(first.toordinal(), starts)
