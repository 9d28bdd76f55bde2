"""Names that users gave while nobody on the roster held them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Boolean, Subquery, delete, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.accounts import PendingName
from bot.domain.ids import ClanId, MemberId, NameKey, UserId
from db.bulk import INTEGER, inserting
from db.models import Alias, DiscordLink, LinkRefusal, Member, PendingLink
from db.queries.members import ROOT
from db.types import OPEN_END, Moment


async def pending_of(session: AsyncSession, clan: ClanId, user: UserId) -> list[PendingName]:
    """The names that are kept for a user, in the order in which they were given."""
    rows = await session.execute(
        select(PendingLink.name_key, PendingLink.display_name)
        .where(PendingLink.clan_id == clan, PendingLink.user_id == user)
        .order_by(PendingLink.asked_at, PendingLink.name_key)
    )
    return [PendingName(NameKey(key), name) for key, name in rows]


async def keep_name(
    session: AsyncSession, clan: ClanId, user: UserId, key: NameKey, name: str, now: datetime
) -> None:
    """Keep a name until somebody on the roster holds it. Again it changes nothing."""
    adding = inserting(session, PendingLink).values(
        clan_id=clan, user_id=user, name_key=key, display_name=name, asked_at=now
    )
    await session.execute(adding.on_conflict_do_nothing())


async def drop_name(session: AsyncSession, clan: ClanId, user: UserId, key: NameKey) -> None:
    """Keep a name no longer."""
    await session.execute(
        delete(PendingLink).where(
            PendingLink.clan_id == clan, PendingLink.user_id == user, PendingLink.name_key == key
        )
    )


class Finished(NamedTuple):
    """A kept name that became a claim."""

    user: UserId
    member: MemberId


async def finish_pending(session: AsyncSession, clan: ClanId, now: datetime) -> list[Finished]:
    """Make every kept name that somebody on the roster holds now a claim, in one statement.

    A user's first account is the main one. What officers refused before is dropped.
    """
    found = _held_now(clan)
    has_links = exists().where(DiscordLink.clan_id == clan, DiscordLink.user_id == found.c.user_id)
    refused = exists().where(
        LinkRefusal.clan_id == clan,
        LinkRefusal.user_id == found.c.user_id,
        LinkRefusal.member_id == found.c.member_id,
    )
    added = await session.execute(
        inserting(session, DiscordLink)
        .from_select(
            ["clan_id", "user_id", "member_id", "verified", "is_main", "linked_at", "linked_by"],
            select(
                literal(clan, INTEGER),
                found.c.user_id,
                found.c.member_id,
                literal(value=False, type_=Boolean()),
                (found.c.number == 1) & ~has_links,
                literal(now, Moment()),
                found.c.user_id,
            ).where(~refused),
        )
        .on_conflict_do_nothing()
        .returning(DiscordLink.user_id, DiscordLink.member_id)
    )
    finished = [Finished(UserId(user), MemberId(member)) for user, member in added]
    held = _held_now(clan)
    await session.execute(
        delete(PendingLink).where(
            PendingLink.clan_id == clan,
            exists().where(held.c.user_id == PendingLink.user_id, held.c.name_key == PendingLink.name_key),
        )
    )
    return finished


def _held_now(clan: ClanId) -> Subquery:
    """The kept names that somebody on the roster holds; ``number`` is their order of each user's."""
    order = func.row_number().over(
        partition_by=PendingLink.user_id, order_by=(PendingLink.asked_at, PendingLink.name_key)
    )
    return (
        select(
            PendingLink.user_id,
            PendingLink.name_key,
            ROOT.label("member_id"),
            order.label("number"),
        )
        .join_from(
            PendingLink,
            Alias,
            (Alias.clan_id == PendingLink.clan_id)
            & (Alias.name_key == PendingLink.name_key)
            & (Alias.to_at == OPEN_END),
        )
        .join(Member, (Member.clan_id == Alias.clan_id) & (Member.id == Alias.member_id))
        .where(PendingLink.clan_id == clan, Member.left_at.is_(None))
        .subquery("held_now")
    )
