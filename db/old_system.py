"""The database of the system before ClanStats, read only and row by row.

Older files lack columns, and their values may be of any type: a missing column reads as
NULL, and what a value means is decided by :mod:`bot.domain.old_system`.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

MEMBERS: Final = "clan_members"
SNAPSHOTS: Final = "wom_snapshots"
BOSSES: Final = "boss_snapshots"
MESSAGES: Final = "discord_messages"
ALIASES: Final = "player_name_aliases"
TABLES: Final = (MEMBERS, ALIASES, SNAPSHOTS, BOSSES, MESSAGES)

_NEEDED: Final[Mapping[str, Sequence[str]]] = {
    MEMBERS: ("id", "username"),
    SNAPSHOTS: ("id", "timestamp"),
    MESSAGES: ("id", "created_at"),
}
_AT_ONCE: Final = 500
"""Rows fetched by their numbers in one query."""


class NotTheOldDatabase(Exception):
    """The file is no SQLite database, or lacks what the old system's has; ``missing`` names that."""

    def __init__(self, missing: Sequence[str] = ()) -> None:
        self.missing = tuple(missing)
        super().__init__(", ".join(missing))


class MemberRow(NamedTuple):
    """A row of ``clan_members`` as it is stored."""

    id: Any
    username: Any
    role: Any
    joined_at: Any
    last_updated: Any


class AliasRow(NamedTuple):
    """A row of ``player_name_aliases`` as it is stored."""

    member_id: Any
    normalized_name: Any
    canonical_name: Any
    first_seen_at: Any
    last_seen_at: Any
    is_current: Any


class SnapshotHead(NamedTuple):
    """A row of ``wom_snapshots`` without its long part. ``row`` is its number in the file."""

    row: int
    id: Any
    user_id: Any
    username: Any
    timestamp: Any
    total_xp: Any


class SnapshotBody(NamedTuple):
    """What a snapshot says: WOM's answer as bytes, and the old system's own totals."""

    raw_data: bytes | None
    total_xp: Any
    total_boss_kills: Any


class MessageRow(NamedTuple):
    """A row of ``discord_messages``; of its content only the length is read. ``row`` is its number."""

    row: int
    id: Any
    user_id: Any
    author_id: Any
    author_name: Any
    length: int | None
    channel_id: Any
    created_at: Any


class OldDatabase:
    """One file, opened so that nothing can change it. Close it, or use it in a ``with`` block.

    Raises:
        NotTheOldDatabase: it is something else.
        sqlite3.Error: it cannot be opened, or is damaged; so may every other method.
    """

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
        self._database.text_factory = _text
        self._bosses_indexed = False
        try:
            self._columns = {table: self._columns_of(table) for table in TABLES}
        except sqlite3.DatabaseError as error:
            self._database.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
                raise NotTheOldDatabase from error
            raise
        missing = [
            f"{table}.{column}" if self._columns[table] else table
            for table, columns in _NEEDED.items()
            for column in columns
            if column not in self._columns[table]
        ]
        if missing:
            self._database.close()
            raise NotTheOldDatabase(list(dict.fromkeys(missing)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._database.close()

    def _columns_of(self, table: str) -> frozenset[str]:
        columns = self._database.execute("SELECT name FROM pragma_table_info(?)", (table,))
        return frozenset(name for (name,) in columns)

    def _select(self, table: str, columns: Sequence[str]) -> str:
        """The columns of a query, with NULL where this file's layout has none."""
        return ", ".join(column if column in self._columns[table] else "NULL" for column in columns)

    def size(self, table: str) -> tuple[int, int]:
        """How many rows a table has and the number of its last; zeros for a table that is not there."""
        if not self._columns[table]:
            return 0, 0
        count, last = self._database.execute(f"SELECT count(*), max(rowid) FROM {table}").fetchone()
        return count, last or 0

    def members(self) -> Iterator[MemberRow]:
        """Every member."""
        columns = self._select(MEMBERS, MemberRow._fields)
        rows = self._database.execute(f"SELECT {columns} FROM {MEMBERS} ORDER BY rowid")
        return map(MemberRow._make, rows)

    def aliases(self) -> Iterator[AliasRow]:
        """Every alias; none where the file is from before there were any."""
        if not self._columns[ALIASES]:
            return iter(())
        columns = self._select(ALIASES, AliasRow._fields)
        rows = self._database.execute(f"SELECT {columns} FROM {ALIASES} ORDER BY rowid")
        return map(AliasRow._make, rows)

    def snapshot_heads(self) -> Iterator[SnapshotHead]:
        """Every snapshot without what it says."""
        columns = self._select(SNAPSHOTS, SnapshotHead._fields[1:])
        rows = self._database.execute(f"SELECT rowid, {columns} FROM {SNAPSHOTS} ORDER BY rowid")
        return map(SnapshotHead._make, rows)

    def snapshot_bodies(self, rows: Sequence[int]) -> Iterator[tuple[int, SnapshotBody]]:
        """What the snapshots of these numbers say, in no certain order."""
        has_raw = "raw_data" in self._columns[SNAPSHOTS]
        raw = "CAST(raw_data AS BLOB)" if has_raw else "NULL"
        columns = f"rowid, {raw}, {self._select(SNAPSHOTS, SnapshotBody._fields[1:])}"
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            found = self._database.execute(
                f"SELECT {columns} FROM {SNAPSHOTS} WHERE rowid IN ({marks})", some
            )
            for row, *body in found:
                yield row, SnapshotBody._make(body)

    def boss_rows(self, snapshots: Sequence[int]) -> dict[int, list[tuple[Any, Any]]]:
        """Boss and kills of these snapshots, by the snapshot's id."""
        if not self._index_bosses():
            return {}
        found: dict[int, list[tuple[Any, Any]]] = {}
        for start in range(0, len(snapshots), _AT_ONCE):
            some = snapshots[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            for snapshot, boss, kills in self._database.execute(
                f"SELECT snapshot, boss, kills FROM temp.boss_rows WHERE snapshot IN ({marks})",
                some,
            ):
                found.setdefault(snapshot, []).append((boss, kills))
        return found

    def boss_rows_of_nothing(self) -> int:
        """How many boss rows belong to no snapshot of the file."""
        of = self._boss_snapshot()
        if of is None:
            return self.size(BOSSES)[0]
        (number,) = self._database.execute(
            f"SELECT count(*) FROM {BOSSES} WHERE NOT EXISTS (SELECT 1 FROM {SNAPSHOTS} s WHERE s.id = {of})"
        ).fetchone()
        return number

    def _boss_snapshot(self) -> str | None:
        """The expression for a boss row's snapshot: either of two columns may be null, or not there."""
        there = [name for name in ("wom_snapshot_id", "snapshot_id") if name in self._columns[BOSSES]]
        if not there or not {"boss_name", "kills"} <= self._columns[BOSSES]:
            return None
        return f"coalesce({BOSSES}.{there[0]}, {BOSSES}.{there[-1]})"

    def _index_bosses(self) -> bool:
        """Make the boss rows findable by snapshot, beside the file. False where it has none."""
        of = self._boss_snapshot()
        if of is not None and not self._bosses_indexed:
            self._database.execute(
                "CREATE TEMP TABLE boss_rows AS "
                f"SELECT {of} AS snapshot, boss_name AS boss, kills FROM {BOSSES}"
            )
            self._database.execute("CREATE INDEX temp.boss_rows_of ON boss_rows (snapshot)")
            self._bosses_indexed = True
        return of is not None

    def authors(self) -> Iterator[tuple[Any, Any]]:
        """Every author's id with every name that it wrote under."""
        columns = self._select(MESSAGES, ("author_id", "author_name"))
        return iter(self._database.execute(f"SELECT {columns} FROM {MESSAGES} GROUP BY 1, 2"))

    def servers(self) -> list[tuple[Any, Any]]:
        """The Discord servers of the messages, with one of their names, the busiest first."""
        guild, name = (self._select(MESSAGES, [column]) for column in ("guild_id", "guild_name"))
        rows = self._database.execute(
            f"SELECT {guild}, max({name}) FROM {MESSAGES} GROUP BY 1 ORDER BY count(*) DESC"
        )
        return [(guild, name) for guild, name in rows if guild is not None]

    def messages(self, after: int, limit: int) -> list[MessageRow]:
        """The next messages after a row number, at most so many."""
        length = "length(content)" if "content" in self._columns[MESSAGES] else "NULL"
        columns = (
            f"rowid, {self._select(MESSAGES, ('id', 'user_id', 'author_id', 'author_name'))}, {length}, "
            f"{self._select(MESSAGES, ('channel_id', 'created_at'))}"
        )
        rows = self._database.execute(
            f"SELECT {columns} FROM {MESSAGES} WHERE rowid > ? ORDER BY rowid LIMIT ?",
            (after, limit),
        )
        return list(map(MessageRow._make, rows))


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "replace")
