"""One-time codes: given to a user, said by a member in the relayed chat, used once."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.accounts import OpenCode
from bot.domain.ids import ClanId, MemberId, NameKey, UserId
from db.bulk import INTEGER, STRING, inserting, rows_as_table
from db.models import Alias, LinkCode, Member
from db.queries.members import ROOT
from db.types import Millis, to_millis


class Spoken(NamedTuple):
    """A code as it was said in the game chat: under which name, and when."""

    key: NameKey
    code: str
    at: datetime


class Proof(NamedTuple):
    """A user whose code was said by the member for whom it was given."""

    user: UserId
    member: MemberId
    name: str


async def open_codes(session: AsyncSession, clan: ClanId, user: UserId, now: datetime) -> list[OpenCode]:
    """A user's codes that can still be said, by the account's name."""
    rows = await session.execute(
        select(LinkCode.member_id, Member.name, LinkCode.code, LinkCode.to_at)
        .join_from(LinkCode, Member, _OF_MEMBER)
        .where(LinkCode.clan_id == clan, LinkCode.user_id == user, LinkCode.to_at > now)
    )
    found = [OpenCode(MemberId(member), name, code, end) for member, name, code, end in rows]
    return sorted(found, key=lambda one: (one.name, one.member))


async def codes_for(session: AsyncSession, clan: ClanId, member: MemberId) -> set[str]:
    """The codes that were given to anybody for a member and not removed yet."""
    return set(
        await session.scalars(
            select(LinkCode.code).where(LinkCode.clan_id == clan, LinkCode.member_id == member)
        )
    )


async def give_code(
    session: AsyncSession,
    clan: ClanId,
    user: UserId,
    member: MemberId,
    code: str,
    start: datetime,
    end: datetime,
) -> None:
    """Keep a code for a link; an earlier one for it ends."""
    values = {"code": code, "from_at": start, "to_at": end}
    adding = inserting(session, LinkCode).values(clan_id=clan, user_id=user, member_id=member, **values)
    await session.execute(
        adding.on_conflict_do_update(index_elements=["clan_id", "user_id", "member_id"], set_=values)
    )


async def remove_expired(session: AsyncSession, clan: ClanId, before: datetime) -> None:
    """Forget the codes that ended before a time."""
    await session.execute(delete(LinkCode).where(LinkCode.clan_id == clan, LinkCode.to_at < before))


async def remove_codes_for(session: AsyncSession, clan: ClanId, members: Collection[MemberId]) -> None:
    """Forget every code for these members: they are somebody's for certain now."""
    await session.execute(delete(LinkCode).where(LinkCode.clan_id == clan, LinkCode.member_id.in_(members)))


async def proofs(session: AsyncSession, clan: ClanId, spoken: Iterable[Spoken]) -> list[Proof]:
    """Whose codes these are, the first that was said first, in one statement.

    A code proves its link where it was said in its time, under a name that its member held at
    that moment, while that member is on the roster: a name that somebody left behind may be
    another's by now.
    """
    given = rows_as_table(
        session,
        {"name_key": STRING, "code": STRING, "at_ms": INTEGER},
        [(one.key, one.code, to_millis(one.at)) for one in spoken],
    )
    holder = aliased(Member)
    rows = await session.execute(
        select(LinkCode.user_id, LinkCode.member_id, Member.name)
        .join_from(LinkCode, Member, _OF_MEMBER)
        .join(given, given.c.code == LinkCode.code)
        .join(Alias, (Alias.clan_id == LinkCode.clan_id) & (Alias.name_key == given.c.name_key))
        .join(holder, (holder.clan_id == Alias.clan_id) & (holder.id == Alias.member_id))
        .where(
            LinkCode.clan_id == clan,
            func.coalesce(holder.same_as, holder.id) == ROOT,
            holder.left_at.is_(None),
            holder.leave_seen_at.is_(None),
            Millis(Alias.from_at) <= given.c.at_ms,
            Millis(Alias.to_at) > given.c.at_ms,
            Millis(LinkCode.from_at) <= given.c.at_ms,
            Millis(LinkCode.to_at) > given.c.at_ms,
        )
        .order_by(given.c.at_ms, LinkCode.user_id)
    )
    return [Proof(UserId(user), MemberId(member), name) for user, member, name in rows]


_OF_MEMBER = (Member.clan_id == LinkCode.clan_id) & (Member.id == LinkCode.member_id)
