"""What happens in a clan, as a feed tells of it: each thing once, and nothing that is old."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.competitions import Contest, ContestNews
from bot.domain.ids import ChannelId, ClanId
from bot.domain.metrics import Metric, MetricKind
from bot.domain.records import Record
from bot.domain.summaries import NINETY_NINE, Leader

NEWS_FOR: Final = timedelta(days=5)
"""What happened longer ago is not told of any more; a leave is believed after two days only."""
RECORD_NEWS_FOR: Final = timedelta(days=3)
"""A record is told so long after its last day: the bot or Wise Old Man may be out of reach on the first."""
LATEST: Final = timedelta(days=1)
"""An achievement of which WOM knows only to within more than that when it was, is left out."""
LEAST_COINS: Final = 1_000_000
"""What a drop is worth at least that is told of, until officers choose."""

_OF_XP: Final = "Overall Exp."
MAXED: Final = "Maxed Overall"
"""Wise Old Man's name of having level 99 in every skill."""


class FeedKind(StrEnum):
    """What officers choose a channel for. Stored, so a value is never renamed."""

    NINETY_NINES = "99s"
    MILESTONES = "milestones"
    RANK_UPS = "rank_ups"
    JOINS = "joins"
    RENAMES = "renames"
    DROPS = "drops"
    BESTS = "bests"
    RECORDS = "records"
    COMPETITIONS = "competitions"
    LEAVERS = "leavers"


FOR_OFFICERS: Final = frozenset({FeedKind.LEAVERS})
"""What is told in the officers' channel only."""


@dataclass(frozen=True, slots=True)
class FeedSetting:
    """Where a kind is told of, and since when. ``least`` is a drop's least worth in coins."""

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
    - rank_ups: WOM's roles; renames: names
    - drops: ``after`` the item, ``value`` its coins, None where the game did not say
    - bests: ``after`` the boss, ``value`` hundredths of a second
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


def is_of_many_skills(item: FeedItem) -> bool:
    """Whether a milestone is one of all skills at once, ``Maxed Overall`` or ``Base 90 Stats``.

    Wise Old Man files these under ``overall`` too, with a threshold that is no total of XP; those of
    XP are called ``100m Overall Exp.``
    """
    is_total = item.metric is not None and item.metric.key == "overall"
    return is_total and not (item.after or "").endswith(_OF_XP)


def kind_of(metric: Metric, threshold: int) -> FeedKind:
    """Of which kind an achievement is: level 99 in a skill, or another milestone."""
    is_99 = metric.kind is MetricKind.SKILL and metric.key != "overall" and threshold == NINETY_NINE
    return FeedKind.NINETY_NINES if is_99 else FeedKind.MILESTONES


def wanted(item: FeedItem, setting: FeedSetting | None, now: datetime) -> bool:
    """Whether a thing is to be told: its kind is on, since before it happened, and it is no old news.

    A drop of which the game did not say the worth is special, and told of.
    """
    if setting is None or item.at < setting.since or now - item.at > NEWS_FOR:
        return False
    if item.kind is FeedKind.DROPS and item.value is not None:
        return item.value >= (LEAST_COINS if setting.least is None else setting.least)
    return True
