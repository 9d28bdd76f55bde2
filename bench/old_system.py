"""An old database of full size: 1.1 GB of made-up members, snapshots, boss rows and messages."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from bench.sizes import Size
from bot.domain.activity import snowflake_at
from bot.domain.metrics import ACTIVITIES, BOSSES, SKILLS
from tests.old_system import OldFile, written

RELAY = 4_000
ALIASES = 180
BOSS_ROWS = 427_557
_SHARE_WITHOUT_ID = 0.47
_SHARE_OF_STRANGERS = 0.1
_SHARE_RELAYED = 0.6
_SHARE_LOST_SNAPSHOTS = 0.015
_SHARE_UNREADABLE = 0.002


@dataclass
class _Player:
    id: int
    name: str
    former: str | None
    renamed_at: datetime
    skills: list[int]
    bosses: list[int]
    scores: list[int]
    ehp: float = 0.0
    ehb: float = 0.0

    def called_at(self, moment: datetime) -> str:
        return self.former if self.former and moment < self.renamed_at else self.name


def lay(file: Path, size: Size, now: datetime) -> None:
    """Write the file. The same ``now`` gives the same one."""
    dice = random.Random(11)  # noqa: S311 -- made up, and the same at every run
    start = now - timedelta(days=size.days)
    old = OldFile(file)
    players = [_player(number, start, size, dice) for number in range(1, size.members + 1)]
    for one in players:
        old.member(one.id, one.name, written(start), written(now))
        if one.former:
            old.alias(one.id, one.former, one.former.title(), written(start), written(one.renamed_at))
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA synchronous = OFF")
        _lay_snapshots(database, players, size, start, now, dice)
        _lay_messages(database, players, size, start, dice)
        database.commit()


def _player(number: int, start: datetime, size: Size, dice: random.Random) -> _Player:
    return _Player(
        number,
        f"member{number}",
        f"former{number}" if number <= ALIASES else None,
        start + timedelta(days=dice.randrange(20, size.days - 20)),
        [dice.randrange(1_000, 20_000_000) for _ in SKILLS],
        [dice.choice([-1, dice.randrange(5, 900)]) for _ in BOSSES],
        [dice.choice([-1, dice.randrange(1, 500)]) for _ in ACTIVITIES],
    )


def _lay_snapshots(
    database: sqlite3.Connection,
    players: list[_Player],
    size: Size,
    start: datetime,
    now: datetime,
    dice: random.Random,
) -> None:
    """Everybody in turn, as the nightly runs measured them; boss rows for some of them."""
    rounds = -(-size.snapshots // len(players))
    step = (now - start) / rounds
    left, boss_rows = size.snapshots, BOSS_ROWS * size.snapshots // 96_097
    for number in range(rounds):
        at = start + step * number
        rows: list[tuple[object, ...]] = []
        for one in players[:left]:
            _play(one, dice)
            moment = at + timedelta(seconds=dice.randrange(60 * 60))
            rows.append(_snapshot(one, moment, dice))
        left -= len(rows)
        first = database.execute("SELECT coalesce(max(id), 0) + 1 FROM wom_snapshots").fetchone()[0]
        database.executemany(
            "INSERT INTO wom_snapshots (user_id, username, timestamp, total_xp, total_boss_kills, ehp, ehb, "
            "raw_data) VALUES (?, ?, ?, ?, ?, 0, 0, ?)",
            rows,
        )
        # Only some snapshots have boss rows, and either of two columns says whose they are.
        share = boss_rows // (rounds - number)
        boss_rows -= share
        database.executemany(
            "INSERT INTO boss_snapshots (wom_snapshot_id, snapshot_id, boss_name, kills, rank) "
            "VALUES (?, ?, ?, ?, 9)",
            islice(_boss_rows(players, first), share),
        )


def _boss_rows(players: list[_Player], first: int) -> Iterator[tuple[object, ...]]:
    for index, one in enumerate(players):
        columns = (first + index, None) if index % 2 else (None, first + index)
        for metric, kills in zip(BOSSES, one.bosses, strict=True):
            yield (*columns, metric.key, kills)


def _play(one: _Player, dice: random.Random) -> None:
    for _ in range(6):
        one.skills[dice.randrange(len(one.skills))] += dice.randrange(1, 90_000)
    for _ in range(2):
        boss = dice.randrange(len(one.bosses))
        one.bosses[boss] = max(one.bosses[boss], 0) + dice.randrange(1, 9)
    one.ehp += dice.random()
    one.ehb += dice.random() / 3


def _snapshot(one: _Player, at: datetime, dice: random.Random) -> tuple[object, ...]:
    total = sum(one.skills)
    ranked = [kills for kills in one.bosses if kills >= 0]
    raw = None if dice.random() < _SHARE_UNREADABLE else _answer(one, total, at)
    user = None if dice.random() < _SHARE_LOST_SNAPSHOTS else one.id
    return user, one.called_at(at), written(at), total, sum(ranked), raw or '{"data": {"skills": '


def _answer(one: _Player, total: int, at: datetime) -> str:
    skills = [
        _entry(metric.key, experience=value, rank=value % 99_991, level=value % 98 + 1, ehp=value / 1e6)
        for metric, value in zip(SKILLS, one.skills, strict=True)
    ]
    skills.insert(0, _entry("overall", experience=total, rank=12_345, level=1_900, ehp=round(one.ehp, 5)))
    bosses = [
        _entry(metric.key, kills=value, rank=value * 7 % 99_991, ehb=value / 1e3)
        for metric, value in zip(BOSSES, one.bosses, strict=True)
    ]
    scores = [
        _entry(metric.key, score=value, rank=value * 3 % 99_991)
        for metric, value in zip(ACTIVITIES, one.scores, strict=True)
    ]
    computed = ",".join(
        (_entry("ehp", value=round(one.ehp, 5), rank=777), _entry("ehb", value=round(one.ehb, 5), rank=777))
    )
    return (
        f'{{"id":1,"playerId":{one.id},"createdAt":"{at.isoformat()}","importedAt":null,"data":{{'
        f'"skills":{{{",".join(skills)}}},"bosses":{{{",".join(bosses)}}},'
        f'"activities":{{{",".join(scores)}}},"computed":{{{computed}}}}}}}'
    )


def _entry(key: str, **values: float) -> str:
    fields = "".join(f',"{name}":{value:.10g}' for name, value in values.items())
    return f'"{key}":{{"metric":"{key}"{fields}}}'


def _lay_messages(
    database: sqlite3.Connection, players: list[_Player], size: Size, start: datetime, dice: random.Random
) -> None:
    weights = [1 / (1 + number % 97) for number in range(len(players))]
    span = size.days * 86_400_000
    times = sorted(dice.randrange(span) for _ in range(size.messages))
    who = dice.choices(players, weights, k=size.messages)

    def rows() -> Iterator[tuple[object, ...]]:
        for number, (offset, one) in enumerate(zip(times, who, strict=True)):
            at = start + timedelta(milliseconds=offset)
            lost, strange = dice.random() < _SHARE_WITHOUT_ID, dice.random() < _SHARE_OF_STRANGERS
            name = f"stranger{number % 60}" if lost and strange else one.called_at(at)
            author = RELAY
            if dice.random() >= _SHARE_RELAYED:
                author = 9_000 + number % 60 if lost and strange else 5_000 + one.id
            yield (
                snowflake_at(at) | number & 4095, None if lost else one.id, author, name,
                "some words that were said " * (2 + number % 8), 70 + number % 5, "general", 900,
                "Iron Foundry", written(at),
            )  # fmt: skip

    database.executemany(
        "INSERT INTO discord_messages (id, user_id, author_id, author_name, content, channel_id, "
        "channel_name, guild_id, guild_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows(),
    )
