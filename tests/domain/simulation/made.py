"""Small clans of the past, for rules to be run over."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.as_of import JOINED, LEFT, RANK_CHANGED, Happened, Now
from bot.domain.ids import MemberId
from bot.domain.rules.files import read_rules
from bot.domain.rules.language import RuleSet
from bot.domain.rules.needs import needed_by
from bot.domain.rules.numbers import Subject
from bot.domain.simulation.columns import Observed, columns_of, local_days, moments_of
from bot.domain.simulation.roster import PastRoster
from bot.domain.simulation.running import Earned, Simulation
from bot.domain.simulation.series import Chat, Heard, Holding

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
ORDER = ("owner", "gold", "silver", "bronze")
ONE = timedelta(days=1)


def day(number: float) -> datetime:
    """So many days before the last one."""
    return NOON - number * ONE


def member(
    number: int,
    role: str | None = "bronze",
    *,
    root: int | None = None,
    joined: float | None = 300,
    **more: object,
) -> Now:
    """A member who is there, and since when; known since 200 days ago."""
    since = None if joined is None else day(joined)
    left = more.get("left")
    return Now(
        MemberId(number),
        MemberId(root or number),
        f"M{number}",
        role,
        since,
        left if isinstance(left, datetime) else None,
        day(200),
    )


def changed(ago: float, before: str | None, after: str | None) -> Happened:
    return Happened(RANK_CHANGED, day(ago), before, after)


def joined(ago: float) -> Happened:
    return Happened(JOINED, day(ago))


def left(ago: float, role: str | None) -> Happened:
    return Happened(LEFT, day(ago), role)


def readings(metric: str, values: Mapping[float, int | None]) -> Holding:
    """A profile's values by how many days ago they were read."""
    times = sorted(values, reverse=True)
    return Holding([day(one) for one in times], {metric: [values[one] for one in times]})


def observed(
    owned: Mapping[int, Sequence[Holding]] | None = None,
    chat: Mapping[int, Chat] | None = None,
    heard: Sequence[tuple[datetime, datetime]] = (),
) -> Observed:
    return Observed(
        {MemberId(key): one for key, one in (owned or {}).items()},
        {MemberId(key): one for key, one in (chat or {}).items()},
        Heard(heard),
        ZoneInfo("UTC"),
        {},
        set(),
        {},
    )


def rules_of(text: str) -> RuleSet:
    return read_rules(text)


def simulated(
    rules: RuleSet,
    stored: Sequence[Now],
    known: Observed,
    *,
    days: int,
    happened: Mapping[int, Sequence[Happened]] | None = None,
    persons: Mapping[int, Sequence[int]] | None = None,
) -> list[tuple[int, str, int, int | None]]:
    """Whom the rules promote to what, how many days before the end, and when it no longer held."""
    moments = moments_of(NOON, days)
    columns = columns_of(needed_by(rules), known, local_days(day(days + 40).date(), NOON.date(), known.zone))
    roster = PastRoster(stored, {MemberId(key): one for key, one in (happened or {}).items()})
    subjects = {
        one.root: Subject(
            one.root,
            one.name,
            None,
            "regular",
            tuple(MemberId(other) for other in (persons or {}).get(one.root, (one.root,))),
        )
        for one in stored
    }
    simulation = Simulation(rules, roster, subjects, columns, ORDER)
    over = list(simulation.run(moments))
    assert over == sorted(over)
    assert over[-1] == days
    return [_told(one) for one in simulation.earned]


def _told(one: Earned) -> tuple[int, str, int, int | None]:
    lost = None if one.lost_at is None else (NOON - one.lost_at).days
    return one.member, one.rank.name, (NOON - one.at).days, lost
