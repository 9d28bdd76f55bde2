"""Time zones as people name them."""

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from bot.domain.errors import UnknownTimeZone

CHOICES = 25
"""The most that Discord shows while somebody types."""

_COMMON = (
    "UTC",
    "Europe/London",
    "Europe/Amsterdam",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Stockholm",
    "Europe/Helsinki",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "America/Sao_Paulo",
    "Asia/Singapore",
    "Australia/Sydney",
    "Pacific/Auckland",
)
_LIKENESS = 65.0


def find_time_zone(text: str) -> ZoneInfo:
    """The zone of a name, or of its last part alone (``Amsterdam``, ``new york``) where only one fits.

    Raises:
        UnknownTimeZone: with the nearest names.
    """
    asked = _folded(text)
    fits = [name for name in _names() if asked in (_folded(name), _city(name))]
    exact = [name for name in fits if _folded(name) == asked]
    if len(exact or fits) != 1:
        raise UnknownTimeZone(text, tuple(fits[:3] or _alike(text)[:3]))
    return ZoneInfo((exact or fits)[0])


def suggest_time_zones(text: str) -> list[str]:
    """At most 25 names that hold the text, those whose city begins with it first; else the most alike."""
    asked = _folded(text)
    if not asked:
        return list(_COMMON)
    holding = [name for name in _names() if asked in _folded(name)]
    holding.sort(key=lambda name: (not _city(name).startswith(asked), name not in _COMMON, name))
    return (holding or _alike(text))[:CHOICES]


def _alike(text: str) -> list[str]:
    whole = {name: _folded(name) for name in _names()}
    cities = {name: _city(name) for name in _names()}
    best: dict[str, float] = {}
    for choices in (whole, cities):
        found = process.extract(
            _folded(text), choices, scorer=fuzz.ratio, limit=CHOICES, score_cutoff=_LIKENESS
        )
        for _, score, name in found:
            best[name] = max(score, best.get(name, 0.0))
    return sorted(best, key=lambda name: (-best[name], name))


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()


def _city(name: str) -> str:
    return _folded(name.rpartition("/")[2])


@cache
def _names() -> tuple[str, ...]:
    """Every zone by its name, from the package's own list: walking the system's takes 50 ms."""
    return tuple(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
