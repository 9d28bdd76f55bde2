"""The one rule that a schema alone cannot say: ranges of the same key never overlap.

PostgreSQL has exclusion constraints for it; SQLite gets triggers. Alembic's batch mode
copies a table and silently drops its triggers, so a revision that alters one of these
tables in batch must call :func:`forbid_overlaps` for it again.
"""

from alembic import op

_SAME = (
    "held.clan_id = NEW.clan_id AND held.{key} = NEW.{key} "
    "AND held.from_at < NEW.to_at AND NEW.from_at < held.to_at"
)
_OTHER_ROW = "NOT (held.clan_id = OLD.clan_id AND held.{key} = OLD.{key} AND held.from_at = OLD.from_at)"


def forbid_overlaps(table: str, key: str) -> None:
    """Refuse two rows of ``table`` with the same clan and ``key`` whose ``[from_at, to_at)`` overlap."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_no_overlap EXCLUDE USING gist "
            f"(clan_id WITH =, {key} WITH =, tstzrange(from_at, to_at) WITH &&) "
            "DEFERRABLE INITIALLY IMMEDIATE"
        )
        return
    for name, occasion, condition in (
        ("insert", "INSERT", _SAME),
        ("update", f"UPDATE OF clan_id, {key}, from_at, to_at", f"{_SAME} AND {_OTHER_ROW}"),
    ):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_overlap_{name}")
        op.execute(
            f"CREATE TRIGGER {table}_no_overlap_{name} BEFORE {occasion} ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} AS held WHERE {condition.format(key=key)}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} overlap'); END"
        )
