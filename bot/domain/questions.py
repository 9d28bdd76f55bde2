"""What a clan asks about itself beyond leaderboards: values alone, each with what it rests on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.ids import ClanId, MemberId
from bot.domain.leaderboards import Board, Entry
from bot.domain.metrics import BOSS_KILLS, EHB, EHP, MESSAGES, OVERALL, Metric
from bot.domain.periods import Period
from bot.domain.post_errors import UnreadableWeight
from bot.domain.records import ClanRecords

WEIGHED: Final = (OVERALL, EHP, EHB, BOSS_KILLS, MESSAGES)
"""What a clan's score can be made of."""
USUAL_WEIGHTS: Final[Mapping[str, int]] = {
    OVERALL.key: 3,
    EHP.key: 2,
    EHB.key: 2,
    BOSS_KILLS.key: 1,
    MESSAGES.key: 2,
}
"""By metric key, until officers choose."""
MOST_WEIGHT: Final = 100
MOST_POINTS: Final = 1_000
"""The score of who is ahead of everybody in everything."""
_ENOUGH: Final = 2
"""A score is known where at least one part in so many of the weights is."""
_OBSERVED_ENOUGH: Final = 2
_FAVOURITES: Final = 3
"""Of more hours that are equal none is a favourite."""


@dataclass(frozen=True, slots=True)
class QuietKiller:
    """Whoever killed the most among those who wrote the least; several where both numbers are equal.

    ``considered`` are the members of whom both are known.
    """

    names: tuple[str, ...]
    kills: int
    messages: int
    considered: int


@dataclass(frozen=True, slots=True)
class FavouriteHour:
    """The hours of the local day, 0 to 23, in which most is written; several are equal.

    ``by_hour`` is how much in each, None where it was not observed. ``often`` is how much is written
    in one such hour, on average over those that were observed.
    """

    hours: tuple[int, ...]
    often: float
    by_hour: tuple[int | None, ...]


class BossTotal(NamedTuple):
    """What the clan gained of a boss, and how many members did. Equal kills share a place."""

    place: int
    metric: Metric
    kills: int
    members: int


class SkillNines(NamedTuple):
    """How many members have level 99 in a skill, of ``known`` of whom it is known."""

    metric: Metric
    members: int
    known: int


@dataclass(frozen=True, slots=True)
class Answers:
    """A clan's answers for one period.

    Those that are leaderboards are: with ties, who is unmeasured, and how fresh they are.
    ``quietest_killer`` and ``favourite_hour`` are None where nobody can know; ``bosses`` has the
    most killed first, and is empty where nothing was gained. ``nines`` is as of the period's end.
    ``heard_whole`` is whether messages were listened to throughout, but for an hour.
    """

    clan: ClanId
    clan_name: str
    zone: ZoneInfo
    period: Period
    members: int
    xp: Board
    kills: Board
    chat: Board
    score: Board
    raids: Board
    diversity: Board
    chat_streak: Board
    xp_streak: Board
    weights: Mapping[str, int]
    quietest_killer: QuietKiller | None
    favourite_hour: FavouriteHour | None
    bosses: tuple[BossTotal, ...]
    nines: tuple[SkillNines, ...]
    records: ClanRecords
    heard_whole: bool
    checked_at: datetime | None

    @property
    def boss_of_the_period(self) -> tuple[BossTotal, ...]:
        """The boss that the clan killed most; several where they are equal."""
        return tuple(one for one in self.bosses if one.place == 1)


def read_weights(typed: Mapping[str, str]) -> dict[str, int]:
    """Weights by metric key as officers typed them; what is left empty is 0.

    Raises:
        UnreadableWeight: one is no whole number from 0 to 100, or all are 0.
    """
    found: dict[str, int] = {}
    for key, text in typed.items():
        wanted = text.strip() or "0"
        if not (wanted.isascii() and wanted.isdigit()) or int(wanted) > MOST_WEIGHT:
            raise UnreadableWeight(text)
        found[key] = int(wanted)
    if not any(found.values()):
        raise UnreadableWeight("")
    return found


def quietest_killer(
    kills: Mapping[MemberId, int | None],
    messages: Mapping[MemberId, int | None],
    linked: Collection[MemberId],
    names: Mapping[MemberId, str],
) -> QuietKiller | None:
    """The most kills among those who killed at all and wrote the fewest messages.

    Only linked members count: of others it is not known what they write. None where there is nobody,
    or nobody killed anything.
    """
    known = [
        (said, -killed, member)
        for member in linked
        if (said := messages.get(member)) is not None and (killed := kills.get(member)) is not None
    ]
    killers = sorted(one for one in known if one[1] < 0)
    if not killers:
        return None
    said, killed, _ = killers[0]
    equal = [names[member] for wrote, did, member in killers if (wrote, did) == (said, killed)]
    return QuietKiller(tuple(sorted(equal, key=str.casefold)), -killed, said, len(known))


def favourite_hour(messages: Sequence[int], observed: Sequence[int]) -> FavouriteHour | None:
    """The hour in which most is written for the time that it was observed.

    ``observed`` is how long each was, in quarters. An hour that was observed for less than half as
    long as the longest is left out: little of it says nothing. None where nothing was written, and
    where more than three hours are equal.
    """
    longest = max(observed, default=0)
    rates = {
        hour: 4 * number / seen
        for hour, (number, seen) in enumerate(zip(messages, observed, strict=True))
        if seen and _OBSERVED_ENOUGH * seen >= longest
    }
    most = max(rates.values(), default=0)
    if not most:
        return None
    first = tuple(hour for hour, rate in rates.items() if rate == most)
    if len(first) > _FAVOURITES:
        return None
    by_hour = tuple(
        number if seen or number else None for number, seen in zip(messages, observed, strict=True)
    )
    return FavouriteHour(first, most, by_hour)


def ranked_bosses(kills: Mapping[str, tuple[Metric, int, int]]) -> tuple[BossTotal, ...]:
    """Bosses with kills and members, the most killed first; equal ones share a place."""
    listed = sorted(kills.values(), key=lambda one: (-one[1], one[0].name))
    found: list[BossTotal] = []
    for index, (metric, number, members) in enumerate(listed):
        tied = index > 0 and listed[index - 1][1] == number
        found.append(BossTotal(found[-1].place if tied else index + 1, metric, number, members))
    return tuple(found)


def scored(
    entries: Mapping[str, Sequence[Entry]], weights: Mapping[str, int], names: Mapping[MemberId, str]
) -> list[Entry]:
    """Everybody's score, 0 to 1,000, from their figures of each weighed metric.

    Of each metric a member has the share of the other measured members that they are ahead of; equal
    figures are not ahead of each other. The score is the mean of the shares by their weights. What
    is unknown neither adds nor takes away; where more than half of the weights are unknown the score is.
    """
    total = sum(weights.values())
    shares = {key: _shares(entries.get(key, ())) for key, weight in weights.items() if weight > 0}
    late = {(entry.member, key): entry.measured_from for key, listed in entries.items() for entry in listed}
    found: list[Entry] = []
    for member, name in names.items():
        known = [key for key, of in shares.items() if member in of]
        weight = sum(weights[key] for key in known)
        if not weight or _ENOUGH * weight < total:
            found.append(Entry(member, name, None))
            continue
        points = sum(weights[key] * shares[key][member] for key in known) / weight
        since = [at for key in known if (at := late.get((member, key))) is not None]
        found.append(Entry(member, name, round(MOST_POINTS * points), max(since, default=None)))
    return found


def _shares(entries: Sequence[Entry]) -> dict[MemberId, float]:
    known = sorted((one.value, one.member) for one in entries if one.value is not None)
    found: dict[MemberId, float] = {}
    behind = 0
    for index, (value, member) in enumerate(known):
        if index and known[index - 1][0] < value:
            behind = index
        alone = 1.0 if value > 0 else 0.0
        found[member] = behind / (len(known) - 1) if len(known) > 1 else alone
    return found
