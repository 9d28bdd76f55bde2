"""Many small clans, made by lot and laid into one database: members at the edges of every rule."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert

from bot.domain.metrics import BOSS_KILLS, EHB, EHP, OVERALL, TOTAL_LEVEL, Metric, metric, xp_of
from bot.domain.rules.presets import RAIDS
from db import models
from db.queries import snapshots
from db.session import Database
from db.types import OPEN_END, OPEN_START

NOW: Final = datetime(2026, 11, 1, 12, tzinfo=UTC)
ORDER: Final = (
    "owner",
    "deputy_owner",
    "zenyte",
    "dragonstone",
    "saviour",
    "onyx",
    "administrator",
    "member",
    "prospector",
    "guest",
)
COMBAT: Final = ("attack", "strength", "defence", "ranged", "magic", "hitpoints", "prayer")
METRICS: Final = [OVERALL, EHP, EHB, BOSS_KILLS, TOTAL_LEVEL, *map(metric, (*COMBAT, *RAIDS))]

_LITTLE = timedelta(milliseconds=1)
_LATE = timedelta(hours=36)
_QUARTER = timedelta(minutes=15)
_XP = (
    *[0] * 14,
    *(9_999, 10_000, 10_000, 99_999, 100_000, 499_999, 500_000, 999_999, 1_000_000, 2_000_000),
    *(3_000_000, 3_000_001, 4_000_000, 5_000_000, 5_000_001, 8_000_000, 60_000_000),
)
_KILLS = (0, 0, 1, 99, 100, 150, 151, 300)
_MESSAGES = (0, 0, 0, 1, 4, 5, 9, 10, 49, 50, 99, 100, 101, 150, 250, 300, 301)
_HOURS = (20, 25, 40, 50, 80, 100, 120, 200, 400, 800)
_RAIDS = (*[0] * 20, 1, 10, 20, 49, 49, 50, 50, 50, 60, 160)


def _ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


@dataclass
class Lots:
    """Rows for every table. A ``tidy`` clan is known throughout; of the others much is not."""

    dice: random.Random
    known: dict[str, int] = field(default_factory=dict[str, int])
    rows: dict[Any, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def clan(self, clan: int, size: int, *, is_tidy: bool) -> None:
        """A clan of so many members."""
        self._add(models.Clan, id=clan, guild_id=900, wom_group_id=clan, name=f"Clan {clan}")
        self.rows[models.Clan][-1] |= {
            "time_zone": "UTC",
            "is_default": False,
            "active": True,
            "next_member_id": 1000,
            "next_source_id": 1000,
            "role_order": [*ORDER],
            "created_at": _ago(days=1000),
        }
        start, end = (_ago(days=2000), NOW) if is_tidy else self._heard()
        self._add(models.Coverage, clan_id=clan, channel_id=1, from_at=start, to_at=end)
        for member in range(1, size + 1):
            self._member(clan, member, is_tidy=is_tidy)

    def _heard(self) -> tuple[datetime, datetime]:
        """Since when a channel is heard, or until when: never both in part."""
        since = [_ago(days=days, hours=hours) for days in (5, 7, 30, 90) for hours in (-2, -1, 0)]
        until = [_ago(minutes=minutes) for minutes in (0, 60, 61, 3000)]
        if self.dice.random() < 0.5:
            return self.dice.choice(since), NOW
        return _ago(days=2000), self.dice.choice(until)

    def _add(self, table: Any, **columns: Any) -> None:
        self.rows[table].append(columns)

    def _member(self, clan: int, member: int, *, is_tidy: bool) -> None:
        dice = self.dice
        is_idle = dice.random() < 0.15
        tenure = dice.choice([1, 30, 60, 90, 120, 150, 180, 300, 450, 900])
        joined = _ago(days=tenure) + dice.choice([-_LITTLE, timedelta(0), _LITTLE])
        is_dated = is_tidy or dice.random() < 0.7
        self._add(
            models.Member,
            clan_id=clan,
            id=member,
            name=f"Member {member}",
            wom_role=dice.choice([*ORDER, "prospector", "member"] if is_tidy else [*ORDER, None]),
            account_type="regular",
            build="main",
            joined_at=joined if is_dated else None,
            left_at=None,
            leave_seen_at=None,
            last_seen_at=None,
            created_at=joined,
            same_as=None,
            joined_corrected_at=None,
        )
        if is_tidy or dice.random() < 0.95:
            self._profile(clan, member, is_tidy=is_tidy, is_idle=is_idle)
        self._chat(clan, member, is_tidy=is_tidy, is_idle=is_idle)

    def _source(self, clan: int, member: int, number: int, kind: str, user: int | None = None) -> int:
        source = member * 10 + number
        self._add(models.Source, clan_id=clan, id=source, kind=kind, key=str(source), label="x", user_id=user)
        self._add(
            models.Attribution,
            clan_id=clan,
            source_id=source,
            from_at=OPEN_START,
            to_at=OPEN_END,
            member_id=member,
            base_id=member,
            origin={"wom": "roster", "relay": "alias", "discord": "link"}[kind],
        )
        return source

    # What WOM measured

    def _moments(self, *, is_tidy: bool) -> list[datetime]:
        """When a member was measured: now and then, and at the very edges of windows."""
        dice = self.dice
        if is_tidy:
            edges = [_ago(days=days) + dice.choice([-_LITTLE, timedelta(0), _LATE]) for days in (7, 30, 90)]
            return sorted({_ago(days=120), *edges, _ago(days=15), NOW - dice.choice([_LITTLE, _LATE])})
        shape = dice.random()
        if shape < 0.1:
            return [_ago(days=dice.choice([1, 6, 50]))]
        late = [timedelta(0), _LITTLE, -_LITTLE, _LATE, _LATE + _LITTLE]
        moments = {_ago(days=days) + dice.choice(late) for days in dice.sample([7, 30, 90, 120, 15, 3], 4)}
        last = [timedelta(hours=1), _LATE, _LATE + _LITTLE, timedelta(days=7), timedelta(days=7) - _LITTLE]
        return sorted({*moments, NOW - dice.choice(last)})

    def _profile(self, clan: int, member: int, *, is_tidy: bool, is_idle: bool) -> None:
        source = self._source(clan, member, 1, "wom")
        moments = self._moments(is_tidy=is_tidy)
        self._add(
            models.Profile,
            clan_id=clan,
            source_id=source,
            player_id=member,
            display_name=f"Member {member}",
            status="active",
            updated_at=moments[-1],
            changed_at=moments[-1],
            member_id=member,
        )
        for at in moments:
            self._add(models.SnapshotRow, clan_id=clan, source_id=source, taken_at=at)
        ranked = 0.99 if is_tidy else 0.85
        for one in METRICS:
            value, values = self._first(one), list[int | None]()
            for number in range(len(moments)):
                value += self._gain(one) if number and not is_idle else 0
                values.append(value if self.dice.random() < ranked else None)
            self._values(clan, source, self.known[one.key], moments, values)

    def _values(
        self, clan: int, source: int, one: int, moments: list[datetime], values: list[int | None]
    ) -> None:
        """A metric's values where they changed."""
        stored: object = self
        for at, seen in zip(moments, values, strict=True):
            if seen != stored:
                stored = seen
                self._add(
                    models.MetricValue,
                    clan_id=clan,
                    source_id=source,
                    metric_id=one,
                    taken_at=at,
                    value=seen,
                )

    def _first(self, one: Metric) -> int:
        dice = self.dice
        if one in (EHP, EHB):
            return dice.choice(_HOURS) * 100_000 - dice.choice([0, 0, 1])
        if one is TOTAL_LEVEL:
            return dice.choice([1119, 1120, 1240, 1499, 1500, 1600, 1999, 2000, 2276, 2277])
        if one.key in COMBAT:
            return xp_of(dice.choice([62, 63, 66, 69, 72, 75, 99])) - dice.choice([0, 0, 0, 0, 0, 0, 1])
        return dice.choice(_RAIDS) if one.key in RAIDS else dice.choice([1000, 5_000_000])

    def _gain(self, one: Metric) -> int:
        if one is OVERALL:
            return self.dice.choice(_XP)
        return self.dice.choice(_KILLS) if one is BOSS_KILLS else 0

    # What was said

    def _chat(self, clan: int, member: int, *, is_tidy: bool, is_idle: bool) -> None:
        relay = self._source(clan, member, 2, "relay")
        is_verified = is_tidy or self.dice.random() < 0.5
        speaks = [relay]
        if is_verified or self.dice.random() < 0.5:
            user = 1000 + member
            speaks.append(self._source(clan, member, 3, "discord", user))
            self._add(
                models.DiscordLink,
                clan_id=clan,
                user_id=user,
                member_id=member,
                verified=is_verified,
                is_main=True,
                linked_at=NOW,
                linked_by=user,
            )
        said: dict[tuple[int, datetime], int] = defaultdict(int)
        if is_idle:
            return
        for days in (7, 30, 90, 200):
            # The window's first quarter is in it, and the one before that is not.
            at = _ago(days=days) + self.dice.choice([-_QUARTER, timedelta(0), timedelta(days=1)])
            said[self.dice.choice(speaks), at] += self.dice.choice(_MESSAGES)
        for day in self.dice.sample(range(32), self.dice.choice([0, 0, 2, 4, 8, 10, 20])):
            said[self.dice.choice(speaks), _ago(days=day, hours=self.dice.choice([11, 12, 12.25]))] += 1
        by_day: dict[tuple[int, int], int] = defaultdict(int)
        for (source, at), number in said.items():
            if number:
                quarter = round(at.timestamp()) // 900
                by_day[source, quarter // 96] += number
                self._add(models.Activity, clan_id=clan, source_id=source, quarter=quarter, messages=number)
        for (source, day), number in by_day.items():
            self._add(models.ActivityDay, clan_id=clan, source_id=source, day=day, messages=number)


def sizes(number: int) -> list[int]:
    """So many clans of 5 to 25 members, most of them small."""
    dice = random.Random(5)  # noqa: S311 -- the same clans at every run
    return [dice.randrange(5, dice.choice([8, 8, 8, 25]) + 1) for _ in range(number)]


async def lay_lots(database: Database, sizes: Sequence[int]) -> None:
    """Clans of so many members, three of four of them tidy."""
    lots = Lots(random.Random(11))  # noqa: S311 -- the same clans at every run
    async with database.write() as session:
        await snapshots.add_metrics(session, METRICS)
        lots.known = {key: int(id_) for key, id_ in (await snapshots.metric_ids(session)).items()}
        for clan, size in enumerate(sizes, 1):
            lots.clan(clan, size, is_tidy=bool(clan % 4))
        for table, rows in lots.rows.items():
            # The table itself: by the model it takes three times as long.
            await session.execute(insert(table.__table__), rows)
