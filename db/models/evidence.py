"""What members prove, and what can be proved."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, member_reference


class EvidenceRow(Base):
    """A proof about a member. ``approved`` is null until officers decide; one that was withdrawn is kept.

    ``member_id`` is the account it is about, ``submitted_by`` who said so: an officer with ``by_officer``,
    else whoever's verified account it was. ``channel_id`` and ``message_id`` are where officers were told.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        member_reference(),
        Index("ix_evidence_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int]
    kind: Mapped[str]
    value: Mapped[str | None]
    note: Mapped[str]
    submitted_by: Mapped[Big]
    submitted_at: Mapped[datetime]
    by_officer: Mapped[bool]
    approved: Mapped[bool | None]
    decided_by: Mapped[Big | None]
    decided_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    withdrawn_by: Mapped[Big | None]
    withdrawn_at: Mapped[datetime | None]
    channel_id: Mapped[Big | None]
    message_id: Mapped[Big | None]


class EvidenceKind(Base):
    """A kind of proof that officers added, or changed from :data:`bot.domain.proofs.DEFAULT_KINDS`."""

    __tablename__ = "evidence_kinds"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    allowed: Mapped[list[str]] = mapped_column(JSON)
    expires_days: Mapped[int | None]
    retired: Mapped[bool]
