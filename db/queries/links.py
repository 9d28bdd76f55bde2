"""Which members a Discord user owns."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.accounts import Account, main_first
from bot.domain.ids import ClanId, MemberId, NameKey, UserId
from db.bulk import INTEGER, inserting
from db.models import Alias, DiscordLink, Member
from db.queries.members import ROOT, MemberRow, member_by_id
from db.types import OPEN_END

IS_LINKED = (Member.clan_id == DiscordLink.clan_id) & (Member.id == DiscordLink.member_id)


def stands() -> ColumnElement[bool]:
    """Whether a link counts: it is verified, or no other user's link to the member is.

    So does another link of a user who has a verified one to the member. For statements that join
    each link's member by :data:`IS_LINKED`. Members whom officers merged are one here too.
    """
    other, theirs = aliased(DiscordLink), aliased(Member)
    root = func.coalesce(theirs.same_as, theirs.id)
    verified = (
        select(other.clan_id, root)
        .join_from(other, theirs, (theirs.clan_id == other.clan_id) & (theirs.id == other.member_id))
        .where(other.verified)
    )
    # Looked for in what is read once: a look at all links for each is the square of their number.
    link = (DiscordLink.clan_id, ROOT)
    by_anybody = tuple_(*link).in_(verified)
    by_themselves = tuple_(*link, DiscordLink.user_id).in_(verified.add_columns(other.user_id))
    return DiscordLink.verified | ~by_anybody | by_themselves


async def links_of(session: AsyncSession, clan: ClanId, user: UserId) -> list[Account]:
    """A user's accounts: the main one first, then by name, those that do not stand last.

    Where the one that was chosen as the main one does not stand, the first by name is.
    """
    rows = await session.execute(
        select(
            DiscordLink.member_id,
            Member.name,
            DiscordLink.verified,
            DiscordLink.is_main,
            stands().label("stands"),
        )
        .join_from(DiscordLink, Member, IS_LINKED)
        .where(DiscordLink.clan_id == clan, DiscordLink.user_id == user)
    )
    return main_first(
        Account(MemberId(member), name, verified, main, standing)
        for member, name, verified, main, standing in rows
    )


async def main_member(session: AsyncSession, clan: ClanId, user: UserId) -> MemberId | None:
    """A user's main account; None where they have linked none that stands."""
    main = next((one for one in await links_of(session, clan, user) if one.is_main), None)
    return None if main is None else main.member


async def verified_owner(session: AsyncSession, clan: ClanId, member: MemberId) -> UserId | None:
    """The user whose account it is beyond doubt; None where nobody's link is verified."""
    user = await session.scalar(
        select(DiscordLink.user_id)
        .join(Member, IS_LINKED)
        .where(DiscordLink.clan_id == clan, _is_one_of(clan, [member]), DiscordLink.verified)
        .order_by(DiscordLink.linked_at, DiscordLink.user_id)
        .limit(1)
    )
    return None if user is None else UserId(user)


async def linked_members(session: AsyncSession, clan: ClanId) -> frozenset[MemberId]:
    """Everybody whom some Discord user has linked, claimed or verified, members who left among them."""
    return frozenset(map(MemberId, await session.scalars(_linked_members(), {"clan": clan})))


@cache
def _linked_members() -> Select[Any]:
    # Every leaderboard of messages and every card asks this. Which of the links stand is no question:
    # one of them does.
    in_clan = DiscordLink.clan_id == bindparam("clan", type_=INTEGER)
    return select(ROOT).join_from(DiscordLink, Member, IS_LINKED).where(in_clan).distinct()


async def holder_on_roster(session: AsyncSession, clan: ClanId, key: NameKey) -> MemberRow | None:
    """Who of the clan holds a name now; None where nobody does, or only somebody who left."""
    member = await session.scalar(
        select(Member.id)
        .join_from(Alias, Member, (Member.clan_id == Alias.clan_id) & (Member.id == Alias.member_id))
        .where(
            Alias.clan_id == clan,
            Alias.name_key == key,
            Alias.to_at == OPEN_END,
            Member.left_at.is_(None),
        )
    )
    return None if member is None else await member_by_id(session, clan, MemberId(member))


async def users_of(session: AsyncSession, clan: ClanId, members: Collection[MemberId]) -> set[UserId]:
    """Everybody who has linked one of these members, whether the link stands or not."""
    users = await session.scalars(_users_of(), {"clan": clan, "members": list(members)})
    return set(map(UserId, users))


@cache
def _users_of() -> Select[Any]:
    # Every card asks this, and building a statement takes as long as running it.
    clan, members = bindparam("clan", type_=INTEGER), bindparam("members", type_=INTEGER, expanding=True)
    return (
        select(DiscordLink.user_id)
        .join(Member, IS_LINKED)
        .where(DiscordLink.clan_id == clan, _is_one_of(clan, members))
    )


def _is_one_of(clan: Any, members: Any) -> ColumnElement[bool]:
    """Whether a member is one of these, or shows under the same one as one of them."""
    given = aliased(Member)
    roots = select(func.coalesce(given.same_as, given.id)).where(given.clan_id == clan, given.id.in_(members))
    return ROOT.in_(roots)


async def standing(
    session: AsyncSession, clan: ClanId, pairs: Collection[tuple[UserId, MemberId]]
) -> dict[tuple[UserId, MemberId], tuple[str, bool]]:
    """The account's name of each of these links, and whether the link stands; absent where there is none."""
    rows = await session.execute(
        select(DiscordLink.user_id, DiscordLink.member_id, Member.name, stands().label("stands"))
        .join_from(DiscordLink, Member, IS_LINKED)
        .where(
            DiscordLink.clan_id == clan, tuple_(DiscordLink.user_id, DiscordLink.member_id).in_(list(pairs))
        )
    )
    return {(UserId(user), MemberId(member)): (name, standing) for user, member, name, standing in rows}


async def add_link(
    session: AsyncSession,
    clan: ClanId,
    user: UserId,
    member: MemberId,
    *,
    is_main: bool,
    now: datetime,
    by: UserId | None = None,
) -> None:
    """A user claims a member, or an officer (``by``) says so for them. Again it changes nothing."""
    await session.execute(
        inserting(session, DiscordLink)
        .values(
            clan_id=clan,
            user_id=user,
            member_id=member,
            verified=False,
            is_main=is_main,
            linked_at=now,
            linked_by=by or user,
        )
        .on_conflict_do_nothing()
    )


async def add_verified(
    session: AsyncSession,
    clan: ClanId,
    pairs: Collection[tuple[UserId, MemberId]],
    mains: Collection[tuple[UserId, MemberId]],
    *,
    now: datetime,
    by: UserId,
) -> None:
    """Link these users to these members beyond doubt; a claim becomes such a link and stays as it was.

    ``mains`` of them are new main accounts. The database refuses a second verified link to a member.
    """
    adding = inserting(session, DiscordLink).values(
        [
            {
                "clan_id": clan,
                "user_id": user,
                "member_id": member,
                "verified": True,
                "is_main": (user, member) in mains,
                "linked_at": now,
                "linked_by": by,
            }
            for user, member in pairs
        ]
    )
    await session.execute(
        adding.on_conflict_do_update(
            index_elements=["clan_id", "user_id", "member_id"], set_={"verified": True}
        )
    )


async def users_with_links(session: AsyncSession, clan: ClanId, users: Collection[UserId]) -> set[UserId]:
    """Those of these users who have linked anything."""
    found = await session.scalars(
        select(DiscordLink.user_id).where(DiscordLink.clan_id == clan, DiscordLink.user_id.in_(users))
    )
    return set(map(UserId, found))


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


async def move_links(session: AsyncSession, clan: ClanId, moved: Mapping[MemberId, MemberId]) -> None:
    """Give the links of members who were others all along to those others.

    Who had linked both keeps one link, main or verified where either was. Where two users'
    links are verified then, the one to the member who stays is; the other is a claim again.
    """
    for other, member in moved.items():
        theirs = DiscordLink.clan_id == clan, DiscordLink.member_id == other
        rows = (await session.execute(select(DiscordLink).where(*theirs))).scalars().all()
        await session.execute(delete(DiscordLink).where(*theirs))
        owner = await verified_owner(session, clan, member)
        for row in rows:
            adding = inserting(session, DiscordLink).values(
                clan_id=clan,
                user_id=row.user_id,
                member_id=member,
                verified=row.verified and owner in (None, row.user_id),
                is_main=row.is_main,
                linked_at=row.linked_at,
                linked_by=row.linked_by,
            )
            either = {
                "verified": DiscordLink.verified | adding.excluded.verified,
                "is_main": DiscordLink.is_main | adding.excluded.is_main,
            }
            await session.execute(
                adding.on_conflict_do_update(index_elements=["clan_id", "user_id", "member_id"], set_=either)
            )
