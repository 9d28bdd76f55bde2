"""Officers' decisions of who is who, and what follows from those that are in force."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.decisions import Decision, DecisionId, DecisionKind, NameOverride, SourceOverride, merged
from bot.domain.ids import ClanId, MemberId, NameKey, SourceId, UserId
from db.bulk import inserting
from db.models import (
    Attribution,
    Clan,
    IdentityConflict,
    IdentityDecision,
    IdentityOverride,
    Member,
    MemberNote,
)
from db.types import OPEN_END, OPEN_START


async def add_decision(
    session: AsyncSession,
    clan: ClanId,
    kind: DecisionKind,
    detail: Mapping[str, str | int | None],
    *,
    names: Sequence[NameOverride] = (),
    sources: Sequence[SourceOverride] = (),
    by: UserId,
    now: datetime,
) -> DecisionId:
    """Record a decision with its parts. What follows from it is made by the caller."""
    number = await session.scalar(
        update(Clan)
        .where(Clan.id == clan)
        .values(next_decision_id=Clan.next_decision_id + 1)
        .returning(Clan.next_decision_id)
    )
    if number is None:
        raise LookupError(f"no clan {clan}")
    decision = DecisionId(number - 1)
    session.add(
        IdentityDecision(
            clan_id=clan, id=decision, kind=kind.value, detail=dict(detail), made_by=by, made_at=now
        )
    )
    await session.flush()
    parts = [
        {
            "clan_id": clan,
            "decision_id": decision,
            "number": index,
            "name_key": part.key if isinstance(part, NameOverride) else None,
            "display_name": part.display if isinstance(part, NameOverride) else None,
            "source_id": None if isinstance(part, NameOverride) else part.source,
            "from_at": part.start or OPEN_START,
            "to_at": part.end or OPEN_END,
            "member_id": part.member,
        }
        for index, part in enumerate((*names, *sources))
    ]
    if parts:
        await session.execute(inserting(session, IdentityOverride).values(parts))
    return decision


async def decisions_of(session: AsyncSession, clan: ClanId) -> list[Decision]:
    """Every decision that was ever made, the oldest first, undone ones too."""
    rows = await session.scalars(
        select(IdentityDecision).where(IdentityDecision.clan_id == clan).order_by(IdentityDecision.id)
    )
    return [
        Decision(
            DecisionId(row.id),
            DecisionKind(row.kind),
            row.detail,
            UserId(row.made_by),
            row.made_at,
            None if row.undone_by is None else UserId(row.undone_by),
            row.undone_at,
        )
        for row in rows
    ]


async def undo_decision(
    session: AsyncSession, clan: ClanId, decision: DecisionId, *, by: UserId, now: datetime
) -> None:
    """Take a decision out of force; it stays on record."""
    await session.execute(
        update(IdentityDecision)
        .where(IdentityDecision.clan_id == clan, IdentityDecision.id == decision)
        .values(undone_by=by, undone_at=now)
    )


_IN_FORCE = (
    (IdentityDecision.clan_id == IdentityOverride.clan_id)
    & (IdentityDecision.id == IdentityOverride.decision_id)
    & IdentityDecision.undone_at.is_(None)
)


async def name_overrides(
    session: AsyncSession, clan: ClanId, keys: Collection[NameKey]
) -> list[NameOverride]:
    """What is decided of these names, the oldest decision first."""
    rows = await session.scalars(
        select(IdentityOverride)
        .join(IdentityDecision, _IN_FORCE)
        .where(IdentityOverride.clan_id == clan, IdentityOverride.name_key.in_(keys))
        .order_by(IdentityOverride.decision_id, IdentityOverride.number)
    )
    return [
        NameOverride(
            NameKey(row.name_key or ""),
            row.display_name or "",
            None if row.member_id is None else MemberId(row.member_id),
            None if row.from_at <= OPEN_START else row.from_at,
            None if row.to_at >= OPEN_END else row.to_at,
        )
        for row in rows
    ]


async def source_overrides(
    session: AsyncSession, clan: ClanId, sources: Collection[SourceId] | Select[Any]
) -> list[SourceOverride]:
    """What is decided of these sources, the oldest decision first."""
    rows = await session.scalars(
        select(IdentityOverride)
        .join(IdentityDecision, _IN_FORCE)
        .where(IdentityOverride.clan_id == clan, IdentityOverride.source_id.in_(sources))
        .order_by(IdentityOverride.decision_id, IdentityOverride.number)
    )
    return [
        SourceOverride(
            SourceId(row.source_id or 0),
            None if row.member_id is None else MemberId(row.member_id),
            None if row.from_at <= OPEN_START else row.from_at,
            None if row.to_at >= OPEN_END else row.to_at,
        )
        for row in rows
    ]


async def subjects_of(
    session: AsyncSession, clan: ClanId, decision: DecisionId
) -> tuple[set[NameKey], set[SourceId]]:
    """The names and the sources that a decision is about."""
    rows = await session.execute(
        select(IdentityOverride.name_key, IdentityOverride.source_id).where(
            IdentityOverride.clan_id == clan, IdentityOverride.decision_id == decision
        )
    )
    found = list(rows)
    return (
        {NameKey(key) for key, _ in found if key is not None},
        {SourceId(source) for _, source in found if source is not None},
    )


async def roots(session: AsyncSession, clan: ClanId) -> dict[MemberId, MemberId]:
    """Whom each merged member shows under."""
    rows = await session.execute(
        select(Member.id, Member.same_as).where(Member.clan_id == clan, Member.same_as.is_not(None))
    )
    return {MemberId(member): MemberId(root) for member, root in rows if root is not None}


async def rebuild_merges(session: AsyncSession, clan: ClanId) -> None:
    """Let every member show under whom the merges in force say, and their sources with them."""
    made = await session.scalars(
        select(IdentityDecision.detail)
        .where(
            IdentityDecision.clan_id == clan,
            IdentityDecision.kind == DecisionKind.MERGE.value,
            IdentityDecision.undone_at.is_(None),
        )
        .order_by(IdentityDecision.id)
    )
    wanted = merged([(MemberId(detail["member"]), MemberId(detail["into"])) for detail in made])
    known = await roots(session, clan)
    for member in known.keys() | wanted.keys():
        root = wanted.get(member)
        if known.get(member) == root:
            continue
        await session.execute(
            update(Member).where(Member.clan_id == clan, Member.id == member).values(same_as=root)
        )
        await session.execute(
            update(Attribution)
            .where(Attribution.clan_id == clan, Attribution.base_id == member)
            .values(member_id=member if root is None else root)
        )


async def follow_absorbed(session: AsyncSession, clan: ClanId, absorbed: Mapping[MemberId, MemberId]) -> None:
    """Let decisions, conflicts and notes about members who were renames all along be about who they are."""
    for gone, kept in absorbed.items():
        for table, column in (
            (IdentityOverride, IdentityOverride.member_id),
            (IdentityConflict, IdentityConflict.holder_id),
            (IdentityConflict, IdentityConflict.claimant_id),
            (MemberNote, MemberNote.member_id),
        ):
            await session.execute(
                update(table).where(table.clan_id == clan, column == gone).values({column: kept})
            )
    made = await session.scalars(
        select(IdentityDecision).where(
            IdentityDecision.clan_id == clan, IdentityDecision.kind == DecisionKind.MERGE.value
        )
    )
    for decision in made:
        about = {role: decision.detail[role] for role in ("member", "into")}
        now = {role: int(absorbed.get(MemberId(id_), MemberId(id_))) for role, id_ in about.items()}
        if now != about:
            decision.detail = {**decision.detail, **now}
    await session.flush()
    await rebuild_merges(session, clan)
