"""Sets of role changes: begun, carried on after a restart, closed, undone.

Discord is asked by whoever runs them (``cogs/change_sets.py``). An intention is stored first, then
the roles right before Discord is asked, then the result: whenever the process ends, what is
stored and what Discord says tell together what is left to do.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.change_sets import (
    OPEN_STATES,
    RESUMED_WITHIN,
    ChangeItem,
    ChangeSet,
    ChangeSetId,
    Outcome,
    RoleChange,
    Roles,
    Undo,
    Why,
    given_up,
    in_force,
    plan_undo,
)
from bot.domain.clans import Clan
from bot.domain.desk_errors import ChangeSetRunning, ChangeSetUndone, NothingToChange
from bot.domain.errors import Outdated
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId, UserId
from bot.services.clock import Clock
from db.queries import change_sets, clans
from db.session import Database

Follower = Callable[[AsyncSession, ChangeSet, ChangeItem], Awaitable[None]]
"""Is told, in the transaction that stores it, what became of an item: both are stored or neither."""


class ChangeSets:
    """Knows every set. It is free of rules and ranks.

    Each of ``followers`` is called with what became of an item; each of ``on_start`` with a set
    that was begun or is to be carried on, once that is stored.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.followers: list[Follower] = []
        self.on_start: list[Callable[[ChangeSet], object]] = []

    # Beginning

    async def start(
        self,
        clan: Clan,
        kind: str,
        label: str,
        by: UserId,
        changes: Sequence[RoleChange],
        channel: ChannelId | None = None,
    ) -> ChangeSet:
        """Begin a set. Its progress is shown in ``channel``, or nowhere.

        Raises:
            NothingToChange: there are no changes.
            ChangeSetRunning: another set of this kind is not done yet.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            made = await self.begin(session, clan, kind, label, by, changes, channel)
        self.tell(made)
        return made

    async def begin(
        self,
        session: AsyncSession,
        clan: Clan,
        kind: str,
        label: str,
        by: UserId,
        changes: Sequence[RoleChange],
        channel: ChannelId | None = None,
        undo_of: ChangeSetId | None = None,
    ) -> ChangeSet:
        """The same in a caller's transaction that locks the clan; :meth:`tell` once it is committed."""
        if not changes:
            raise NothingToChange
        running = await change_sets.open_set_of_kind(session, clan.id, kind)
        if running is not None and undo_of is None:
            raise ChangeSetRunning(running.by, running.made_at)
        now = self._clock()
        number = await change_sets.add_set(
            session, clan.id, kind, label, by, changes, now, channel=channel, undo_of=undo_of
        )
        detail = {"clan_id": clan.id, "change_set": number, "kind": kind, "users": len(changes)}
        await clans.add_audit_entry(session, clan.guild, by, "change_set", detail, now)
        return await _found(session, clan.id, number)

    def tell(self, one: ChangeSet) -> None:
        """Have a stored set carried out."""
        for callback in self.on_start:
            callback(one)

    # Carrying out

    async def open_of(self, *guilds: GuildId) -> list[ChangeSet]:
        """What is to be carried out in these servers, the oldest first."""
        async with self._database.read() as session:
            found = await change_sets.open_sets(session, guilds)
            return [one for one in found if await self._why_lost(session, one) is None]

    async def lost(self) -> list[tuple[ChangeSet, Why]]:
        """What is open and will not be carried on, and why: it is too old, or its clan was unlinked."""
        async with self._database.read() as session:
            found = [
                (one, await self._why_lost(session, one)) for one in await change_sets.all_open_sets(session)
            ]
        return [(one, why) for one, why in found if why is not None]

    async def _why_lost(self, session: AsyncSession, one: ChangeSet) -> Why | None:
        if await clans.clan_by_id(session, one.clan) is None:
            return Why.CLAN_GONE
        return Why.LATE if self._clock() - one.made_at >= RESUMED_WITHIN else None

    async def give_up(self, one: ChangeSet, why: Why, roles: Mapping[UserId, Roles]) -> None:
        """Close a set that will not be carried on.

        ``roles`` are those that users have in Discord now, of whom it is not known whether their change was
        made; who is absent keeps what is stored of them.
        """
        now = self._clock()
        async with self._database.write() as session:
            for item in await change_sets.items_of(session, one.clan, one.id):
                if item.state in OPEN_STATES:
                    await self._finish(session, one, item, given_up(item, roles.get(item.user), why))
            await change_sets.update_set(session, one.clan, one.id, closed_at=now, closed_why=why.value)

    async def items(self, one: ChangeSet) -> list[ChangeItem]:
        """Everybody in a set, in its order."""
        async with self._database.read() as session:
            return await change_sets.items_of(session, one.clan, one.id)

    async def read(self, clan: ClanId, number: ChangeSetId) -> tuple[ChangeSet, list[ChangeItem]]:
        """A set and everybody in it.

        Raises:
            Outdated: there is none of that number.
        """
        async with self._database.read() as session:
            return await _found(session, clan, number), await change_sets.items_of(session, clan, number)

    async def note_message(self, one: ChangeSet, message: MessageId) -> None:
        """The progress of a set is shown here."""
        async with self._database.write() as session:
            await change_sets.update_set(session, one.clan, one.id, message_id=message)

    async def note_calling(self, one: ChangeSet, user: UserId, before: Roles) -> None:
        """Discord is about to be asked to change a user with these roles."""
        async with self._database.write() as session:
            await change_sets.note_calling(session, one.clan, one.id, user, before)

    async def finish(self, one: ChangeSet, item: ChangeItem, outcome: Outcome) -> ChangeItem:
        """Store what became of an item, with everything that follows from it.

        What was stored before stays: an item is finished once.
        """
        async with self._database.write() as session:
            return await self._finish(session, one, item, outcome)

    async def _finish(
        self, session: AsyncSession, one: ChangeSet, item: ChangeItem, outcome: Outcome
    ) -> ChangeItem:
        now = self._clock()
        done = replace(
            item, state=outcome.state, before=outcome.before, after=outcome.after, why=outcome.why, at=now
        )
        were = await change_sets.given_to(session, one.clan, item.user, done.removed)
        done = replace(done, were_given=were)
        if await change_sets.save_outcome(session, one.clan, one.id, item.user, outcome, were, now):
            gives = done.added if item.change.gives is None else done.added & item.change.gives
            await change_sets.give(session, one.clan, item.user, gives, now)
            gone = [(item.user, role) for role in done.removed]
            await change_sets.forget_given(session, one.clan, gone)
            for follow in self.followers:
                await follow(session, one, done)
        return done

    async def close(self, one: ChangeSet) -> bool:
        """Close a set if nothing of it is left to do. Returns whether it is closed."""
        async with self._database.write() as session:
            if await change_sets.has_open_items(session, one.clan, one.id):
                return False
            await self._complete(session, one.clan, one.id)
            return True

    async def _complete(self, session: AsyncSession, clan: ClanId, number: ChangeSetId) -> None:
        done = {"closed_at": self._clock(), "closed_why": Why.COMPLETE.value}
        await change_sets.update_set(session, clan, number, **done)

    async def retry(self, clan: Clan, number: ChangeSetId, by: UserId) -> ChangeSet:
        """Do again what failed of a set.

        Raises:
            ChangeSetRunning: somebody was quicker.
            NothingToChange: nothing of it failed.
            Outdated: it is too old for that.
            ChangeSetUndone: nobody wishes it any more.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            found = await _found(session, clan.id, number)
            await _require_not_undone(session, found)
            if found.is_open:
                raise ChangeSetRunning(found.by, found.made_at)
            if now - found.made_at >= RESUMED_WITHIN:
                raise Outdated
            if not await change_sets.reopen_failed(session, clan.id, number):
                raise NothingToChange
            await change_sets.update_set(session, clan.id, number, closed_at=None, closed_why=None)
            detail = {"clan_id": clan.id, "change_set": number}
            await clans.add_audit_entry(session, clan.guild, by, "change_set_retried", detail, now)
            found = await _found(session, clan.id, number)
        self.tell(found)
        return found

    # Undoing

    async def plan_undo(self, clan: Clan, number: ChangeSetId, people: Mapping[UserId, Roles]) -> Undo:
        """What undoing a set would change now.

        Raises:
            ChangeSetUndone: somebody was quicker.
            ChangeSetRunning: it is not done yet.
        """
        async with self._database.read() as session:
            return await _plan_undo(session, clan.id, number, people)

    async def undo(
        self,
        clan: Clan,
        number: ChangeSetId,
        by: UserId,
        people: Mapping[UserId, Roles],
        channel: ChannelId | None = None,
    ) -> ChangeSet:
        """Bring back what was before a set, by a set of its own, which can be undone too.

        Raises:
            ChangeSetUndone: somebody was quicker.
            ChangeSetRunning: it is not done yet.
            NothingToChange: nothing of it is left as it made it.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            if not (await _plan_undo(session, clan.id, number, people)).changes:
                raise NothingToChange
            made = await self.undo_within(session, clan, number, by, people, channel)
        self.tell(made)
        return made

    async def undo_within(
        self,
        session: AsyncSession,
        clan: Clan,
        number: ChangeSetId,
        by: UserId,
        people: Mapping[UserId, Roles],
        channel: ChannelId | None = None,
    ) -> ChangeSet:
        """The same in a caller's transaction that locks the clan; :meth:`tell` once it is committed.

        Where nothing of it is left as it made it, it is undone all the same, by a set without changes.

        Raises:
            ChangeSetUndone: somebody was quicker.
            ChangeSetRunning: it is not done yet.
        """
        found = await _found(session, clan.id, number)
        undo = await _plan_undo(session, clan.id, number, people)
        if undo.changes:
            made = await self.begin(
                session, clan, found.kind, found.label, by, undo.changes, channel, undo_of=number
            )
        else:
            now = self._clock()
            empty = await change_sets.add_set(
                session, clan.id, found.kind, found.label, by, [], now, undo_of=number
            )
            await self._complete(session, clan.id, empty)
            made = await _found(session, clan.id, empty)
        await change_sets.update_set(session, clan.id, number, undone_by=made.id)
        return made

    # What the bot gave

    async def given(self, clan: ClanId) -> dict[UserId, set[int]]:
        """Which roles the bot gave to whom."""
        async with self._database.read() as session:
            return await change_sets.given_roles(session, clan)


async def _found(session: AsyncSession, clan: ClanId, number: ChangeSetId) -> ChangeSet:
    found = await change_sets.set_by_id(session, clan, number)
    if found is None:
        raise Outdated
    return found


async def _require_not_undone(session: AsyncSession, one: ChangeSet) -> None:
    if one.undone_by is not None:
        undoing = await _found(session, one.clan, one.undone_by)
        raise ChangeSetUndone(undoing.by, undoing.made_at)


async def _plan_undo(
    session: AsyncSession, clan: ClanId, number: ChangeSetId, people: Mapping[UserId, Roles]
) -> Undo:
    found = await _found(session, clan, number)
    if found.is_open:
        raise ChangeSetRunning(found.by, found.made_at)
    await _require_not_undone(session, found)
    items = await change_sets.items_of(session, clan, number)
    wanted = in_force(await change_sets.lineages(session, clan))
    later: dict[UserId, set[int]] = {}
    for owner, item in await change_sets.later_items(session, clan, number):
        if owner in wanted:
            later.setdefault(item.user, set()).update(item.touched)
    return plan_undo(items, people, later)
