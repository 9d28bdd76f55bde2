"""What every table is made from."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Text,
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


def clan_key() -> Mapped[int]:
    """The clan that leads a key; its rows go with it."""
    return mapped_column(ForeignKey("clans.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)


def member_reference() -> ForeignKeyConstraint:
    """The member of ``clan_id`` and ``member_id``; the row goes with it."""
    return ForeignKeyConstraint(
        ["clan_id", "member_id"], ["members.clan_id", "members.id"], ondelete="CASCADE"
    )


def source_reference() -> ForeignKeyConstraint:
    """The source of ``clan_id`` and ``source_id``; the row goes with it."""
    return ForeignKeyConstraint(
        ["clan_id", "source_id"], ["sources.clan_id", "sources.id"], ondelete="CASCADE"
    )
