"""What one of the old system's snapshots says: as WOM answered, else out of the old system's own rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import msgspec

from bot.domain.metrics import BOSS_KILLS, EHP, OVERALL, TOTAL_LEVEL, Metric, MetricKind, metric, to_stored
from bot.domain.old_values import read_number
from db.old_system import SnapshotBody

_FIELDS: Final = (
    ("skills", MetricKind.SKILL, "experience"),
    ("bosses", MetricKind.BOSS, "kills"),
    ("activities", MetricKind.ACTIVITY, "score"),
    ("computed", MetricKind.COMPUTED, "value"),
)
_LARGEST: Final = 2**53
_KEY_LENGTH: Final = 64
_DEEP: Final = 3


class _Entry(msgspec.Struct, gc=False):
    experience: Any = None
    kills: Any = None
    score: Any = None
    value: Any = None
    level: Any = None


_Entries = dict[str, _Entry]


class _Kept(msgspec.Struct):
    """WOM's answer as it was kept: with its groups at the top, or below ``data``."""

    data: "_Kept | None" = None
    skills: _Entries | None = None
    bosses: _Entries | None = None
    activities: _Entries | None = None
    computed: _Entries | None = None


_DECODER: Final = msgspec.json.Decoder(_Kept)


@dataclass(slots=True)
class Said:
    """A snapshot's values in stored units by WOM's key; None is unranked.

    ``has_answer`` is whether WOM's answer could be read, ``bad`` counts values in it that no
    metric can have, and ``kinds`` tells what each key measures.
    """

    values: dict[str, int | None] = field(default_factory=dict[str, int | None])
    kinds: dict[str, MetricKind] = field(default_factory=dict[str, MetricKind])
    has_answer: bool = False
    bad: int = 0
    unknown_totals: bool = False
    bosses_used: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether not one number is known."""
        return all(value is None for value in self.values.values())

    def metrics(self) -> list[Metric]:
        """Every metric that is in it."""
        return [metric(key, kind) for key, kind in self.kinds.items()]


def decode(raw: bytes | None) -> Said:
    """Read WOM's answer as it was kept."""
    said = Said()
    kept = _read(raw)
    if kept is not None:
        said.has_answer = _take(said, kept)
        _sum_kills(said)
    return said


def complete(said: Said, body: SnapshotBody, bosses: Iterable[tuple[Any, Any]]) -> None:
    """Take from the old system's own rows what WOM's answer lacks: bosses if it has none, and totals.

    Its columns for EHP and EHB always were 0 and are not read. In its total of kills 0 says that
    none was ranked; -1 is unknown in any total.
    """
    if lacks_bosses(said):
        for boss, kills in bosses:
            if isinstance(boss, str):
                said.bosses_used += _put(said, boss, MetricKind.BOSS, read_number(kills))
        _sum_kills(said)
        _put_total(said, BOSS_KILLS.key, MetricKind.TOTAL, read_number(body.total_boss_kills) or -1)
    totals = (read_number(body.total_xp), read_number(body.total_boss_kills))
    said.unknown_totals = any(total is not None and total < 0 for total in totals)
    if OVERALL.key not in said.values:
        _put_total(said, OVERALL.key, MetricKind.SKILL, read_number(body.total_xp))


def _put_total(said: Said, key: str, kind: MetricKind, total: int | None) -> None:
    if total is not None and total >= 0:
        _put(said, key, kind, total)


def lacks_bosses(said: Said) -> bool:
    """Whether the boss rows may know more than WOM's answer as it was kept."""
    return MetricKind.BOSS not in said.kinds.values()


def _read(raw: bytes | None) -> _Kept | None:
    if not raw:
        return None
    try:
        return _DECODER.decode(raw)
    except msgspec.ValidationError:
        pass
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    try:
        return _read_loosely(msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _read_loosely(answer: Any) -> _Kept | None:
    """What can be used of an answer of which some part is of the wrong form."""
    if not isinstance(answer, dict):
        return None
    kept = cast("Mapping[str, Any]", answer)
    groups: dict[str, _Entries] = {}
    for name, _, _ in _FIELDS:
        if isinstance(kept.get(name), dict):
            entries: Mapping[str, Any] = kept[name]
            groups[name] = {key: _entry(entry) for key, entry in entries.items()}
    return _Kept(data=_read_loosely(kept.get("data")), **groups)


def _entry(entry: Any) -> _Entry:
    if not isinstance(entry, dict):
        return _Entry()
    named = cast("Mapping[str, Any]", entry)
    return _Entry(*(named.get(name) for name in _Entry.__struct_fields__))


def _take(said: Said, kept: _Kept) -> bool:
    """Take every value of an answer. False where it holds none at all."""
    for _ in range(_DEEP):
        if kept.data is None or kept.skills or kept.bosses:
            break
        kept = kept.data
    for name, kind, of in _FIELDS:
        entries: _Entries = getattr(kept, name) or {}
        for key, entry in entries.items():
            value = getattr(entry, of)
            if type(value) is int and 0 <= value <= _LARGEST and kind is not MetricKind.COMPUTED:
                said.values[key] = value
                said.kinds[key] = kind
            elif not _put(said, key, kind, value):
                said.bad += 1
    overall = (kept.skills or {}).get(OVERALL.key)
    if overall is not None and overall.level is not None:
        _put(said, TOTAL_LEVEL.key, MetricKind.TOTAL, overall.level)
    return bool(said.kinds)


def _put(said: Said, key: str, kind: MetricKind, value: Any) -> bool:
    """Take one value; one that no metric can have is none, and False."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < len(key) <= _KEY_LENGTH:
        return False
    try:
        stored = to_stored(EHP if kind is MetricKind.COMPUTED else OVERALL, value)
    except ValueError:
        return False
    said.values[key] = stored
    said.kinds[key] = kind
    return True


def _sum_kills(said: Said) -> None:
    """All kills: the sum over the ranked bosses, unknown where there are bosses and none is ranked."""
    bosses = [said.values[key] for key, kind in said.kinds.items() if kind is MetricKind.BOSS]
    kills = [number for number in bosses if number is not None]
    if bosses:
        said.kinds[BOSS_KILLS.key] = MetricKind.TOTAL
        said.values[BOSS_KILLS.key] = sum(kills) if kills else None
