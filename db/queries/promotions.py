"""Changes of rank that officers approved, and the batches in which they did."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.promotions import Batch, BatchId, Ending, Pick, Promotion, PromotionId, WayBack, Witness
from db.models import Member, PromotionBatch, PromotionRow

_IS_IN_FORCE: ColumnElement[bool] = PromotionRow.ending.is_(None) | (
    PromotionRow.ending != Ending.CANCELLED.value
)


async def draw(
    session: AsyncSession, clan: ClanId, picks: Iterable[Pick], by: UserId, now: datetime
) -> BatchId:
    """Keep picks that an officer looks at. Lock the clan first."""
    last = await session.scalar(select(func.max(PromotionBatch.id)).where(PromotionBatch.clan_id == clan))
    number = (last or 0) + 1
    kept = [[one.member, one.rank] for one in picks]
    session.add(PromotionBatch(clan_id=clan, id=number, drawn_by=by, drawn_at=now, picks=kept))
    await session.flush()
    return BatchId(number)


async def batch(session: AsyncSession, clan: ClanId, number: BatchId) -> Batch | None:
    """One batch."""
    row = await session.get(PromotionBatch, (clan, number), populate_existing=True)
    if row is None:
        return None
    return Batch(
        clan=ClanId(row.clan_id),
        id=BatchId(row.id),
        picks=tuple(Pick(MemberId(member), rank) for member, rank in row.picks),
        drawn_by=UserId(row.drawn_by),
        drawn_at=row.drawn_at,
        approved_by=_user(row.approved_by),
        approved_at=row.approved_at,
        change_set=row.change_set_id,
        announced_at=row.announced_at,
        announced_by=_user(row.announced_by),
        undone_by=_user(row.undone_by),
        undone_at=row.undone_at,
    )


async def update_batch(session: AsyncSession, clan: ClanId, number: BatchId, **columns: Any) -> None:
    """Note what became of a batch."""
    await session.execute(
        update(PromotionBatch)
        .where(PromotionBatch.clan_id == clan, PromotionBatch.id == number)
        .values(columns)
        .execution_options(synchronize_session=False)
    )


async def add(session: AsyncSession, clan: ClanId, made: Sequence[Promotion]) -> list[PromotionId]:
    """Store promotions that begin; their numbers are given here. Lock the clan first."""
    last = await session.scalar(select(func.max(PromotionRow.id)).where(PromotionRow.clan_id == clan)) or 0
    for number, one in enumerate(made, start=last + 1):
        session.add(
            PromotionRow(
                clan_id=clan,
                id=number,
                batch_id=one.batch,
                member_id=one.member,
                rank=one.rank,
                from_role=one.from_role,
                to_role=one.to_role,
                approved_by=one.approved_by,
                approved_at=one.approved_at,
                evidence=list(one.evidence),
                user_id=one.user,
                discord_note=one.discord_note,
            )
        )
    await session.flush()
    return [PromotionId(last + 1 + place) for place in range(len(made))]


async def under_way(session: AsyncSession, clan: ClanId) -> list[Promotion]:
    """Every promotion that has not ended, the oldest first."""
    return await _read(session, _promotions(clan).where(PromotionRow.ended_at.is_(None)))


async def of_batch(session: AsyncSession, clan: ClanId, number: BatchId) -> list[Promotion]:
    """The promotions of a batch, whatever became of them."""
    return await _read(session, _promotions(clan).where(PromotionRow.batch_id == number))


async def by_ids(session: AsyncSession, clan: ClanId, ids: Collection[PromotionId]) -> list[Promotion]:
    """These promotions."""
    return await _read(session, _promotions(clan).where(PromotionRow.id.in_(list(ids))))


async def change(session: AsyncSession, clan: ClanId, ids: Collection[PromotionId], **columns: Any) -> None:
    """Note what became of promotions."""
    await session.execute(
        update(PromotionRow)
        .where(PromotionRow.clan_id == clan, PromotionRow.id.in_(list(ids)))
        .values(columns)
        .execution_options(synchronize_session=False)
    )


async def of_change_set(
    session: AsyncSession, clan: ClanId, change_set: int, user: UserId
) -> list[PromotionId]:
    """A user's promotions whose Discord roles a set of changes carries out."""
    found = await session.scalars(
        select(PromotionRow.id)
        .join(
            PromotionBatch,
            (PromotionBatch.clan_id == PromotionRow.clan_id) & (PromotionBatch.id == PromotionRow.batch_id),
        )
        .where(
            PromotionRow.clan_id == clan,
            PromotionRow.user_id == user,
            PromotionBatch.change_set_id == change_set,
        )
    )
    return [PromotionId(one) for one in found]


async def batch_of_change_set(session: AsyncSession, clan: ClanId, change_set: int) -> BatchId | None:
    """The batch whose Discord roles a set of changes carries out."""
    found = await session.scalar(
        select(PromotionBatch.id).where(
            PromotionBatch.clan_id == clan, PromotionBatch.change_set_id == change_set
        )
    )
    return None if found is None else BatchId(found)


async def newest_of(
    session: AsyncSession, clan: ClanId, members: Collection[MemberId]
) -> dict[MemberId, PromotionId]:
    """The last promotion of each of these members that was not taken back; absent where there is none."""
    rows = await session.execute(
        select(PromotionRow.member_id, func.max(PromotionRow.id))
        .where(PromotionRow.clan_id == clan, PromotionRow.member_id.in_(list(members)), _IS_IN_FORCE)
        .group_by(PromotionRow.member_id)
    )
    return {MemberId(member): PromotionId(number) for member, number in rows}


async def ways_back(
    session: AsyncSession, clan: ClanId, steps: Mapping[PromotionId, datetime | None]
) -> list[WayBack]:
    """Those of these that were taken back, the oldest first; not where the member was promoted since.

    ``steps`` is when each one's step back was ticked off, None while it waits.
    """
    later = aliased(PromotionRow)
    was_promoted = exists().where(
        later.clan_id == PromotionRow.clan_id,
        later.member_id == PromotionRow.member_id,
        later.id > PromotionRow.id,
        later.ending.is_(None) | (later.ending != Ending.CANCELLED.value),
    )
    found = await _read(
        session,
        _promotions(clan).where(
            PromotionRow.id.in_(list(steps)), PromotionRow.ending == Ending.CANCELLED.value, ~was_promoted
        ),
    )
    return [WayBack(one, steps[one.id]) for one in found]


def _promotions(clan: ClanId) -> Select[PromotionRow, str]:
    return (
        select(PromotionRow, Member.name)
        .join(Member, (Member.clan_id == PromotionRow.clan_id) & (Member.id == PromotionRow.member_id))
        .where(PromotionRow.clan_id == clan)
        .order_by(PromotionRow.id)
        .execution_options(populate_existing=True)
    )


async def _read(session: AsyncSession, statement: Select[PromotionRow, str]) -> list[Promotion]:
    return [_promotion(row, name) for row, name in await session.execute(statement)]


def _promotion(row: PromotionRow, name: str) -> Promotion:
    return Promotion(
        clan=ClanId(row.clan_id),
        id=PromotionId(row.id),
        batch=BatchId(row.batch_id),
        member=MemberId(row.member_id),
        name=name,
        rank=row.rank,
        from_role=row.from_role,
        to_role=row.to_role,
        approved_by=UserId(row.approved_by),
        approved_at=row.approved_at,
        evidence=tuple(row.evidence),
        user=_user(row.user_id),
        discord_at=row.discord_at,
        discord_note=row.discord_note,
        ticked_at=row.ticked_at,
        ticked_by=_user(row.ticked_by),
        wom_asked_at=row.wom_asked_at,
        wom_set_at=row.wom_set_at,
        wom_failure=row.wom_failure,
        ended_at=row.ended_at,
        ending=None if row.ending is None else Ending(row.ending),
        confirmed_by=None if row.confirmed_by is None else Witness(row.confirmed_by),
    )


def _user(number: int | None) -> UserId | None:
    return None if number is None else UserId(number)
