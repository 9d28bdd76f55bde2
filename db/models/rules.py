"""A clan's rank rules, what they say of its members, and what officers made of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import WITHOUT_ROWID, Base, Big, clan_key, member_reference


class RuleVersion(Base):
    """A clan's rules as they were saved; the highest ``version`` counts, and none is ever changed."""

    __tablename__ = "rule_versions"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime]
    saved_by: Mapped[Big]
    note: Mapped[str]


class RuleDraft(Base):
    """Rules that an officer is writing and has not saved; ``basis`` is the version they began from."""

    __tablename__ = "rule_drafts"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    user_id: Mapped[Big] = mapped_column(primary_key=True, autoincrement=False)
    basis: Mapped[int]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_at: Mapped[datetime]


class StandingRow(Base):
    """What a rank's condition comes to for a member since a time.

    ``outcome`` is :class:`bot.domain.rules.judging.Outcome`, ``kind`` :class:`bot.domain.rules.ladder.Place`.
    """

    __tablename__ = "standings"
    __table_args__ = (member_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    outcome: Mapped[str]
    since: Mapped[datetime]


class RankHold(Base):
    """A member whom officers do not promote to anything until a time; null is for ever."""

    __tablename__ = "rank_holds"
    __table_args__ = (member_reference(), WITHOUT_ROWID)

    clan_id: Mapped[int] = clan_key()
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[datetime | None]
    held_by: Mapped[Big]
    held_at: Mapped[datetime]
    note: Mapped[str]


class PromotionBatch(Base):
    """Changes of rank that an officer looked at together, and made once.

    ``picks`` are members with the rule's rank, as ``[member, rank]``. ``change_set_id`` are the
    Discord roles that follow, null where nobody's change. ``announced_at`` is when it was posted,
    by ``announced_by``.
    """

    __tablename__ = "promotion_batches"
    __table_args__ = (WITHOUT_ROWID,)

    clan_id: Mapped[int] = clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    drawn_by: Mapped[Big]
    drawn_at: Mapped[datetime]
    picks: Mapped[list[list[Any]]] = mapped_column(JSON)
    approved_by: Mapped[Big | None]
    approved_at: Mapped[datetime | None]
    change_set_id: Mapped[int | None]
    announced_at: Mapped[datetime | None]
    announced_by: Mapped[Big | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[Big | None]


class PromotionRow(Base):
    """A change of rank that an officer approved, and how far it is: Discord, the game, WOM, confirmed.

    ``evidence`` is why, in words, as it was approved. One at most is open for a member:
    ``ended_at`` is when it was confirmed, cancelled or gave up, and ``ending`` says which.
    ``user_id`` is whose Discord roles follow, null where no verified link says. ``wom_asked_at`` is
    right before WOM was first asked to set the role, ``wom_set_at`` when it last said that it had.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        member_reference(),
        Index(
            "uq_promotions_open",
            "clan_id",
            "member_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        WITHOUT_ROWID,
    )

    clan_id: Mapped[int] = clan_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int]
    rank: Mapped[str]
    from_role: Mapped[str | None]
    to_role: Mapped[str | None]
    approved_by: Mapped[Big]
    approved_at: Mapped[datetime]
    evidence: Mapped[list[str]] = mapped_column(JSON)
    batch_id: Mapped[int]
    user_id: Mapped[Big | None]
    discord_at: Mapped[datetime | None]
    discord_note: Mapped[str | None]
    ticked_at: Mapped[datetime | None]
    ticked_by: Mapped[Big | None]
    wom_asked_at: Mapped[datetime | None]
    wom_set_at: Mapped[datetime | None]
    wom_failure: Mapped[str | None]
    confirmed_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None]
