"""Absences, and the ladder of who is quiet: what officers chose, cases, notices and every step."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, member_reference


class AbsenceRow(Base):
    """Somebody is away until a time: a Discord user, with whatever is verified as theirs, or a member.

    It is over at ``until_at``, or at ``ended_at`` before. ``reminded_at`` is when its end was told.
    """

    __tablename__ = "absences"
    __table_args__ = (
        member_reference(),
        CheckConstraint("user_id IS NOT NULL OR member_id IS NOT NULL", name="somebody"),
        Index("ix_absences_clan_id_until_at", "clan_id", "until_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clan_id: Mapped[int] = mapped_column(ForeignKey("clans.id", ondelete="CASCADE"))
    user_id: Mapped[Big | None]
    member_id: Mapped[int | None]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    because: Mapped[str]
    noted_by: Mapped[Big]
    noted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[Big | None]
    reminded_at: Mapped[datetime | None]


class InactivitySettings(Base):
    """What a clan's officers chose for who is quiet; no row is the defaults."""

    __tablename__ = "inactivity_settings"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    days: Mapped[int]
    grace_days: Mapped[int]
    notices: Mapped[bool]
    by_rank: Mapped[dict[str, int]] = mapped_column(JSON)
    safe_ranks: Mapped[list[str]] = mapped_column(JSON)
    safe_member_ids: Mapped[list[int]] = mapped_column(JSON)
    safe_role_ids: Mapped[list[int]] = mapped_column(JSON)
    notice_text: Mapped[str | None]


class InactivityRound(Base):
    """Notices that an officer sent at once, and the message that shows how far they are."""

    __tablename__ = "inactivity_rounds"
    __table_args__ = (Index("ix_inactivity_rounds_clan_id", "clan_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clan_id: Mapped[int] = mapped_column(ForeignKey("clans.id", ondelete="CASCADE"))
    asked_by: Mapped[Big]
    asked_at: Mapped[datetime]
    text: Mapped[str]
    channel_id: Mapped[Big | None]
    message_id: Mapped[Big | None]
    ended_at: Mapped[datetime | None]


class InactivityCase(Base):
    """A person who is quiet, by the account that stood for them. One is open for an account at most.

    ``notice`` is a :class:`bot.domain.ladder.Notice`: that it shall be sent is stored before it is.
    """

    __tablename__ = "inactivity_cases"
    __table_args__ = (
        member_reference(),
        Index(
            "uq_inactivity_cases_open",
            "clan_id",
            "member_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_inactivity_cases_round_id", "round_id"),
        Index("ix_inactivity_cases_clan_id_closed_at", "clan_id", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clan_id: Mapped[int] = mapped_column(ForeignKey("clans.id", ondelete="CASCADE"))
    member_id: Mapped[int]
    user_id: Mapped[Big | None]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("inactivity_rounds.id", ondelete="SET NULL"))
    opened_at: Mapped[datetime]
    opened_by: Mapped[Big]
    notice: Mapped[str | None]
    grace_until: Mapped[datetime | None]
    reply: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[Big | None]
    outcome: Mapped[str | None]


class InactivityStep(Base):
    """What happened in a case, and who did it; null is the bot."""

    __tablename__ = "inactivity_steps"
    __table_args__ = (Index("ix_inactivity_steps_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clan_id: Mapped[int] = mapped_column(ForeignKey("clans.id", ondelete="CASCADE"))
    case_id: Mapped[int] = mapped_column(ForeignKey("inactivity_cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    user_id: Mapped[Big | None]
    step: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
