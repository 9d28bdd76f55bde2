"""Servers, clans, and what is kept for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key


class Guild(Base):
    """A Discord server's own settings. Empty include list: every text channel is tracked."""

    __tablename__ = "guilds"

    guild_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    officer_role_ids: Mapped[list[int]] = mapped_column(JSON)
    officer_channel_id: Mapped[Big | None]
    bot_channel_ids: Mapped[list[int]] = mapped_column(JSON)
    include_channel_ids: Mapped[list[int]] = mapped_column(JSON)
    exclude_channel_ids: Mapped[list[int]] = mapped_column(JSON)
    backfill_days: Mapped[int]
    nicknames_follow: Mapped[bool]


class Clan(Base):
    """One WOM group linked to one server. Unlinking clears ``active``; the facts stay.

    ``polled_at`` is the last poll that succeeded, ``failed_at`` and ``failure`` the last that
    did not; ``lists_read_at`` when activity, name changes and achievements were last read.
    ``sealed_code`` is the group's verification code, encrypted. ``double_seconds`` is how far
    apart two relays write the same line; null for :data:`bot.domain.doubles.DOUBLES_WITHIN`.
    """

    __tablename__ = "clans"
    __table_args__ = (UniqueConstraint("guild_id", "wom_group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[Big]
    wom_group_id: Mapped[int]
    name: Mapped[str]
    time_zone: Mapped[str]
    is_default: Mapped[bool]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    next_member_id: Mapped[int]
    next_source_id: Mapped[int]
    next_decision_id: Mapped[int] = mapped_column(server_default="1")
    role_order: Mapped[list[str]] = mapped_column(JSON)
    sealed_code: Mapped[str | None]
    polled_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    lists_read_at: Mapped[datetime | None]
    update_all_at: Mapped[datetime | None]
    double_seconds: Mapped[int | None]


class Relay(Base):
    """A bot or webhook whose lines in one channel are the in-game chat. Only its id counts.

    ``author_name`` is how it called itself when it was chosen: for people to tell it by.
    """

    __tablename__ = "relays"

    clan_id: Mapped[int] = clan_key()
    channel_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    author_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    lines_read: Mapped[int]
    lines_understood: Mapped[int]
    author_name: Mapped[str | None]


class ImportRow(Base):
    """An old database, told by its ``fingerprint``, and how far it is imported (``state``).

    ``step`` counts what was committed, so that two processes cannot do the same one.
    """

    __tablename__ = "imports"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    step: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who changed what, for officers."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_guild_id_at", "guild_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[Big]
    at: Mapped[datetime]
    user_id: Mapped[Big]
    action: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class KeptState(Base):
    """What the process remembers of itself between two starts, such as the commands it last synced."""

    __tablename__ = "kept_state"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
