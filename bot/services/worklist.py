"""The worklist: what is put on it, and what officers say that they did in the game."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.desk_errors import StepsDone
from bot.domain.errors import Outdated
from bot.domain.ids import MemberId, UserId
from bot.domain.worklist import NewStep, Step, StepGroup, StepId, Ticked
from bot.services.clock import Clock
from db.queries import clans, worklist
from db.session import Database

Follower = Callable[[AsyncSession, Clan, Ticked], Awaitable[None]]


async def put_on_worklist(
    session: AsyncSession, clan: Clan, steps: Sequence[NewStep], by: UserId, now: datetime
) -> list[StepId]:
    """Put steps on the list, in the transaction of what asks for them, which holds the clan's lock.

    Returns:
        The numbers of those that are new: a step whose origin is open already is left out.
    """
    added = await worklist.add(session, clan.id, steps, by, now)
    if added:
        new = await worklist.steps_by_id(session, clan.id, added)
        await _note(session, clan, "worklist_added", new, by, now)
    return added


async def drop_from_worklist(
    session: AsyncSession, clan: Clan, origins: Collection[str], by: UserId, now: datetime
) -> None:
    """Take what waits of these origins from the list, in the transaction of what they came from.

    The caller holds the clan's lock.
    """
    steps = [one for one in await worklist.open_steps(session, clan.id) if one.origin in origins]
    if steps:
        await worklist.drop(session, clan.id, [one.id for one in steps], by, now)
        await _note(session, clan, "worklist_dropped", steps, by, now)


class Worklist:
    """Keeps what has to be done in the game, and tells others of what was.

    Each of ``within`` is awaited in the transaction that ticks steps off, so that what follows from
    them is stored with them or not at all; each of ``on_ticked`` is called once that is committed.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.within: list[Follower] = []
        self.on_ticked: list[Callable[[Ticked], None]] = []

    async def add(self, clan: Clan, steps: Sequence[NewStep], by: UserId) -> list[StepId]:
        """Put steps on the list; see :func:`put_on_worklist`."""
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            return await put_on_worklist(session, clan, steps, by, self._clock())

    async def open_steps(self, clan: Clan) -> list[Step]:
        """The steps that wait, the oldest first."""
        async with self._database.read() as session:
            return await worklist.open_steps(session, clan.id)

    async def seen(self, clan: Clan, group: StepGroup, seen: StepId) -> list[Step]:
        """The open steps of a group up to the newest one that an officer has seen, from A to Z.

        Raises:
            StepsDone: a colleague was quicker.
            Outdated: there are no such steps.
        """
        async with self._database.read() as session:
            found = await self._seen(session, clan, group, seen)
        return sorted(found, key=lambda one: (one.name.casefold(), one.id))

    async def last_done(self, clan: Clan) -> list[Step]:
        """What was ticked off last in one go; empty where nothing ever was."""
        async with self._database.read() as session:
            return await worklist.last_done(session, clan.id)

    async def tick(self, clan: Clan, ids: Collection[StepId], by: UserId) -> Ticked:
        """Say that steps were done in the game. Those that are open no more stay as they are.

        Raises:
            StepsDone: none of them is open.
            Outdated: there are no such steps.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            steps = _still_open(await worklist.steps_by_id(session, clan.id, ids))
            ticked = await self._tick(session, clan, steps, by)
        self._tell(ticked)
        return ticked

    async def tick_all(
        self, clan: Clan, group: StepGroup, by: UserId, *, seen: StepId, but: Collection[MemberId] = ()
    ) -> Ticked:
        """Say that a group was done, but for some members; of it only what an officer has ``seen``.

        Raises:
            StepsDone: a colleague was quicker.
            Outdated: there are no such steps.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            steps = await self._seen(session, clan, group, seen)
            ticked = await self._tick(session, clan, [one for one in steps if one.member not in but], by)
        self._tell(ticked)
        return ticked

    async def drop(
        self, clan: Clan, group: StepGroup, members: Collection[MemberId], by: UserId, *, seen: StepId
    ) -> list[Step]:
        """Take steps of these members from the list: they were not done, and need not be.

        Raises:
            StepsDone: a colleague was quicker.
            Outdated: there are no such steps.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            steps = [one for one in await self._seen(session, clan, group, seen) if one.member in members]
            if steps:
                await worklist.drop(session, clan.id, [one.id for one in steps], by, now)
                await _note(session, clan, "worklist_dropped", steps, by, now)
        return steps

    async def _seen(self, session: AsyncSession, clan: Clan, group: StepGroup, seen: StepId) -> list[Step]:
        """The open steps of a group up to one."""
        found = [one for one in await worklist.open_steps(session, clan.id) if one.group == group]
        found = [one for one in found if one.id <= seen]
        return found or _still_open(await worklist.steps_by_id(session, clan.id, [seen]))

    async def _tick(self, session: AsyncSession, clan: Clan, steps: Sequence[Step], by: UserId) -> Ticked:
        ticked = Ticked(clan.id, tuple(steps), by, self._clock())
        if steps:
            await worklist.tick(session, clan.id, [one.id for one in steps], by, ticked.at)
            await _note(session, clan, "worklist_ticked", steps, by, ticked.at)
            for follow in self.within:
                await follow(session, clan, ticked)
        return ticked

    def _tell(self, ticked: Ticked) -> None:
        if ticked.steps:
            for tell in self.on_ticked:
                tell(ticked)


def _still_open(steps: Sequence[Step]) -> list[Step]:
    """Those that wait.

    Raises:
        StepsDone: none of them does.
        Outdated: there are none at all.
    """
    waiting = [one for one in steps if one.is_open]
    if waiting:
        return waiting
    for one in reversed(steps):
        if one.done_at and one.done_by:
            raise StepsDone(one.done_by, one.done_at)
        if one.dropped_at and one.dropped_by:
            raise StepsDone(one.dropped_by, one.dropped_at, dropped=True)
    raise Outdated


async def _note(
    session: AsyncSession, clan: Clan, action: str, steps: Sequence[Step], by: UserId, now: datetime
) -> None:
    detail: dict[str, Any] = {
        "clan_id": clan.id,
        "steps": [
            {
                "id": one.id,
                "kind": one.kind.value,
                "member_id": one.member,
                "before": one.from_rank,
                "after": one.to_rank,
            }
            for one in steps
        ],
    }
    await clans.add_audit_entry(session, clan.guild, by, action, detail, now)
