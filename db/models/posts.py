"""What a clan wants posted by itself, and what was."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key


class ScheduleRow(Base):
    """A summary that officers want, or set up and did not switch on. ``minute`` is of the local day.

    ``since`` is when it was switched on, None while it is off; ``stopped`` is why the bot does not
    post it though it is on.
    """

    __tablename__ = "schedules"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    cadence: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[Big | None]
    day: Mapped[int]
    minute: Mapped[int]
    parts: Mapped[list[Any]] = mapped_column(JSON)
    mention: Mapped[Big | None]
    since: Mapped[datetime | None]
    stopped: Mapped[str | None]


class PostRow(Base):
    """A post that is to be sent once. It is stored before it is sent; ``tried_at`` before each attempt.

    ``message_id`` is set once it is known to be there, ``given_up`` where nothing more is done for it.
    """

    __tablename__ = "posts"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    key: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[Big]
    intended_at: Mapped[datetime]
    tries: Mapped[int]
    tried_at: Mapped[datetime | None]
    message_id: Mapped[Big | None]
    sent_at: Mapped[datetime | None]
    given_up: Mapped[str | None]


class FeedRow(Base):
    """A kind of event that is told of in a channel, from ``since`` on."""

    __tablename__ = "feeds"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    kind: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[Big]
    since: Mapped[datetime]
    least: Mapped[Big | None]


class FeedTold(Base):
    """Something that was told of. Kept for as long as it could be found again."""

    __tablename__ = "feed_told"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    key: Mapped[str] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]


class FeedBatch(Base):
    """What is being told in a channel. Stored before it is sent, and gone once its end is known.

    ``said`` is a digest of the message, by which it is found.
    """

    __tablename__ = "feed_batches"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    channel_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    keys: Mapped[list[Any]] = mapped_column(JSON)
    said: Mapped[str]
    tried_at: Mapped[datetime]


class BoardRow(Base):
    """A message that keeps itself up to date. ``shown`` is a digest of what it says.

    ``checked_at`` is the check by which it says how fresh it is. ``metric`` and ``period`` are what
    officers chose for a leaderboard of their own.
    """

    __tablename__ = "live_boards"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    kind: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[Big]
    minutes: Mapped[int]
    message_id: Mapped[Big | None]
    shown: Mapped[str | None]
    looked_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    metric: Mapped[str | None]
    period: Mapped[str | None]


class ScoreWeight(Base):
    """How much a metric weighs in a clan's score. A clan without rows has the usual weights."""

    __tablename__ = "score_weights"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    metric: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[int]
