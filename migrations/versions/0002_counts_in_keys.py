"""PostgreSQL answers long periods from the counts' keys alone: the number of messages stands in them."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEYS = {
    "activity": "clan_id, source_id, quarter",
    "activity_days": "clan_id, source_id, day",
}


def upgrade() -> None:
    _rebuild_keys("INCLUDE (messages)")


def downgrade() -> None:
    _rebuild_keys("")


def _rebuild_keys(including: str) -> None:
    """SQLite's tables without rowid are their own keys, and need nothing."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in KEYS.items():
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}, "
            f"ADD CONSTRAINT pk_{table} PRIMARY KEY ({columns}) {including}"
        )
