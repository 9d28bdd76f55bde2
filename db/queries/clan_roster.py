"""What a roster shows beside names: WOM's looks, last words, links. One statement each, for all members."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import quarter_start
from bot.domain.clan_roster import RosterLink
from bot.domain.facts import SourceKind
from bot.domain.ids import ClanId, MemberId, UserId
from db.models import Activity, Attribution, DiscordLink, Member, Profile, Source
from db.queries.links import IS_LINKED, stands
from db.queries.members import ROOT
from db.types import QUARTER_MS, Millis


class Look(NamedTuple):
    """WOM's last look at a member's accounts, and the last gain that it saw."""

    checked_at: datetime | None
    gained_at: datetime | None


async def looks(session: AsyncSession, clan: ClanId) -> dict[MemberId, Look]:
    """Of every member with a profile."""
    rows = await session.execute(
        select(ROOT, func.max(Profile.updated_at), func.max(Profile.changed_at))
        .join_from(Profile, Member, (Member.clan_id == Profile.clan_id) & (Member.id == Profile.member_id))
        .where(Profile.clan_id == clan)
        .group_by(ROOT)
    )
    return {MemberId(member): Look(checked, gained) for member, checked, gained in rows}


async def last_words(session: AsyncSession, clan: ClanId) -> dict[tuple[MemberId, SourceKind], datetime]:
    """The quarter of an hour of each member's last message, in the game and in Discord.

    Only whole quarters of an attribution count: in the one in which a name changed hands
    nobody is told to have spoken.
    """
    first = (Millis(Attribution.from_at) + QUARTER_MS - 1) // QUARTER_MS
    last = Millis(Attribution.to_at) // QUARTER_MS
    spoke = (
        select(func.max(Activity.quarter))
        .where(
            Activity.clan_id == clan,
            Activity.source_id == Attribution.source_id,
            Activity.quarter >= first,
            Activity.quarter < last,
            Activity.messages > 0,
        )
        .correlate(Attribution)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Attribution.member_id, Source.kind, spoke)
        .join(Source, (Source.clan_id == Attribution.clan_id) & (Source.id == Attribution.source_id))
        .where(Attribution.clan_id == clan, Source.kind != SourceKind.WOM, spoke.is_not(None))
    )
    found: dict[tuple[MemberId, SourceKind], datetime] = {}
    for member, kind, quarter in rows:
        key, at = (MemberId(member), SourceKind(kind)), quarter_start(quarter)
        found[key] = max(at, found.get(key, at))
    return found


async def standing_links(session: AsyncSession, clan: ClanId) -> dict[MemberId, list[RosterLink]]:
    """Who linked whom, of the links that count; absent where nobody did."""
    rows = await session.execute(
        select(ROOT, DiscordLink.user_id, DiscordLink.verified)
        .join_from(DiscordLink, Member, IS_LINKED)
        .where(DiscordLink.clan_id == clan, stands())
        .order_by(DiscordLink.verified.desc(), DiscordLink.user_id)
    )
    found: dict[MemberId, list[RosterLink]] = {}
    for member, user, verified in rows:
        found.setdefault(MemberId(member), []).append(RosterLink(UserId(user), verified))
    return found
