"""Changes of Discord roles that were decided together, and which roles the bot gave to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, source_reference


class ChangeSetRow(Base):
    """A set of role changes. It may be resumed until ``closed_at``, which ``closed_why`` explains.

    ``undo_of`` is the set that this one undoes, ``undone_by`` the one that undoes it.
    """

    __tablename__ = "change_sets"
    __table_args__ = (
        Index("ix_change_sets_clan_id_made_at", "clan_id", "made_at"),
        Index(
            "ix_change_sets_open",
            "clan_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    label: Mapped[str]
    made_by: Mapped[Big]
    made_at: Mapped[datetime]
    channel_id: Mapped[Big | None]
    message_id: Mapped[Big | None]
    undo_of: Mapped[int | None]
    undone_by: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    closed_why: Mapped[str | None]


class ChangeSetItemRow(Base):
    """One user's part of a set. Role ids are lists; ``before_ids`` and ``after_ids`` null until asked.

    ``gives_ids`` of ``add_ids`` count as given by the bot once they are added; ``were_given_ids``
    are roles that it had given and took away by this.
    """

    __tablename__ = "change_set_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clan_id", "set_id"], ["change_sets.clan_id", "change_sets.id"], ondelete="CASCADE"
        ),
        Index("ix_change_set_items_clan_id_user_id", "clan_id", "user_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    set_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int]
    label: Mapped[str]
    add_ids: Mapped[list[int]] = mapped_column(JSON)
    remove_ids: Mapped[list[int]] = mapped_column(JSON)
    gives_ids: Mapped[list[int]] = mapped_column(JSON)
    state: Mapped[str]
    why: Mapped[str | None]
    before_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    after_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    were_given_ids: Mapped[list[int]] = mapped_column(JSON)
    at: Mapped[datetime | None]


class GivenRole(Base):
    """A role that a user has from the bot, and from nobody else."""

    __tablename__ = "given_roles"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    role_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    given_at: Mapped[datetime]


class RoleSyncRow(Base):
    """How a clan's Discord roles follow its ranks (:class:`bot.domain.role_sync.RoleSyncOptions`)."""

    __tablename__ = "role_syncs"

    clan_id: Mapped[int] = clan_key()
    enabled: Mapped[bool]
    options: Mapped[dict[str, Any]] = mapped_column(JSON)


class RoleRemoval(Base):
    """A role that will be taken from a user, and since when there is a reason for it."""

    __tablename__ = "role_removals"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    role_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]


class SeenRank(Base):
    """The newest rank emoji that a relay showed beside a name; its time is in the message's id."""

    __tablename__ = "seen_ranks"
    __table_args__ = (source_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    emoji: Mapped[str]
    message_id: Mapped[Big]
