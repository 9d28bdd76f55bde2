"""Mass leaves: noted by polls, decided by officers, healed by a sane roster."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.errors import MassLeaveDecided, Outdated
from bot.domain.identity import Leave, MemberState, RosterPlan
from bot.domain.ids import ChannelId, ClanId, MessageId, UserId
from bot.domain.mass_leaves import LeaveVerdict, MassLeave
from bot.services.clock import Clock
from bot.services.roster import leave_events
from db.queries import clans, mass_leaves, members
from db.session import Database


async def follow_mass_leave(
    session: AsyncSession, clan: Clan, plan: RosterPlan, now: datetime
) -> MassLeave | None:
    """Note that a mass leave began or is over, in the transaction of a poll.

    Returns:
        What officers are to be told: one that began, or whose notice was never posted, or
        one that is over. None where there is nothing new.
    """
    lasting = await mass_leaves.lasting(session, clan)
    if plan.mass_leave and lasting is None:
        active = len(await members.current_members(session, clan.id))
        return await mass_leaves.add(session, clan, plan.mass_leave, active, now)
    if lasting is None:
        return None
    if plan.mass_leave:
        return lasting if lasting.message is None else None
    await mass_leaves.end(session, clan.id, lasting.seen_at, now)
    return replace(lasting, ended_at=now)


class MassLeaves:
    """Keeps where officers were told of a mass leave, and what they say of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def note_posted(
        self, clan: ClanId, seen_at: datetime, channel: ChannelId, message: MessageId
    ) -> None:
        """The notice stands here."""
        async with self._database.write() as session:
            await mass_leaves.note_posted(session, clan, seen_at, channel, message)

    async def decide(self, clan: Clan, seen_at: datetime, verdict: LeaveVerdict, by: UserId) -> MassLeave:
        """Say whether they left. Who left did so when they were last seen; else a sane roster heals it.

        Only those count as leavers who were missing when the notice was made and still are.

        Raises:
            MassLeaveDecided: somebody was quicker.
            Outdated: it is over without a word, or there is none.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            found = await mass_leaves.seen_at(session, clan, seen_at)
            if found is not None and found.verdict and found.decided_by and found.decided_at:
                raise MassLeaveDecided(found.verdict, found.decided_by, found.decided_at)
            if found is None or found.ended_at is not None:
                raise Outdated
            await mass_leaves.decide(session, clan.id, seen_at, verdict, by, now)
            if verdict is LeaveVerdict.LEFT:
                await self._believe(session, clan.id, seen_at)
                await mass_leaves.end(session, clan.id, seen_at, now)
            detail = {"clan_id": clan.id, "verdict": verdict.value, "missing": found.missing}
            await clans.add_audit_entry(session, clan.guild, by, "mass_leave", detail, now)
            return replace(found, verdict=verdict, decided_by=by, decided_at=now)

    @staticmethod
    async def _believe(session: AsyncSession, clan: ClanId, seen_at: datetime) -> None:
        states = await members.member_states(session, clan)
        gone = [one for one in states if _is_missing_since(one, seen_at)]
        left = [replace(one, left_at=one.last_seen_at, leave_seen_at=None) for one in gone]
        await members.save_states(session, clan, left)
        stays = await members.stays(session, clan, {one.id for one in gone})
        events = [
            event
            for one in gone
            if one.last_seen_at
            for event in leave_events(
                Leave(one.id, next(iter(one.players), None), one.last_seen_at), one, stays.get(one.id, ())
            )
        ]
        await members.add_events(session, clan, events)


def _is_missing_since(state: MemberState, seen_at: datetime) -> bool:
    missed = state.leave_seen_at
    return state.left_at is None and missed is not None and missed <= seen_at
