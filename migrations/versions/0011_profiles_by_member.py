"""Members' profiles are found by the member."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_profiles_clan_id_member_id", "profiles", ["clan_id", "member_id"])


def downgrade() -> None:
    op.drop_index("ix_profiles_clan_id_member_id", "profiles")
