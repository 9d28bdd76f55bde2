"""What a poll reads of a clan before it plans, and the lists of WOM that it keeps."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import snowflake_at, time_of
from bot.domain.facts import MessageKind, SourceKind
from bot.domain.identity import ApprovedRename, Lines, key_of
from bot.domain.ids import ClanId, MemberId, NameKey, PlayerId, SourceId
from db.bulk import inserting
from db.models import (
    Achievement,
    Attribution,
    Clan,
    Member,
    Message,
    NameChange,
    Profile,
    Source,
)
from db.queries import absorbing, attributions, decisions, evidence, links, worklist
from db.types import OPEN_END


class KnownProfile(NamedTuple):
    """A WOM profile as stored.

    ``updated_at`` is the last snapshot whose values are stored, ``changed_at`` the last gain that WOM saw.
    """

    source: SourceId
    member: MemberId
    display_name: str
    status: str
    updated_at: datetime | None
    changed_at: datetime | None


async def known_profiles(session: AsyncSession, clan: ClanId) -> dict[PlayerId, KnownProfile]:
    """Every profile that was ever on the roster."""
    rows = await session.execute(
        select(
            Profile.player_id,
            Profile.source_id,
            Profile.member_id,
            Profile.display_name,
            Profile.status,
            Profile.updated_at,
            Profile.changed_at,
        ).where(Profile.clan_id == clan)
    )
    return {
        PlayerId(player): KnownProfile(SourceId(source), MemberId(member), name, status, updated, changed)
        for player, source, member, name, status, updated, changed in rows
    }


async def next_member_id(session: AsyncSession, clan: ClanId) -> int:
    """The first member id that was never given."""
    return (await session.execute(select(Clan.next_member_id).where(Clan.id == clan))).scalar_one()


async def lines_since(
    session: AsyncSession, clan: ClanId, since: datetime, keys: Collection[NameKey]
) -> dict[NameKey, Lines]:
    """When each of these relayed names was first and last heard from a time on; absent where it was not."""
    rows = await session.execute(
        select(Source.key, func.min(Message.message_id), func.max(Message.message_id))
        .join_from(Message, Source, (Source.clan_id == Message.clan_id) & (Source.id == Message.source_id))
        .where(
            Message.clan_id == clan,
            Message.message_id >= snowflake_at(since),
            Message.kind == MessageKind.GAME,
            Source.kind == SourceKind.RELAY,
            Source.key.in_(keys),
        )
        .group_by(Source.key)
    )
    return {NameKey(key): Lines(time_of(first), time_of(last)) for key, first, last in rows}


class Heard(NamedTuple):
    """Lines of the in-game chat: how many, and when the first and the last was said."""

    number: int
    first: datetime | None
    last: datetime | None


async def lines_in(
    session: AsyncSession, clan: ClanId, key: NameKey, start: datetime | None, end: datetime | None
) -> Heard:
    """The lines under a relayed name in ``[start, end)``; None is open."""
    since = () if start is None else (Message.message_id >= snowflake_at(start),)
    until = () if end is None else (Message.message_id < snowflake_at(end),)
    number, first, last = (
        await session.execute(
            select(func.count(), func.min(Message.message_id), func.max(Message.message_id))
            .select_from(Message)
            .join(Source, (Source.clan_id == Message.clan_id) & (Source.id == Message.source_id))
            .where(
                Message.clan_id == clan,
                Message.kind == MessageKind.GAME,
                Source.kind == SourceKind.RELAY,
                Source.key == key,
                *since,
                *until,
            )
        )
    ).one()
    return Heard(number, time_of(first), time_of(last)) if number else Heard(0, None, None)


async def approved_renames(session: AsyncSession, clan: ClanId) -> list[ApprovedRename]:
    """Every name change of the clan that WOM has approved, between names that the game would accept."""
    rows = await session.execute(
        select(
            NameChange.player_id,
            NameChange.old_name,
            NameChange.new_name,
            NameChange.submitted_at,
            NameChange.resolved_at,
        ).where(NameChange.clan_id == clan, NameChange.status == "approved")
    )
    return [
        ApprovedRename(PlayerId(player), old, new, submitted_at, resolved_at)
        for player, old, new, submitted_at, resolved_at in rows
        if key_of(old) and key_of(new)
    ]


async def save_name_changes(session: AsyncSession, clan: ClanId, changes: Sequence[Mapping[str, Any]]) -> int:
    """Keep name changes by their WOM ids. Returns how many were not known before."""
    # Pages shift while they are read, so that one row may stand on two; PostgreSQL takes each once.
    changes = list({change["id"]: change for change in changes}.values())
    if not changes:
        return 0
    known = await session.scalar(
        select(func.count())
        .select_from(NameChange)
        .where(NameChange.clan_id == clan, NameChange.id.in_([change["id"] for change in changes]))
    )
    adding = inserting(session, NameChange).values([{"clan_id": clan, **change} for change in changes])
    await session.execute(
        adding.on_conflict_do_update(
            index_elements=["clan_id", "id"],
            set_={column: adding.excluded[column] for column in ("player_id", "status", "resolved_at")},
        )
    )
    return len(changes) - (known or 0)


async def add_achievements(session: AsyncSession, clan: ClanId, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep achievements; those known by profile and name add nothing. Returns how many were new."""
    if not rows:
        return 0
    added = await session.execute(
        inserting(session, Achievement)
        .values([{"clan_id": clan, **row} for row in rows])
        .on_conflict_do_nothing()
        .returning(Achievement.source_id)
    )
    return len(added.all())


async def remove_absorbed(
    session: AsyncSession, clan: ClanId, absorbed: Mapping[MemberId, MemberId], now: datetime
) -> None:
    """Undo members who were renames all along, without trace: what people said of them is of who they are."""
    users = await links.users_of(session, clan, absorbed)
    await links.move_links(session, clan, absorbed)
    await attributions.attribute_users(session, clan, users)
    if absorbed:
        await decisions.follow_absorbed(session, clan, absorbed)
        await worklist.follow_absorbed(session, clan, absorbed)
        await evidence.follow_absorbed(session, clan, absorbed)
        await absorbing.follow_absorbed(session, clan, absorbed, now)
    # What happened to them goes with them.
    await session.execute(delete(Member).where(Member.clan_id == clan, Member.id.in_(absorbed)))


async def outdated_members(session: AsyncSession, clan: ClanId, before: datetime) -> int:
    """How many present members' profiles WOM has not looked at since a time, as far as we know."""
    number = await session.scalar(
        select(func.count())
        .select_from(Profile)
        .join(
            Attribution,
            (Attribution.clan_id == Profile.clan_id)
            & (Attribution.source_id == Profile.source_id)
            & (Attribution.to_at == OPEN_END),
        )
        .join(Member, (Member.clan_id == Attribution.clan_id) & (Member.id == Attribution.member_id))
        .where(
            Profile.clan_id == clan,
            Profile.player_id > 0,
            Member.left_at.is_(None),
            Profile.updated_at.is_(None) | (Profile.updated_at < before),
        )
    )
    return number or 0
