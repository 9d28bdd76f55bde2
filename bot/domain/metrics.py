"""What can be measured: WOM's metrics, and a few of our own."""

from dataclasses import dataclass
from enum import StrEnum


class MetricKind(StrEnum):
    """WOM's kinds, ``TOTAL`` for sums that are stored beside them, ``CHAT`` for messages."""

    SKILL = "skill"
    BOSS = "boss"
    ACTIVITY = "activity"
    COMPUTED = "computed"
    TOTAL = "total"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Metric:
    """``key`` is WOM's name of it; ``name`` is what people read; ``measure`` its unit.

    ``measure`` is one of experience, kills, score, value, level, messages. Values are
    stored as integers; those of measure ``value`` (EHP and EHB) in hundred-thousandths.
    """

    key: str
    name: str
    kind: MetricKind
    measure: str
