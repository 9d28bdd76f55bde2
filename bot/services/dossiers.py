"""Everything about one member for officers, and what officers add to it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.decisions import Conflict
from bot.domain.dossiers import Asked, Claim, Dossier, Evidence, FactCounts
from bot.domain.errors import Outdated
from bot.domain.ids import MemberId, UserId
from bot.domain.metrics import OVERALL
from bot.domain.names import name_key
from bot.domain.periods import EPOCH, Period, PeriodKind, read_period
from bot.services.clock import Clock
from db.queries import (
    clans,
    conflicts,
    counts,
    decisions,
    dossiers,
    gains,
    members,
    names,
    roster,
    snapshots,
)
from db.session import Database


class Dossiers:
    """Reads dossiers, and keeps notes and corrections."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, clan: Clan, member: MemberId) -> Dossier:
        """A member's dossier.

        Raises:
            Outdated: the member is gone.
        """
        async with self._database.read() as session:
            found = await members.member_by_id(session, clan.id, member)
            if found is None:
                raise Outdated
            same = set(await dossiers.merged_into(session, clan.id, found.id))
            made = await decisions.decisions_of(session, clan.id)
            disputed = await conflicts.open_conflicts(session, clan.id)
            return Dossier(
                clan=clan.id,
                member=found.id,
                name=found.name,
                rank=found.wom_role if found.left_at is None else None,
                account_type=found.account_type,
                joined_at=found.joined_at,
                joined_corrected=await members.is_join_corrected(session, clan.id, found.id),
                left_at=found.left_at,
                names=tuple(await names.names_of(session, clan.id, found.id)),
                users=tuple(await dossiers.linked_users(session, clan.id, found.id)),
                notes=tuple(await dossiers.notes_of(session, clan.id, found.id)),
                decisions=tuple(
                    one for one in made if one.undone_at is None and same & set(one.detail.values())
                ),
                conflicts=tuple(one for one in disputed if {one.holder, one.claimant} & same),
                facts=await self._facts(session, clan, found.id, self._clock()),
            )

    async def evidence(self, clan: Clan) -> list[Evidence]:
        """Every open conflict with what speaks for whom; what officers put off comes last."""
        async with self._database.read() as session:
            found = await conflicts.open_conflicts(session, clan.id)
        return [await self._evidence(clan, one) for one in found]

    async def _evidence(self, clan: Clan, conflict: Conflict) -> Evidence:
        holder, claimant = [await self._claim(clan, one) for one in (conflict.holder, conflict.claimant)]
        async with self._database.read() as session:
            lines = await roster.lines_in(session, clan.id, conflict.key, conflict.start, conflict.end)
        return Evidence(conflict, holder, claimant, lines.number, lines.first, lines.last)

    async def _claim(self, clan: Clan, member: MemberId) -> Claim:
        dossier = await self.of(clan, member)
        ever = Period("all", PeriodKind.TOTAL, EPOCH, self._clock())
        async with self._database.read() as session:
            known = await snapshots.metric_ids(session)
            ids = [known[OVERALL.key]] if OVERALL.key in known else []
            ends = await gains.readings_of(session, clan.id, ids, ever, dossier.member) if ids else []
        first = min(ends, key=lambda end: end.first_at, default=None)
        last = max(ends, key=lambda end: end.last_at, default=None)
        return Claim(dossier, first and first.first, last and last.last)

    async def held_at(self, clan: Clan, name: str, moment: datetime) -> Asked:
        """Who held a name at a moment.

        Raises:
            InvalidName: the game would not accept it.
        """
        key = name_key(name)
        async with self._database.read() as session:
            held = await names.holders(session, clan.id, key)
            disputed = await conflicts.disputed(session, clan.id, [key])
        at = [one for one in held if one.covers(moment)]
        in_dispute = any(_covers(one.start, one.end, moment) for one in disputed)
        return Asked(name.strip(), moment, at[0] if at else None, in_dispute)

    async def facts(self, clan: Clan, member: MemberId, before: datetime | None = None) -> FactCounts:
        """How much shows under a member, up to a time or now."""
        async with self._database.read() as session:
            return await self._facts(session, clan, member, before or self._clock())

    async def _facts(
        self, session: AsyncSession, clan: Clan, member: MemberId, before: datetime
    ) -> FactCounts:
        async def messages(start: datetime) -> int:
            found = await counts.message_counts(session, clan.id, start, before)
            return next((one.messages for one in found if one.member == member), 0)

        now = self._clock()
        starts = [read_period(code, now=now, zone=clan.zone).start for code in ("30d", "365d")]
        month, year = [await messages(start) if start < before else 0 for start in starts]
        spanned = await dossiers.snapshot_span(session, clan.id, member, before)
        return FactCounts(month, year, await messages(EPOCH), spanned.number, spanned.first, spanned.last)

    async def note(self, clan: Clan, member: MemberId, text: str, by: UserId) -> None:
        """Keep what an officer noted of a member."""
        now = self._clock()
        async with self._database.write() as session:
            await dossiers.add_note(session, clan.id, member, text.strip(), by=by, now=now)
            await clans.add_audit_entry(session, clan.guild, by, "member_note", {"member": member}, now)

    async def correct_join(
        self, clan: Clan, member: MemberId, joined_at: datetime | None, by: UserId
    ) -> None:
        """Let an officer's date count for when a member joined; None goes back to WOM's."""
        now = self._clock()
        async with self._database.write() as session:
            before = await members.member_by_id(session, clan.id, member)
            await members.correct_joins(session, clan.id, [member], joined_at)
            detail = {
                "member": member,
                "before": before and before.joined_at and before.joined_at.isoformat(),
                "after": joined_at and joined_at.isoformat(),
            }
            await clans.add_audit_entry(session, clan.guild, by, "member_joined", detail, now)


def _covers(start: datetime | None, end: datetime | None, moment: datetime) -> bool:
    return (start is None or start <= moment) and (end is None or moment < end)
