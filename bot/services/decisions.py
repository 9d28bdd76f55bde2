"""Officers' decisions of who is who: two members are one, one was two, a name was somebody's."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.decisions import Decision, DecisionId, DecisionKind, NameOverride, Verdict
from bot.domain.errors import (
    CannotMerge,
    ConflictGone,
    DecisionGone,
    DecisionNeeded,
    EmptySpan,
    NothingToSplit,
    Outdated,
)
from bot.domain.identity import MemberState, is_span
from bot.domain.ids import ClanId, MemberId, NameKey, SourceId, UserId
from bot.domain.names import name_key
from bot.services.clock import Clock
from db.queries import attributions, clans, conflicts, decisions, links, members, names
from db.session import Database

Detail = Mapping[str, str | int | None]


class Decisions:
    """Makes decisions and undoes them. No fact is moved by either; whose it counts for follows at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def merge(self, clan: Clan, member: MemberId, into: MemberId, by: UserId) -> DecisionId:
        """Two members are one account: all that is one's shows under the other.

        Whoever is on the roster stays; of two who are not, ``into`` does.

        Raises:
            CannotMerge: they are one already, or both are on the roster, and so are two accounts.
            Outdated: one of them is gone.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            return await self._merge(session, clan.id, member, into, by)

    async def _merge(
        self, session: AsyncSession, clan: ClanId, member: MemberId, into: MemberId, by: UserId
    ) -> DecisionId:
        gone, kept = await self._merging(session, clan, member, into)
        detail: Detail = {
            "member": gone.id,
            "into": kept.id,
            "member_name": gone.name,
            "into_name": kept.name,
        }
        decision = await decisions.add_decision(
            session, clan, DecisionKind.MERGE, detail, by=by, now=self._clock()
        )
        await self._follow(session, clan, DecisionKind.MERGE, detail, decision)
        return decision

    async def merging(self, clan: Clan, member: MemberId, into: MemberId) -> tuple[MemberState, MemberState]:
        """Who of two would show under whom; raises as :meth:`merge`."""
        async with self._database.read() as session:
            return await self._merging(session, clan.id, member, into)

    async def _merging(
        self, session: AsyncSession, clan: ClanId, member: MemberId, into: MemberId
    ) -> tuple[MemberState, MemberState]:
        states = {state.id: state for state in await members.member_states(session, clan)}
        roots = await decisions.roots(session, clan)
        one, other = states.get(roots.get(member, member)), states.get(roots.get(into, into))
        if one is None or other is None:
            raise Outdated
        if one.id == other.id:
            raise CannotMerge(one.name, other.name, "same")
        present = {
            state.id
            for state in (one, other)
            if any(_is_present(of) for of in states.values() if roots.get(of.id, of.id) == state.id)
        }
        if len(present) > 1:
            raise CannotMerge(one.name, other.name, "both-present")
        return (other, one) if one.id in present else (one, other)

    async def split(self, clan: Clan, member: MemberId, moment: datetime, by: UserId) -> DecisionId:
        """What a member did before ``moment`` was somebody else's, who becomes a member that left then.

        What was merged into them stays with them: undoing that merge is another decision.

        Raises:
            NothingToSplit: there is nothing of theirs before it.
            Outdated: they are gone.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            states = {state.id: state for state in await members.member_states(session, clan.id)}
            if member not in states:
                raise Outdated
            held = await names.held_by(session, clan.id, member)
            earlier = [one for one in held if is_span(one.start, moment)]
            if not earlier or moment > now:
                raise NothingToSplit(states[member].name, moment)
            (other,) = await clans.take_member_ids(session, clan.id, 1)
            former = replace(
                states[member],
                id=other,
                name=earlier[-1].display,
                players=(),
                role=None,
                left_at=moment,
                leave_seen_at=None,
                last_seen_at=None,
                created_at=now,
            )
            await members.save_states(session, clan.id, [former])
            detail: Detail = {
                "member": member,
                "new": other,
                "name": states[member].name,
                "at": moment.isoformat(timespec="milliseconds"),
            }
            decision = await decisions.add_decision(
                session, clan.id, DecisionKind.SPLIT, detail, by=by, now=now
            )
            await self._follow(session, clan.id, DecisionKind.SPLIT, detail, decision)
        return decision

    async def hold(
        self,
        clan: Clan,
        name: str,
        member: MemberId | None,
        start: datetime | None,
        end: datetime | None,
        by: UserId,
    ) -> DecisionId:
        """A name was this member's over ``[start, end)``, or nobody's of the clan; None is open.

        Raises:
            InvalidName: the game would not accept it.
            EmptySpan: the time is none, or begins in the future.
            Outdated: the member is gone.
        """
        if not is_span(start, end) or (start is not None and start > self._clock()):
            raise EmptySpan
        name_key(name)
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            return await self._hold(session, clan.id, name, member, start, end, by)

    async def _hold(
        self,
        session: AsyncSession,
        clan: ClanId,
        name: str,
        member: MemberId | None,
        start: datetime | None,
        end: datetime | None,
        by: UserId,
    ) -> DecisionId:
        found = None if member is None else await members.member_by_id(session, clan, member)
        if member is not None and found is None:
            raise Outdated
        detail: Detail = {
            "name": name.strip(),
            "member": member,
            "member_name": found.name if found else None,
            "from": start and start.isoformat(),
            "to": end and end.isoformat(),
        }
        decision = await decisions.add_decision(
            session, clan, DecisionKind.NAME, detail, by=by, now=self._clock()
        )
        override = NameOverride(decision, name_key(name), name.strip(), member, start, end)
        await decisions.add_name_override(session, clan, override)
        await self._follow(session, clan, DecisionKind.NAME, detail, decision)
        return decision

    async def undo(self, clan: Clan, decision: DecisionId, by: UserId) -> Decision:
        """Take a decision back: what stands without it stands again, to the millisecond.

        Raises:
            DecisionGone: there is none of that number in force.
            DecisionNeeded: a later one in force is about the member that this one made.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            made = await decisions.decisions_of(session, clan.id)
            found = next((one for one in made if one.id == decision and one.undone_at is None), None)
            if found is None:
                raise DecisionGone(decision)
            later = next((one for one in made if one.undone_at is None and _rests_on(one, found)), None)
            if later is not None:
                raise DecisionNeeded(decision, later.id)
            await decisions.undo_decision(session, clan.id, decision, by=by, now=self._clock())
            await conflicts.reopen_conflicts(session, clan.id, decision)
            await self._follow(session, clan.id, found.kind, found.detail, decision)
        return found

    async def decide(
        self, clan: Clan, key: NameKey, start: datetime | None, verdict: Verdict, by: UserId
    ) -> DecisionId:
        """Settle who held a disputed name: one of the two, both as one account, or neither.

        Raises:
            ConflictGone: it was settled before.
            CannotMerge: they are both on the roster, and so not one account.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            found = await conflicts.open_conflicts(session, clan.id)
            conflict = next((one for one in found if (one.key, one.start) == (key, start)), None)
            if conflict is None:
                raise ConflictGone(key)
            if verdict is Verdict.BOTH:
                decision = await self._merge(session, clan.id, conflict.claimant, conflict.holder, by)
            else:
                holds = {Verdict.HOLDER: conflict.holder, Verdict.CLAIMANT: conflict.claimant}.get(verdict)
                decision = await self._hold(session, clan.id, key, holds, conflict.start, conflict.end, by)
            await conflicts.settle(session, clan.id, conflict, decision, now)
            await follow_decisions(session, clan.id, {key})
        return decision

    async def put_off(self, clan: Clan, key: NameKey, start: datetime | None) -> None:
        """Show a conflict after all others."""
        async with self._database.write() as session:
            for one in await conflicts.open_conflicts(session, clan.id):
                if (one.key, one.start) == (key, start):
                    await conflicts.put_off(session, clan.id, one, self._clock())

    async def history(self, clan: Clan) -> list[Decision]:
        """Every decision, the newest first, undone ones too."""
        async with self._database.read() as session:
            return list(reversed(await decisions.decisions_of(session, clan.id)))

    async def _follow(
        self, session: AsyncSession, clan: ClanId, kind: DecisionKind, detail: Detail, decision: DecisionId
    ) -> None:
        """Make anew what a decision touches, whether it was made or undone."""
        keys = await decisions.names_in(session, clan, decision)
        sources: set[SourceId] = set()
        about = [MemberId(int(detail[role] or 0)) for role in ("member", "into") if role in detail]
        if kind is DecisionKind.MERGE:
            await decisions.rebuild_merges(session, clan)
        if kind in {DecisionKind.MERGE, DecisionKind.SPLIT}:
            keys |= await names.keys_of(session, clan, about)
        if kind is DecisionKind.SPLIT:
            sources = await attributions.own_profiles(session, clan, about[0])
        await follow_decisions(session, clan, keys, sources, about)


async def follow_decisions(
    session: AsyncSession,
    clan: ClanId,
    keys: Collection[NameKey],
    sources: Collection[SourceId] = (),
    about: Collection[MemberId] = (),
) -> None:
    """Make anew who held these names, whose these profiles were, and for whom linked users speak.

    Users are those of the members ``about`` whom it is and of all who ever held one of the names.
    """
    await names.rebuild_aliases(session, clan, keys)
    await attributions.attribute_relayed_names(session, clan, keys)
    await attributions.attribute_profiles(session, clan, sources)
    concerned = await names.observed_holders(session, clan, keys)
    users = await links.users_of(session, clan, concerned.union(about))
    await attributions.attribute_users(session, clan, users)


def _is_present(state: MemberState) -> bool:
    return state.left_at is None and state.leave_seen_at is None


def _rests_on(later: Decision, earlier: Decision) -> bool:
    """Whether a decision is about the member that an earlier split made."""
    made = earlier.detail.get("new")
    return (
        made is not None
        and later.id > earlier.id
        and made in (later.detail.get("member"), later.detail.get("into"))
    )
