"""What officers have to do in the game."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, member_reference

_IS_OPEN = text("done_at IS NULL AND dropped_at IS NULL")


class WorklistStep(Base):
    """A rank to be set in the game, or a member to be removed there. Ranks are WOM's role keys.

    While a step is open the database refuses a second one of the same ``origin``. One that was done
    or dropped is kept.
    """

    __tablename__ = "worklist"
    __table_args__ = (
        member_reference(),
        Index("ix_worklist_clan_id_member_id", "clan_id", "member_id"),
        Index("ix_worklist_clan_id_done_at", "clan_id", "done_at"),
        Index(
            "uq_worklist_open",
            "clan_id",
            "origin",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    member_id: Mapped[int]
    from_rank: Mapped[str | None]
    to_rank: Mapped[str | None]
    origin: Mapped[str]
    added_at: Mapped[datetime]
    added_by: Mapped[Big]
    done_at: Mapped[datetime | None]
    done_by: Mapped[Big | None]
    dropped_at: Mapped[datetime | None]
    dropped_by: Mapped[Big | None]
