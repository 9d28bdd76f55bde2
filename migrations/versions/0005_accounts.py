"""Discord accounts: one-time codes, names that wait for the roster, refused claims, one verified owner."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    verified = sa.text("verified")
    op.create_index(
        "uq_discord_links_verified",
        "discord_links",
        ["clan_id", "member_id"],
        unique=True,
        sqlite_where=verified,
        postgresql_where=verified,
    )
    op.create_table(
        "link_codes",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id", "user_id", "member_id"],
            ["discord_links.clan_id", "discord_links.user_id", "discord_links.member_id"],
            name=op.f("fk_link_codes_clan_id_user_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_link_codes_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "user_id", "member_id", name=op.f("pk_link_codes")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_link_codes_clan_id_member_id", "link_codes", ["clan_id", "member_id"])
    op.create_table(
        "link_refusals",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("refused_by", BigInt, nullable=False),
        sa.Column("refused_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_link_refusals_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_link_refusals_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "user_id", "member_id", name=op.f("pk_link_refusals")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pending_links",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_pending_links_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "user_id", "name_key", name=op.f("pk_pending_links")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pending_links_clan_id_name_key", "pending_links", ["clan_id", "name_key"])


def downgrade() -> None:
    for table in ("pending_links", "link_refusals", "link_codes"):
        op.drop_table(table)
    op.drop_index("uq_discord_links_verified", "discord_links")
