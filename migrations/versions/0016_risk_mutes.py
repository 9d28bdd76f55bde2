"""Whom officers do not want to see among those who may be about to leave."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_mutes",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("muted_by", BigInt, nullable=False),
        sa.Column("muted_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_risk_mutes_clan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_risk_mutes_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("clan_id", "member_id", name=op.f("pk_risk_mutes")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("risk_mutes")
