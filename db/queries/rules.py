"""A clan's rules, and what they came to."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.rules.holds import Hold
from bot.domain.rules.judging import Outcome
from bot.domain.rules.ladder import Place
from db.bulk import INTEGER, STRING, inserting, rows_as_table
from db.models import Member, PromotionRow, RankHold, RuleDraft, RuleVersion, StandingRow
from db.types import FromMillis, Moment, from_millis, to_millis


class Version(NamedTuple):
    """Rules as they were saved, as plain data."""

    number: int
    data: Mapping[str, Any]
    saved_at: datetime
    saved_by: UserId
    note: str


async def newest(session: AsyncSession, clan: ClanId) -> Version | None:
    """The rules that count; None where none were ever saved."""
    found = await versions(session, clan, limit=1)
    return found[0] if found else None


async def versions(session: AsyncSession, clan: ClanId, limit: int) -> list[Version]:
    """The last versions, the newest first."""
    rows = await session.scalars(
        select(RuleVersion)
        .where(RuleVersion.clan_id == clan)
        .order_by(RuleVersion.version.desc())
        .limit(limit)
    )
    return [_version(row) for row in rows]


async def version(session: AsyncSession, clan: ClanId, number: int) -> Version | None:
    """One version."""
    row = await session.get(RuleVersion, (clan, number))
    return None if row is None else _version(row)


def _version(row: RuleVersion) -> Version:
    return Version(row.version, row.rules, row.saved_at, UserId(row.saved_by), row.note)


class StoredDraft(NamedTuple):
    """An officer's unsaved rules, as plain data."""

    data: Mapping[str, Any]
    basis: int
    changed_at: datetime


async def draft(session: AsyncSession, clan: ClanId, user: UserId) -> StoredDraft | None:
    """An officer's draft, if they have one."""
    row = await session.get(RuleDraft, (clan, user))
    return None if row is None else StoredDraft(row.rules, row.basis, row.changed_at)


async def keep_draft(
    session: AsyncSession, clan: ClanId, user: UserId, data: Mapping[str, Any], basis: int, now: datetime
) -> datetime:
    """Store an officer's draft over the one before. Returns its time as it is stored."""
    values = {"basis": basis, "rules": dict(data), "changed_at": now}
    adding = inserting(session, RuleDraft).values(clan_id=clan, user_id=user, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "user_id"], set_=values))
    return from_millis(to_millis(now))


async def drop_draft(session: AsyncSession, clan: ClanId, user: UserId) -> bool:
    """Forget an officer's draft; whether there was one."""
    gone = await session.execute(
        delete(RuleDraft)
        .where(RuleDraft.clan_id == clan, RuleDraft.user_id == user)
        .returning(RuleDraft.user_id)
    )
    return gone.first() is not None


async def add_version(
    session: AsyncSession, clan: ClanId, data: Mapping[str, Any], by: UserId, note: str, now: datetime
) -> int:
    """Save rules over those before. Lock the clan first.

    Returns:
        The number of the version.
    """
    last = await session.scalar(select(func.max(RuleVersion.version)).where(RuleVersion.clan_id == clan))
    number = (last or 0) + 1
    session.add(
        RuleVersion(clan_id=clan, version=number, rules=dict(data), saved_at=now, saved_by=by, note=note)
    )
    await session.flush()
    return number


StandingKey = tuple[MemberId, str]


class StandingSince(NamedTuple):
    """What a rank's condition comes to for a member, since when, and what the rank is to them."""

    outcome: Outcome
    since: datetime
    place: Place


async def standings(session: AsyncSession, clan: ClanId) -> dict[StandingKey, StandingSince]:
    """What every rank came to for every member when it was last judged."""
    rows = await session.execute(
        select(
            StandingRow.member_id, StandingRow.rank, StandingRow.outcome, StandingRow.since, StandingRow.kind
        ).where(StandingRow.clan_id == clan)
    )
    return {
        (MemberId(member), rank): StandingSince(Outcome(outcome), since, Place(kind))
        for member, rank, outcome, since, kind in rows
    }


async def ready(session: AsyncSession, clan: ClanId, now: datetime) -> list[tuple[str, datetime]]:
    """Present members who had earned a rank when it was noted last, and since when, by name.

    Without who is held, and whose promotion is under way.
    """
    held = select(RankHold.member_id).where(
        RankHold.clan_id == clan, or_(RankHold.until.is_(None), RankHold.until > now)
    )
    busy = select(PromotionRow.member_id).where(PromotionRow.clan_id == clan, PromotionRow.ended_at.is_(None))
    rows = await session.execute(
        select(Member.name, func.min(StandingRow.since, type_=Moment()))
        .join_from(
            StandingRow,
            Member,
            (Member.clan_id == StandingRow.clan_id) & (Member.id == StandingRow.member_id),
        )
        .where(
            StandingRow.clan_id == clan,
            StandingRow.outcome == Outcome.PASS.value,
            StandingRow.kind == Place.OFFER.value,
            Member.left_at.is_(None),
            StandingRow.member_id.not_in(held),
            StandingRow.member_id.not_in(busy),
        )
        .group_by(Member.id, Member.name)
        .order_by(Member.name)
    )
    return [(name, since) for name, since in rows]


async def save_standings(
    session: AsyncSession,
    clan: ClanId,
    changed: Mapping[StandingKey, StandingSince],
    gone: Iterable[StandingKey],
) -> None:
    """Store what is another now, and forget what is asked no more."""
    columns = {"member_id": INTEGER, "rank": STRING}
    if past := list(gone):
        given = rows_as_table(session, columns, past)
        await session.execute(
            delete(StandingRow)
            .where(
                StandingRow.clan_id == clan,
                tuple_(StandingRow.member_id, StandingRow.rank).in_(select(given.c.member_id, given.c.rank)),
            )
            .execution_options(synchronize_session=False)
        )
    if changed:
        given = rows_as_table(
            session,
            {**columns, "kind": STRING, "outcome": STRING, "since": INTEGER},
            [
                (*key, one.place.value, one.outcome.value, to_millis(one.since))
                for key, one in changed.items()
            ],
        )
        picked = select(
            literal(clan, INTEGER),
            given.c.member_id,
            given.c.rank,
            given.c.kind,
            given.c.outcome,
            FromMillis(given.c.since),
        ).where(literal(1) == 1)
        adding = inserting(session, StandingRow).from_select(
            ["clan_id", "member_id", "rank", "kind", "outcome", "since"], picked
        )
        await session.execute(
            adding.on_conflict_do_update(
                index_elements=["clan_id", "member_id", "rank"],
                set_={column: adding.excluded[column] for column in ("kind", "outcome", "since")},
            )
        )


async def holds(session: AsyncSession, clan: ClanId, now: datetime) -> dict[MemberId, Hold]:
    """Who is held now; what is over is not there."""
    rows = await session.scalars(
        select(RankHold).where(RankHold.clan_id == clan, or_(RankHold.until.is_(None), RankHold.until > now))
    )
    return {
        MemberId(row.member_id): Hold(row.until, UserId(row.held_by), row.held_at, row.note) for row in rows
    }


async def hold(session: AsyncSession, clan: ClanId, member: MemberId, one: Hold) -> None:
    """Hold a member; what was said before is replaced."""
    values = {"until": one.until, "held_by": one.by, "held_at": one.at, "note": one.note}
    adding = inserting(session, RankHold).values(clan_id=clan, member_id=member, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "member_id"], set_=values))


async def release(session: AsyncSession, clan: ClanId, member: MemberId) -> None:
    """Hold a member no more."""
    await session.execute(delete(RankHold).where(RankHold.clan_id == clan, RankHold.member_id == member))
