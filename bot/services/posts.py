"""What a clan wants posted by itself: when, where and what, and that each is posted once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from bot.domain.post_errors import NoChannelChosen
from bot.domain.post_settings import StoredSchedule
from bot.domain.posts import GivenUp, Post
from bot.domain.schedules import (
    DEFAULT_PARTS,
    LATE_BY,
    Cadence,
    Part,
    Schedule,
    Slot,
    due,
    is_too_late,
    next_due,
    read_key,
    slot_at,
)
from bot.services.clock import Clock
from db.queries import clans, posts
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_MONDAY: Final = 0
_FIRST: Final = 1
_NINE: Final = time(9)


@dataclass(frozen=True, slots=True)
class Due:
    """A post that is to be sent now."""

    clan: Clan
    schedule: Schedule
    slot: Slot
    post: Post


class _Pending(NamedTuple):
    """A post that is not over. ``schedule`` is None while it is switched off, or was stopped."""

    clan: Clan
    schedule: Schedule | None
    post: Post
    is_stored: bool


class Posts:
    """Keeps schedules, and remembers what was posted."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def schedule(self, clan: Clan, cadence: Cadence) -> StoredSchedule:
        """What officers chose; before they did: off, Mondays or the first of the month, at nine."""
        async with self._database.read() as session:
            found = (await posts.schedules(session, clan.id)).get(cadence)
        return found or _unset(cadence)

    async def schedules(self, clan: Clan) -> dict[Cadence, StoredSchedule]:
        """The same of each cadence."""
        async with self._database.read() as session:
            found = await posts.schedules(session, clan.id)
        return {cadence: found.get(cadence) or _unset(cadence) for cadence in Cadence}

    async def choose(
        self,
        clan: Clan,
        cadence: Cadence,
        by: UserId,
        *,
        channel: ChannelId | None = None,
        day: int | None = None,
        at: time | None = None,
        parts: Collection[Part] | None = None,
        mention: int | None = None,
        nobody: bool = False,
    ) -> StoredSchedule:
        """Keep what officers chose; what is left out stays. ``nobody`` mentions no role any more.

        Another day or time counts from now on: nothing is posted for one that is over already.
        """
        now = self._clock()
        async with self._database.write() as session:
            before = (await posts.schedules(session, clan.id)).get(cadence) or _unset(cadence)
            after = before._replace(
                channel=channel or before.channel,
                day=before.day if day is None else day,
                at=at or before.at,
                parts=before.parts if parts is None else frozenset(parts),
                mention=None if nobody else mention or before.mention,
            )
            if before.since is not None and (before.day, before.at) != (after.day, after.at):
                after = after._replace(since=now)
            await posts.save_schedule(session, clan.id, after)
            await _log(session, clan, by, cadence, before, after, now)
        return after

    async def switch(self, clan: Clan, cadence: Cadence, by: UserId, *, on: bool) -> StoredSchedule:
        """Post from now on, or no more: what was due and is not sent yet is given up.

        Where the bot itself had stopped it, what was due since and is not too late is posted still.

        Raises:
            NoChannelChosen: there is nowhere to post.
        """
        now = self._clock()
        async with self._database.write() as session:
            before = (await posts.schedules(session, clan.id)).get(cadence) or _unset(cadence)
            if on and before.channel is None:
                raise NoChannelChosen
            since = now
            if before.since is not None and before.stopped is not None:
                # What was due while it could not be posted still is; officers know of what is too late.
                since = max(before.since, now - LATE_BY)
            after = before._replace(since=since if on else None, stopped=None)
            await posts.save_schedule(session, clan.id, after)
            if not on:
                for one in await posts.posts(session, [clan.id], now):
                    if not one.is_over and read_key(one.key)[0] is cadence:
                        await posts.give_up(session, one, GivenUp.OFF)
            await _log(session, clan, by, cadence, before, after, now)
        return after

    async def stop(self, clan: Clan, cadence: Cadence, why: str) -> None:
        """Switch it off because it cannot go on."""
        async with self._database.write() as session:
            before = (await posts.schedules(session, clan.id)).get(cadence) or _unset(cadence)
            await posts.save_schedule(session, clan.id, before._replace(stopped=why))

    async def due(self, guilds: Collection[GuildId]) -> list[Due]:
        """What is to be sent now, each stored before it is returned.

        What is stored stays due though its schedule's day or time is changed; what is too late
        is in :meth:`late`.
        """
        now = self._clock()
        pending = [
            one for one in await self._pending(guilds, now) if not is_too_late(one.post.intended_at, now)
        ]
        new = [one.post for one in pending if not one.is_stored]
        if new:
            async with self._database.write() as session:
                for post in new:
                    await posts.add_post(session, post)
        return [
            Due(one.clan, one.schedule, slot_at(*read_key(one.post.key), one.post.intended_at), one.post)
            for one in pending
            if one.schedule is not None and one.post.may_try(now)
        ]

    async def late(self, guilds: Collection[GuildId]) -> list[tuple[Clan, Post]]:
        """What is not known to have been sent in time, to be settled: it may have arrived if it ever began.

        What was due while the bot was down, and never began, counts too.
        """
        now = self._clock()
        pending = await self._pending(guilds, now)
        return [(one.clan, one.post) for one in pending if is_too_late(one.post.intended_at, now)]

    async def _pending(self, guilds: Collection[GuildId], now: datetime) -> list["_Pending"]:
        """What is not over: what is stored, and what came due since."""
        async with self._database.read() as session:
            by_id = {clan.id: clan for clan in await clans.active_clans(session, guilds)}
            running = {(one.clan, one.cadence): one for one in await posts.running(session, guilds)}
            known = await posts.posts(session, list(by_id), now)
        found: list[_Pending] = []
        for clan in by_id.values():
            own = [one for one in known if one.clan == clan.id]
            wanted = [schedule for (of, _), schedule in running.items() if of == clan.id]
            try:
                found += _pending_of(clan, wanted, own, now)
            except Exception:  # whatever is wrong with one clan is no reason to post nothing of others
                log.exception("posts_not_looked_up", clan_id=clan.id)
        return found

    async def begin(self, one: Due) -> bool:
        """Store that it is sent now, and where; False where somebody else does, or it is over."""
        async with self._database.write() as session:
            return await posts.begin_attempt(session, one.post, one.schedule.channel, self._clock())

    async def sent(self, post: Post, message: MessageId) -> None:
        """It is there."""
        async with self._database.write() as session:
            await posts.note_sent(session, post, message, self._clock())

    async def give_up(self, post: Post, why: GivenUp) -> bool:
        """Nothing more is done for it; False where it is over already."""
        async with self._database.write() as session:
            await posts.add_post(session, post)
            return await posts.give_up(session, post, why)

    async def next_slot(self, clan: Clan, one: StoredSchedule) -> Slot:
        """When it is posted next, whether it is switched on or not."""
        now, channel = self._clock(), one.channel or ChannelId(0)
        schedule = Schedule(clan.id, one.cadence, channel, one.day, one.at, one.since or now)
        async with self._database.read() as session:
            known = await posts.posts(session, [clan.id], now)
        return next_due(schedule, _told(known), now, clan.zone)

    def as_of_now(self, clan: Clan, cadence: Cadence) -> Slot:
        """As if it were due now, for who tries it: it tells of the days before today, or last month."""
        now = self._clock()
        return slot_at(cadence, now.astimezone(clan.zone).date(), now)


def _pending_of(
    clan: Clan, running: Collection[Schedule], known: Collection[Post], now: datetime
) -> list[_Pending]:
    by_cadence = {schedule.cadence: schedule for schedule in running}
    found = [
        _Pending(clan, by_cadence.get(read_key(one.key)[0]), one, is_stored=True)
        for one in known
        if not one.is_over
    ]
    for schedule in running:
        for slot in due(schedule, [one.key for one in known], _told(known), now, clan.zone):
            post = Post(clan.id, slot.key, schedule.channel, slot.due_at)
            found.append(_Pending(clan, schedule, post, is_stored=False))
    return found


def _told(known: Iterable[Post]) -> list[str]:
    """The keys of those that were sent, or may have been, or still are to be."""
    return [one.key for one in known if one.given_up in {None, GivenUp.UNKNOWN}]


async def _log(
    session: AsyncSession,
    clan: Clan,
    by: UserId,
    cadence: Cadence,
    before: StoredSchedule,
    after: StoredSchedule,
    now: datetime,
) -> None:
    """What was changed, as ``/officer history`` tells of it."""
    kept = {
        "channel": str(after.channel),
        "day": str(after.day),
        "at": f"{after.at:%H:%M}",
        "mention": str(after.mention),
        "parts": " ".join(sorted(after.parts)),
    }
    changed = {name: kept[name] for name in kept if getattr(before, name) != getattr(after, name)}
    detail = {"clan_id": clan.id, "post": cadence.value, **changed, "on": after.since is not None}
    await clans.add_audit_entry(session, clan.guild, by, "posts_changed", detail, now)


def _unset(cadence: Cadence) -> StoredSchedule:
    day = _MONDAY if cadence is Cadence.WEEKLY else _FIRST
    return StoredSchedule(cadence, None, day, _NINE, DEFAULT_PARTS, None, None, None)
