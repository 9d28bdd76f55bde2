"""Whose pages everybody may see."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key


class DashboardRow(Base):
    """A clan whose pages are public, since when and by whom. A clan without a row has none."""

    __tablename__ = "dashboards"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    since: Mapped[datetime]
    switched_on_by: Mapped[Big]
