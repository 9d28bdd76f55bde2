"""What waits for officers to decide of links, and what they refused."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.ids import ClanId, MemberId, NameKey, UserId
from db.bulk import inserting
from db.models import Alias, DiscordLink, LinkRefusal, Member
from db.queries.links import IS_LINKED, stands
from db.queries.members import ROOT
from db.types import OPEN_END, Moment


class LinkRow(NamedTuple):
    """One link of somebody to a member."""

    user: UserId
    member: MemberId
    verified: bool


async def all_links(session: AsyncSession, clan: ClanId) -> list[LinkRow]:
    """Every link of the clan, to whom its member shows under."""
    rows = await session.execute(
        select(DiscordLink.user_id, ROOT, DiscordLink.verified)
        .join_from(DiscordLink, Member, IS_LINKED)
        .where(DiscordLink.clan_id == clan)
    )
    return [LinkRow(UserId(user), MemberId(member), verified) for user, member, verified in rows]


class ClaimRow(NamedTuple):
    """A claim that waits for an officer; ``rivals`` are others who claim the same member."""

    user: UserId
    member: MemberId
    name: str
    wom_role: str | None
    linked_at: datetime
    rivals: int


async def claims(session: AsyncSession, clan: ClanId) -> list[ClaimRow]:
    """The claims to members whom nobody's verified link owns, the oldest first."""
    rival, theirs = aliased(DiscordLink), aliased(Member)
    rivals = (
        select(func.count(rival.user_id.distinct()))
        .join(theirs, (theirs.clan_id == rival.clan_id) & (theirs.id == rival.member_id))
        .where(
            rival.clan_id == DiscordLink.clan_id,
            func.coalesce(theirs.same_as, theirs.id) == ROOT,
            rival.user_id != DiscordLink.user_id,
        )
        .correlate(DiscordLink, Member)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(
            DiscordLink.user_id,
            DiscordLink.member_id,
            Member.name,
            Member.wom_role,
            DiscordLink.linked_at,
            rivals,
        )
        .join_from(DiscordLink, Member, IS_LINKED)
        .where(DiscordLink.clan_id == clan, ~DiscordLink.verified, stands())
        .order_by(DiscordLink.linked_at, DiscordLink.user_id, DiscordLink.member_id)
    )
    return [
        ClaimRow(UserId(user), MemberId(member), name, role, at, number)
        for user, member, name, role, at, number in rows
    ]


async def refused(session: AsyncSession, clan: ClanId) -> set[tuple[UserId, MemberId]]:
    """Which user is not which member, as officers said, by whom the member shows under."""
    rows = await session.execute(
        select(LinkRefusal.user_id, ROOT)
        .join(Member, (Member.clan_id == LinkRefusal.clan_id) & (Member.id == LinkRefusal.member_id))
        .where(LinkRefusal.clan_id == clan)
    )
    return {(UserId(user), MemberId(member)) for user, member in rows}


async def is_refused(session: AsyncSession, clan: ClanId, user: UserId, member: MemberId) -> bool:
    """Whether officers said that a member is not this user's."""
    return await session.get(LinkRefusal, (clan, user, member)) is not None


async def refuse(
    session: AsyncSession, clan: ClanId, user: UserId, member: MemberId, by: UserId, now: datetime
) -> None:
    """Note that a member is not this user's."""
    adding = inserting(session, LinkRefusal).values(
        clan_id=clan, user_id=user, member_id=member, refused_by=by, refused_at=now
    )
    await session.execute(adding.on_conflict_do_nothing())


async def forgive(session: AsyncSession, clan: ClanId, pairs: Collection[tuple[UserId, MemberId]]) -> None:
    """Forget that these members were said not to be these users'."""
    await session.execute(
        delete(LinkRefusal).where(
            LinkRefusal.clan_id == clan,
            tuple_(LinkRefusal.user_id, LinkRefusal.member_id).in_(list(pairs)),
        )
    )


class NamedMember(NamedTuple):
    """A member on the roster with one of their names; None where they never held one."""

    member: MemberId
    name: str
    wom_role: str | None
    joined_at: datetime | None
    key: NameKey | None
    is_present: bool


_Row = tuple[int, str, str | None, datetime | None, str | None, bool | None]


async def roster_names(session: AsyncSession, clan: ClanId) -> list[NamedMember]:
    """Everybody on the roster with every name of theirs and of who was merged into them, in one statement.

    A name is present while its holder is on the roster.
    """
    shown, present = aliased(Member), aliased(Member)
    on_roster = select(func.coalesce(present.same_as, present.id)).where(
        present.clan_id == clan, present.left_at.is_(None)
    )
    rows = await session.execute(
        select(
            shown.id,
            shown.name,
            shown.wom_role,
            func.coalesce(shown.joined_corrected_at, shown.joined_at, type_=Moment()),
            Alias.name_key,
            (Alias.to_at == OPEN_END) & Member.left_at.is_(None),
        )
        .join_from(Member, shown, (shown.clan_id == Member.clan_id) & (shown.id == ROOT))
        .outerjoin(Alias, (Alias.clan_id == Member.clan_id) & (Alias.member_id == Member.id))
        .where(Member.clan_id == clan, ROOT.in_(on_roster))
    )
    return [
        NamedMember(
            MemberId(member), name, role, joined, None if key is None else NameKey(key), bool(is_present)
        )
        for member, name, role, joined, key, is_present in cast("Iterable[_Row]", rows)
    ]
