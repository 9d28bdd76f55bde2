"""The evidence ledger: members submit, officers decide, rules read what counts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.desk_errors import ProofDecided, ProofNeedsLink, TooManyProofs
from bot.domain.errors import NotPermitted, Outdated
from bot.domain.ids import ChannelId, ClanId, MemberId, MessageId, UserId
from bot.domain.link_review import Officer
from bot.domain.proofs import (
    MOST_WAITING,
    MyProofs,
    Proof,
    ProofId,
    ProofKind,
    ProofState,
    kinds_of,
    new_kind,
    provable_account,
    read_kind,
    read_value,
)
from bot.services.clock import Clock
from db.queries import clans, evidence, links
from db.session import Database


class Proofs:
    """Keeps what members prove. Only a verified link reaches it; every officer's act is logged."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def kinds(self, clan: Clan) -> dict[str, ProofKind]:
        """What can be proved, retired kinds among it."""
        async with self._database.read() as session:
            return await _kinds(session, clan.id)

    async def mine(self, clan: Clan, user: UserId) -> MyProofs:
        """The proofs of a user's verified accounts, the newest first."""
        async with self._database.read() as session:
            return await _mine(session, clan.id, user)

    async def submit(
        self, clan: Clan, user: UserId, kind: str, value: str | None, note: str, account: str | None = None
    ) -> tuple[Proof, MyProofs]:
        """Submit a proof about one's own account; officers decide it.

        Raises:
            ProofNeedsLink, LinkNotFound: see :func:`bot.domain.proofs.provable_account`.
            ProofUnknown: there is no such kind or value.
            TooManyProofs: officers have enough of theirs to decide.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            about = provable_account(await links.links_of(session, clan.id, user), account)
            what = read_kind(kind, await _kinds(session, clan.id))
            chosen = read_value(value, what)
            if await evidence.count_waiting(session, clan.id, user) >= MOST_WAITING:
                raise TooManyProofs(MOST_WAITING)
            number = await evidence.add(
                session,
                clan.id,
                member_id=about.member,
                kind=what.key,
                value=chosen,
                note=note.strip(),
                submitted_by=user,
                submitted_at=self._clock(),
                by_officer=False,
            )
            made = await _found(session, clan.id, number)
            return made, replace(await _mine(session, clan.id, user), submitted=number)

    async def enter(
        self, clan: Clan, officer: Officer, member: MemberId, kind: str, value: str | None, note: str
    ) -> Proof:
        """Enter what an officer knows of a member: it counts at once.

        Raises:
            NotPermitted: with ``own_proof``, for an account of the officer's own.
            ProofUnknown: there is no such kind or value.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            what = read_kind(kind, await _kinds(session, clan.id))
            chosen = read_value(value, what)
            accounts = await links.links_of(session, clan.id, officer.user)
            number = await evidence.add(
                session,
                clan.id,
                member_id=member,
                kind=what.key,
                value=chosen,
                note=note.strip(),
                submitted_by=officer.user,
                submitted_at=now,
                by_officer=True,
                approved=True,
                decided_by=officer.user,
                decided_at=now,
                expires_at=what.expiry(now),
            )
            made = await _found(session, clan.id, number)
            # A claim is enough to ask a colleague: an officer could claim first and be verified later.
            claimed = any(one.member == member for one in accounts)
            if not officer.manages and (claimed or made.owner == officer.user):
                raise NotPermitted("own_proof")
            await _note(session, clan, "proof_entered", made, officer.user, now)
            return made

    async def waiting(self, clan: Clan) -> list[Proof]:
        """What officers have to decide, the oldest first."""
        async with self._database.read() as session:
            return await evidence.waiting(session, clan.id)

    async def about(self, clan: Clan, member: MemberId) -> list[Proof]:
        """Everything about a member, the newest first."""
        async with self._database.read() as session:
            return await evidence.about(session, clan.id, [member])

    async def decide(self, clan: Clan, officer: Officer, number: ProofId, *, approve: bool) -> Proof:
        """Believe a proof, or not. It expires so many days after it was submitted as its kind says.

        Raises:
            ProofDecided: a colleague was quicker, or it was withdrawn.
            NotPermitted: with ``own_proof``, for an approval of one's own.
            ProofNeedsLink: with ``officer``: who submitted it has no verified link to the account now.
            Outdated: there is no such proof.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            one = await _found(session, clan.id, number)
            _must_wait(one, now)
            if approve and not officer.may_verify(one.submitted_by):
                raise NotPermitted("own_proof")
            if approve and one.owner != one.submitted_by:
                raise ProofNeedsLink((one.name,), officer=True)
            kind = (await _kinds(session, clan.id)).get(one.kind)
            ends = kind.expiry(one.submitted_at) if kind and approve else None
            await evidence.change(
                session,
                clan.id,
                number,
                approved=approve,
                decided_by=officer.user,
                decided_at=now,
                expires_at=ends,
            )
            action = "proof_approved" if approve else "proof_refused"
            await _note(session, clan, action, one, officer.user, now)
            return await _found(session, clan.id, number)

    async def withdraw(self, clan: Clan, officer: Officer, number: ProofId) -> Proof:
        """Take a proof back, approved or not: it counts no more, and is kept.

        Raises:
            ProofDecided: a colleague was quicker.
            Outdated: there is no such proof.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            one = await _found(session, clan.id, number)
            if one.withdrawn_by is not None and one.withdrawn_at is not None:
                raise ProofDecided(bool(one.approved), one.withdrawn_by, one.withdrawn_at, withdrawn=True)
            await evidence.change(session, clan.id, number, withdrawn_by=officer.user, withdrawn_at=now)
            await _note(session, clan, "proof_withdrawn", one, officer.user, now)
            return await _found(session, clan.id, number)

    async def unposted(self, clan: Clan) -> list[Proof]:
        """What officers were not told of yet."""
        async with self._database.read() as session:
            return await evidence.unposted(session, clan.id)

    async def note_posted(
        self, clan: ClanId, number: ProofId, channel: ChannelId, message: MessageId
    ) -> None:
        """The notice stands here."""
        async with self._database.write() as session:
            await evidence.note_posted(session, clan, number, channel, message)

    async def save_kind(
        self, clan: Clan, by: UserId, name: str, values: str, days: str, key: str = ""
    ) -> ProofKind:
        """Add a kind of proof, or change the one of this key.

        Raises:
            KindUnreadable: something of it cannot be.
            Outdated: there is none of this key.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            kinds = await _kinds(session, clan.id)
            if key and key not in kinds:
                raise Outdated
            kind = new_kind(name, values, days, kinds, key)
            await self._save(session, clan, by, kinds.get(key), kind)
            return kind

    async def retire_kind(self, clan: Clan, by: UserId, key: str) -> ProofKind:
        """Let a kind take proofs no more, or again.

        Raises:
            Outdated: there is none of this key.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            before = (await _kinds(session, clan.id)).get(key)
            if before is None:
                raise Outdated
            kind = replace(before, retired=not before.retired)
            await self._save(session, clan, by, before, kind)
            return kind

    async def _save(
        self, session: AsyncSession, clan: Clan, by: UserId, before: ProofKind | None, kind: ProofKind
    ) -> None:
        await evidence.save_kind(session, clan.id, kind)
        detail = {"clan_id": clan.id, "kind": kind.key, "before": _plain(before), "after": _plain(kind)}
        await clans.add_audit_entry(session, clan.guild, by, "proof_kind", detail, self._clock())


def _plain(kind: ProofKind | None) -> Mapping[str, Any] | None:
    if kind is None:
        return None
    return {
        "name": kind.name,
        "values": list(kind.values),
        "expires_days": kind.expires_days,
        "retired": kind.retired,
    }


def _must_wait(one: Proof, now: datetime) -> None:
    """Refuse what is decided.

    Raises:
        ProofDecided: by whom and when.
    """
    if one.state(now) is ProofState.WITHDRAWN and one.withdrawn_by and one.withdrawn_at:
        raise ProofDecided(bool(one.approved), one.withdrawn_by, one.withdrawn_at, withdrawn=True)
    if one.approved is not None and one.decided_by and one.decided_at:
        raise ProofDecided(one.approved, one.decided_by, one.decided_at)


async def _kinds(session: AsyncSession, clan: ClanId) -> dict[str, ProofKind]:
    return kinds_of(await evidence.changed_kinds(session, clan))


async def _mine(session: AsyncSession, clan: ClanId, user: UserId) -> MyProofs:
    accounts = await links.links_of(session, clan, user)
    verified = [one for one in accounts if one.verified]
    return MyProofs(
        proofs=await evidence.about(session, clan, [one.member for one in verified]),
        kinds=await _kinds(session, clan),
        accounts=tuple(one.name for one in verified),
        claimed=tuple(one.name for one in accounts if one.stands and not one.verified),
    )


async def _found(session: AsyncSession, clan: ClanId, number: ProofId) -> Proof:
    found = await evidence.proof(session, clan, number)
    if found is None:
        raise Outdated
    return found


async def _note(
    session: AsyncSession, clan: Clan, action: str, one: Proof, by: UserId, now: datetime
) -> None:
    detail = {
        "clan_id": clan.id,
        "proof": one.id,
        "member_id": one.member,
        "kind": one.kind,
        "value": one.value,
        "submitted_by": one.submitted_by,
        "before": one.state(now).value,
    }
    await clans.add_audit_entry(session, clan.guild, by, action, detail, now)
