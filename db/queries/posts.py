"""Schedules and posts."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId
from bot.domain.post_settings import StoredSchedule
from bot.domain.posts import GivenUp, Post
from bot.domain.schedules import Cadence, Part, Schedule
from db.bulk import inserting
from db.models import Clan, PostRow, ScheduleRow

_KEPT = timedelta(days=62)
"""How far back posts are looked up: two slots of a month."""
_CADENCES = frozenset(one.value for one in Cadence)
"""What a newer version stored that was gone back from is left out."""


async def schedules(session: AsyncSession, clan: ClanId) -> dict[Cadence, StoredSchedule]:
    """Those that officers ever set up."""
    rows = await session.scalars(
        select(ScheduleRow).where(ScheduleRow.clan_id == clan, ScheduleRow.cadence.in_(_CADENCES))
    )
    return {Cadence(row.cadence): _stored(row) for row in rows}


async def save_schedule(session: AsyncSession, clan: ClanId, one: StoredSchedule) -> None:
    """Keep a schedule in place of what was."""
    values: dict[str, Any] = {
        "channel_id": one.channel,
        "day": one.day,
        "minute": one.at.hour * 60 + one.at.minute,
        "parts": sorted(one.parts),
        "mention": one.mention,
        "since": one.since,
        "stopped": one.stopped,
    }
    adding = inserting(session, ScheduleRow).values(clan_id=clan, cadence=one.cadence, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "cadence"], set_=values))


async def running(session: AsyncSession, guilds: Collection[GuildId]) -> list[Schedule]:
    """Every schedule of the followed clans of these servers that is switched on."""
    rows = await session.scalars(
        select(ScheduleRow)
        .join(Clan, Clan.id == ScheduleRow.clan_id)
        .where(
            Clan.guild_id.in_(guilds),
            Clan.active,
            ScheduleRow.cadence.in_(_CADENCES),
            ScheduleRow.since.is_not(None),
            ScheduleRow.stopped.is_(None),
            ScheduleRow.channel_id.is_not(None),
        )
        .order_by(ScheduleRow.clan_id, ScheduleRow.cadence.desc())
    )
    return [one for row in rows if (one := _running(ClanId(row.clan_id), _stored(row))) is not None]


async def posts(session: AsyncSession, clans: Collection[ClanId], now: datetime) -> list[Post]:
    """The posts of the last two months."""
    rows = await session.scalars(
        select(PostRow).where(PostRow.clan_id.in_(clans), PostRow.intended_at > now - _KEPT)
    )
    return [_post(row) for row in rows if row.key.partition(":")[0] in _CADENCES]


async def add_post(session: AsyncSession, one: Post) -> None:
    """Store that a post is to be sent; one that is known already stays as it is."""
    adding = inserting(session, PostRow).values(
        clan_id=one.clan, key=one.key, channel_id=one.channel, intended_at=one.intended_at, tries=0
    )
    await session.execute(adding.on_conflict_do_nothing())


async def begin_attempt(session: AsyncSession, one: Post, channel: ChannelId, at: datetime) -> bool:
    """Store that it is tried in a channel now; False where it is over, or somebody else tries it."""
    taken = await session.scalars(
        update(PostRow)
        .where(
            PostRow.clan_id == one.clan,
            PostRow.key == one.key,
            PostRow.tries == one.tries,
            PostRow.message_id.is_(None),
            PostRow.given_up.is_(None),
        )
        .values(tries=one.tries + 1, tried_at=at, channel_id=channel)
        .returning(PostRow.key)
    )
    return taken.first() is not None


async def note_sent(session: AsyncSession, one: Post, message: MessageId, at: datetime) -> None:
    """Store that it is there, whatever was thought of it."""
    await session.execute(
        update(PostRow)
        .where(PostRow.clan_id == one.clan, PostRow.key == one.key)
        .values(message_id=message, sent_at=at, given_up=None)
    )


async def give_up(session: AsyncSession, one: Post, why: GivenUp) -> bool:
    """Store that nothing more is done for it; False where it is over already."""
    taken = await session.scalars(
        update(PostRow)
        .where(
            PostRow.clan_id == one.clan,
            PostRow.key == one.key,
            PostRow.message_id.is_(None),
            PostRow.given_up.is_(None),
        )
        .values(given_up=why)
        .returning(PostRow.key)
    )
    return taken.first() is not None


def _stored(row: ScheduleRow) -> StoredSchedule:
    known = {part.value for part in Part}
    return StoredSchedule(
        cadence=Cadence(row.cadence),
        channel=None if row.channel_id is None else ChannelId(row.channel_id),
        day=row.day,
        at=time(row.minute // 60, row.minute % 60),
        # A part of a newer version that was gone back from is left out.
        parts=frozenset(Part(part) for part in row.parts if part in known),
        mention=row.mention,
        since=row.since,
        stopped=row.stopped,
    )


def _running(clan: ClanId, one: StoredSchedule) -> Schedule | None:
    if one.channel is None or one.since is None:
        return None
    return Schedule(clan, one.cadence, one.channel, one.day, one.at, one.since, one.parts, one.mention)


def _post(row: PostRow) -> Post:
    return Post(
        clan=ClanId(row.clan_id),
        key=row.key,
        channel=ChannelId(row.channel_id),
        intended_at=row.intended_at,
        tries=row.tries,
        tried_at=row.tried_at,
        message=None if row.message_id is None else MessageId(row.message_id),
        given_up=None if row.given_up is None else GivenUp(row.given_up),
    )
