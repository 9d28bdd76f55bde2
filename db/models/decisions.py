"""Names in dispute, and what officers decided."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key


class IdentityConflict(Base):
    """Two origins disagree on who held a name; until officers decide, the time belongs to nobody.

    ``noticed_at`` is when officers were told of it, ``later_at`` when one of them put it off.
    """

    __tablename__ = "identity_conflicts"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    name_key: Mapped[str] = mapped_column(primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]
    holder_id: Mapped[int | None]
    claimant_id: Mapped[int | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    seen_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision_id: Mapped[int | None]
    noticed_at: Mapped[datetime | None]
    later_at: Mapped[datetime | None]


class IdentityDecision(Base):
    """What an officer decided of who is who; undone, it has no effect and is kept."""

    __tablename__ = "identity_decisions"

    clan_id: Mapped[int] = clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[Big]
    made_at: Mapped[datetime]
    undone_by: Mapped[Big | None]
    undone_at: Mapped[datetime | None]


class NameOverrideRow(Base):
    """A decision's say on one name: over a time it is this member's; null is nobody's."""

    __tablename__ = "name_overrides"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clan_id", "decision_id"],
            ["identity_decisions.clan_id", "identity_decisions.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("from_at < to_at", name="forward"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    name_key: Mapped[str] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    display_name: Mapped[str]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    member_id: Mapped[int | None]
