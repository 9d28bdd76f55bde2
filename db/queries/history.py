"""What officers did: one list over the audit log, sets of role changes and decisions of who is who."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.history import Action, Sort
from bot.domain.ids import UserId
from db.models import AuditEntry, ChangeSetRow, IdentityDecision

_SHOWN_AS_SETS = ("change_set",)
"""What the audit log says of sets is said by the sets themselves."""


class Mark(NamedTuple):
    """An entry before it is read: what it is, and its number among those."""

    sort: Sort
    number: int
    at: datetime


async def count_entries(session: AsyncSession, clan: Clan) -> int:
    """How many entries there are in all."""
    sets = select(func.count()).select_from(ChangeSetRow).where(ChangeSetRow.clan_id == clan.id)
    decisions = select(func.count()).select_from(IdentityDecision).where(IdentityDecision.clan_id == clan.id)
    actions = (
        select(func.count())
        .select_from(AuditEntry)
        .where(AuditEntry.guild_id == clan.guild, AuditEntry.action.not_in(_SHOWN_AS_SETS))
    )
    total = sets.scalar_subquery() + decisions.scalar_subquery() + actions.scalar_subquery()
    return await session.scalar(select(total)) or 0


async def marks(session: AsyncSession, clan: Clan, offset: int, number: int) -> list[Mark]:
    """Some entries of a clan and its server, the newest first."""
    entries = union_all(
        select(
            literal(Sort.CHANGES.value).label("sort"),
            ChangeSetRow.id.label("number"),
            ChangeSetRow.made_at.label("at"),
        ).where(ChangeSetRow.clan_id == clan.id),
        select(literal(Sort.DECISION.value), IdentityDecision.id, IdentityDecision.made_at).where(
            IdentityDecision.clan_id == clan.id
        ),
        select(literal(Sort.ACTION.value), AuditEntry.id, AuditEntry.at).where(
            AuditEntry.guild_id == clan.guild, AuditEntry.action.not_in(_SHOWN_AS_SETS)
        ),
    ).subquery()
    rows = await session.execute(
        select(entries.c.sort, entries.c.number, entries.c.at)
        .order_by(entries.c.at.desc(), entries.c.sort, entries.c.number.desc())
        .offset(offset)
        .limit(number)
    )
    return [Mark(Sort(sort), id_, at) for sort, id_, at in rows]


async def actions(session: AsyncSession, numbers: Collection[int]) -> dict[int, Action]:
    """These entries of the audit log."""
    rows = await session.scalars(select(AuditEntry).where(AuditEntry.id.in_(numbers)))
    return {row.id: Action(row.id, row.at, UserId(row.user_id), row.action, row.detail) for row in rows}
