"""Old databases: how far one was imported, and which of their authors speaks for which of their members."""

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_imports_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "fingerprint", name=op.f("pk_imports")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "imported_speakers",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_at < to_at", name=op.f("ck_imported_speakers_forward")),
        sa.ForeignKeyConstraint(
            ["clan_id", "profile_id"],
            ["profiles.clan_id", "profiles.source_id"],
            name=op.f("fk_imported_speakers_clan_id_profile_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id", "source_id"],
            ["sources.clan_id", "sources.id"],
            name=op.f("fk_imported_speakers_clan_id_source_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_imported_speakers_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "source_id", "from_at", name=op.f("pk_imported_speakers")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_imported_speakers_clan_id_profile_id", "imported_speakers", ["clan_id", "profile_id"])


def downgrade() -> None:
    op.drop_table("imported_speakers")
    op.drop_table("imports")
