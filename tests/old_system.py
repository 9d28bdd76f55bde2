"""An old database as the scripts before ClanStats wrote it: sound or broken, of any layout."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.activity import snowflake_at
from bot.domain.metrics import ACTIVITIES, BOSSES, EHB, EHP, OVERALL, SKILLS

LAYOUT: Mapping[str, Sequence[str]] = {
    "clan_members": (
        "id INTEGER PRIMARY KEY", "username TEXT UNIQUE", "role TEXT", "joined_at",
        "last_updated",
    ),
    "wom_snapshots": (
        "id INTEGER PRIMARY KEY", "user_id INTEGER", "username TEXT", "timestamp", "total_xp",
        "total_boss_kills", "ehp", "ehb", "raw_data TEXT",
    ),
    "boss_snapshots": (
        "id INTEGER PRIMARY KEY", "wom_snapshot_id INTEGER", "snapshot_id INTEGER", "boss_name TEXT", "kills",
        "rank",
    ),
    "discord_messages": (
        "id INTEGER PRIMARY KEY", "user_id INTEGER", "author_id INTEGER", "author_name TEXT", "content TEXT",
        "channel_id INTEGER", "channel_name TEXT", "guild_id INTEGER", "guild_name TEXT", "created_at",
    ),
    "player_name_aliases": (
        "id INTEGER PRIMARY KEY", "member_id INTEGER", "normalized_name TEXT UNIQUE", "canonical_name TEXT",
        "source TEXT", "first_seen_at", "last_seen_at", "is_current",
    ),
}  # fmt: skip

GUILD = 900
CHANNEL = 77


def written(moment: datetime) -> str:
    """As the old scripts wrote a time: UTC without saying so."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def answer(values: Mapping[str, int | float], *, level: int = 1500) -> dict[str, Any]:
    """WOM's answer with these values; everything else is unranked."""

    def entries(metrics: Iterable[Any], field: str) -> dict[str, Any]:
        return {one.key: {"metric": one.key, field: values.get(one.key, -1), "rank": 5} for one in metrics}

    skills = entries((OVERALL, *SKILLS), "experience")
    skills[OVERALL.key]["level"] = level
    return {
        "skills": skills,
        "bosses": entries(BOSSES, "kills"),
        "activities": entries(ACTIVITIES, "score"),
        "computed": entries((EHP, EHB), "value"),
    }


class OldFile:
    """Writes rows into an old database without some tables, or columns named as ``table.column``."""

    def __init__(self, file: Path, without: Collection[str] = ()) -> None:
        self.file = file
        self._columns = {
            table: [column.split()[0] for column in columns if f"{table}.{column.split()[0]}" not in without]
            for table, columns in LAYOUT.items()
            if table not in without
        }
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA synchronous = OFF")
            for table, columns in LAYOUT.items():
                kept = [column for column in columns if column.split()[0] in self._columns.get(table, ())]
                if kept:
                    database.execute(f"CREATE TABLE {table} ({', '.join(kept)})")
            database.commit()

    def add(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows as they are; what this layout has no column for is left out."""
        columns = self._columns.get(table, [])
        if not columns:
            return
        marks = ", ".join("?" * len(columns))
        with closing(sqlite3.connect(self.file)) as database:
            database.execute("PRAGMA synchronous = OFF")
            database.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
                ([row.get(column) for column in columns] for row in rows),
            )
            database.commit()

    def member(
        self, id_: int, username: str, joined: object = None, updated: object = None, role: str = "member"
    ) -> None:
        """A member."""
        self.add(
            "clan_members",
            [{"id": id_, "username": username, "role": role, "joined_at": joined, "last_updated": updated}],
        )

    def alias(
        self,
        member: int,
        name: str,
        canonical: str | None,
        first: object = None,
        last: object = None,
        *,
        current: bool = False,
    ) -> None:
        """A name of a member."""
        self.add(
            "player_name_aliases",
            [
                {
                    "member_id": member, "normalized_name": name, "canonical_name": canonical,
                    "source": "wom", "first_seen_at": first, "last_seen_at": last,
                    "is_current": current,
                }
            ],
        )  # fmt: skip

    def snapshot(
        self,
        at: object,
        user: int | None,
        username: str | None,
        values: Mapping[str, int | float] | None,
        *,
        wrapped: bool = True,
        **columns: Any,
    ) -> None:
        """A snapshot with WOM's answer, None for one without; ``columns`` win over what follows from it."""
        data = None if values is None else answer(values)
        row: dict[str, Any] = {
            "user_id": user,
            "username": username,
            "timestamp": written(at) if isinstance(at, datetime) else at,
            "total_xp": (values or {}).get("overall", -1),
            "total_boss_kills": 0,
            "ehp": 0,
            "ehb": 0,
            "raw_data": None if data is None else json.dumps({"data": data} if wrapped else data),
        }
        self.add("wom_snapshots", [row | columns])

    def boss(self, snapshot: int | None, name: str, kills: object, *, other: int | None = None) -> None:
        """A boss row; ``other`` is the second column for its snapshot."""
        self.add(
            "boss_snapshots",
            [{"wom_snapshot_id": snapshot, "snapshot_id": other, "boss_name": name, "kills": kills}],
        )

    def message(
        self, at: datetime, author: int | None, name: str | None, user: int | None = None, **columns: Any
    ) -> None:
        """A message. Of several in one millisecond each needs an id of its own."""
        row = {
            "id": snowflake_at(at), "user_id": user, "author_id": author, "author_name": name,
            "content": "hello there", "channel_id": CHANNEL, "channel_name": "general", "guild_id": GUILD,
            "guild_name": "Old server", "created_at": written(at),
        }  # fmt: skip
        self.add("discord_messages", [row | columns])
