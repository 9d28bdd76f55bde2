"""Whom officers do not want to see among those who may be about to leave."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, member_reference


class RiskMute(Base):
    """A member who is not listed until a time; null is for good. A row that ended is as none."""

    __tablename__ = "risk_mutes"
    __table_args__ = (member_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[datetime | None]
    muted_by: Mapped[Big]
    muted_at: Mapped[datetime]
