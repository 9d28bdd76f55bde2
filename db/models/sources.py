"""What was observed, and whose it is."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, member_reference, source_reference


class Source(Base):
    """What was observed. ``key`` is unique per kind; ``user_id`` is set for Discord users."""

    __tablename__ = "sources"
    __table_args__ = (
        UniqueConstraint("clan_id", "kind", "key"),
        Index("ix_sources_clan_id_user_id", "clan_id", "user_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    key: Mapped[str]
    label: Mapped[str]
    user_id: Mapped[Big | None]


class Attribution(Base):
    """Which member a source was, from a time to a time. A source is one member's at any moment.

    ``base_id`` is whom the origin names, ``member_id`` whom that one shows under since officers' merges.
    """

    __tablename__ = "attributions"
    __table_args__ = (
        source_reference(),
        member_reference(),
        CheckConstraint("from_at < to_at", name="forward"),
        Index("ix_attributions_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]
    member_id: Mapped[int]
    base_id: Mapped[int]
    origin: Mapped[str]


class ImportedSpeaker(Base):
    """An author of the old system's messages was, over a time, the member whose profile there this is.

    Whose that profile is now stands with the profile: what became of it, they became too.
    """

    __tablename__ = "imported_speakers"
    __table_args__ = (
        source_reference(),
        ForeignKeyConstraint(
            ["clan_id", "profile_id"], ["profiles.clan_id", "profiles.source_id"], ondelete="CASCADE"
        ),
        CheckConstraint("from_at < to_at", name="forward"),
        Index("ix_imported_speakers_clan_id_profile_id", "clan_id", "profile_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]
    profile_id: Mapped[int]
