"""What officers do in the game, and what members prove."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_IS_OPEN = sa.text("done_at IS NULL AND dropped_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "worklist",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("from_rank", sa.Text(), nullable=True),
        sa.Column("to_rank", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("added_by", BigInt, nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("done_by", BigInt, nullable=True),
        sa.Column("dropped_at", Moment(), nullable=True),
        sa.Column("dropped_by", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_worklist_clan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_worklist_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("clan_id", "id", name=op.f("pk_worklist")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_worklist_clan_id_member_id", "worklist", ["clan_id", "member_id"])
    op.create_index("ix_worklist_clan_id_done_at", "worklist", ["clan_id", "done_at"])
    op.create_index(
        "uq_worklist_open",
        "worklist",
        ["clan_id", "origin"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )
    op.create_table(
        "evidence",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("submitted_by", BigInt, nullable=False),
        sa.Column("submitted_at", Moment(), nullable=False),
        sa.Column("by_officer", sa.Boolean(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decided_by", BigInt, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("withdrawn_by", BigInt, nullable=True),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("channel_id", BigInt, nullable=True),
        sa.Column("message_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_evidence_clan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_evidence_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("clan_id", "id", name=op.f("pk_evidence")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_evidence_clan_id_member_id", "evidence", ["clan_id", "member_id"])
    op.create_table(
        "evidence_kinds",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("allowed", sa.JSON(), nullable=False),
        sa.Column("expires_days", sa.Integer(), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_evidence_kinds_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "key", name=op.f("pk_evidence_kinds")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("evidence_kinds")
    op.drop_table("evidence")
    op.drop_table("worklist")
