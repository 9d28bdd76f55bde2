"""Proofs: what waits for officers, what is known of a member, what counts for rules."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.ids import ChannelId, ClanId, MemberId, MessageId, UserId
from bot.domain.proofs import Proof, ProofId, ProofKind, Proven
from db.bulk import inserting
from db.models import DiscordLink, EvidenceKind, EvidenceRow, Member
from db.queries.members import ROOT

WAITS: ColumnElement[bool] = EvidenceRow.approved.is_(None) & EvidenceRow.withdrawn_at.is_(None)
_IS_ABOUT = (Member.clan_id == EvidenceRow.clan_id) & (Member.id == EvidenceRow.member_id)


async def standing(session: AsyncSession, clan: ClanId, now: datetime) -> dict[MemberId, dict[str, Proven]]:
    """What counts for each member by kind, in one statement: approved, not withdrawn, not expired.

    A member or kind without any is absent. Proofs about members who were merged count together.
    """
    rows = await session.execute(
        select(ROOT, EvidenceRow.kind, EvidenceRow.value, func.count())
        .join_from(EvidenceRow, Member, _IS_ABOUT)
        .where(
            EvidenceRow.clan_id == clan,
            EvidenceRow.approved.is_(True),
            EvidenceRow.withdrawn_at.is_(None),
            EvidenceRow.expires_at.is_(None) | (EvidenceRow.expires_at > now),
        )
        .group_by(ROOT, EvidenceRow.kind, EvidenceRow.value)
    )
    found: dict[MemberId, dict[str, Proven]] = {}
    for member, kind, value, number in rows:
        theirs = found.setdefault(MemberId(member), {})
        known = theirs.get(kind, Proven())
        values = known.values if value is None else {**known.values, value: number}
        theirs[kind] = Proven(known.number + number, values)
    return found


def _proofs(clan: ClanId) -> Select[EvidenceRow, str, int]:
    """Each proof with the name its member shows under, and whose verified account it is now."""
    shown, theirs = aliased(Member), aliased(Member)
    owner = (
        select(func.min(DiscordLink.user_id))
        .join(theirs, (theirs.clan_id == DiscordLink.clan_id) & (theirs.id == DiscordLink.member_id))
        .where(
            DiscordLink.clan_id == EvidenceRow.clan_id,
            DiscordLink.verified,
            func.coalesce(theirs.same_as, theirs.id) == ROOT,
        )
        .correlate(EvidenceRow, Member)
        .scalar_subquery()
    )
    return (
        select(EvidenceRow, shown.name, owner)
        .join_from(EvidenceRow, Member, _IS_ABOUT)
        .join(shown, (shown.clan_id == Member.clan_id) & (shown.id == ROOT))
        .where(EvidenceRow.clan_id == clan)
    )


async def proof(session: AsyncSession, clan: ClanId, number: ProofId) -> Proof | None:
    """One proof, whatever became of it."""
    rows = await session.execute(
        _proofs(clan).where(EvidenceRow.id == number).execution_options(populate_existing=True)
    )
    return next(_read(rows), None)


async def waiting(session: AsyncSession, clan: ClanId) -> list[Proof]:
    """What officers have to decide, the oldest first."""
    rows = await session.execute(_proofs(clan).where(WAITS).order_by(EvidenceRow.id))
    return list(_read(rows))


async def unposted(session: AsyncSession, clan: ClanId) -> list[Proof]:
    """What officers have to decide and were not told of, the oldest first."""
    rows = await session.execute(
        _proofs(clan).where(WAITS, EvidenceRow.message_id.is_(None)).order_by(EvidenceRow.id)
    )
    return list(_read(rows))


async def about(session: AsyncSession, clan: ClanId, members: Collection[MemberId]) -> list[Proof]:
    """Everything about these members and whom they were merged with, the newest first."""
    given = aliased(Member)
    roots = select(func.coalesce(given.same_as, given.id)).where(given.clan_id == clan, given.id.in_(members))
    rows = await session.execute(_proofs(clan).where(ROOT.in_(roots)).order_by(EvidenceRow.id.desc()))
    return list(_read(rows))


async def count_waiting(session: AsyncSession, clan: ClanId, user: UserId) -> int:
    """How many proofs of a user wait."""
    number = await session.scalar(
        select(func.count())
        .select_from(EvidenceRow)
        .where(EvidenceRow.clan_id == clan, EvidenceRow.submitted_by == user, WAITS)
    )
    return number or 0


async def add(session: AsyncSession, clan: ClanId, **columns: Any) -> ProofId:
    """Store a proof. The caller holds the clan's lock, since proofs are numbered in order."""
    last = await session.scalar(select(func.max(EvidenceRow.id)).where(EvidenceRow.clan_id == clan))
    number = ProofId((last or 0) + 1)
    await session.execute(inserting(session, EvidenceRow).values(clan_id=clan, id=number, **columns))
    return number


async def change(session: AsyncSession, clan: ClanId, number: ProofId, **columns: Any) -> None:
    """Set some of a proof's columns."""
    await session.execute(
        update(EvidenceRow)
        .where(EvidenceRow.clan_id == clan, EvidenceRow.id == number)
        .values(columns)
        .execution_options(synchronize_session=False)
    )


async def note_posted(
    session: AsyncSession, clan: ClanId, number: ProofId, channel: ChannelId, message: MessageId
) -> None:
    """Officers were told of it here."""
    await change(session, clan, number, channel_id=channel, message_id=message)


async def changed_kinds(session: AsyncSession, clan: ClanId) -> list[ProofKind]:
    """The kinds that officers added or changed."""
    rows = await session.scalars(select(EvidenceKind).where(EvidenceKind.clan_id == clan))
    return [ProofKind(row.key, row.name, tuple(row.allowed), row.expires_days, row.retired) for row in rows]


async def save_kind(session: AsyncSession, clan: ClanId, kind: ProofKind) -> None:
    """Store a kind, whole."""
    columns = {
        "name": kind.name,
        "allowed": list(kind.values),
        "expires_days": kind.expires_days,
        "retired": kind.retired,
    }
    adding = inserting(session, EvidenceKind).values(clan_id=clan, key=kind.key, **columns)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "key"], set_=columns))


async def follow_absorbed(session: AsyncSession, clan: ClanId, absorbed: Mapping[MemberId, MemberId]) -> None:
    """Let proofs about members who were renames all along be about who they are."""
    for gone, kept in absorbed.items():
        await session.execute(
            update(EvidenceRow)
            .where(EvidenceRow.clan_id == clan, EvidenceRow.member_id == gone)
            .values(member_id=kept)
        )


def _user(number: int | None) -> UserId | None:
    return None if number is None else UserId(number)


def _read(rows: Iterable[Row[EvidenceRow, str, int]]) -> Iterator[Proof]:
    # Nobody's account has no owner, which the scalar's type does not say.
    for row, name, owner in cast("Iterable[tuple[EvidenceRow, str, int | None]]", rows):
        yield Proof(
            id=ProofId(row.id),
            member=MemberId(row.member_id),
            name=name,
            kind=row.kind,
            value=row.value,
            note=row.note,
            submitted_by=UserId(row.submitted_by),
            submitted_at=row.submitted_at,
            by_officer=row.by_officer,
            owner=_user(owner),
            approved=row.approved,
            decided_by=_user(row.decided_by),
            decided_at=row.decided_at,
            expires_at=row.expires_at,
            withdrawn_by=_user(row.withdrawn_by),
            withdrawn_at=row.withdrawn_at,
            channel=row.channel_id,
            message=row.message_id,
        )
