"""What a clan's pages say: values alone, from which every page and ``clan.json`` are made."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.ids import ClanId, MemberId
from bot.domain.inactivity import LOOKED_WITHIN
from bot.domain.metrics import Metric
from bot.domain.periods import Period
from bot.domain.questions import Answers
from bot.domain.reports import WINDOWS, Change, Figures, InactiveLine, PromotionLine

WEEK, MONTH = WINDOWS.index("7d"), WINDOWS.index("30d")
"""Where the windows of :class:`Figures` are that pages name."""
RISING_XP: Final = 250_000
"""Who gained less in the week is no rising star, whatever they gained before."""
USUAL_XP: Final = 50_000
"""Nor is who gained less in a week before: whoever plays again after a pause would lead with any gain."""
_WEEKS_BEFORE: Final = 23 / 7
_FILE_NAME: Final = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Former:
    """A name that a member had, and since when and until when, None where nobody knows."""

    name: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """One member as everybody may see them; None is unknown, never 0.

    ``measured_from`` says by window since when gains were measured where that is late. ``totals`` and
    ``gains`` are of skills and bosses by key, the gains over the pages' period, with total XP's; of them
    ``for_the_clan`` is what lies after they joined, by the same rule. ``xp_days`` and ``message_days`` are
    by the pages' days, and ``xp_days_for_the_clan`` begin with the first reading after they joined; no
    message on a day is 0 only where it was listened to throughout and some Discord user is linked to them.
    ``all_heard`` is whether whatever they wrote in the pages' period would be known. ``former`` are names
    before this one, the last first.
    """

    member: MemberId
    name: str
    role: str | None
    account_type: str
    joined_at: datetime | None
    checked_at: datetime | None
    messages: Figures
    xp: Figures
    kills: Figures
    ehp: Figures
    ehb: Figures
    total_level: int | None
    measured_from: tuple[datetime | None, ...]
    totals: Mapping[str, int | None]
    gains: Mapping[str, int | None]
    for_the_clan: Mapping[str, int | None]
    xp_days: tuple[int | None, ...]
    xp_days_for_the_clan: tuple[int | None, ...]
    message_days: tuple[int | None, ...]
    all_heard: bool
    former: tuple[Former, ...] = ()

    def is_partial(self, window: int) -> bool:
        """Whether gains over a window cover less than it."""
        return self.measured_from[window] is not None


class Total(NamedTuple):
    """A day of the clan: None where nobody measured, or nothing was heard; ``measured`` members were."""

    day: date
    xp: int | None
    messages: int | None
    measured: int


class Health(NamedTuple):
    """How many members gained XP or wrote: in 7 days, in 30 but not in 7, in neither; of whom is unknown."""

    week: int
    month: int
    quiet: int
    unknown: int


class Star(NamedTuple):
    """Who gained so many times their own usual week."""

    person: Person
    times: float


@dataclass(frozen=True, slots=True)
class ClanSite:
    """A clan at ``made_at``, for its pages.

    ``people`` are its members by name. ``skills`` and ``bosses`` are those that were read, in WOM's
    order, bosses that are newer than this program last; each has a page. Gains of them, ``answers``,
    ``changes`` and ``hours`` are over ``period``. ``days`` are the last local days. ``hours`` are
    messages of everybody by weekday, Monday first, and hour. ``changes`` leaves out who left.
    ``collecting_since`` is when the first channel was observed; ``checked_at`` and ``oldest_check`` are
    WOM's newest and oldest last look at a member.
    """

    clan: ClanId
    name: str
    group: int
    zone: ZoneInfo
    role_order: tuple[str, ...]
    period: Period
    made_at: datetime
    people: tuple[Person, ...]
    skills: tuple[Metric, ...]
    bosses: tuple[Metric, ...]
    days: tuple[date, ...]
    hours: Sequence[Sequence[int | None]]
    answers: Answers
    changes: tuple[Change, ...]
    collecting_since: datetime | None
    checked_at: datetime | None
    oldest_check: datetime | None


@dataclass(frozen=True, slots=True)
class OfficersSite:
    """What only officers see of a clan at ``made_at``. ``promotions`` is None where the clan has no rules."""

    name: str
    zone: ZoneInfo
    made_at: datetime
    checked_at: datetime | None
    inactive: tuple[InactiveLine, ...]
    promotions: tuple[PromotionLine, ...] | None


def has_page(of: Metric) -> bool:
    """Whether a skill or boss can have a page: its key, which WOM chooses, becomes a file's name."""
    return _FILE_NAME.fullmatch(of.key) is not None


def gained_by_all(site: ClanSite, of: Metric) -> int | None:
    """What the clan gained of total XP, a skill or a boss over the pages' period, each since joining."""
    known = [value for one in site.people if (value := one.for_the_clan.get(of.key)) is not None]
    return sum(known) if known else None


def totals_by_day(site: ClanSite) -> list[Total]:
    """The days of those who are members today, each from when they joined on.

    Of XP that is from the first reading after it: what they had gained before, wherever they were, is no
    gain of the clan's on the day on which it is read. Of messages it is from the day on.
    """
    joined = [_joined_on(one, site.zone) for one in site.people]
    found: list[Total] = []
    for number, day in enumerate(site.days):
        there = [one for one, since in zip(site.people, joined, strict=True) if since <= day]
        xp = [value for one in there if (value := one.xp_days_for_the_clan[number]) is not None]
        said = [value for one in there if (value := one.message_days[number]) is not None]
        found.append(Total(day, sum(xp) if xp else None, sum(said) if said else None, len(xp)))
    return found


def _joined_on(person: Person, zone: ZoneInfo) -> date:
    return date.min if person.joined_at is None else person.joined_at.astimezone(zone).date()


def health(people: Iterable[Person], now: datetime) -> Health:
    """Who was active when, as numbers. Who did nothing that is known, while one is unknown, is unknown.

    So is who was not looked at lately: what they did since is not known.
    """
    counted = {"week": 0, "month": 0, "quiet": 0, "unknown": 0}
    for one in people:
        counted[_activity(one, now)] += 1
    return Health(**counted)


def _activity(one: Person, now: datetime) -> str:
    for name, window in (("week", WEEK), ("month", MONTH)):
        if one.xp.windows[window] or one.messages.windows[window]:
            return name
    looked = one.checked_at is not None and now - one.checked_at <= LOOKED_WITHIN
    measured = one.xp.windows[MONTH] is not None and not one.is_partial(MONTH)
    return "quiet" if one.all_heard and looked and measured else "unknown"


def rising_star(people: Iterable[Person]) -> Star | None:
    """Who gained most in 7 days against their mean week of the 23 days before, if measured all that time.

    Of equals the one who gained more, then the first by name. None where nobody gained
    :data:`RISING_XP` in the week and :data:`USUAL_XP` in one before.
    """
    stars: list[Star] = []
    for one in people:
        week, month = one.xp.windows[WEEK], one.xp.windows[MONTH]
        if week is None or month is None or week < RISING_XP or one.is_partial(MONTH):
            continue
        usual = (month - week) / _WEEKS_BEFORE
        if usual >= USUAL_XP:
            stars.append(Star(one, week / usual))
    return min(stars, key=_brightest, default=None)


def _brightest(one: Star) -> tuple[float, int, str]:
    return -one.times, -(one.person.xp.windows[WEEK] or 0), one.person.name
