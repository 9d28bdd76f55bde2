"""``clan.json``: numbers of the pages, for programs. ``docs/clan.schema.json`` is made of these classes."""

from datetime import date, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from bot.domain.metrics import Metric
from bot.domain.reports import WINDOWS, Figures
from bot.domain.site import ClanSite, Person, totals_by_day
from bot.present.text import tidy

VERSION: Final = 1
"""Rises when a field changes its meaning or goes away; new fields may come at any time."""
_HOURS: Final = 100_000


class Measure(Struct, frozen=True):
    """What a member gained over the last days up to made_at, and has in all; null is unknown, never 0."""

    d7: float | int | None = field(name="7d")
    d30: float | int | None = field(name="30d")
    d90: float | int | None = field(name="90d")
    d365: float | int | None = field(name="365d")
    total: float | int | None


class Counted(Struct, frozen=True):
    """XP of a skill or kills of a boss: in all, and gained in 30 days; null is unknown, never 0."""

    total: int | None
    gained: int | None


class FormerName(Struct, frozen=True):
    """A name that a member had before, with when, as far as it is known."""

    name: str
    since: datetime | None
    until: datetime | None


class Member(Struct, frozen=True):
    """A member of the clan.

    id stays the same when a member is renamed, and is never given to another. rank and account_type are
    Wise Old Man's words. EHP and EHB are in hours. late names the windows of which the first reading lies
    more than 36 hours after their beginning, so that gains cover less. skills and bosses are by Wise Old
    Man's names; what was never read is absent. messages has no number for 365 days.
    """

    id: int
    name: str
    rank: str | None
    account_type: str
    joined_at: datetime | None
    checked_at: datetime | None
    total_level: int | None
    xp: Measure
    ehp: Measure
    ehb: Measure
    boss_kills: Measure
    messages: Measure
    late: list[str]
    skills: dict[str, Counted]
    bosses: dict[str, Counted]
    former_names: list[FormerName]


class Day(Struct, frozen=True):
    """A local day of today's members, each since joining; null is unknown. measured members had a reading."""

    day: date
    xp: int | None
    messages: int | None
    measured: int


class BestOf(Struct, frozen=True):
    """The most of a measure that one of today's members did in a day, week or month that is over.

    first and last are its local days. EHP and EHB have no records. others is how many more did the same.
    """

    measure: str
    span: str
    value: int
    first: date
    last: date
    holders: list[str]
    others: int


class ClanDocument(Struct, frozen=True):
    """A clan in the numbers of its pages. Times are in UTC; days and hours are cut in time_zone.

    checked_at and oldest_check are Wise Old Man's newest and oldest last look at a member. hours are
    everybody's messages of 30 days by weekday, Monday first, and hour; null was not observed.
    """

    version: int
    made_at: datetime
    name: str
    wom_group: int
    time_zone: str
    rank_order: list[str]
    checked_at: datetime | None
    oldest_check: datetime | None
    messages_since: datetime | None
    members: list[Member]
    days: list[Day]
    hours: list[list[int | None]]
    records: list[BestOf]


def clan_document(site: ClanSite) -> bytes:
    """The document, in version :data:`VERSION`."""
    document = ClanDocument(
        version=VERSION,
        made_at=site.made_at,
        name=tidy(site.name),
        wom_group=site.group,
        time_zone=site.zone.key,
        rank_order=list(site.role_order),
        checked_at=site.checked_at,
        oldest_check=site.oldest_check,
        messages_since=site.collecting_since,
        members=[_member(site, one) for one in site.people],
        days=[Day(*one) for one in totals_by_day(site)],
        hours=[list(row) for row in site.hours],
        records=[
            BestOf(
                one.metric.key,
                one.span.value,
                one.value,
                one.first,
                one.last,
                [tidy(name) for name in one.holders],
                one.others,
            )
            for one in site.answers.records.records
        ],
    )
    return msgspec.json.encode(document)


def schema() -> bytes:
    """The JSON schema of :class:`ClanDocument`."""
    made = msgspec.json.schema(ClanDocument)
    titled: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    return msgspec.json.format(msgspec.json.encode(titled), indent=2) + b"\n"


def _member(site: ClanSite, one: Person) -> Member:
    return Member(
        id=one.member,
        name=tidy(one.name),
        rank=one.role,
        account_type=one.account_type,
        joined_at=one.joined_at,
        checked_at=one.checked_at,
        total_level=one.total_level,
        xp=_measure(one.xp),
        ehp=_measure(one.ehp, _HOURS),
        ehb=_measure(one.ehb, _HOURS),
        boss_kills=_measure(one.kills),
        messages=_measure(one.messages),
        late=[code for code, at in zip(WINDOWS, one.measured_from, strict=True) if at is not None],
        skills=_counted(one, site.skills),
        bosses=_counted(one, site.bosses),
        former_names=[FormerName(tidy(old.name), old.since, old.until) for old in one.former],
    )


def _measure(figures: Figures, unit: int = 1) -> Measure:
    values = [*figures.windows, *[None] * (len(WINDOWS) - len(figures.windows)), figures.total]
    return Measure(*(value if value is None or unit == 1 else value / unit for value in values))


def _counted(one: Person, metrics: tuple[Metric, ...]) -> dict[str, Counted]:
    return {
        of.key: Counted(one.totals[of.key], one.gains.get(of.key)) for of in metrics if of.key in one.totals
    }
