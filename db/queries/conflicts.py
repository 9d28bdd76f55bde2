"""Names that two members claim for one time: kept until an officer decides."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.decisions import Conflict, DecisionId, Disputed
from bot.domain.identity import Dispute
from bot.domain.ids import ClanId, MemberId, NameKey
from db.bulk import inserting
from db.models import IdentityConflict
from db.types import OPEN_END, OPEN_START


async def add_disputes(
    session: AsyncSession, clan: ClanId, disputes: Iterable[Dispute], now: datetime
) -> set[NameKey]:
    """Note who disagrees about a name; one that is known already adds nothing.

    Returns:
        The names of which something is disputed that was not before.
    """
    rows: list[dict[str, Any]] = [
        {
            "clan_id": clan,
            "name_key": one.key,
            "from_at": one.start or OPEN_START,
            "to_at": one.end or OPEN_END,
            "holder_id": one.holder,
            "claimant_id": one.claimant,
            "evidence": {},
            "seen_at": now,
        }
        for one in disputes
    ]
    if not rows:
        return set()
    added = await session.scalars(
        inserting(session, IdentityConflict)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(IdentityConflict.name_key)
    )
    return {NameKey(key) for key in added}


async def disputed(session: AsyncSession, clan: ClanId, keys: Collection[NameKey]) -> list[Disputed]:
    """The times over which these names are disputed and no officer has decided."""
    rows = await session.execute(
        select(IdentityConflict.name_key, IdentityConflict.from_at, IdentityConflict.to_at).where(
            IdentityConflict.clan_id == clan,
            IdentityConflict.name_key.in_(keys),
            IdentityConflict.decided_at.is_(None),
        )
    )
    return [
        Disputed(NameKey(key), None if start <= OPEN_START else start, None if end >= OPEN_END else end)
        for key, start, end in rows
    ]


async def open_conflicts(session: AsyncSession, clan: ClanId) -> list[Conflict]:
    """What waits for a decision, the oldest first, and last what an officer put off."""
    rows = await session.scalars(
        select(IdentityConflict)
        .where(IdentityConflict.clan_id == clan, IdentityConflict.decided_at.is_(None))
        .order_by(
            IdentityConflict.later_at.is_not(None),
            IdentityConflict.later_at,
            IdentityConflict.seen_at,
            IdentityConflict.name_key,
        )
    )
    return [_conflict(row) for row in rows]


def _conflict(row: IdentityConflict) -> Conflict:
    return Conflict(
        key=NameKey(row.name_key),
        start=None if row.from_at <= OPEN_START else row.from_at,
        end=None if row.to_at >= OPEN_END else row.to_at,
        holder=MemberId(row.holder_id or 0),
        claimant=MemberId(row.claimant_id or 0),
        seen_at=row.seen_at,
        noticed_at=row.noticed_at,
        later_at=row.later_at,
    )


async def settle(
    session: AsyncSession, clan: ClanId, one: Conflict, decision: DecisionId | None, now: datetime
) -> None:
    """A conflict is decided; without a decision it went away by itself."""
    await _update(session, clan, one, decided_at=now, decision_id=decision)


async def put_off(session: AsyncSession, clan: ClanId, one: Conflict, now: datetime) -> None:
    """An officer wants to see the others first."""
    await _update(session, clan, one, later_at=now)


async def _update(session: AsyncSession, clan: ClanId, one: Conflict, **columns: Any) -> None:
    await session.execute(
        update(IdentityConflict)
        .where(
            IdentityConflict.clan_id == clan,
            IdentityConflict.name_key == one.key,
            IdentityConflict.from_at == (one.start or OPEN_START),
        )
        .values(**columns)
    )


async def reopen_conflicts(session: AsyncSession, clan: ClanId, decision: DecisionId) -> None:
    """What a decision settled is open again."""
    await session.execute(
        update(IdentityConflict)
        .where(IdentityConflict.clan_id == clan, IdentityConflict.decision_id == decision)
        .values(decided_at=None, decision_id=None)
    )
