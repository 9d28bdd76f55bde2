"""What officers decide of promotions: drawn, looked at, approved, announced, taken back."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.change_sets import ChangeSet, ChangeSetId
from bot.domain.clans import Clan
from bot.domain.desk_errors import BatchDone, ChangeSetUndone, NothingLeftToPromote, PeopleUnknown
from bot.domain.errors import Outdated
from bot.domain.ids import ChannelId, MemberId, UserId
from bot.domain.promotions import Batch, BatchId, Ending, Pick, Promotion, has_way_back
from bot.services.change_sets import ChangeSets
from bot.services.clock import Clock
from bot.services.eligibility.loading import Presence
from bot.services.eligibility.service import Eligibility
from bot.services.promotions.overview import Overview, overview_of
from bot.services.promotions.proposing import Proposed, Server, drafted, propose, steps_back, steps_of
from bot.services.worklist import put_on_worklist
from db.queries import clans, members, promotions, worklist
from db.session import Database

PROMOTION = "promotion"
"""The kind of its sets of role changes."""


class Promotions:
    """Shows who earned what, and begins what officers approve."""

    def __init__(
        self, database: Database, eligibility: Eligibility, change_sets: ChangeSets, clock: Clock
    ) -> None:
        self._database = database
        self._eligibility = eligibility
        self._change_sets = change_sets
        self._clock = clock

    async def overview(self, clan: Clan, presence: Presence | None) -> Overview:
        """Everybody who is ready, unknown, held, below their rank, or under way.

        Raises:
            NoRules: the clan has none.
        """
        assessed = await self._eligibility.assess(clan, presence)
        async with self._database.read() as session:
            under_way = await promotions.under_way(session, clan.id)
        return overview_of(assessed, under_way)

    async def draw(self, clan: Clan, picks: Sequence[Pick], by: UserId) -> BatchId:
        """Keep what an officer chose, to be looked at before it is done."""
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            return await promotions.draw(session, clan.id, picks, by, self._clock())

    async def propose(
        self, clan: Clan, number: BatchId, presence: Presence | None, server: Server
    ) -> Proposed:
        """What a batch would do now.

        Raises:
            Outdated: there is no such batch.
            BatchDone: it was approved.
        """
        shown = await self.overview(clan, presence)
        async with self._database.read() as session:
            batch = await _open_batch(session, clan, number)
            return await propose(session, clan, batch, shown, server)

    async def approve(
        self,
        clan: Clan,
        number: BatchId,
        by: UserId,
        presence: Presence | None,
        server: Server,
        channel: ChannelId | None,
    ) -> tuple[Batch, list[Promotion]]:
        """Make it so: roles change as one set, and steps in the game go on the worklist.

        Raises:
            Outdated: there is no such batch.
            BatchDone: somebody was quicker.
            NothingLeftToPromote: nobody of it is still to get that rank.
            RolesBeyond: a rule gives a role that whoever approves could not.
            ChangeSetRunning: roles of an earlier promotion are still being changed.
        """
        shown = await self.overview(clan, presence)
        now, made = self._clock(), None
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            batch = await _open_batch(session, clan, number)
            proposed = await propose(session, clan, batch, shown, server)
            await self._demand_free(session, clan, proposed)
            server.giver.require(proposed.by_rules)
            drafts = [drafted(clan, proposed, one, by, now) for one in proposed.chosen]
            ids = await promotions.add(session, clan.id, drafts)
            begun = [replace(one, id=id_) for one, id_ in zip(drafts, ids, strict=True)]
            await put_on_worklist(session, clan, steps_of(clan, begun), by, now)
            if proposed.roles.changes and server.people.reach.may_manage:
                made = await self._change_sets.begin(
                    session, clan, PROMOTION, f"batch {number}", by, proposed.roles.changes, channel
                )
            approved = {"approved_by": by, "approved_at": now, "change_set_id": made and made.id}
            await promotions.update_batch(session, clan.id, number, **approved)
            await _audit(session, clan, by, "promoted", begun, now)
            done = replace(batch, approved_by=by, approved_at=now, change_set=made and made.id)
        if made is not None:
            self._change_sets.tell(made)
        return done, begun

    @staticmethod
    async def _demand_free(session: AsyncSession, clan: Clan, proposed: Proposed) -> None:
        """Refuse what another officer began since the clan was judged.

        Raises:
            NothingLeftToPromote: somebody of it is under way, or nobody is left.
        """
        busy = {one.member for one in await promotions.under_way(session, clan.id)}
        if not proposed.chosen or any(one.member in busy for one in proposed.chosen):
            raise NothingLeftToPromote

    async def batch(self, clan: Clan, number: BatchId) -> tuple[Batch, list[Promotion]]:
        """A batch and how far each of its promotions is.

        Raises:
            Outdated: there is no such batch.
        """
        async with self._database.read() as session:
            return await _batch(session, clan, number), await promotions.of_batch(session, clan.id, number)

    async def announce(self, clan: Clan, number: BatchId, by: UserId) -> list[Promotion]:
        """Take the one announcement of a batch: whoever gets its promotions posts them.

        Raises:
            BatchDone: it was announced.
            Outdated: it was never approved, or taken back.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            found = await _batch(session, clan, number)
            if found.approved_by is None or found.undone_at is not None:
                raise Outdated
            if found.announced_at is not None and found.announced_by is not None:
                raise BatchDone(found.announced_by, found.announced_at, "announced")
            await promotions.update_batch(session, clan.id, number, announced_at=now, announced_by=by)
            made = await promotions.of_batch(session, clan.id, number)
            await _audit(session, clan, by, "promotions_announced", made, now)
        return [one for one in made if one.ending not in (Ending.CANCELLED, Ending.LEFT)]

    async def forget_announced(self, clan: Clan, number: BatchId) -> None:
        """Discord took no announcement: it can be tried again."""
        async with self._database.write() as session:
            await promotions.update_batch(session, clan.id, number, announced_at=None, announced_by=None)

    async def undo(
        self, clan: Clan, number: BatchId, by: UserId, server: Server, channel: ChannelId | None
    ) -> list[Promotion]:
        """Take a batch back: its Discord roles, and its steps in the game.

        What was done in the game already is put on the worklist the other way round.

        Raises:
            Outdated: it was never approved.
            BatchDone: it was taken back.
            ChangeSetRunning: its roles are still being changed.
            PeopleUnknown: roles of some would stay, since Discord did not tell who is there.
        """
        now, undoing = self._clock(), None
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            found = await _batch(session, clan, number)
            if found.approved_by is None:
                raise Outdated
            if found.undone_by is not None and found.undone_at is not None:
                raise BatchDone(found.undone_by, found.undone_at, "undone")
            if found.change_set is not None:
                undoing = await self._undo_roles(session, clan, found.change_set, by, server, channel)
            made = await promotions.of_batch(session, clan.id, number)
            await _take_back(session, clan, made, by, now)
            await promotions.update_batch(session, clan.id, number, undone_by=by, undone_at=now)
            await _audit(session, clan, by, "promotions_undone", made, now)
        if undoing is not None:
            self._change_sets.tell(undoing)
        return made

    async def _undo_roles(
        self,
        session: AsyncSession,
        clan: Clan,
        number: int,
        by: UserId,
        server: Server,
        channel: ChannelId | None,
    ) -> ChangeSet | None:
        """Begin to bring back the Discord roles. None where that was done by itself before."""
        if not server.people.complete:
            raise PeopleUnknown
        with suppress(ChangeSetUndone):
            return await self._change_sets.undo_within(
                session, clan, ChangeSetId(number), by, server.people.people, channel
            )
        return None

    async def batch_of(self, one: ChangeSet) -> BatchId | None:
        """The batch that is taken back with a set of role changes; None where it is no batch's."""
        if one.kind != PROMOTION or one.undo_of is not None:
            return None
        async with self._database.read() as session:
            return await promotions.batch_of_change_set(session, one.clan, one.id)


async def _batch(session: AsyncSession, clan: Clan, number: BatchId) -> Batch:
    found = await promotions.batch(session, clan.id, number)
    if found is None:
        raise Outdated
    return found


async def _open_batch(session: AsyncSession, clan: Clan, number: BatchId) -> Batch:
    found = await _batch(session, clan, number)
    if found.approved_by is not None and found.approved_at is not None:
        raise BatchDone(found.approved_by, found.approved_at, "approved")
    return found


async def _take_back(
    session: AsyncSession, clan: Clan, made: Sequence[Promotion], by: UserId, now: datetime
) -> None:
    waiting = {one.origin for one in made if one.ticked_at is None}
    steps = [one.id for one in await worklist.open_steps(session, clan.id) if one.origin in waiting]
    if steps:
        await worklist.drop(session, clan.id, steps, by, now)
    present = {one.id: one.wom_role for one in await members.current_members(session, clan.id)}
    newest = await promotions.newest_of(session, clan.id, [one.member for one in made])
    back = [one for one in made if has_way_back(one, present, newest)]
    await put_on_worklist(session, clan, steps_back(clan, back), by, now)
    over = {"ended_at": now, "ending": Ending.CANCELLED.value, "confirmed_by": None}
    badges = [one.id for one in made if one.to_role is None]
    running = [one.id for one in made if one.ended_at is None]
    await promotions.change(session, clan.id, [*badges, *running], **over)
    anew = {"wom_asked_at": None, "wom_set_at": None, "wom_failure": None}
    await promotions.change(session, clan.id, [one.id for one in back], **over, **anew)


async def _audit(
    session: AsyncSession, clan: Clan, by: UserId, action: str, made: Sequence[Promotion], now: datetime
) -> None:
    changed: list[dict[str, MemberId | str | None]] = [
        {"member_id": one.member, "before": one.from_role, "after": one.to_role or one.rank} for one in made
    ]
    detail = {"clan_id": clan.id, "members": changed}
    await clans.add_audit_entry(session, clan.guild, by, action, detail, now)
