"""What happens in a clan, as a feed tells of it: each thing once, and nothing that is old."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.achievements import is_99, is_of_all_skills
from bot.domain.broadcasts import BroadcastKind
from bot.domain.competitions import Contest, ContestNews
from bot.domain.ids import ChannelId, ClanId
from bot.domain.metrics import OVERALL, Metric
from bot.domain.records import Record
from bot.domain.summaries import Leader

NEWS_FOR: Final = timedelta(days=5)
"""What happened longer ago is not told of any more; a leave is believed after two days only."""
RECORD_NEWS_FOR: Final = timedelta(days=3)
"""A record is told so long after its last day: the bot or Wise Old Man may be out of reach on the first."""
LATEST: Final = timedelta(days=1)
"""An achievement of which WOM knows only to within more than that when it was, is left out."""


class FeedKind(StrEnum):
    """What officers choose a channel for. Stored, so a value is never renamed."""

    NINETY_NINES = "99s"
    MILESTONES = "milestones"
    RANK_UPS = "rank_ups"
    JOINS = "joins"
    RENAMES = "renames"
    DROPS = "drops"
    PETS = "pets"
    ACHIEVEMENTS = "achievements"
    BESTS = "bests"
    RECORDS = "records"
    COMPETITIONS = "competitions"
    LEAVERS = "leavers"


LEAST: Final = {FeedKind.DROPS: 1_000_000, FeedKind.MILESTONES: 0, FeedKind.ACHIEVEMENTS: 100}
"""What is told of until officers choose: a drop from so many coins, a milestone from so much XP, every
so manieth item of a collection log."""
NOTED_DIARIES: Final = frozenset({"hard", "elite"})
"""Diaries of other tiers are not told of: everybody does them in a week."""
EXPELLED_WITHIN: Final = timedelta(days=1)
"""A leave so near to an expulsion that the game announced is that one: polls see it before or after."""
FOR_OFFICERS: Final = frozenset({FeedKind.LEAVERS})
"""What is told in the officers' channel only."""


@dataclass(frozen=True, slots=True)
class FeedSetting:
    """Where a kind is told of, and since when. ``least`` is what officers chose instead of :data:`LEAST`."""

    clan: ClanId
    kind: FeedKind
    channel: ChannelId
    since: datetime
    least: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What was sent to a channel, and may be there or not. ``said`` is a digest of the message."""

    channel: ChannelId
    keys: tuple[str, ...]
    said: str
    tried_at: datetime


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One thing to tell; ``key`` is the same whenever it is found, whoever is found to be whom.

    - 99s, milestones: ``metric`` and ``value``, the threshold; ``after`` is Wise Old Man's name of it
    - rank_ups: WOM's roles; renames: names; joins: ``before`` the last role of who is back, where known
    - drops: ``after`` the item, ``value`` its coins, None where the game did not say
    - pets: ``after`` the pet, ``value`` the kills where the game said them
    - achievements: ``announced`` says of which kind: ``after`` the area, quest or item of a collection log,
      ``before`` the tier, ``value`` how many items of ``of`` the log has
    - bests: ``after`` the boss, ``value`` hundredths of a second, ``of`` the size of the team, where known
    - leavers: ``before`` the rank; of an expulsion, ``announced``, who did it
    - records: ``record``, of a day, week or month that is just over
    - competitions: ``contest`` and ``news``; ``leaders`` are the first three places, None where only
      Wise Old Man has the standings
    """

    key: str
    kind: FeedKind
    at: datetime
    name: str
    before: str | None = None
    after: str | None = None
    metric: Metric | None = None
    value: int | None = None
    contest: Contest | None = None
    news: ContestNews | None = None
    leaders: tuple[Leader, ...] | None = None
    record: Record | None = None
    announced: BroadcastKind | None = None
    of: int | None = None


def kind_of(metric: Metric, threshold: int) -> FeedKind:
    """Of which kind an achievement is: level 99 in a skill, or another milestone."""
    return FeedKind.NINETY_NINES if is_99(metric, threshold) else FeedKind.MILESTONES


def least_of(kind: FeedKind, setting: FeedSetting | None) -> int:
    """From what on, or how often, a kind of :data:`LEAST` is told of."""
    return LEAST[kind] if setting is None or setting.least is None else setting.least


def found_at(polled_at: datetime | None, now: datetime) -> datetime | None:
    """When a rename that a poll finds is news; None where that is when the old name was last seen.

    It is now, since WOM may approve it long after it happened. What a clan's first poll finds is history,
    and so is what one finds for which nobody looked for longer than anything is news.
    """
    return None if polled_at is None or now - polled_at > NEWS_FOR else now


def lets_more_in(before: FeedSetting, after: FeedSetting) -> bool:
    """Whether another limit of a kind lets something in that was not wanted before.

    So does a lower one; of collection logs, one that is no multiple of that before.
    """
    if after.kind not in LEAST:
        return False
    was, is_now = least_of(before.kind, before), least_of(after.kind, after)
    if after.kind is FeedKind.ACHIEVEMENTS:
        return max(1, is_now) % max(1, was) != 0
    return is_now < was


def wanted(item: FeedItem, setting: FeedSetting | None, now: datetime) -> bool:
    """Whether a thing is to be told: its kind is on, since before it happened, and it is no old news.

    A drop of which the game did not say the worth is special, and told of; so are milestones but those
    of XP, whatever their threshold. Of diaries and collection logs not each is told.
    """
    if setting is None or item.at < setting.since or now - item.at > NEWS_FOR:
        return False
    return item.kind not in LEAST or _is_enough(item, least_of(item.kind, setting))


def _is_enough(item: FeedItem, least: int) -> bool:
    if item.kind is FeedKind.ACHIEVEMENTS:
        if item.announced is BroadcastKind.DIARY:
            return (item.before or "").casefold() in NOTED_DIARIES
        is_log = item.announced is BroadcastKind.COLLECTION_LOG
        return not is_log or (item.value is not None and item.value % max(1, least) == 0)
    if item.kind is FeedKind.MILESTONES:
        of = item.metric
        if of is None or of.measure != OVERALL.measure or is_of_all_skills(of, item.after or ""):
            return True
    return item.value is None or item.value >= least
