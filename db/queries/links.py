"""Which members a Discord user owns."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.accounts import Account
from bot.domain.ids import ClanId, MemberId, UserId
from db.bulk import inserting
from db.models import DiscordLink, Member


async def links_of(session: AsyncSession, clan: ClanId, user: UserId) -> list[Account]:
    """A user's accounts, the main one first, then by name."""
    rows = await session.execute(
        select(DiscordLink.member_id, Member.name, DiscordLink.verified, DiscordLink.is_main)
        .join_from(
            DiscordLink,
            Member,
            (Member.clan_id == DiscordLink.clan_id) & (Member.id == DiscordLink.member_id),
        )
        .where(DiscordLink.clan_id == clan, DiscordLink.user_id == user)
        .order_by(DiscordLink.is_main.desc(), Member.name)
    )
    return [Account(MemberId(member), name, verified, main) for member, name, verified, main in rows]


async def main_member(session: AsyncSession, clan: ClanId, user: UserId) -> MemberId | None:
    """A user's main account; None where they have linked none."""
    member = await session.scalar(
        select(DiscordLink.member_id).where(
            DiscordLink.clan_id == clan, DiscordLink.user_id == user, DiscordLink.is_main
        )
    )
    return None if member is None else MemberId(member)


async def verified_owner(session: AsyncSession, clan: ClanId, member: MemberId) -> UserId | None:
    """The user whose account it is beyond doubt; None where nobody's link is verified."""
    user = await session.scalar(
        select(DiscordLink.user_id).where(
            DiscordLink.clan_id == clan, DiscordLink.member_id == member, DiscordLink.verified
        )
    )
    return None if user is None else UserId(user)


async def is_linked(session: AsyncSession, clan: ClanId, member: MemberId) -> bool:
    """Whether some Discord user has linked a member, claimed or verified."""
    user = await session.scalar(
        select(DiscordLink.user_id)
        .where(DiscordLink.clan_id == clan, DiscordLink.member_id == member)
        .limit(1)
    )
    return user is not None


async def add_link(
    session: AsyncSession, clan: ClanId, user: UserId, member: MemberId, *, is_main: bool, now: datetime
) -> None:
    """A user claims a member. Claiming again changes nothing."""
    await session.execute(
        inserting(session, DiscordLink)
        .values(
            clan_id=clan,
            user_id=user,
            member_id=member,
            verified=False,
            is_main=is_main,
            linked_at=now,
            linked_by=user,
        )
        .on_conflict_do_nothing()
    )


async def set_main(session: AsyncSession, clan: ClanId, user: UserId, member: MemberId) -> None:
    """Make one of a user's accounts the main one, and no other."""
    await session.execute(
        update(DiscordLink)
        .where(DiscordLink.clan_id == clan, DiscordLink.user_id == user)
        .values(is_main=DiscordLink.member_id == member)
    )


async def remove_link(session: AsyncSession, clan: ClanId, user: UserId, member: MemberId) -> None:
    """A user gives an account up. Links of others stay."""
    await session.execute(
        delete(DiscordLink).where(
            DiscordLink.clan_id == clan, DiscordLink.user_id == user, DiscordLink.member_id == member
        )
    )
