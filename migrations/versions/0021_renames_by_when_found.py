"""A rename is news when it is found, however long ago the old name was last seen."""

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is stored already stays news of when it happened.
    op.add_column("member_events", sa.Column("noted_at", Moment(), nullable=True))
    op.create_index("ix_member_events_clan_id_noted_at", "member_events", ["clan_id", "noted_at"])


def downgrade() -> None:
    op.drop_index("ix_member_events_clan_id_noted_at", table_name="member_events")
    op.drop_column("member_events", "noted_at")
