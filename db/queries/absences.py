"""Who is away, and who was."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.absences import Absence
from bot.domain.ids import ClanId, MemberId, UserId
from db.models import AbsenceRow
from db.queries.members import same_as


def _absence(row: AbsenceRow) -> Absence:
    return Absence(
        id=row.id,
        user=None if row.user_id is None else UserId(row.user_id),
        member=None if row.member_id is None else MemberId(row.member_id),
        start=row.from_at,
        until=row.until_at,
        because=row.because,
        noted_by=UserId(row.noted_by),
        ended_at=row.ended_at,
    )


async def absences(session: AsyncSession, clan: ClanId, since: datetime) -> list[Absence]:
    """Every absence of a clan that lasted at a time or began later, the earliest noted first."""
    rows = await session.scalars(
        select(AbsenceRow)
        .where(AbsenceRow.clan_id == clan, AbsenceRow.until_at > since)
        .order_by(AbsenceRow.id)
    )
    return [_absence(row) for row in rows]


async def lasting(
    session: AsyncSession, clan: ClanId, user: UserId | None, members: Collection[MemberId], now: datetime
) -> list[Absence]:
    """The absences of a user or of these members that last, the latest noted first.

    Members whom officers merged are one.
    """
    rows = await session.scalars(
        _open(clan, _theirs(clan, user, members), now).order_by(AbsenceRow.id.desc())
    )
    return [_absence(row) for row in rows]


def _open(clan: ClanId, theirs: ColumnElement[bool], now: datetime) -> Select[AbsenceRow]:
    return select(AbsenceRow).where(
        AbsenceRow.clan_id == clan,
        AbsenceRow.until_at > now,
        AbsenceRow.ended_at.is_(None),
        theirs,
    )


def _theirs(clan: ClanId, user: UserId | None, members: Collection[MemberId]) -> ColumnElement[bool]:
    of_user = false() if user is None else AbsenceRow.user_id == user
    return or_(AbsenceRow.member_id.in_(same_as(clan, members)), of_user)


async def add_absence(
    session: AsyncSession,
    clan: ClanId,
    user: UserId | None,
    member: MemberId | None,
    until: datetime,
    because: str,
    by: UserId,
    now: datetime,
) -> int:
    """Note that somebody is away from now on, and return its number."""
    row = AbsenceRow(
        clan_id=clan,
        user_id=user,
        member_id=member,
        from_at=now,
        until_at=until,
        because=because,
        noted_by=by,
        noted_at=now,
    )
    session.add(row)
    await session.flush()
    return row.id


async def end_absences(session: AsyncSession, ids: Collection[int], by: UserId, now: datetime) -> None:
    """These are over before their time."""
    await session.execute(
        update(AbsenceRow)
        .where(AbsenceRow.id.in_(ids), AbsenceRow.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
    )


class Ended(NamedTuple):
    """An absence that ended by itself, of which a user was not told yet."""

    id: int
    clan: ClanId
    user: UserId
    until: datetime


async def untold_ends(
    session: AsyncSession, clans: Collection[ClanId], since: datetime, now: datetime
) -> list[Ended]:
    """The absences of users that ended by themselves since a time, the earliest first, not told yet."""
    rows = await session.scalars(
        select(AbsenceRow)
        .where(
            AbsenceRow.clan_id.in_(clans),
            AbsenceRow.user_id.is_not(None),
            AbsenceRow.until_at > since,
            AbsenceRow.until_at <= now,
            AbsenceRow.ended_at.is_(None),
            AbsenceRow.reminded_at.is_(None),
        )
        .order_by(AbsenceRow.until_at)
    )
    return [Ended(row.id, ClanId(row.clan_id), UserId(row.user_id or 0), row.until_at) for row in rows]


async def note_reminded(session: AsyncSession, absence: int, now: datetime) -> None:
    """Whoever was away was reminded, or cannot be."""
    await session.execute(update(AbsenceRow).where(AbsenceRow.id == absence).values(reminded_at=now))
