"""What can be measured: WOM's metrics, and a few of our own.

WOM's set is open: an unknown metric is stored and shown under its own name, never an error.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from types import MappingProxyType

from rapidfuzz import fuzz, process

from bot.domain.errors import UnknownMetric
from bot.domain.metric_table import ACTIVITY_NAMES, ALIASES, BOSS_NAMES, COMPUTED_NAMES, SKILL_NAMES


class MetricKind(StrEnum):
    """WOM's kinds, ``TOTAL`` for sums that are stored beside them, ``CHAT`` for messages.

    ``DERIVED`` is what is made of others when somebody asks: no reading holds it.
    """

    SKILL = "skill"
    BOSS = "boss"
    ACTIVITY = "activity"
    COMPUTED = "computed"
    TOTAL = "total"
    CHAT = "chat"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Metric:
    """``key`` is WOM's name of it; ``name`` is what people read; ``measure`` its unit.

    ``measure`` is one of experience, kills, score, value, level, messages, bosses, days, points. Values are
    stored as integers; those of measure ``value`` (EHP and EHB) in hundred-thousandths.
    """

    key: str
    name: str
    kind: MetricKind
    measure: str


_MEASURES = {
    MetricKind.SKILL: "experience",
    MetricKind.BOSS: "kills",
    MetricKind.ACTIVITY: "score",
    MetricKind.COMPUTED: "value",
    MetricKind.TOTAL: "kills",
    MetricKind.CHAT: "messages",
    MetricKind.DERIVED: "points",
}


def _table(names: Mapping[str, str], kind: MetricKind) -> tuple[Metric, ...]:
    return tuple(Metric(key, name, kind, _MEASURES[kind]) for key, name in names.items())


OVERALL, *_skills = _table(SKILL_NAMES, MetricKind.SKILL)
SKILLS = tuple(_skills)
"""The skills proper, without :data:`OVERALL`, their sum."""
BOSSES = _table(BOSS_NAMES, MetricKind.BOSS)
ACTIVITIES = _table(ACTIVITY_NAMES, MetricKind.ACTIVITY)
EHP, EHB = _table(COMPUTED_NAMES, MetricKind.COMPUTED)

BOSS_KILLS = Metric("boss_kills", "Boss kills", MetricKind.TOTAL, "kills")
"""Our own: the sum of the kills of all ranked bosses."""
TOTAL_LEVEL = Metric("total_level", "Total level", MetricKind.TOTAL, "level")
"""Our own: the level that the hiscores give for overall."""
MESSAGES = Metric("messages", "Messages", MetricKind.CHAT, "messages")
"""Our own: messages by the member. Counted from activity; no snapshot holds it."""

RAIDS = Metric("raids", "Raids", MetricKind.DERIVED, "kills")
"""Our own: completions of the three raids in all their modes, :data:`RAID_KEYS`."""
DIVERSITY = Metric("boss_diversity", "Different bosses", MetricKind.DERIVED, "bosses")
"""Our own: how many different bosses were killed."""
SCORE = Metric("clan_score", "Clan score", MetricKind.DERIVED, "points")
"""Our own: several metrics together, by the clan's own weights."""
CHAT_STREAK = Metric("chat_streak", "Chat streak", MetricKind.DERIVED, "days")
"""Our own: days in a row with a message."""
XP_STREAK = Metric("xp_streak", "XP streak", MetricKind.DERIVED, "days")
"""Our own: days in a row with XP gained."""
RAID_KEYS = (
    "chambers_of_xeric",
    "chambers_of_xeric_challenge_mode",
    "theatre_of_blood",
    "theatre_of_blood_hard_mode",
    "tombs_of_amascut",
    "tombs_of_amascut_expert",
)
DERIVED_METRICS = (SCORE, RAIDS, DIVERSITY, CHAT_STREAK, XP_STREAK)
"""What leaderboards can be asked for besides :data:`ALL_METRICS`; rules and reports are made without."""

WOM_METRICS = (OVERALL, *SKILLS, *BOSSES, *ACTIVITIES, EHP, EHB)
ALL_METRICS = (OVERALL, EHP, EHB, BOSS_KILLS, MESSAGES, TOTAL_LEVEL, *SKILLS, *BOSSES, *ACTIVITIES)
"""Everything this version knows, in the order in which it is offered."""
_USUAL = 5
"""So many of :data:`ALL_METRICS` are offered before those that are derived."""
OFFERED_METRICS = (*ALL_METRICS[:_USUAL], *DERIVED_METRICS, *ALL_METRICS[_USUAL:])
"""Everything that leaderboards can be asked for, in the order in which it is offered."""
_BY_KEY = MappingProxyType({known.key: known for known in OFFERED_METRICS})
_OFFERED = MappingProxyType({known.key: index for index, known in enumerate(OFFERED_METRICS)})


def metric(key: str, kind: MetricKind | None = None) -> Metric:
    """The metric of this key; what is known here wins over ``kind``.

    An unknown key is a metric under its own name, written as the game writes names, of
    ``kind`` (an activity where none is given) and measured as that kind is. Never an error.
    """
    known = _BY_KEY.get(key)
    if known is not None:
        return known
    assumed = kind or MetricKind.ACTIVITY
    return Metric(key, _name_of(key), assumed, _MEASURES[assumed])


_SMALL_WORDS = frozenset({"a", "an", "and", "at", "for", "from", "in", "of", "on", "or", "the", "to"})


def _name_of(key: str) -> str:
    """Capitals but for small words inside: ``the_eye_of_the_storm`` is The Eye of the Storm."""
    first, *others = key.replace("_", " ").title().split(" ")
    return " ".join([first, *(word.lower() if word.lower() in _SMALL_WORDS else word for word in others)])


_VALUE_UNITS = 100_000
_LARGEST = 2**63 - 1  # what a database column holds


def _units(of: Metric | str) -> int:
    measure = of.measure if isinstance(of, Metric) else of
    return _VALUE_UNITS if measure == "value" else 1


def to_stored(of: Metric | str, raw: float) -> int | None:
    """WOM's number as it is stored; ``of`` is a metric or a measure. -1, unranked, is None.

    Measure ``value`` (EHP and EHB) is stored in hundred-thousandths, rounded to the
    nearest, halves to even. All others are whole numbers already.

    Raises:
        ValueError: negative, not finite, too large for a column, or a fraction where
            none can be. WOM's answers are not trusted.
    """
    if raw == -1:
        return None
    units = _units(of)
    if not math.isfinite(raw) or raw < 0 or raw * units > _LARGEST:
        raise ValueError(f"not a number that a metric can have: {raw}")
    stored = round(raw * units)
    if units == 1 and stored != raw:
        raise ValueError(f"not a whole number: {raw}")
    return stored


def from_stored(of: Metric | str, stored: int | None) -> float | None:
    """A stored value in the unit people know (EHP in hours); None, unknown, stays None."""
    if stored is None:
        return None
    units = _units(of)
    return stored if units == 1 else stored / units


def _squeeze(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def find_metric(text: str, known: Iterable[Metric]) -> Metric:
    """The metric that somebody typed: its key, its name or a usual short form (cox, xp, kc).

    Case, spaces and punctuation do not count. A key wins over a name, and a name over
    a short form.

    Raises:
        UnknownMetric: none of ``known``; with the names that are most alike.
    """
    listed = list(known)
    wanted = _squeeze(text)
    spelled = {
        **{short: found for short, key in ALIASES.items() for found in listed if found.key == key},
        **{_squeeze(found.name): found for found in reversed(listed)},
        **{_squeeze(found.key): found for found in reversed(listed)},
    }
    found = spelled.get(wanted)
    if found is None or not wanted:
        raise UnknownMetric(text, tuple(near.name for near in _alike(wanted, listed, 3)))
    return found


def suggest_metrics(text: str, known: Iterable[Metric], limit: int = 25) -> list[Metric]:
    """What to offer while somebody types, at most ``limit``, the likeliest first.

    With no text yet: XP, EHP, EHB, boss kills and messages, what is derived, then all others. Else an
    exact short form, then names that start so, then names with a word that starts so,
    then names that hold it, then names that are merely alike.
    """
    offered = sorted(known, key=lambda one: (_OFFERED.get(one.key, len(_OFFERED)), one.name))
    wanted = _squeeze(text)
    if not wanted:
        return offered[:limit]
    graded = [(_grade(wanted, one), one) for one in offered]
    sure = [one for grade, one in sorted(graded, key=lambda pair: pair[0]) if grade < _NO_GRADE]
    return (sure or _alike(wanted, offered, limit))[:limit]


_NO_GRADE = 4


def _grade(wanted: str, one: Metric) -> int:
    if ALIASES.get(wanted) == one.key:
        return 0
    spellings = (_squeeze(one.name), _squeeze(one.key))
    if any(spelling.startswith(wanted) for spelling in spellings):
        return 1
    words = re.split(r"[\W_]+", f"{one.name} {one.key}".casefold())
    if any(word.startswith(wanted) for word in words):
        return 2
    return 3 if any(wanted in spelling for spelling in spellings) else _NO_GRADE


def _alike(wanted: str, known: list[Metric], limit: int) -> list[Metric]:
    names = [one.name for one in known]
    found = process.extract(
        wanted, names, scorer=fuzz.WRatio, processor=_squeeze, limit=limit, score_cutoff=70.0
    )
    return [known[index] for _name, _score, index in found]


def _xp_of_levels() -> tuple[int, ...]:
    points = accumulate(math.floor(level + 300 * 2 ** (level / 7)) for level in range(1, 99))
    return (0, *(total // 4 for total in points))


_LEVELS = _xp_of_levels()
XP_99 = _LEVELS[98]
"""The experience at which a skill reaches level 99."""


def level_of(xp: int) -> int:
    """The level, 1 to 99, of a skill with this experience; virtual levels are not counted."""
    return max(1, bisect_right(_LEVELS, xp))


def xp_of(level: int) -> int:
    """The least experience of a level, 1 to 99; above 99 that of 99."""
    return _LEVELS[min(max(level, 1), 99) - 1]
