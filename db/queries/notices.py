"""What officers were told, and what not yet."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.as_of import RENAMED, RETURNED
from bot.domain.ids import ClanId, MemberId, NameKey, UserId
from bot.domain.notices import Claimed, Renamed
from db.models import DiscordLink, IdentityConflict, Member, MemberEvent, MemberNote
from db.types import OPEN_END, OPEN_START, Moment


async def untold_conflicts(session: AsyncSession, clan: ClanId) -> list[Claimed]:
    """Names in dispute that no officer has heard of, the oldest first."""
    holder, claimant = aliased(Member), aliased(Member)
    rows = await session.execute(
        select(
            IdentityConflict.name_key,
            IdentityConflict.from_at,
            IdentityConflict.to_at,
            func.coalesce(holder.name, ""),
            func.coalesce(claimant.name, ""),
        )
        .outerjoin(
            holder,
            (holder.clan_id == IdentityConflict.clan_id) & (holder.id == IdentityConflict.holder_id),
        )
        .outerjoin(
            claimant,
            (claimant.clan_id == IdentityConflict.clan_id) & (claimant.id == IdentityConflict.claimant_id),
        )
        .where(
            IdentityConflict.clan_id == clan,
            IdentityConflict.decided_at.is_(None),
            IdentityConflict.noticed_at.is_(None),
        )
        .order_by(IdentityConflict.seen_at, IdentityConflict.name_key)
    )
    return [
        Claimed(
            NameKey(key),
            None if start <= OPEN_START else start,
            None if end >= OPEN_END else end,
            holds,
            claims,
        )
        for key, start, end, holds, claims in rows
    ]


async def note_conflicts_told(
    session: AsyncSession, clan: ClanId, claimed: Collection[Claimed], now: datetime
) -> None:
    """Officers were told of these."""
    told = [(one.key, one.start or OPEN_START) for one in claimed]
    await session.execute(
        update(IdentityConflict)
        .where(
            IdentityConflict.clan_id == clan,
            tuple_(IdentityConflict.name_key, IdentityConflict.from_at).in_(told),
        )
        .values(noticed_at=now)
        .execution_options(synchronize_session=False)
    )


class Return(NamedTuple):
    """A stored return, and how many notes officers made of the member."""

    key: str
    member: MemberId
    at: datetime
    notes: int


async def untold_returns(session: AsyncSession, clan: ClanId, since: datetime) -> list[Return]:
    """Returns from a time on that no officer has heard of and that still stand, the oldest first."""
    notes = (
        select(func.count())
        .where(MemberNote.clan_id == MemberEvent.clan_id, MemberNote.member_id == MemberEvent.member_id)
        .correlate(MemberEvent)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(MemberEvent.key, MemberEvent.member_id, MemberEvent.at, notes)
        .join(Member, (Member.clan_id == MemberEvent.clan_id) & (Member.id == MemberEvent.member_id))
        .where(
            MemberEvent.clan_id == clan,
            MemberEvent.kind == RETURNED,
            MemberEvent.at >= since,
            MemberEvent.told_at.is_(None),
            Member.left_at.is_(None),
        )
        .order_by(MemberEvent.at, MemberEvent.key)
    )
    return [Return(key, MemberId(member), at, number) for key, member, at, number in rows]


async def untold_renames(session: AsyncSession, clan: ClanId, since: datetime) -> list[Renamed]:
    """Renames found from a time on, of members with a verified owner, not followed yet; the oldest first."""
    rows = await session.execute(
        select(MemberEvent.key, DiscordLink.user_id, MemberEvent.before, MemberEvent.after)
        .join(
            DiscordLink,
            (DiscordLink.clan_id == MemberEvent.clan_id)
            & (DiscordLink.member_id == MemberEvent.member_id)
            & DiscordLink.verified,
        )
        .where(
            MemberEvent.clan_id == clan,
            MemberEvent.kind == RENAMED,
            # WOM may approve one long after the old name was last seen.
            func.coalesce(MemberEvent.noted_at, MemberEvent.at, type_=Moment()) >= since,
            MemberEvent.told_at.is_(None),
        )
        .order_by(MemberEvent.at, MemberEvent.key)
    )
    return [Renamed(key, UserId(user), before or "", after or "") for key, user, before, after in rows]


async def note_events_told(session: AsyncSession, clan: ClanId, keys: Collection[str], now: datetime) -> None:
    """Officers were told of what is stored under these keys."""
    await session.execute(
        update(MemberEvent)
        .where(MemberEvent.clan_id == clan, MemberEvent.key.in_(keys))
        .values(told_at=now)
        .execution_options(synchronize_session=False)
    )
