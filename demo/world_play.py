"""What the made-up members gain in the game, and when WOM looks at them."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo.script import Achieved, Event, Snapshot
from demo.world_metrics import (
    ACTIVITIES,
    BOSS_KILLS_AN_HOUR,
    LEVEL_99_XP,
    LEVELS,
    MOST_XP,
    RANKED_KILLS,
    RANKED_XP,
    SKILL_XP_AN_HOUR,
    SKILLS,
)
from demo.world_people import Account, Span

_WHOLE = 100_000
"""EHP and EHB are kept in hundred-thousandths."""
_NEAREST = timedelta(minutes=40)
"""Two looks at one account are never nearer, so that a poll every half hour misses none."""


@dataclass
class Sheet:
    """One account's true scores. ``moved`` are the metrics that may differ from what WOM saw last."""

    skills: dict[str, int]
    bosses: dict[str, int]
    activities: dict[str, int]
    ehp: int = 0
    ehb: int = 0
    level: int = 0
    """The total level."""
    ninety_nines: list[str] = field(default_factory=list[str])
    moved: dict[str, None] = field(default_factory=dict[str, None])

    def __post_init__(self) -> None:
        self.level = sum(map(level_at, self.skills.values()))
        self.moved.update(dict.fromkeys([*self.skills, *self.bosses, *self.activities]))

    def train(self, skill: str, xp: int) -> None:
        """Gain XP, and the hours that it is worth."""
        before = self.skills[skill]
        after = min(before + xp, MOST_XP)
        self.skills[skill] = after
        self.level += level_at(after) - level_at(before)
        self.moved[skill] = None
        self.ehp += (after - before) * _WHOLE // SKILL_XP_AN_HOUR[skill]
        if before < LEVEL_99_XP <= after:
            self.ninety_nines.append(skill)

    def kill(self, boss: str, kills: int) -> None:
        """Gain kills, and the hours that they are worth."""
        self.bosses[boss] = self.bosses.get(boss, 0) + kills
        self.moved[boss] = None
        self.ehb += kills * _WHOLE // BOSS_KILLS_AN_HOUR[boss]

    def score(self, activity: str, points: int) -> None:
        """Do something that is neither a skill nor a boss."""
        self.activities[activity] += points
        self.moved[activity] = None

    def news(self, *, overall: bool) -> dict[str, int]:
        """What has moved since this was asked last, as far as the hiscores rank it, by WOM's names."""
        values = {name: value for name in self.moved if (value := self._ranked(name)) is not None}
        self.moved.clear()
        if overall:
            values["overall"] = sum(self.skills.values())
        return values | {"ehp": self.ehp, "ehb": self.ehb}

    def _ranked(self, name: str) -> int | None:
        """A metric's value; None where the hiscores do not list so little."""
        if name in self.skills:
            value, least = self.skills[name], RANKED_XP
        elif name in self.bosses:
            value, least = self.bosses[name], RANKED_KILLS
        else:
            value, least = self.activities[name], ACTIVITIES[name]
        return value if value >= least else None


def level_at(xp: int) -> int:
    """The level that so much XP gives, 1 to 99."""
    return bisect_right(LEVELS, xp)


@dataclass(frozen=True)
class Taste:
    """What an account likes to train and to kill."""

    skills: list[str]
    bosses: list[str]

    @classmethod
    def of(cls, account: Account) -> "Taste":
        """The taste that belongs to the account."""
        player = account.player
        return cls(
            random.Random(f"taste {player} 5").sample(SKILLS, 5),
            random.Random(f"taste {player} 4").sample(list(BOSS_KILLS_AN_HOUR), 4),
        )


def play(account: Account, seed: str, span: Span) -> Iterator[Event]:
    """One account's snapshots and achievements, in order."""
    rng = random.Random(seed)
    sheet, taste = _born(account, rng), Taste.of(account)
    known: dict[str, int] = {}
    before = span.begin
    for at in _looks(account, rng, span):
        _gain(account, taste, sheet, rng, days=(at - before) / timedelta(days=1))
        before = at
        values = sheet.news(overall=account.overall_from is None or at >= account.overall_from)
        changed = {name: value for name, value in values.items() if known.get(name) != value}
        known |= changed
        yield Snapshot(at, account.player, changed, sheet.level)
        for skill in sheet.ninety_nines:
            yield Achieved(at, account.player, f"99 {skill.title()}", skill, LEVEL_99_XP)
        sheet.ninety_nines.clear()


def _born(account: Account, rng: random.Random) -> Sheet:
    weights = {skill: rng.lognormvariate(0, 0.9) for skill in SKILLS}
    whole = sum(weights.values())
    skills = {skill: min(int(account.start_xp * share / whole), MOST_XP) for skill, share in weights.items()}
    skills["hitpoints"] = max(skills["hitpoints"], 1_154)
    if rng.random() < 0.3:
        skills["sailing"] = 0
    sheet = Sheet(skills, {}, dict.fromkeys(ACTIVITIES, 0))
    sheet.ehp = int(account.start_xp / 110_000 * _WHOLE)
    for boss in BOSS_KILLS_AN_HOUR:
        if rng.random() < account.bossing:
            sheet.kill(boss, int(rng.lognormvariate(4.2, 1.6)))
    for name in ACTIVITIES:
        sheet.activities[name] = int(rng.lognormvariate(5.2, 1.0))
    return sheet


def _looks(account: Account, rng: random.Random, span: Span) -> Iterator[datetime]:
    if account.cadence == 0:
        return
    start = max(account.joined + timedelta(minutes=20), span.begin)
    at = span.day(account.hour / 24 + (rng.uniform(0, account.cadence) if account.cadence > 1 else 0))
    if account.joined > span.begin:
        yield start
        at = max(at, start + _NEAREST)
    while at < span.end:
        if at >= start + _NEAREST and account.present(at) and not account.being_renamed(at):
            yield at
        step = account.cadence if account.cadence != 1 or rng.random() > 0.06 else 2.0
        at += timedelta(milliseconds=round((step + rng.uniform(-0.03, 0.03)) * 86_400_000))


def _gain(account: Account, taste: Taste, sheet: Sheet, rng: random.Random, days: float) -> None:
    """What was played in so many days. A day off gains nothing."""
    if account.effort == 0 or rng.random() < 0.22:
        return
    xp = account.effort * days * rng.lognormvariate(-0.2, 0.7)
    for skill in rng.sample(taste.skills, 2) + rng.sample(SKILLS, 1):
        sheet.train(skill, int(xp * rng.uniform(0.1, 0.6)))
    if account.bossing and rng.random() < 0.4 + account.bossing / 2:
        boss = rng.choice(taste.bosses)
        hours = days * rng.uniform(0.3, 2.5) * account.bossing
        kills = max(int(BOSS_KILLS_AN_HOUR[boss] * hours), 1)
        sheet.kill(boss, kills)
        sheet.train("hitpoints", kills * 150)
        sheet.train("slayer", kills * 60)
    if rng.random() < 0.2:
        sheet.score("clue_scrolls_all", 1)
        sheet.score("collections_logged", rng.randrange(3))
