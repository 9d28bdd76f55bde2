"""The game's own announcements in a clan's chat: drops, levels, deaths, comings and goings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import InvalidName
from bot.domain.names import name_key

LONGEST_LINE = 500
"""The game's lines are far shorter; whatever is longer is not one of them, and is not searched."""


class BroadcastKind(StrEnum):
    """What was announced. Stored, so a value is never renamed."""

    COLLECTION_LOG = "collection_log"
    DROP = "drop"
    RAID_LOOT = "raid_loot"
    PET = "pet"
    LEVEL = "level"
    XP = "xp"
    COMBAT_LEVEL = "combat_level"
    TOTAL_LEVEL = "total_level"
    PERSONAL_BEST = "personal_best"
    COMBAT_TASK = "combat_task"
    COMBAT_TIER = "combat_tier"
    QUEST = "quest"
    DIARY = "diary"
    DEFEATED_BY = "defeated_by"
    DEFEATED = "defeated"
    INVITED = "invited"
    LEFT = "left"
    EXPELLED = "expelled"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """An announcement about the account displayed as ``name``.

    ``detail`` holds what the line says, in whole numbers or text; what it leaves out
    is absent. By kind:

    - collection_log: item, done, total
    - drop: item, quantity (1 unless said), coins (of the whole drop), source
    - raid_loot: item
    - pet: pet, and one of kills, xp or count
    - level: skill, level; xp: skill, xp; combat_level and total_level: level
    - personal_best: boss, centiseconds, team_size (a lower bound where the line says "24+")
    - combat_task: tier, task; combat_tier: tier; quest: quest; diary: tier, area
    - defeated_by: other, place, coins; defeated: other, coins
    - invited, expelled: other (who did it); left: nothing
    """

    kind: BroadcastKind
    name: str
    detail: Mapping[str, str | int]


# Up to 18 digits, so that every number fits a database's 64 bits.
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})"
_TIME = r"(?P<time>(?:[0-9]{1,3}:)?[0-9]{1,3}:[0-9]{2}(?:\.[0-9]{1,2})?)"
_FOLLOWED = r"(?:s?he['’]s|they['’]re) being followed"
_TEAM = r"\(team size: (?:(?P<solo>solo)|#team_size\+?)(?: players?)?\)"

# What follows the name; "#level" is a number of that name. In the order in which they are
# tried: the fuller form of an announcement first, so that its optional parts are not
# swallowed by the free text before them. Each may end with a full stop, which only a
# quest keeps ("Another Slice of H.A.M.").
_FORMS: tuple[tuple[BroadcastKind, str], ...] = (
    (BroadcastKind.COLLECTION_LOG, r"received a new collection log item: (?P<item>.+) \(#done/#total\)"),
    (
        BroadcastKind.DROP,
        r"received a drop: (?:#quantity x )?(?P<item>.+?) \(#coins coins?\)(?: from (?P<source>.+?))?",
    ),
    (BroadcastKind.DROP, r"received a drop: (?:#quantity x )?(?P<item>.+?)(?: from (?P<source>.+?))?"),
    (BroadcastKind.RAID_LOOT, r"received special loot from a raid: (?P<item>.+?)"),
    (
        BroadcastKind.PET,
        rf"has a funny feeling like {_FOLLOWED}: (?P<pet>.+?) at (?:#kills kills?|#xp xp|#count \w+)",
    ),
    (BroadcastKind.PET, rf"has a funny feeling like {_FOLLOWED}: (?P<pet>.+?)"),
    (BroadcastKind.COMBAT_LEVEL, r"has reached combat level #level"),
    (BroadcastKind.TOTAL_LEVEL, r"has reached a total level of #level"),
    (BroadcastKind.XP, r"has reached #xp xp in (?P<skill>.+?)"),
    (BroadcastKind.LEVEL, r"has reached (?P<skill>\S+) level #level"),
    (
        BroadcastKind.PERSONAL_BEST,
        rf"has achieved a new (?P<boss>.+?)(?: {_TEAM})? personal best: {_TIME}",
    ),
    (BroadcastKind.COMBAT_TASK, r"has completed an? (?P<tier>[^\W\d_]+) combat task: (?P<task>.+?)"),
    (BroadcastKind.COMBAT_TIER, r"has completed the (?P<tier>[^\W\d_]+) combat achievements"),
    (BroadcastKind.QUEST, r"has completed a quest: (?P<quest>.+)"),
    (BroadcastKind.DIARY, r"has completed the (?P<tier>[^\W\d_]+) (?P<area>.+?) diary"),
    (
        BroadcastKind.DEFEATED_BY,
        r"has been defeated by (?P<other>.+?) in (?P<place>.+) and lost \(#coins coins?\) worth of loot",
    ),
    (BroadcastKind.DEFEATED, r"has defeated (?P<other>.+?) and received \(#coins coins?\) worth of loot!?"),
    (BroadcastKind.INVITED, r"has been invited into the clan by (?P<other>.+?)"),
    (BroadcastKind.LEFT, r"has left the clan"),
    (BroadcastKind.EXPELLED, r"has been expelled from the clan by (?P<other>.+?)"),
)
_NUMBERS = frozenset(group for _, form in _FORMS for group in re.findall(r"#(\w+)", form))


def _compile(form: str) -> re.Pattern[str]:
    rest = re.sub(r"#(\w+)", rf"(?P<\1>{_NUMBER})", form)
    return re.compile(rf"(?P<name>.{{1,12}}?) {rest}\.?", re.IGNORECASE)


_PATTERNS = tuple((kind, _compile(form)) for kind, form in _FORMS)


def is_name(text: str) -> bool:
    """Whether the game would accept this as a player's name."""
    try:
        name_key(text)
    except InvalidName:
        return False
    return True


def read_broadcast(line: str) -> Broadcast | None:
    """Read one line in the game's words, free of Markdown; None where no form fits it whole.

    Whoever is named, the subject and another player alike, must have a possible name.
    """
    if len(line) > LONGEST_LINE:
        return None
    for kind, pattern in _PATTERNS:
        match = pattern.fullmatch(line)
        if match and (broadcast := _broadcast(kind, match)):
            return broadcast
    return None


def _broadcast(kind: BroadcastKind, match: re.Match[str]) -> Broadcast | None:
    found = {key: value.strip() for key, value in match.groupdict().items() if value is not None}
    name = found.pop("name")
    if not (is_name(name) and is_name(found.get("other", name))):
        return None
    return Broadcast(kind, name, _values(kind, found))


def _values(kind: BroadcastKind, found: Mapping[str, str]) -> dict[str, str | int]:
    detail: dict[str, str | int] = {"quantity": 1} if kind is BroadcastKind.DROP else {}
    for key, text in found.items():
        if key == "time":
            detail["centiseconds"] = _centiseconds(text)
        elif key == "solo":
            detail["team_size"] = 1
        else:
            detail[key] = int(text.replace(",", "")) if key in _NUMBERS else text
    return detail


def _centiseconds(text: str) -> int:
    """``H:MM:SS.cc``; the hours and the fraction may be missing, and ``.6`` is six tenths."""
    clock, _, fraction = text.partition(".")
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 100 + int(fraction.ljust(2, "0"))
