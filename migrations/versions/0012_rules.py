"""Rank rules with their versions, what they come to, who is held, and promotions under way."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.Column("saved_by", BigInt, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_rule_versions_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "version", name=op.f("pk_rule_versions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rule_drafts",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("basis", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_rule_drafts_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "user_id", name=op.f("pk_rule_drafts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "standings",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        *_of_a_member("standings"),
        sa.PrimaryKeyConstraint("clan_id", "member_id", "rank", name=op.f("pk_standings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rank_holds",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("held_by", BigInt, nullable=False),
        sa.Column("held_at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_of_a_member("rank_holds"),
        sa.PrimaryKeyConstraint("clan_id", "member_id", name=op.f("pk_rank_holds")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "promotion_batches",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("drawn_by", BigInt, nullable=False),
        sa.Column("drawn_at", Moment(), nullable=False),
        sa.Column("picks", sa.JSON(), nullable=False),
        sa.Column("approved_by", BigInt, nullable=True),
        sa.Column("approved_at", Moment(), nullable=True),
        sa.Column("change_set_id", sa.Integer(), nullable=True),
        sa.Column("announced_at", Moment(), nullable=True),
        sa.Column("announced_by", BigInt, nullable=True),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_promotion_batches_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "id", name=op.f("pk_promotion_batches")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "promotions",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("from_role", sa.Text(), nullable=True),
        sa.Column("to_role", sa.Text(), nullable=True),
        sa.Column("approved_by", BigInt, nullable=False),
        sa.Column("approved_at", Moment(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("discord_at", Moment(), nullable=True),
        sa.Column("discord_note", sa.Text(), nullable=True),
        sa.Column("ticked_at", Moment(), nullable=True),
        sa.Column("ticked_by", BigInt, nullable=True),
        sa.Column("wom_asked_at", Moment(), nullable=True),
        sa.Column("wom_set_at", Moment(), nullable=True),
        sa.Column("wom_failure", sa.Text(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        *_of_a_member("promotions"),
        sa.PrimaryKeyConstraint("clan_id", "id", name=op.f("pk_promotions")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_promotions_open",
        "promotions",
        ["clan_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _of_a_member(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f(f"fk_{table}_clan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f(f"fk_{table}_clan_id_member_id"),
            ondelete="CASCADE",
        ),
    ]


def downgrade() -> None:
    op.drop_index("uq_promotions_open", table_name="promotions")
    op.drop_table("promotions")
    op.drop_table("promotion_batches")
    op.drop_table("rank_holds")
    op.drop_table("standings")
    op.drop_table("rule_drafts")
    op.drop_table("rule_versions")
