"""What a clan wants posted by itself, and what was."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("channel_id", BigInt, nullable=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("mention", BigInt, nullable=True),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("stopped", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_schedules_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "cadence", name=op.f("pk_schedules")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "posts",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel_id", BigInt, nullable=False),
        sa.Column("intended_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", Moment(), nullable=True),
        sa.Column("message_id", BigInt, nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("given_up", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_posts_clan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clan_id", "key", name=op.f("pk_posts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feeds",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel_id", BigInt, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("least", BigInt, nullable=True),
        sa.ForeignKeyConstraint(["clan_id"], ["clans.id"], name=op.f("fk_feeds_clan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clan_id", "kind", name=op.f("pk_feeds")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed_told",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("told_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_feed_told_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "key", name=op.f("pk_feed_told")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "live_boards",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel_id", BigInt, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("message_id", BigInt, nullable=True),
        sa.Column("shown", sa.Text(), nullable=True),
        sa.Column("looked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_live_boards_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "kind", name=op.f("pk_live_boards")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("live_boards")
    op.drop_table("feed_told")
    op.drop_table("feeds")
    op.drop_table("posts")
    op.drop_table("schedules")
