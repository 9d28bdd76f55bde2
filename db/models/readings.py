"""What Wise Old Man measured, and how far its past is read."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, source_reference


class MetricRow(Base):
    """What can be measured. A new boss is a new row."""

    __tablename__ = "metrics"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    measure: Mapped[str]


class SnapshotRow(Base):
    """When a profile's statistics were seen."""

    __tablename__ = "snapshots"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime] = mapped_column(primary_key=True)


class MetricValue(Base):
    """A value since a snapshot, stored only where it changed. Null is unranked: unknown."""

    __tablename__ = "metric_values"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    metric_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[Big | None]


class PastJob(Base):
    """The reading of a clan's history at WOM from before the bot; one at most, kept when it has ended.

    Wanted is everything from ``since`` to ``until``. ``state`` is running, done or cancelled;
    ``told`` is whether the message that shows it, null for none, says how it ended.
    """

    __tablename__ = "past_jobs"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    since: Mapped[datetime]
    until: Mapped[datetime]
    state: Mapped[str]
    asked_by: Mapped[Big]
    channel_id: Mapped[Big | None]
    message_id: Mapped[Big | None]
    requests: Mapped[int]
    snapshots: Mapped[int]
    ended_at: Mapped[datetime | None]
    told: Mapped[bool]


class PastSpan(Base):
    """Every snapshot that WOM had of a profile in this span is stored; both ends belong to it."""

    __tablename__ = "past_spans"
    __table_args__ = (source_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]


class PastRefusal(Base):
    """A profile of whose past WOM would not tell, and why; see :class:`bot.domain.past.Refusal`."""

    __tablename__ = "past_refusals"
    __table_args__ = (source_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]
