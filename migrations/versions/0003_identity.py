"""Officers' decisions of who is who, beside what was observed."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment
from migrations.overlaps import forbid_overlaps

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LATER = ("decision_id", "noticed_at", "later_at")


def upgrade() -> None:
    op.create_table(
        "observed_names",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.CheckConstraint("from_at < to_at", name=op.f("ck_observed_names_forward")),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_observed_names_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_observed_names_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "clan_id", "name_key", "from_at", "member_id", name=op.f("pk_observed_names")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_observed_names_clan_id_member_id", "observed_names", ["clan_id", "member_id"])
    op.execute(
        "INSERT INTO observed_names (clan_id, name_key, from_at, member_id, to_at, display_name, origin) "
        "SELECT clan_id, name_key, from_at, member_id, to_at, display_name, origin FROM aliases"
    )

    op.create_table(
        "identity_decisions",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("made_by", BigInt, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("undone_by", BigInt, nullable=True),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_identity_decisions_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "id", name=op.f("pk_identity_decisions")),
    )
    op.create_table(
        "name_overrides",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("from_at < to_at", name=op.f("ck_name_overrides_forward")),
        sa.ForeignKeyConstraint(
            ["clan_id", "decision_id"],
            ["identity_decisions.clan_id", "identity_decisions.id"],
            name=op.f("fk_name_overrides_clan_id_decision_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_name_overrides_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "name_key", "decision_id", name=op.f("pk_name_overrides")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clan_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_member_notes_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_member_notes_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_notes")),
    )
    op.create_index("ix_member_notes_clan_id_member_id", "member_notes", ["clan_id", "member_id"])

    op.add_column(
        "clans", sa.Column("next_decision_id", sa.Integer(), nullable=False, server_default=sa.text("1"))
    )
    op.add_column("members", sa.Column("same_as", sa.Integer(), nullable=True))
    op.add_column("members", sa.Column("joined_corrected_at", Moment(), nullable=True))
    op.add_column("identity_conflicts", sa.Column("decision_id", sa.Integer(), nullable=True))
    op.add_column("identity_conflicts", sa.Column("noticed_at", Moment(), nullable=True))
    op.add_column("identity_conflicts", sa.Column("later_at", Moment(), nullable=True))
    _add_filled(
        "profiles",
        "member_id",
        "SELECT member_id FROM attributions AS whose WHERE whose.clan_id = profiles.clan_id "
        "AND whose.source_id = profiles.source_id ORDER BY whose.to_at DESC LIMIT 1",
    )
    _add_filled("attributions", "base_id", "member_id")
    forbid_overlaps_on_sqlite("attributions", "source_id")


def downgrade() -> None:
    for table, column in (("attributions", "base_id"), ("profiles", "member_id")):
        with op.batch_alter_table(table, table_kwargs={"sqlite_with_rowid": False}) as batch:
            batch.drop_column(column)
    forbid_overlaps_on_sqlite("attributions", "source_id")
    for column in reversed(LATER):
        op.drop_column("identity_conflicts", column)
    op.drop_column("members", "joined_corrected_at")
    op.drop_column("members", "same_as")
    op.drop_column("clans", "next_decision_id")
    for table in ("member_notes", "name_overrides", "identity_decisions", "observed_names"):
        op.drop_table(table)


def _add_filled(table: str, column: str, value: str) -> None:
    """Add a column that is never null, each row with its own value."""
    with op.batch_alter_table(table, table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
    op.execute(f"UPDATE {table} SET {column} = ({value})")
    with op.batch_alter_table(table, table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.alter_column(column, existing_type=sa.Integer(), nullable=False)


def forbid_overlaps_on_sqlite(table: str, key: str) -> None:
    """Batch mode copied the table there, and its triggers are gone; PostgreSQL's constraint stands."""
    if op.get_bind().dialect.name == "sqlite":
        forbid_overlaps(table, key)
