"""What officers were told of what happened to members."""

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member_events", sa.Column("told_at", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("member_events", "told_at")
