"""History before the bot: which spans of each profile's past were read, and the job that reads them."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past_jobs",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", BigInt, nullable=False),
        sa.Column("channel_id", BigInt, nullable=True),
        sa.Column("message_id", BigInt, nullable=True),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("snapshots", sa.Integer(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_past_jobs_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", name=op.f("pk_past_jobs")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "past_spans",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        *_of_a_source("past_spans"),
        sa.PrimaryKeyConstraint("clan_id", "source_id", "from_at", name=op.f("pk_past_spans")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "past_refusals",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_of_a_source("past_refusals"),
        sa.PrimaryKeyConstraint("clan_id", "source_id", name=op.f("pk_past_refusals")),
        sqlite_with_rowid=False,
    )


def _of_a_source(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(
            ["clan_id", "source_id"],
            ["sources.clan_id", "sources.id"],
            name=op.f(f"fk_{table}_clan_id_source_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f(f"fk_{table}_clan_id"), ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    for table in ("past_refusals", "past_spans", "past_jobs"):
        op.drop_table(table)
