"""The tables. Alembic's migrations create them; a test holds the two together.

Every table of facts leads its key with ``clan_id``. Ranges are half-open, with
:data:`db.types.OPEN_START` and :data:`db.types.OPEN_END` for what has no known end.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.types import BigInt, Moment

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Big = Annotated[int, 64]
"""64 bits: Discord's ids, and values. Everything else counts within 32, which PostgreSQL's rows feel."""

WITHOUT_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


class Base(DeclarativeBase):
    """Common types: integers have 32 bits, :data:`Big` ones 64; times are moments, text has no length."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: Integer(),
        Big: BigInt,
        str: Text(),
        datetime: Moment(),
    }


def _clan_key() -> Mapped[int]:
    return mapped_column(ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)


def _member_reference() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["clan_id", "member_id"], ["members.clan_id", "members.id"], ondelete="CASCADE"
    )


def _source_reference() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["clan_id", "source_id"], ["sources.clan_id", "sources.id"], ondelete="CASCADE"
    )


class Guild(Base):
    """A Discord server's own settings. Empty include list: every text channel is tracked."""

    __tablename__ = "guilds"

    guild_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    officer_role_ids: Mapped[list[int]] = mapped_column(JSON)
    officer_channel_id: Mapped[Big | None]
    bot_channel_ids: Mapped[list[int]] = mapped_column(JSON)
    include_channel_ids: Mapped[list[int]] = mapped_column(JSON)
    exclude_channel_ids: Mapped[list[int]] = mapped_column(JSON)
    backfill_days: Mapped[int]
    nicknames_follow: Mapped[bool]


class Clan(Base):
    """One WOM group linked to one server. Unlinking clears ``active``; the facts stay.

    ``polled_at`` is the last poll that succeeded, ``failed_at`` and ``failure`` the last that
    did not; ``lists_read_at`` when activity, name changes and achievements were last read.
    ``sealed_code`` is the group's verification code, encrypted. ``double_seconds`` is how far
    apart two relays write the same line; null for :data:`bot.domain.doubles.DOUBLES_WITHIN`.
    """

    __tablename__ = "clans"
    __table_args__ = (UniqueConstraint("guild_id", "wom_group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[Big]
    wom_group_id: Mapped[int]
    name: Mapped[str]
    time_zone: Mapped[str]
    is_default: Mapped[bool]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    next_member_id: Mapped[int]
    next_source_id: Mapped[int]
    next_decision_id: Mapped[int] = mapped_column(server_default="1")
    role_order: Mapped[list[str]] = mapped_column(JSON)
    sealed_code: Mapped[str | None]
    polled_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    lists_read_at: Mapped[datetime | None]
    update_all_at: Mapped[datetime | None]
    double_seconds: Mapped[int | None]


class Relay(Base):
    """A bot or webhook whose lines in one channel are the in-game chat. Only its id counts.

    ``author_name`` is how it called itself when it was chosen: for people to tell it by.
    """

    __tablename__ = "relays"

    clan_id: Mapped[int] = _clan_key()
    channel_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    author_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    lines_read: Mapped[int]
    lines_understood: Mapped[int]
    author_name: Mapped[str | None]


class Member(Base):
    """One game account in one clan. ``name`` is its last known display name.

    ``same_as`` is whom it shows under since officers merged the two, null by itself; no foreign key,
    since SQLite could add one only by copying a table that everything hangs on. ``joined_corrected_at``
    is when an officer says that they joined, and comes before what WOM says.
    ``left_at`` is null while a member. ``leave_seen_at`` is the first poll that missed them and
    ``last_seen_at`` the last one before it: a leave that is pending, not believed yet.
    """

    __tablename__ = "members"

    clan_id: Mapped[int] = _clan_key()
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
        _member_reference(),
        CheckConstraint("from_at < to_at", name="forward"),
        Index("ix_observed_names_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = _clan_key()
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
        _member_reference(),
        CheckConstraint("from_at < to_at", name="forward"),
        Index("ix_aliases_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = _clan_key()
    name_key: Mapped[str] = mapped_column(primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]
    member_id: Mapped[int]
    display_name: Mapped[str]
    origin: Mapped[str]


class Source(Base):
    """What was observed. ``key`` is unique per kind; ``user_id`` is set for Discord users."""

    __tablename__ = "sources"
    __table_args__ = (
        UniqueConstraint("clan_id", "kind", "key"),
        Index("ix_sources_clan_id_user_id", "clan_id", "user_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = _clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    key: Mapped[str]
    label: Mapped[str]
    user_id: Mapped[Big | None]


class Profile(Base):
    """A WOM profile as last seen, and the member whose it is.

    ``updated_at`` is its last snapshot, ``changed_at`` its last real gain. A negative ``player_id``
    is an account as the old system knew it, without WOM's id.
    """

    __tablename__ = "profiles"
    __table_args__ = (
        _source_reference(),
        UniqueConstraint("clan_id", "player_id"),
        Index("ix_profiles_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = _clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    player_id: Mapped[int]
    display_name: Mapped[str]
    status: Mapped[str]
    updated_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    member_id: Mapped[int]


class Attribution(Base):
    """Which member a source was, from a time to a time. A source is one member's at any moment.

    ``base_id`` is whom the origin names, ``member_id`` whom that one shows under since officers' merges.
    """

    __tablename__ = "attributions"
    __table_args__ = (
        _source_reference(),
        _member_reference(),
        CheckConstraint("from_at < to_at", name="forward"),
        Index("ix_attributions_clan_id_member_id", "clan_id", "member_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = _clan_key()
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
        _source_reference(),
        ForeignKeyConstraint(
            ["clan_id", "profile_id"], ["profiles.clan_id", "profiles.source_id"], ondelete="CASCADE"
        ),
        CheckConstraint("from_at < to_at", name="forward"),
        Index("ix_imported_speakers_clan_id_profile_id", "clan_id", "profile_id"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = _clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]
    profile_id: Mapped[int]


class ImportRow(Base):
    """An old database, told by its ``fingerprint``, and how far it is imported (``state``).

    ``step`` counts what was committed, so that two processes cannot do the same one.
    """

    __tablename__ = "imports"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    step: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class DiscordLink(Base):
    """A Discord user's claim to a member: it counts messages; a ``verified`` one gives rights too.

    Claims stand side by side; the database refuses a second verified link to one member.
    """

    __tablename__ = "discord_links"
    __table_args__ = (
        _member_reference(),
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

    clan_id: Mapped[int] = _clan_key()
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

    clan_id: Mapped[int] = _clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]


class LinkRefusal(Base):
    """Officers said that a member is not this user's: it is suggested, and may be claimed, no more."""

    __tablename__ = "link_refusals"
    __table_args__ = (_member_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = _clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    refused_by: Mapped[Big]
    refused_at: Mapped[datetime]


class PendingLink(Base):
    """A name that a user gave while nobody on the roster held it; the poll that finds it makes it a claim."""

    __tablename__ = "pending_links"
    __table_args__ = (Index("ix_pending_links_clan_id_name_key", "clan_id", "name_key"), WITHOUT_ROWID)

    clan_id: Mapped[int] = _clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    name_key: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    asked_at: Mapped[datetime]


class IdentityConflict(Base):
    """Two origins disagree on who held a name; until officers decide, the time belongs to nobody.

    ``noticed_at`` is when officers were told of it, ``later_at`` when one of them put it off.
    """

    __tablename__ = "identity_conflicts"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
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


class MassLeaveRow(Base):
    """Many members who were missing at once and not believed to have left; officers were told of it once."""

    __tablename__ = "mass_leaves"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    seen_at: Mapped[datetime] = mapped_column(primary_key=True)
    missing: Mapped[int]
    active: Mapped[int]
    channel_id: Mapped[Big | None]
    message_id: Mapped[Big | None]
    verdict: Mapped[str | None]
    decided_by: Mapped[Big | None]
    decided_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class IdentityDecision(Base):
    """What an officer decided of who is who; undone, it has no effect and is kept."""

    __tablename__ = "identity_decisions"

    clan_id: Mapped[int] = _clan_key()
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

    clan_id: Mapped[int] = _clan_key()
    name_key: Mapped[str] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    display_name: Mapped[str]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    member_id: Mapped[int | None]


class MemberNote(Base):
    """What an officer noted about a member."""

    __tablename__ = "member_notes"
    __table_args__ = (
        _member_reference(),
        Index("ix_member_notes_clan_id_member_id", "clan_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clan_id: Mapped[int] = mapped_column(ForeignKey("clans.id", ondelete="CASCADE"))
    member_id: Mapped[int]
    at: Mapped[datetime]
    user_id: Mapped[Big]
    note: Mapped[str]


class Message(Base):
    """One message, without its content; its time is in its id.

    ``kind`` is :class:`bot.domain.facts.MessageKind`. A deleted message stays as a tombstone
    without source, so that a later fill cannot bring it back. ``double_of`` is set for the kinds
    that repeat another relay's line: the message that counts in its place.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "ix_messages_clan_id_double_of",
            "clan_id",
            "double_of",
            sqlite_where=text("double_of IS NOT NULL"),
            postgresql_where=text("double_of IS NOT NULL"),
        ),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = _clan_key()
    message_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    channel_id: Mapped[Big]
    source_id: Mapped[int | None]
    kind: Mapped[int] = mapped_column(SmallInteger)
    length: Mapped[int] = mapped_column(SmallInteger)
    double_of: Mapped[Big | None]


class RelayPrint(Base):
    """What a relay's line says, as a keyed hash, while another relay may still repeat it."""

    __tablename__ = "relay_prints"
    __table_args__ = (Index("ix_relay_prints_clan_id_print", "clan_id", "print"), WITHOUT_ROWID)

    clan_id: Mapped[int] = _clan_key()
    message_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    print: Mapped[Big]
    channel_id: Mapped[Big]
    author_id: Mapped[Big]


class Activity(Base):
    """Messages of a source in a quarter of an hour (counted since 1970)."""

    __tablename__ = "activity"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quarter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    messages: Mapped[int]


class ActivityDay(Base):
    """The same by UTC day (counted since 1970), for long periods."""

    __tablename__ = "activity_days"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    messages: Mapped[int]


class Coverage(Base):
    """When a channel was really observed. Time outside of it is unknown, not silent."""

    __tablename__ = "coverage"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    channel_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]


class IngestCursor(Base):
    """How far a channel is read without a hole. ``start_id`` is where reading began.

    While ``filling``, ``after_id`` moves page by page; then live messages move it.
    """

    __tablename__ = "ingest_cursors"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    channel_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    start_id: Mapped[Big]
    after_id: Mapped[Big]
    filling: Mapped[bool]


class Broadcast(Base):
    """A relay's own announcement. An unknown form keeps its ``raw`` text for 30 days, others keep none."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        Index(
            "ix_broadcasts_clan_id_message_id_raw",
            "clan_id",
            "message_id",
            sqlite_where=text("raw IS NOT NULL"),
            postgresql_where=text("raw IS NOT NULL"),
        ),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = _clan_key()
    message_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    source_id: Mapped[int | None]
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    raw: Mapped[str | None]


class MetricRow(Base):
    """What can be measured. A new boss is a new row."""

    __tablename__ = "metrics"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    measure: Mapped[str]


class SnapshotRow(Base):
    """When a profile's statistics were seen."""

    __tablename__ = "snapshots"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime] = mapped_column(primary_key=True)


class MetricValue(Base):
    """A value since a snapshot, stored only where it changed. Null is unranked: unknown."""

    __tablename__ = "metric_values"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    metric_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[Big | None]


class PastJob(Base):
    """The reading of a clan's history at WOM from before the bot; one at most, kept when it has ended.

    Wanted is everything from ``since`` to ``until``. ``state`` is running, done or cancelled;
    ``told`` is whether the message that shows it, null for none, says how it ended.
    """

    __tablename__ = "past_jobs"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    since: Mapped[datetime]
    until: Mapped[datetime]
    state: Mapped[str]
    asked_by: Mapped[Big]
    channel_id: Mapped[Big | None]
    message_id: Mapped[Big | None]
    requests: Mapped[int]
    snapshots: Mapped[int]
    ended_at: Mapped[datetime | None]
    told: Mapped[bool]


class PastSpan(Base):
    """Every snapshot that WOM had of a profile in this span is stored; both ends belong to it."""

    __tablename__ = "past_spans"
    __table_args__ = (_source_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = _clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]


class PastRefusal(Base):
    """A profile of whose past WOM would not tell, and why; see :class:`bot.domain.past.Refusal`."""

    __tablename__ = "past_refusals"
    __table_args__ = (_source_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = _clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]


class NameChange(Base):
    """A name change as WOM lists it, recognised by its id: the list's order says nothing."""

    __tablename__ = "name_changes"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = _clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    player_id: Mapped[int]
    old_name: Mapped[str]
    new_name: Mapped[str]
    status: Mapped[str]
    submitted_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class MemberEvent(Base):
    """Joined, left, returned, rank changed, renamed.

    ``key`` says what WOM called it, so that reading it again adds nothing. ``told_at`` is when
    officers were told of it.
    """

    __tablename__ = "member_events"
    __table_args__ = (
        _member_reference(),
        Index("ix_member_events_clan_id_member_id_at", "clan_id", "member_id", "at"),
        Index("ix_member_events_clan_id_at", "clan_id", "at"),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = _clan_key()
    key: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    before: Mapped[str | None]
    after: Mapped[str | None]
    told_at: Mapped[datetime | None]


class Achievement(Base):
    """A threshold that a profile crossed. ``accuracy_ms`` is how late WOM may have seen it."""

    __tablename__ = "achievements"
    __table_args__ = (_source_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = _clan_key()
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    metric_key: Mapped[str]
    threshold: Mapped[Big]
    achieved_at: Mapped[datetime]
    accuracy_ms: Mapped[Big | None]


class AuditEntry(Base):
    """Who changed what, for officers."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_guild_id_at", "guild_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[Big]
    at: Mapped[datetime]
    user_id: Mapped[Big]
    action: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class KeptState(Base):
    """What the process remembers of itself between two starts, such as the commands it last synced."""

    __tablename__ = "kept_state"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
