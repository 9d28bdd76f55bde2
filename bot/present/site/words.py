"""How pages write numbers, times and names. Unknown is a dash, never 0."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.reports import Change, ChangeKind
from bot.present.numbers import duration, exact, short, signed_gain
from bot.present.text import rank_name, tidy
from bot.present.times import zone_name

DASH: Final = "–"
WINDOW_NAMES: Final = ("7 days", "30 days", "90 days", "365 days")
ACCOUNTS: Final = {
    "ironman": "Ironman",
    "hardcore": "Hardcore ironman",
    "ultimate": "Ultimate ironman",
    "regular": "Regular",
}
_HAPPENED: Final = {
    ChangeKind.JOINED: "joined",
    ChangeKind.RETURNED: "is back",
}


@lru_cache(maxsize=4_096)
def name(text: str) -> str:
    """A name made safe to show; every page has everybody's."""
    return tidy(text)


def total(value: int | None, measure: str) -> str:
    """A number as it is, short; a dash for unknown."""
    return DASH if value is None else short(value, measure)


def gain(value: int | None, measure: str) -> str:
    """A gain with its sign, short; a dash for unknown."""
    return DASH if value is None else signed_gain(value, measure)


def whole(value: int | None, measure: str) -> str:
    """Every digit; a dash for unknown."""
    return DASH if value is None else exact(value, measure)


def day(moment: datetime | date | None, zone: ZoneInfo) -> str:
    """A day in the clan's zone: ``3 Nov 2026``; a dash for unknown."""
    if moment is None:
        return DASH
    local = moment.astimezone(zone) if isinstance(moment, datetime) else moment
    return f"{local.day} {local:%b %Y}"


def minute(moment: datetime | None, zone: ZoneInfo) -> str:
    """Date and time in the clan's zone; a dash for unknown."""
    return DASH if moment is None else f"{day(moment, zone)} {moment.astimezone(zone):%H:%M}"


def stamp(moment: datetime) -> str:
    """A moment as machines read it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def account(kind: str) -> str:
    """An account's type as people call it."""
    return ACCOUNTS.get(kind, rank_name(kind))


def tenure(joined_at: datetime | None, now: datetime) -> str:
    """How long somebody has been there; a dash for unknown."""
    return DASH if joined_at is None else duration(joined_at, now)


def happened(change: Change) -> str:
    """What a change was, without whose."""
    if change.kind is ChangeKind.RENAMED:
        return f"is the new name of {tidy(change.before or '?')}"
    if change.kind is ChangeKind.RANK_CHANGED:
        # Who fell since has the news still, and that they fell is not told here.
        return f"became {rank_name(change.after)} (was {rank_name(change.before)})"
    return _HAPPENED[change.kind]


def city(zone: ZoneInfo) -> str:
    """The zone's city."""
    return zone_name(zone)
