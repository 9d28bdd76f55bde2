"""Absences, and the ladder of who is quiet."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("until_at", Moment(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("noted_by", BigInt, nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", BigInt, nullable=True),
        sa.Column("reminded_at", Moment(), nullable=True),
        sa.CheckConstraint("user_id IS NOT NULL OR member_id IS NOT NULL", name=op.f("ck_absences_somebody")),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_absences_clan_id"), ondelete="CASCADE"
        ),
        _member("absences"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_clan_id_until_at", "absences", ["clan_id", "until_at"])
    op.create_table(
        "inactivity_settings",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Boolean(), nullable=False),
        sa.Column("by_rank", sa.JSON(), nullable=False),
        sa.Column("safe_ranks", sa.JSON(), nullable=False),
        sa.Column("safe_member_ids", sa.JSON(), nullable=False),
        sa.Column("safe_role_ids", sa.JSON(), nullable=False),
        sa.Column("notice_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_inactivity_settings_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", name=op.f("pk_inactivity_settings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inactivity_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", BigInt, nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("channel_id", BigInt, nullable=True),
        sa.Column("message_id", BigInt, nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_inactivity_rounds_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inactivity_rounds")),
    )
    op.create_index("ix_inactivity_rounds_clan_id", "inactivity_rounds", ["clan_id"])
    _cases()
    op.create_table(
        "inactivity_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_inactivity_steps_clan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["inactivity_cases.id"], name=op.f("fk_inactivity_steps_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inactivity_steps")),
    )
    op.create_index("ix_inactivity_steps_case_id", "inactivity_steps", ["case_id"])


def _member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["clan_id", "member_id"],
        ["members.clan_id", "members.id"],
        name=op.f(f"fk_{table}_clan_id_member_id"),
        ondelete="CASCADE",
    )


def _cases() -> None:
    op.create_table(
        "inactivity_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("opened_by", BigInt, nullable=False),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("grace_until", Moment(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_by", BigInt, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_inactivity_cases_clan_id"), ondelete="CASCADE"
        ),
        _member("inactivity_cases"),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["inactivity_rounds.id"],
            name=op.f("fk_inactivity_cases_round_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inactivity_cases")),
    )
    op.create_index(
        "uq_inactivity_cases_open",
        "inactivity_cases",
        ["clan_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_inactivity_cases_round_id", "inactivity_cases", ["round_id"])
    op.create_index("ix_inactivity_cases_clan_id_closed_at", "inactivity_cases", ["clan_id", "closed_at"])


def downgrade() -> None:
    for table in (
        "inactivity_steps",
        "inactivity_cases",
        "inactivity_rounds",
        "inactivity_settings",
        "absences",
    ):
        op.drop_table(table)
