"""Which Discord users own which members."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, member_reference


class DiscordLink(Base):
    """A Discord user's claim to a member: it counts messages; a ``verified`` one gives rights too.

    Claims stand side by side; the database refuses a second verified link to one member.
    """

    __tablename__ = "discord_links"
    __table_args__ = (
        member_reference(),
        Index("ix_discord_links_clan_id_member_id", "clan_id", "member_id"),
        Index(
            "uq_discord_links_verified",
            "clan_id",
            "member_id",
            unique=True,
            sqlite_where=text("verified"),
            postgresql_where=text("verified"),
        ),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verified: Mapped[bool]
    is_main: Mapped[bool]
    linked_at: Mapped[datetime]
    linked_by: Mapped[Big]


class LinkCode(Base):
    """A one-time code that verifies a user's link when the member says it in the relayed chat.

    A line counts from ``from_at`` until ``to_at``, by its own time. A used code is deleted.
    """

    __tablename__ = "link_codes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clan_id", "user_id", "member_id"],
            ["discord_links.clan_id", "discord_links.user_id", "discord_links.member_id"],
            ondelete="CASCADE",
        ),
        Index("ix_link_codes_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]


class LinkRefusal(Base):
    """Officers said that a member is not this user's: it is suggested, and may be claimed, no more."""

    __tablename__ = "link_refusals"
    __table_args__ = (member_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    refused_by: Mapped[Big]
    refused_at: Mapped[datetime]


class PendingLink(Base):
    """A name that a user gave while nobody on the roster held it; the poll that finds it makes it a claim."""

    __tablename__ = "pending_links"
    __table_args__ = (Index("ix_pending_links_clan_id_name_key", "clan_id", "name_key"), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    name_key: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    asked_at: Mapped[datetime]
