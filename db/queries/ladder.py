"""What officers chose for who is quiet, the cases on the ladder, and their notices."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ChannelId, ClanId, MemberId, MessageId, UserId
from bot.domain.ladder import (
    REMOVALS,
    UNSENT,
    Case,
    LadderSettings,
    Notice,
    Outcome,
    Removal,
    Reply,
    Round,
    Step,
    case_of_removal,
)
from bot.domain.worklist import StepId
from db.bulk import inserting
from db.models import (
    InactivityCase,
    InactivityRound,
    InactivitySettings,
    InactivityStep,
    Member,
    WorklistStep,
)
from db.queries.members import ROOT, same_as


async def settings(session: AsyncSession, clan: ClanId) -> LadderSettings:
    """What officers chose; the defaults where they never did."""
    row = await session.get(InactivitySettings, clan)
    if row is None:
        return LadderSettings()
    return LadderSettings(
        days=row.days,
        grace_days=row.grace_days,
        notices=row.notices,
        by_rank=dict(row.by_rank),
        safe_ranks=frozenset(row.safe_ranks),
        safe_members=frozenset(map(MemberId, row.safe_member_ids)),
        safe_roles=frozenset(row.safe_role_ids),
        text=row.notice_text,
    )


def columns(chosen: LadderSettings) -> dict[str, Any]:
    """Settings as they are stored, and as the audit log shows them."""
    return {
        "days": chosen.days,
        "grace_days": chosen.grace_days,
        "notices": chosen.notices,
        "by_rank": dict(chosen.by_rank),
        "safe_ranks": sorted(chosen.safe_ranks),
        "safe_member_ids": sorted(chosen.safe_members),
        "safe_role_ids": sorted(chosen.safe_roles),
        "notice_text": chosen.text,
    }


async def save_settings(session: AsyncSession, clan: ClanId, chosen: LadderSettings) -> None:
    """Store what officers chose, whole."""
    stored = columns(chosen)
    adding = inserting(session, InactivitySettings).values(clan_id=clan, **stored)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id"], set_=stored))


_IS_OF = (Member.clan_id == InactivityCase.clan_id) & (Member.id == InactivityCase.member_id)


def _cases(clan: ClanId) -> Select[InactivityCase, int]:
    """Each case with whom its member shows under now."""
    return (
        select(InactivityCase, ROOT)
        .join(Member, _IS_OF)
        .where(InactivityCase.clan_id == clan)
        .order_by(InactivityCase.id)
        .execution_options(populate_existing=True)
    )


def _case(row: InactivityCase, member: int) -> Case:
    return Case(
        id=row.id,
        member=MemberId(member),
        user=None if row.user_id is None else UserId(row.user_id),
        opened_at=row.opened_at,
        opened_by=UserId(row.opened_by),
        notice=None if row.notice is None else Notice(row.notice),
        grace_until=row.grace_until,
        reply=None if row.reply is None else Reply(row.reply),
        replied_at=row.replied_at,
        closed_at=row.closed_at,
        closed_by=None if row.closed_by is None else UserId(row.closed_by),
        outcome=None if row.outcome is None else Outcome(row.outcome),
    )


async def cases(
    session: AsyncSession, clan: ClanId, since: datetime | None = None, also: Collection[int] = ()
) -> list[Case]:
    """The open cases, those closed since a time, and some by their numbers; the earliest first.

    Each is of whom its member shows under now.
    """
    wanted = [InactivityCase.closed_at.is_(None)]
    wanted += [] if since is None else [InactivityCase.closed_at > since]
    wanted += [InactivityCase.id.in_(also)] if also else []
    rows = await session.execute(_cases(clan).where(or_(*wanted)))
    return [_case(row, member) for row, member in rows]


async def case_of(session: AsyncSession, clan: ClanId, case: int) -> Case | None:
    """One case; None where it is gone."""
    found = (await session.execute(_cases(clan).where(InactivityCase.id == case))).first()
    return None if found is None else _case(*found)


async def open_of(session: AsyncSession, clan: ClanId, members: Collection[MemberId]) -> list[int]:
    """The open cases of these members, and of who is one with them."""
    found = await session.scalars(
        select(InactivityCase.id)
        .where(
            InactivityCase.clan_id == clan,
            InactivityCase.closed_at.is_(None),
            InactivityCase.member_id.in_(same_as(clan, members)),
        )
        .order_by(InactivityCase.id)
    )
    return list(found)


async def open_cases(
    session: AsyncSession,
    clan: ClanId,
    people: Mapping[MemberId, Mapping[str, Any]],
    by: UserId,
    now: datetime,
) -> dict[MemberId, int]:
    """Put people on the ladder, and return their cases' numbers. Each has further columns of the case."""
    if not people:
        return {}
    usual = {"clan_id": clan, "opened_at": now, "opened_by": by}
    rows = await session.execute(
        insert(InactivityCase).returning(InactivityCase.member_id, InactivityCase.id),
        [usual | {"member_id": member} | dict(columns) for member, columns in people.items()],
    )
    return {MemberId(member): id_ for member, id_ in rows}


async def change_cases(session: AsyncSession, cases: Collection[int], **values: Any) -> None:
    """Set some columns of these cases."""
    await session.execute(
        update(InactivityCase)
        .where(InactivityCase.id.in_(cases))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def note_steps(
    session: AsyncSession,
    clan: ClanId,
    steps: Sequence[tuple[int, str]],
    by: UserId | None,
    now: datetime,
    details: Mapping[int, Mapping[str, Any]] | None = None,
) -> None:
    """Log what happened in cases: each with its number; ``details`` are by the case."""
    if not steps:
        return
    told = details or {}
    await session.execute(
        inserting(session, InactivityStep),
        [
            {
                "clan_id": clan,
                "case_id": case,
                "at": now,
                "user_id": by,
                "step": step,
                "detail": dict(told.get(case, {})),
            }
            for case, step in steps
        ],
    )


async def steps(session: AsyncSession, clan: ClanId, members: Collection[MemberId]) -> list[Step]:
    """Everything that happened in the cases of these members, and of who is one with them."""
    rows = await session.execute(
        select(InactivityStep.at, InactivityStep.user_id, InactivityStep.step)
        .join(InactivityCase, InactivityCase.id == InactivityStep.case_id)
        .where(InactivityCase.clan_id == clan, InactivityCase.member_id.in_(same_as(clan, members)))
        .order_by(InactivityStep.id)
    )
    return [Step(at, None if user is None else UserId(user), step) for at, user, step in rows]


async def removals(session: AsyncSession, clan: ClanId, since: datetime) -> list[Removal]:
    """Whose removal by a case is on the worklist, or was ticked off there since a time."""
    rows = await session.execute(
        select(WorklistStep.id, WorklistStep.origin, ROOT, WorklistStep.added_at, WorklistStep.done_at)
        .join(Member, (Member.clan_id == WorklistStep.clan_id) & (Member.id == WorklistStep.member_id))
        .where(
            WorklistStep.clan_id == clan,
            WorklistStep.origin.startswith(REMOVALS),
            WorklistStep.dropped_at.is_(None),
            WorklistStep.done_at.is_(None) | (WorklistStep.done_at > since),
        )
    )
    return [
        Removal(StepId(id_), case_of_removal(origin), MemberId(member), added, done)
        for id_, origin, member, added, done in rows
    ]


async def add_round(session: AsyncSession, clan: ClanId, text: str, by: UserId, now: datetime) -> int:
    """An officer sends notices; return the round's number."""
    row = InactivityRound(clan_id=clan, asked_by=by, asked_at=now, text=text)
    session.add(row)
    await session.flush()
    return row.id


async def note_shown(session: AsyncSession, round_: int, channel: ChannelId, message: MessageId) -> None:
    """The message that shows how far a round is stands here."""
    await session.execute(
        update(InactivityRound)
        .where(InactivityRound.id == round_)
        .values(channel_id=channel, message_id=message)
    )


async def end_round(session: AsyncSession, round_: int, now: datetime) -> None:
    """Nothing of a round is left to be sent."""
    await session.execute(update(InactivityRound).where(InactivityRound.id == round_).values(ended_at=now))


async def open_rounds(session: AsyncSession, clans: Iterable[ClanId]) -> list[Round]:
    """The rounds of these clans that are under way, the earliest first."""
    rows = await session.scalars(
        select(InactivityRound)
        .where(InactivityRound.clan_id.in_(list(clans)), InactivityRound.ended_at.is_(None))
        .order_by(InactivityRound.id)
    )
    return [_round(row) for row in rows]


async def round_of(session: AsyncSession, round_: int) -> Round | None:
    """One round with what became of its notices, and the names of who is not linked; None where gone."""
    row = await session.get(InactivityRound, round_)
    if row is None:
        return None
    counted = await session.execute(
        select(InactivityCase.notice, func.count())
        .where(InactivityCase.round_id == round_)
        .group_by(InactivityCase.notice)
    )
    unlinked = await session.scalars(
        select(Member.name)
        .join(
            InactivityCase,
            (InactivityCase.clan_id == Member.clan_id) & (InactivityCase.member_id == Member.id),
        )
        .where(InactivityCase.round_id == round_, InactivityCase.notice == Notice.UNLINKED)
        .order_by(func.lower(Member.name))
    )
    return _round(row, {Notice(notice): number for notice, number in counted if notice}, tuple(unlinked))


def _round(
    row: InactivityRound, counts: Mapping[Notice, int] | None = None, unlinked: tuple[str, ...] = ()
) -> Round:
    return Round(
        id=row.id,
        clan=ClanId(row.clan_id),
        asked_by=UserId(row.asked_by),
        asked_at=row.asked_at,
        text=row.text,
        channel=None if row.channel_id is None else ChannelId(row.channel_id),
        message=None if row.message_id is None else MessageId(row.message_id),
        ended_at=row.ended_at,
        counts=counts or {},
        unlinked=unlinked,
    )


async def pass_over(session: AsyncSession, round_: int) -> None:
    """Notices of a round that were not begun and whose case is over are not sent."""
    await session.execute(
        update(InactivityCase)
        .where(
            InactivityCase.round_id == round_,
            InactivityCase.notice == Notice.PENDING.value,
            InactivityCase.closed_at.is_not(None),
        )
        .values(notice=Notice.OVER.value)
        .execution_options(synchronize_session=False)
    )


async def next_unsent(session: AsyncSession, clan: ClanId, round_: int) -> Case | None:
    """The next case of a round whose notice is not known to have been sent; None where all are."""
    unsent = InactivityCase.round_id == round_, InactivityCase.notice.in_(UNSENT)
    found = (await session.execute(_cases(clan).where(*unsent).limit(1))).first()
    return None if found is None else _case(*found)
