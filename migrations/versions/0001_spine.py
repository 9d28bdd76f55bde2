"""The spine: clans, who is who, messages, statistics."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment
from migrations.overlaps import forbid_overlaps

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", BigInt, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_guild_id_at", "audit_log", ["guild_id", "at"], unique=False)

    op.create_table(
        "clans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", BigInt, nullable=False),
        sa.Column("wom_group_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("next_member_id", sa.Integer(), nullable=False),
        sa.Column("next_source_id", sa.Integer(), nullable=False),
        sa.Column("role_order", sa.JSON(), nullable=False),
        sa.Column("sealed_code", sa.Text(), nullable=True),
        sa.Column("polled_at", Moment(), nullable=True),
        sa.Column("failed_at", Moment(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("lists_read_at", Moment(), nullable=True),
        sa.Column("update_all_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clans")),
        sa.UniqueConstraint("guild_id", "wom_group_id", name=op.f("uq_clans_guild_id_wom_group_id")),
    )
    op.create_table(
        "guilds",
        sa.Column("guild_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("officer_role_ids", sa.JSON(), nullable=False),
        sa.Column("officer_channel_id", BigInt, nullable=True),
        sa.Column("bot_channel_ids", sa.JSON(), nullable=False),
        sa.Column("include_channel_ids", sa.JSON(), nullable=False),
        sa.Column("exclude_channel_ids", sa.JSON(), nullable=False),
        sa.Column("backfill_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_guilds")),
    )
    op.create_table(
        "kept_state",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept_state")),
    )
    op.create_table(
        "metrics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metrics")),
        sa.UniqueConstraint("key", name=op.f("uq_metrics_key")),
    )
    op.create_table(
        "activity",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quarter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_activity_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "source_id", "quarter", name=op.f("pk_activity")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "activity_days",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_activity_days_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "source_id", "day", name=op.f("pk_activity_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "broadcasts",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_broadcasts_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "message_id", name=op.f("pk_broadcasts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "coverage",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_coverage_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "channel_id", "from_at", name=op.f("pk_coverage")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_conflicts",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("claimant_id", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_identity_conflicts_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "name_key", "from_at", name=op.f("pk_identity_conflicts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ingest_cursors",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("start_id", BigInt, nullable=False),
        sa.Column("after_id", BigInt, nullable=False),
        sa.Column("filling", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_ingest_cursors_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "channel_id", name=op.f("pk_ingest_cursors")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "members",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wom_role", sa.Text(), nullable=True),
        sa.Column("account_type", sa.Text(), nullable=False),
        sa.Column("build", sa.Text(), nullable=False),
        sa.Column("joined_at", Moment(), nullable=True),
        sa.Column("left_at", Moment(), nullable=True),
        sa.Column("leave_seen_at", Moment(), nullable=True),
        sa.Column("last_seen_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_members_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "id", name=op.f("pk_members")),
    )
    op.create_table(
        "messages",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("channel_id", BigInt, nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("length", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_messages_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "message_id", name=op.f("pk_messages")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "metric_values",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("metric_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.Column("value", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_metric_values_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "clan_id", "source_id", "metric_id", "taken_at", name=op.f("pk_metric_values")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "name_changes",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("old_name", sa.Text(), nullable=False),
        sa.Column("new_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("submitted_at", Moment(), nullable=False),
        sa.Column("resolved_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_name_changes_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "id", name=op.f("pk_name_changes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "relays",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("author_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("lines_read", sa.Integer(), nullable=False),
        sa.Column("lines_understood", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_relays_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "channel_id", "author_id", name=op.f("pk_relays")),
    )
    op.create_table(
        "snapshots",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_snapshots_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "source_id", "taken_at", name=op.f("pk_snapshots")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sources",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_sources_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "id", name=op.f("pk_sources")),
        sa.UniqueConstraint("clan_id", "kind", "key", name=op.f("uq_sources_clan_id_kind_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sources_clan_id_user_id", "sources", ["clan_id", "user_id"], unique=False)

    op.create_table(
        "achievements",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("metric_key", sa.Text(), nullable=False),
        sa.Column("threshold", BigInt, nullable=False),
        sa.Column("achieved_at", Moment(), nullable=False),
        sa.Column("accuracy_ms", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id", "source_id"],
            ["sources.clan_id", "sources.id"],
            name=op.f("fk_achievements_clan_id_source_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_achievements_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "source_id", "name", name=op.f("pk_achievements")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "aliases",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.CheckConstraint("from_at < to_at", name=op.f("ck_aliases_forward")),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_aliases_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_aliases_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "name_key", "from_at", name=op.f("pk_aliases")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_aliases_clan_id_member_id", "aliases", ["clan_id", "member_id"], unique=False)

    op.create_table(
        "attributions",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("to_at", Moment(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.CheckConstraint("from_at < to_at", name=op.f("ck_attributions_forward")),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_attributions_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id", "source_id"],
            ["sources.clan_id", "sources.id"],
            name=op.f("fk_attributions_clan_id_source_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_attributions_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "source_id", "from_at", name=op.f("pk_attributions")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_attributions_clan_id_member_id", "attributions", ["clan_id", "member_id"], unique=False
    )

    op.create_table(
        "discord_links",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("linked_at", Moment(), nullable=False),
        sa.Column("linked_by", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_discord_links_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_discord_links_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "user_id", "member_id", name=op.f("pk_discord_links")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_discord_links_clan_id_member_id", "discord_links", ["clan_id", "member_id"], unique=False
    )

    op.create_table(
        "member_events",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id", "member_id"],
            ["members.clan_id", "members.id"],
            name=op.f("fk_member_events_clan_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_member_events_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "key", name=op.f("pk_member_events")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_member_events_clan_id_at", "member_events", ["clan_id", "at"], unique=False)
    op.create_index(
        "ix_member_events_clan_id_member_id_at", "member_events", ["clan_id", "member_id", "at"], unique=False
    )

    op.create_table(
        "profiles",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clan_id", "source_id"],
            ["sources.clan_id", "sources.id"],
            name=op.f("fk_profiles_clan_id_source_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_profiles_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "source_id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("clan_id", "player_id", name=op.f("uq_profiles_clan_id_player_id")),
        sqlite_with_rowid=False,
    )
    forbid_overlaps("aliases", "name_key")
    forbid_overlaps("attributions", "source_id")


def downgrade() -> None:
    for table in (
        "profiles",
        "member_events",
        "discord_links",
        "attributions",
        "aliases",
        "achievements",
        "sources",
        "snapshots",
        "relays",
        "name_changes",
        "metric_values",
        "messages",
        "members",
        "ingest_cursors",
        "identity_conflicts",
        "coverage",
        "broadcasts",
        "activity_days",
        "activity",
        "metrics",
        "kept_state",
        "guilds",
        "clans",
        "audit_log",
    ):
        op.drop_table(table)
