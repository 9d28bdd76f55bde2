"""Officers' decisions of who is who, and what follows from those that are in force."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.decisions import Decision, DecisionId, DecisionKind, NameOverride, Split, merged
from bot.domain.ids import ClanId, MemberId, NameKey, UserId
from db.models import (
    Attribution,
    Clan,
    IdentityConflict,
    IdentityDecision,
    Member,
    MemberNote,
    NameOverrideRow,
)
from db.types import OPEN_END, OPEN_START


async def add_decision(
    session: AsyncSession,
    clan: ClanId,
    kind: DecisionKind,
    detail: Mapping[str, str | int | None],
    *,
    by: UserId,
    now: datetime,
) -> DecisionId:
    """Record a decision. What follows from it is made by the caller."""
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
    return decision


async def add_name_override(session: AsyncSession, clan: ClanId, one: NameOverride) -> None:
    """Keep what a decision says of a name; there is one for each decision and name."""
    session.add(
        NameOverrideRow(
            clan_id=clan,
            name_key=one.key,
            decision_id=one.decision,
            display_name=one.display,
            from_at=one.start or OPEN_START,
            to_at=one.end or OPEN_END,
            member_id=one.member,
        )
    )
    await session.flush()


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


async def name_overrides(
    session: AsyncSession, clan: ClanId, keys: Collection[NameKey]
) -> list[NameOverride]:
    """What decisions in force say of these names."""
    rows = await session.scalars(
        select(NameOverrideRow)
        .join(
            IdentityDecision,
            (IdentityDecision.clan_id == NameOverrideRow.clan_id)
            & (IdentityDecision.id == NameOverrideRow.decision_id),
        )
        .where(
            NameOverrideRow.clan_id == clan,
            NameOverrideRow.name_key.in_(keys),
            IdentityDecision.undone_at.is_(None),
        )
    )
    return [
        NameOverride(
            DecisionId(row.decision_id),
            NameKey(row.name_key),
            row.display_name,
            None if row.member_id is None else MemberId(row.member_id),
            None if row.from_at <= OPEN_START else row.from_at,
            None if row.to_at >= OPEN_END else row.to_at,
        )
        for row in rows
    ]


async def splits(session: AsyncSession, clan: ClanId) -> list[Split]:
    """The splits in force, the oldest first."""
    return [
        Split(id_, MemberId(detail["member"]), MemberId(detail["new"]), datetime.fromisoformat(detail["at"]))
        for id_, detail in await _in_force(session, clan, DecisionKind.SPLIT)
    ]


async def _in_force(
    session: AsyncSession, clan: ClanId, kind: DecisionKind
) -> list[tuple[DecisionId, Mapping[str, Any]]]:
    rows = await session.execute(
        select(IdentityDecision.id, IdentityDecision.detail)
        .where(
            IdentityDecision.clan_id == clan,
            IdentityDecision.kind == kind.value,
            IdentityDecision.undone_at.is_(None),
        )
        .order_by(IdentityDecision.id)
    )
    return [(DecisionId(id_), detail) for id_, detail in rows]


async def names_in(session: AsyncSession, clan: ClanId, decision: DecisionId) -> set[NameKey]:
    """The names that a decision says something of."""
    rows = await session.scalars(
        select(NameOverrideRow.name_key).where(
            NameOverrideRow.clan_id == clan, NameOverrideRow.decision_id == decision
        )
    )
    return {NameKey(key) for key in rows}


async def roots(session: AsyncSession, clan: ClanId) -> dict[MemberId, MemberId]:
    """Whom each merged member shows under."""
    rows = await session.execute(
        select(Member.id, Member.same_as).where(Member.clan_id == clan, Member.same_as.is_not(None))
    )
    return {MemberId(member): MemberId(root) for member, root in rows if root is not None}


async def rebuild_merges(session: AsyncSession, clan: ClanId) -> None:
    """Let every member show under whom the merges in force say, and their sources with them."""
    made = await _in_force(session, clan, DecisionKind.MERGE)
    wanted = merged([(MemberId(detail["member"]), MemberId(detail["into"])) for _, detail in made])
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
            (NameOverrideRow, NameOverrideRow.member_id),
            (IdentityConflict, IdentityConflict.holder_id),
            (IdentityConflict, IdentityConflict.claimant_id),
            (MemberNote, MemberNote.member_id),
        ):
            await session.execute(
                update(table).where(table.clan_id == clan, column == gone).values({column: kept})
            )
    made = await session.scalars(
        select(IdentityDecision).where(
            IdentityDecision.clan_id == clan,
            IdentityDecision.kind.in_([DecisionKind.MERGE.value, DecisionKind.SPLIT.value]),
        )
    )
    for decision in made:
        about = {role: id_ for role in ("member", "into", "new") if (id_ := decision.detail.get(role))}
        now = {role: int(absorbed.get(MemberId(id_), MemberId(id_))) for role, id_ in about.items()}
        if now != about:
            decision.detail = {**decision.detail, **now}
    await session.flush()
    await rebuild_merges(session, clan)
