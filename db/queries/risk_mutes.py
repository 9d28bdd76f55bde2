"""Whom officers do not want to see among those who may be about to leave."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.at_risk import Mute
from bot.domain.ids import ClanId, MemberId, UserId
from db.bulk import inserting
from db.models import Member, RiskMute
from db.queries.members import ROOT


async def mutes(session: AsyncSession, clan: ClanId, now: datetime) -> dict[MemberId, Mute]:
    """The mutes that last, by whom each member shows under now; of several the longest."""
    rows = await session.execute(
        select(ROOT, RiskMute.until, RiskMute.muted_by, RiskMute.muted_at)
        .join_from(RiskMute, Member, (Member.clan_id == RiskMute.clan_id) & (Member.id == RiskMute.member_id))
        .where(RiskMute.clan_id == clan, or_(RiskMute.until.is_(None), RiskMute.until > now))
    )
    found: dict[MemberId, Mute] = {}
    for member, until, by, at in rows:
        one, other = Mute(UserId(by), at, until), found.get(MemberId(member))
        if other is None or _is_longer(one, other):
            found[MemberId(member)] = one
    return found


def _is_longer(one: Mute, other: Mute) -> bool:
    if one.until is None or other.until is None:
        return one.until is None
    return one.until > other.until


async def mute(session: AsyncSession, clan: ClanId, member: MemberId, one: Mute) -> None:
    """Mute a member; what was before is replaced."""
    values = {"until": one.until, "muted_by": one.by, "muted_at": one.at}
    adding = inserting(session, RiskMute).values(clan_id=clan, member_id=member, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "member_id"], set_=values))


async def unmute(session: AsyncSession, clan: ClanId, theirs: Collection[MemberId]) -> None:
    """Mute these accounts of a person no more, nor what was merged into them."""
    merged = select(Member.id).where(Member.clan_id == clan, ROOT.in_(theirs))
    await session.execute(delete(RiskMute).where(RiskMute.clan_id == clan, RiskMute.member_id.in_(merged)))
