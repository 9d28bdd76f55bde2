"""The worklist: steps that wait to be done in the game, and those that were."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.worklist import NewStep, Step, StepId, StepKind
from db.bulk import inserting
from db.models import Member, WorklistStep
from db.queries.members import ROOT

IS_OPEN: ColumnElement[bool] = WorklistStep.done_at.is_(None) & WorklistStep.dropped_at.is_(None)


async def add(
    session: AsyncSession, clan: ClanId, steps: Sequence[NewStep], by: UserId, now: datetime
) -> list[StepId]:
    """Put steps on the list, in their order. The caller holds the clan's lock.

    Returns:
        The numbers of those that are new: a step whose origin is open already is left out.
    """
    known = set(
        await session.scalars(
            select(WorklistStep.origin).where(
                WorklistStep.clan_id == clan, IS_OPEN, WorklistStep.origin.in_([one.origin for one in steps])
            )
        )
    )
    fresh: dict[str, NewStep] = {}
    for one in steps:
        if one.origin not in known:
            fresh.setdefault(one.origin, one)
    if not fresh:
        return []
    last = await session.scalar(select(func.max(WorklistStep.id)).where(WorklistStep.clan_id == clan)) or 0
    await session.execute(
        inserting(session, WorklistStep),
        [
            {
                "clan_id": clan,
                "id": number,
                "kind": one.kind.value,
                "member_id": one.member,
                "from_rank": one.from_rank,
                "to_rank": one.to_rank,
                "origin": one.origin,
                "added_at": now,
                "added_by": by,
            }
            for number, one in enumerate(fresh.values(), start=last + 1)
        ],
    )
    return [StepId(number) for number in range(last + 1, last + 1 + len(fresh))]


def _steps(clan: ClanId) -> Select[WorklistStep, str, bool]:
    """Each step with the name that its member shows under, and whether somebody of that name is present."""
    shown, present = aliased(Member), aliased(Member)
    on_roster = select(func.coalesce(present.same_as, present.id)).where(
        present.clan_id == clan, present.left_at.is_(None)
    )
    return (
        select(WorklistStep, shown.name, ROOT.not_in(on_roster))
        .join_from(
            WorklistStep,
            Member,
            (Member.clan_id == WorklistStep.clan_id) & (Member.id == WorklistStep.member_id),
        )
        .join(shown, (shown.clan_id == Member.clan_id) & (shown.id == ROOT))
        .where(WorklistStep.clan_id == clan)
    )


async def open_steps(session: AsyncSession, clan: ClanId) -> list[Step]:
    """The steps that wait, the oldest first."""
    rows = await session.execute(_steps(clan).where(IS_OPEN).order_by(WorklistStep.id))
    return list(_read(rows))


async def steps_by_id(session: AsyncSession, clan: ClanId, ids: Collection[StepId]) -> list[Step]:
    """These steps, whatever became of them; absent where there is none of the number."""
    rows = await session.execute(
        _steps(clan)
        .where(WorklistStep.id.in_(ids))
        .order_by(WorklistStep.id)
        .execution_options(populate_existing=True)
    )
    return list(_read(rows))


async def steps_of(session: AsyncSession, clan: ClanId, origins: Collection[str]) -> dict[str, Step]:
    """The newest step of each of these origins, open or not; absent where there never was one."""
    rows = await session.execute(
        _steps(clan).where(WorklistStep.origin.in_(origins)).order_by(WorklistStep.id)
    )
    return {step.origin: step for step in _read(rows)}


async def lately_of(session: AsyncSession, clan: ClanId, kind: str, since: datetime) -> list[Step]:
    """Steps of this kind of origin that were put on the list, or done, since; none that was dropped."""
    rows = await session.execute(
        _steps(clan)
        .where(
            WorklistStep.origin.startswith(f"{kind}:", autoescape=True),
            (WorklistStep.added_at > since) | (WorklistStep.done_at > since),
            WorklistStep.dropped_at.is_(None),
        )
        .order_by(WorklistStep.id)
    )
    return list(_read(rows))


async def last_done(session: AsyncSession, clan: ClanId) -> list[Step]:
    """What was ticked off last in one go; empty where nothing ever was."""
    newest = select(func.max(WorklistStep.done_at)).where(WorklistStep.clan_id == clan).scalar_subquery()
    rows = await session.execute(_steps(clan).where(WorklistStep.done_at == newest).order_by(WorklistStep.id))
    return list(_read(rows))


async def tick(
    session: AsyncSession, clan: ClanId, ids: Collection[StepId], by: UserId, now: datetime
) -> None:
    """These steps were done."""
    await _close(session, clan, ids, {"done_at": now, "done_by": by})


async def drop(
    session: AsyncSession, clan: ClanId, ids: Collection[StepId], by: UserId, now: datetime
) -> None:
    """These steps need not be done."""
    await _close(session, clan, ids, {"dropped_at": now, "dropped_by": by})


async def _close(
    session: AsyncSession, clan: ClanId, ids: Collection[StepId], columns: Mapping[str, Any]
) -> None:
    await session.execute(
        update(WorklistStep)
        .where(WorklistStep.clan_id == clan, WorklistStep.id.in_(ids), IS_OPEN)
        .values(columns)
        .execution_options(synchronize_session=False)
    )


async def removed_since(session: AsyncSession, clan: ClanId, since: datetime) -> dict[MemberId, datetime]:
    """Whose removal was ticked off since a moment, and when last."""
    rows = await session.execute(
        select(WorklistStep.member_id, func.max(WorklistStep.done_at, type_=WorklistStep.done_at.type))
        .where(
            WorklistStep.clan_id == clan,
            WorklistStep.kind == StepKind.REMOVE.value,
            WorklistStep.done_at >= since,
        )
        .group_by(WorklistStep.member_id)
    )
    return {MemberId(member): at for member, at in rows if at is not None}


async def follow_absorbed(session: AsyncSession, clan: ClanId, absorbed: Mapping[MemberId, MemberId]) -> None:
    """Let steps about members who were renames all along be about who they are."""
    for gone, kept in absorbed.items():
        await session.execute(
            update(WorklistStep)
            .where(WorklistStep.clan_id == clan, WorklistStep.member_id == gone)
            .values(member_id=kept)
        )


def _read(rows: Iterable[Row[WorklistStep, str, bool]]) -> Iterator[Step]:
    for row, name, gone in rows:
        yield Step(
            id=StepId(row.id),
            kind=StepKind(row.kind),
            member=MemberId(row.member_id),
            name=name,
            from_rank=row.from_rank,
            to_rank=row.to_rank,
            origin=row.origin,
            added_at=row.added_at,
            added_by=UserId(row.added_by),
            gone=bool(gone),
            done_at=row.done_at,
            done_by=None if row.done_by is None else UserId(row.done_by),
            dropped_at=row.dropped_at,
            dropped_by=None if row.dropped_by is None else UserId(row.dropped_by),
        )
