"""Mass leaves that were not believed, and what officers said of them."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mass_leaves",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("channel_id", BigInt, nullable=True),
        sa.Column("message_id", BigInt, nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("decided_by", BigInt, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_mass_leaves_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "seen_at", name=op.f("pk_mass_leaves")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("mass_leaves")
