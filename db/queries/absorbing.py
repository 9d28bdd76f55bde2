"""What officers noted of a member who was a rename all along goes to the member whom they were."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.ladder import Outcome
from bot.domain.promotions import Ending, PromotionId, origin_of
from db.models import (
    AbsenceRow,
    InactivityCase,
    InactivitySettings,
    LinkRefusal,
    PromotionRow,
    RankHold,
    RiskMute,
)
from db.queries import ladder, worklist


async def follow_absorbed(
    session: AsyncSession, clan: ClanId, absorbed: Mapping[MemberId, MemberId], now: datetime
) -> None:
    """Let what officers noted of members who were renames all along be of who they are.

    Of two mutes, or two holds, the longer one stays. Of two open cases the earlier one goes on,
    and of two open promotions the later one; the other ends.
    """
    for gone, kept in absorbed.items():
        await session.execute(
            update(AbsenceRow)
            .where(AbsenceRow.clan_id == clan, AbsenceRow.member_id == gone)
            .values(member_id=kept)
        )
        await _move_cases(session, clan, gone, kept, now)
        await _move_promotions(session, clan, gone, kept, now)
        await _move_longest(session, RiskMute, clan, gone, kept)
        await _move_longest(session, RankHold, clan, gone, kept)
        await _move_refusals(session, clan, gone, kept)
    await _move_safe(session, clan, absorbed)
    await session.flush()


async def _move_cases(
    session: AsyncSession, clan: ClanId, gone: MemberId, kept: MemberId, now: datetime
) -> None:
    mine = InactivityCase.clan_id == clan, InactivityCase.member_id.in_([gone, kept])
    found = select(InactivityCase).where(*mine).execution_options(populate_existing=True)
    cases = list(await session.scalars(found))
    opened = sorted((one for one in cases if one.closed_at is None), key=lambda one: (one.opened_at, one.id))
    for later in opened[1:]:
        later.closed_at, later.outcome = now, Outcome.SAME.value
        await ladder.note_steps(session, clan, [(later.id, Outcome.SAME)], None, now)
    # At most one is open from here on, as the database demands at each statement.
    await session.flush()
    for one in cases:
        one.member_id = kept
    await session.flush()


async def _move_promotions(
    session: AsyncSession, clan: ClanId, gone: MemberId, kept: MemberId, now: datetime
) -> None:
    mine = PromotionRow.clan_id == clan, PromotionRow.member_id.in_([gone, kept])
    found = select(PromotionRow).where(*mine).execution_options(populate_existing=True)
    rows = list(await session.scalars(found))
    opened = sorted((one for one in rows if one.ended_at is None), key=lambda one: one.id)
    for earlier in opened[:-1]:
        earlier.ended_at, earlier.ending = now, Ending.CANCELLED.value
        steps = await worklist.steps_of(session, clan, [origin_of(PromotionId(earlier.id))])
        by = UserId(earlier.approved_by)
        await worklist.drop(session, clan, [one.id for one in steps.values()], by, now)
    await session.flush()
    for one in rows:
        one.member_id = kept
    await session.flush()


async def _move_longest(
    session: AsyncSession,
    table: type[RiskMute] | type[RankHold],
    clan: ClanId,
    gone: MemberId,
    kept: MemberId,
) -> None:
    theirs = await session.get(table, (clan, gone), populate_existing=True)
    mine = await session.get(table, (clan, kept), populate_existing=True)
    if theirs is None or (mine is not None and not _is_longer(theirs.until, mine.until)):
        return
    if mine is not None:
        await session.delete(mine)
        await session.flush()
    theirs.member_id = kept
    await session.flush()


def _is_longer(one: datetime | None, other: datetime | None) -> bool:
    """Whether something lasts longer than something else; None is for good."""
    if one is None or other is None:
        return one is None and other is not None
    return one > other


async def _move_refusals(session: AsyncSession, clan: ClanId, gone: MemberId, kept: MemberId) -> None:
    refused = select(LinkRefusal.user_id).where(LinkRefusal.clan_id == clan, LinkRefusal.member_id == kept)
    await session.execute(
        update(LinkRefusal)
        .where(
            LinkRefusal.clan_id == clan,
            LinkRefusal.member_id == gone,
            LinkRefusal.user_id.not_in(list(await session.scalars(refused))),
        )
        .values(member_id=kept)
    )


async def _move_safe(session: AsyncSession, clan: ClanId, absorbed: Mapping[MemberId, MemberId]) -> None:
    chosen = await session.get(InactivitySettings, clan, populate_existing=True)
    if chosen is None:
        return
    chosen.safe_member_ids = sorted({_now(one, absorbed) for one in chosen.safe_member_ids})


def _now(member: int, absorbed: Mapping[MemberId, MemberId]) -> int:
    return absorbed.get(MemberId(member), MemberId(member))
