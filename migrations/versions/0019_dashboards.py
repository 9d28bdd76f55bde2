"""Whose pages everybody may see."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dashboards",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("switched_on_by", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_dashboards_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", name=op.f("pk_dashboards")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("dashboards")
