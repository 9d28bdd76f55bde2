"""Messages, their counts, and what was listened to."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key


class Message(Base):
    """One message, without its content; its time is in its id.

    ``kind`` is :class:`bot.domain.facts.MessageKind`. A deleted message stays as a tombstone
    without source, so that a later fill cannot bring it back. ``double_of`` is set for the kinds
    that repeat another relay's line: the message that counts in its place.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "ix_messages_clan_id_double_of",
            "clan_id",
            "double_of",
            sqlite_where=text("double_of IS NOT NULL"),
            postgresql_where=text("double_of IS NOT NULL"),
        ),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    message_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    channel_id: Mapped[Big]
    source_id: Mapped[int | None]
    kind: Mapped[int] = mapped_column(SmallInteger)
    length: Mapped[int] = mapped_column(SmallInteger)
    double_of: Mapped[Big | None]


class RelayPrint(Base):
    """What a relay's line says, as a keyed hash, while another relay may still repeat it."""

    __tablename__ = "relay_prints"
    __table_args__ = (Index("ix_relay_prints_clan_id_print", "clan_id", "print"), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    message_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    print: Mapped[Big]
    channel_id: Mapped[Big]
    author_id: Mapped[Big]


class Activity(Base):
    """Messages of a source in a quarter of an hour (counted since 1970)."""

    __tablename__ = "activity"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quarter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    messages: Mapped[int]


class ActivityDay(Base):
    """The same by UTC day (counted since 1970), for long periods."""

    __tablename__ = "activity_days"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    messages: Mapped[int]


class Coverage(Base):
    """When a channel was really observed. Time outside of it is unknown, not silent."""

    __tablename__ = "coverage"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    channel_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]


class IngestCursor(Base):
    """How far a channel is read without a hole. ``start_id`` is where reading began.

    While ``filling``, ``after_id`` moves page by page; then live messages move it.
    """

    __tablename__ = "ingest_cursors"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    channel_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    start_id: Mapped[Big]
    after_id: Mapped[Big]
    filling: Mapped[bool]


class Broadcast(Base):
    """A relay's own announcement. An unknown form keeps its ``raw`` text for 30 days, others keep none."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        Index(
            "ix_broadcasts_clan_id_message_id_raw",
            "clan_id",
            "message_id",
            sqlite_where=text("raw IS NOT NULL"),
            postgresql_where=text("raw IS NOT NULL"),
        ),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    message_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    source_id: Mapped[int | None]
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    raw: Mapped[str | None]
