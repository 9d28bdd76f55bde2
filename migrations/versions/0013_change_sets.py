"""Role changes as sets, which roles the bot gave, role sync, and the rank emojis that relays show."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _clan(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["clan_id"], ["clans.id"], name=op.f(f"fk_{table}_clan_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "change_sets",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_by", BigInt, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("channel_id", BigInt, nullable=True),
        sa.Column("message_id", BigInt, nullable=True),
        sa.Column("undo_of", sa.Integer(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=True),
        _clan("change_sets"),
        sa.PrimaryKeyConstraint("clan_id", "id", name=op.f("pk_change_sets")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_change_sets_clan_id_made_at", "change_sets", ["clan_id", "made_at"])
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_change_sets_open", "change_sets", ["clan_id"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_table(
        "change_set_items",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("set_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("add_ids", sa.JSON(), nullable=False),
        sa.Column("remove_ids", sa.JSON(), nullable=False),
        sa.Column("gives_ids", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("before_ids", sa.JSON(), nullable=True),
        sa.Column("after_ids", sa.JSON(), nullable=True),
        sa.Column("were_given_ids", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id", "set_id"],
            ["change_sets.clan_id", "change_sets.id"],
            name=op.f("fk_change_set_items_clan_id_set_id"),
            ondelete="CASCADE",
        ),
        _clan("change_set_items"),
        sa.PrimaryKeyConstraint("clan_id", "set_id", "user_id", name=op.f("pk_change_set_items")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_change_set_items_clan_id_user_id", "change_set_items", ["clan_id", "user_id"])
    op.create_table(
        "given_roles",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("role_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        _clan("given_roles"),
        sa.PrimaryKeyConstraint("clan_id", "user_id", "role_id", name=op.f("pk_given_roles")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "role_syncs",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        _clan("role_syncs"),
        sa.PrimaryKeyConstraint("clan_id", name=op.f("pk_role_syncs")),
    )
    op.create_table(
        "role_removals",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("role_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        _clan("role_removals"),
        sa.PrimaryKeyConstraint("clan_id", "user_id", "role_id", name=op.f("pk_role_removals")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seen_ranks",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("message_id", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id", "source_id"],
            ["sources.clan_id", "sources.id"],
            name=op.f("fk_seen_ranks_clan_id_source_id"),
            ondelete="CASCADE",
        ),
        _clan("seen_ranks"),
        sa.PrimaryKeyConstraint("clan_id", "source_id", name=op.f("pk_seen_ranks")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "seen_ranks", "role_removals", "role_syncs", "given_roles", "change_set_items", "change_sets",
    ):  # fmt: skip
        op.drop_table(table)
