"""What a feed told is known by what was seen, not by whom it shows under; what is posted is noted better."""

import sqlalchemy as sa
from alembic import op

from db.types import BigInt, Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_batches",
        sa.Column("clan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("tried_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clan_id"], ["clans.id"], name=op.f("fk_feed_batches_clan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clan_id", "channel_id", name=op.f("pk_feed_batches")),
        sqlite_with_rowid=False,
    )
    op.add_column("live_boards", sa.Column("checked_at", Moment(), nullable=True))
    for chosen in ("metric", "period"):
        op.add_column("live_boards", sa.Column(chosen, sa.Text(), nullable=True))
    # What was told is told under its new key too; the old ones are forgotten as they age.
    sqlite = op.get_bind().dialect.name == "sqlite"
    at = "e.at" if sqlite else "floor(extract(epoch FROM e.at) * 1000)::bigint"
    op.execute(
        f"""
        INSERT INTO feed_told (clan_id, key, told_at)
        SELECT t.clan_id, 'ev:' || e.key, t.told_at
        FROM member_events AS e
        JOIN members AS m ON m.clan_id = e.clan_id AND m.id = e.member_id
        JOIN feed_told AS t
          ON t.clan_id = e.clan_id
         AND t.key = 'e:' || coalesce(m.same_as, m.id) || ':' || e.kind || ':' || {at}
        """
    )
    op.execute(
        """
        INSERT INTO feed_told (clan_id, key, told_at)
        SELECT t.clan_id, 'ach:' || f.source_id || ':' || f.name, t.told_at
        FROM achievements AS f
        JOIN attributions AS o
          ON o.clan_id = f.clan_id AND o.source_id = f.source_id
         AND o.from_at <= f.achieved_at AND o.to_at > f.achieved_at
        JOIN feed_told AS t ON t.clan_id = f.clan_id AND t.key = 'a:' || o.member_id || ':' || f.name
        """
    )


def downgrade() -> None:
    # Who goes back does not know these.
    op.execute("DELETE FROM live_boards WHERE kind IN ('own', 'ownsecond', 'ownthird')")
    op.execute("DELETE FROM feeds WHERE kind IN ('pets', 'achievements')")
    for column in ("period", "metric", "checked_at"):
        op.drop_column("live_boards", column)
    op.drop_table("feed_batches")
    op.execute("DELETE FROM feed_told WHERE key LIKE 'ev:%' OR key LIKE 'ach:%'")
