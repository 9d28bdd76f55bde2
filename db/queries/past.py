"""The reading of history before the bot: the job of a clan, what it has read, who WOM would not tell of."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId, PlayerId, SourceId, UserId
from bot.domain.past import INSTANT, PastState, Refusal, Span
from db.bulk import inserting
from db.models import Clan, Member, PastJob, PastRefusal, PastSpan, Profile


class Job(NamedTuple):
    """What was asked for, and how it stands. ``message`` shows it; None for none."""

    since: datetime
    until: datetime
    state: PastState
    asked_by: UserId
    channel: ChannelId | None
    message: MessageId | None
    requests: int
    snapshots: int
    ended_at: datetime | None
    told: bool


class Candidate(NamedTuple):
    """A profile of a present member. ``updated_at`` is its last snapshot as far as is known."""

    source: SourceId
    player: PlayerId
    name: str
    status: str
    member: int
    updated_at: datetime | None


async def job_of(session: AsyncSession, clan: ClanId) -> Job | None:
    """A clan's job, running or ended; None where history was never asked for."""
    row = await session.scalar(select(PastJob).where(PastJob.clan_id == clan))
    if row is None:
        return None
    return Job(
        since=row.since,
        until=row.until,
        state=PastState(row.state),
        asked_by=UserId(row.asked_by),
        channel=None if row.channel_id is None else ChannelId(row.channel_id),
        message=None if row.message_id is None else MessageId(row.message_id),
        requests=row.requests,
        snapshots=row.snapshots,
        ended_at=row.ended_at,
        told=row.told,
    )


async def unfinished(session: AsyncSession) -> list[tuple[ClanId, GuildId, bool]]:
    """Linked clans whose job runs (True), or whose message does not say yet how it ended (False)."""
    rows = await session.execute(
        select(Clan.id, Clan.guild_id, PastJob.state)
        .join(PastJob, PastJob.clan_id == Clan.id)
        .where(Clan.active, (PastJob.state == PastState.RUNNING) | ~PastJob.told)
        .order_by(Clan.id)
    )
    return [(ClanId(clan), GuildId(guild), state == PastState.RUNNING) for clan, guild, state in rows]


async def begin(session: AsyncSession, clan: ClanId, since: datetime, until: datetime, by: UserId) -> None:
    """Begin a clan's job, in place of its last one. Whom WOM would not tell of is asked for again."""
    fresh = {
        "since": since,
        "until": until,
        "state": PastState.RUNNING.value,
        "asked_by": by,
        "channel_id": None,
        "message_id": None,
        "requests": 0,
        "snapshots": 0,
        "ended_at": None,
        "told": False,
    }
    adding = inserting(session, PastJob).values(clan_id=clan, **fresh)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id"], set_=fresh))
    await session.execute(delete(PastRefusal).where(PastRefusal.clan_id == clan))


async def update_job(session: AsyncSession, clan: ClanId, **columns: Any) -> None:
    """Set some of the job's columns."""
    await session.execute(update(PastJob).where(PastJob.clan_id == clan).values(**columns))


async def finish(session: AsyncSession, clan: ClanId, job: Job, now: datetime) -> bool:
    """End a job that has nothing left to read, unless it was cancelled or more was asked for meanwhile.

    Returns:
        Whether it ended.
    """
    ended = await session.scalar(
        update(PastJob)
        .where(
            PastJob.clan_id == clan,
            PastJob.state == PastState.RUNNING,
            PastJob.since == job.since,
            PastJob.until == job.until,
        )
        .values(state=PastState.DONE.value, ended_at=now)
        .returning(PastJob.clan_id)
    )
    return ended is not None


async def count_read(session: AsyncSession, clan: ClanId, *, requests: int = 0, snapshots: int = 0) -> None:
    """Add to what was asked and read."""
    await update_job(
        session, clan, requests=PastJob.requests + requests, snapshots=PastJob.snapshots + snapshots
    )


async def candidates(session: AsyncSession, clan: ClanId) -> list[Candidate]:
    """Every profile of who is in the clan now, a pending leave included."""
    rows = await session.execute(
        select(
            Profile.source_id,
            Profile.player_id,
            Profile.display_name,
            Profile.status,
            Profile.member_id,
            Profile.updated_at,
        )
        .join(Member, (Member.clan_id == Profile.clan_id) & (Member.id == Profile.member_id))
        # WOM knows nothing of the profiles that stand for an old system's members.
        .where(Profile.clan_id == clan, Member.left_at.is_(None), Profile.player_id > 0)
        .order_by(Profile.source_id)
    )
    return [Candidate(*row) for row in rows]


async def first_join(session: AsyncSession, clan: ClanId) -> datetime | None:
    """When the first member ever joined, as far as is known; None where no date is."""
    return await session.scalar(select(func.min(Member.joined_at)).where(Member.clan_id == clan))


async def spans(session: AsyncSession, clan: ClanId) -> dict[SourceId, list[Span]]:
    """What was read of each profile."""
    rows = await session.execute(
        select(PastSpan.source_id, PastSpan.from_at, PastSpan.to_at).where(PastSpan.clan_id == clan)
    )
    found: dict[SourceId, list[Span]] = {}
    for source, start, end in rows:
        found.setdefault(SourceId(source), []).append(Span(start, end))
    return found


async def add_span(session: AsyncSession, clan: ClanId, source: SourceId, read: Span) -> None:
    """Note that a span of a profile's past is stored; it becomes one row with those that it touches."""
    touched = await session.execute(
        delete(PastSpan)
        .where(
            PastSpan.clan_id == clan,
            PastSpan.source_id == source,
            PastSpan.from_at <= read.end + INSTANT,
            PastSpan.to_at >= read.start - INSTANT,
        )
        .returning(PastSpan.from_at, PastSpan.to_at)
    )
    merged = [read, *(Span(start, end) for start, end in touched)]
    await session.execute(
        inserting(session, PastSpan).values(
            clan_id=clan,
            source_id=source,
            from_at=min(span.start for span in merged),
            to_at=max(span.end for span in merged),
        )
    )


async def refusals(session: AsyncSession, clan: ClanId) -> dict[SourceId, Refusal]:
    """Whom WOM would not tell of, since the job began."""
    rows = await session.execute(
        select(PastRefusal.source_id, PastRefusal.reason).where(PastRefusal.clan_id == clan)
    )
    return {SourceId(source): Refusal(reason) for source, reason in rows}


async def add_refusal(session: AsyncSession, clan: ClanId, source: SourceId, reason: Refusal) -> None:
    """Note that WOM would not tell of a profile."""
    adding = inserting(session, PastRefusal).values(clan_id=clan, source_id=source, reason=reason.value)
    await session.execute(
        adding.on_conflict_do_update(index_elements=["clan_id", "source_id"], set_={"reason": reason.value})
    )
