"""Members, the names that they were seen to hold, and what happened to them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, member_reference, source_reference


class Member(Base):
    """One game account in one clan. ``name`` is its last known display name.

    ``same_as`` is whom it shows under since officers merged the two, null by itself; no foreign key,
    since SQLite could add one only by copying a table that everything hangs on. ``joined_corrected_at``
    is when an officer says that they joined, and comes before what WOM says.
    ``left_at`` is null while a member. ``leave_seen_at`` is the first poll that missed them and
    ``last_seen_at`` the last one before it: a leave that is pending, not believed yet.
    """

    __tablename__ = "members"

    clan_id: Mapped[int] = clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    wom_role: Mapped[str | None]
    account_type: Mapped[str]
    build: Mapped[str]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    leave_seen_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    same_as: Mapped[int | None]
    joined_corrected_at: Mapped[datetime | None]


class ObservedName(Base):
    """The name that a member was seen to hold, whatever officers decided since. Two may claim one name."""

    __tablename__ = "observed_names"
    __table_args__ = (
        member_reference(),
        CheckConstraint("from_at < to_at", name="forward"),
        Index("ix_observed_names_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    name_key: Mapped[str] = mapped_column(primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    to_at: Mapped[datetime]
    display_name: Mapped[str]
    origin: Mapped[str]


class Alias(Base):
    """Who held a name when, made from what was observed and decided (:mod:`bot.domain.decisions`).

    The database refuses two holders at one moment.
    """

    __tablename__ = "aliases"
    __table_args__ = (
        member_reference(),
        CheckConstraint("from_at < to_at", name="forward"),
        Index("ix_aliases_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    name_key: Mapped[str] = mapped_column(primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]
    member_id: Mapped[int]
    display_name: Mapped[str]
    origin: Mapped[str]


class Profile(Base):
    """A WOM profile as last seen, and the member whose it is.

    ``updated_at`` is its last snapshot, ``changed_at`` its last real gain. A negative ``player_id``
    is an account as the old system knew it, without WOM's id.
    """

    __tablename__ = "profiles"
    __table_args__ = (
        source_reference(),
        UniqueConstraint("clan_id", "player_id"),
        Index("ix_profiles_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    player_id: Mapped[int]
    display_name: Mapped[str]
    status: Mapped[str]
    updated_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    member_id: Mapped[int]


class MemberEvent(Base):
    """Joined, left, returned, rank changed, renamed.

    ``key`` says what WOM called it, so that reading it again adds nothing. ``told_at`` is when
    officers were told of it. ``noted_at`` is when a rename was found, which may be long after
    the old name was last seen (``at``); null where ``at`` is when it was news.
    """

    __tablename__ = "member_events"
    __table_args__ = (
        member_reference(),
        Index("ix_member_events_clan_id_member_id_at", "clan_id", "member_id", "at"),
        Index("ix_member_events_clan_id_at", "clan_id", "at"),
        Index("ix_member_events_clan_id_noted_at", "clan_id", "noted_at"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    key: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    before: Mapped[str | None]
    after: Mapped[str | None]
    told_at: Mapped[datetime | None]
    noted_at: Mapped[datetime | None]


class NameChange(Base):
    """A name change as WOM lists it, recognised by its id: the list's order says nothing."""

    __tablename__ = "name_changes"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    player_id: Mapped[int]
    old_name: Mapped[str]
    new_name: Mapped[str]
    status: Mapped[str]
    submitted_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class Achievement(Base):
    """A threshold that a profile crossed. ``accuracy_ms`` is how late WOM may have seen it."""

    __tablename__ = "achievements"
    __table_args__ = (source_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    metric_key: Mapped[str]
    threshold: Mapped[Big]
    achieved_at: Mapped[datetime]
    accuracy_ms: Mapped[Big | None]


class MassLeaveRow(Base):
    """Many members who were missing at once and not believed to have left; officers were told of it once."""

    __tablename__ = "mass_leaves"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    seen_at: Mapped[datetime] = mapped_column(primary_key=True)
    missing: Mapped[int]
    active: Mapped[int]
    channel_id: Mapped[Big | None]
    message_id: Mapped[Big | None]
    verdict: Mapped[str | None]
    decided_by: Mapped[Big | None]
    decided_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class MemberNote(Base):
    """What an officer noted about a member."""

    __tablename__ = "member_notes"
    __table_args__ = (
        member_reference(),
        Index("ix_member_notes_clan_id_member_id", "clan_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clan_id: Mapped[int] = mapped_column(ForeignKey("clans.id", ondelete="CASCADE"))
    member_id: Mapped[int]
    at: Mapped[datetime]
    user_id: Mapped[Big]
    note: Mapped[str]
