"""Several relays of a clan: what they repeat, how far apart, and the forms that nobody knows."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Columns are added and dropped in place: SQLite's batch mode would copy the largest table.


def upgrade() -> None:
    op.add_column("clans", sa.Column("double_seconds", sa.Integer(), nullable=True))
    op.add_column("relays", sa.Column("author_name", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("double_of", BigInt, nullable=True))
    repeating = sa.text("double_of IS NOT NULL")
    op.create_index(
        "ix_messages_clan_id_double_of",
        "messages",
        ["clan_id", "double_of"],
        sqlite_where=repeating,
        postgresql_where=repeating,
    )
    kept_raw = sa.text("raw IS NOT NULL")
    op.create_index(
        "ix_broadcasts_clan_id_message_id_raw",
        "broadcasts",
        ["clan_id", "message_id"],
        sqlite_where=kept_raw,
        postgresql_where=kept_raw,
    )
    op.create_table(
        "relay_prints",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("print", BigInt, nullable=False),
        sa.Column("channel_id", BigInt, nullable=False),
        sa.Column("author_id", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_relay_prints_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "message_id", name=op.f("pk_relay_prints")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_relay_prints_clan_id_print", "relay_prints", ["clan_id", "print"])


def downgrade() -> None:
    op.drop_table("relay_prints")
    op.drop_index("ix_broadcasts_clan_id_message_id_raw", "broadcasts")
    op.drop_index("ix_messages_clan_id_double_of", "messages")
    # The schema below knows no doubles: they were not counted, and stay so under a kind that is not.
    op.execute("UPDATE messages SET kind = 2 WHERE kind IN (4, 5)")
    op.drop_column("messages", "double_of")
    op.drop_column("relays", "author_name")
    op.drop_column("clans", "double_seconds")
