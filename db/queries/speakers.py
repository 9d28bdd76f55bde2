"""Which account each nickname of a Discord user speaks for."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.accounts import Owned, speaks_for
from bot.domain.facts import SourceKind
from bot.domain.ids import ClanId, MemberId, NameKey, SourceId, UserId
from db.models import Alias, DiscordLink, Member, Source
from db.queries.links import IS_LINKED, stands
from db.queries.members import ROOT
from db.types import OPEN_END


async def speakers(
    session: AsyncSession, clan: ClanId, users: Collection[UserId]
) -> dict[SourceId, MemberId]:
    """Whose each source of these users is; one of somebody without an account is absent."""
    accounts = await _owned(session, clan, users)
    rows = await session.execute(
        select(Source.id, Source.user_id, Source.label).where(
            Source.clan_id == clan, Source.kind == SourceKind.DISCORD, Source.user_id.in_(users)
        )
    )
    found: dict[SourceId, MemberId] = {}
    for source, user, nickname in rows:
        member = speaks_for(nickname, accounts.get(UserId(user or 0), ()))
        if member is not None:
            found[SourceId(source)] = member
    return found


_Row = tuple[int, int, bool, str, str | None, datetime | None]
"""A link with one of its account's names; without one where it never had any."""


async def _owned(session: AsyncSession, clan: ClanId, users: Collection[UserId]) -> dict[UserId, list[Owned]]:
    """The accounts of these users that stand, with every name of theirs, in one statement.

    The names of who was merged into an account, or whom it was merged into, are its own.
    """
    named = aliased(Member)
    rows = await session.execute(
        select(
            DiscordLink.user_id,
            DiscordLink.member_id,
            DiscordLink.is_main,
            Member.name,
            Alias.name_key,
            Alias.to_at,
        )
        .join_from(DiscordLink, Member, IS_LINKED)
        .join(named, (named.clan_id == Member.clan_id) & (func.coalesce(named.same_as, named.id) == ROOT))
        .outerjoin(Alias, (Alias.clan_id == named.clan_id) & (Alias.member_id == named.id))
        .where(DiscordLink.clan_id == clan, DiscordLink.user_id.in_(users), stands())
    )
    names: dict[tuple[int, int, bool, str], tuple[set[NameKey], set[NameKey]]] = {}
    for user, member, is_main, name, key, end in cast("Iterable[_Row]", rows):
        present, former = names.setdefault((user, member, is_main, name), (set(), set()))
        if key is not None:
            (present if end == OPEN_END else former).add(NameKey(key))
    accounts: dict[UserId, list[Owned]] = {}
    for (user, member, is_main, name), (present, former) in names.items():
        owned = Owned(MemberId(member), name, is_main, frozenset(present), frozenset(former - present))
        accounts.setdefault(UserId(user), []).append(owned)
    return accounts
