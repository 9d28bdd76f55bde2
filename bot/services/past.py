"""Reading history from before the bot, profile after profile, until a clan has what was asked for.

The job, what was read and whom WOM would not tell of are stored, each page's pieces together
with how far they reach: a process that is killed anywhere goes on where it was, reads nothing
twice but an unfinished page, and stores nothing twice. Why it waits is kept in memory only,
since a new process may try at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId, SourceId, UserId
from bot.domain.past import GAME_BEGAN, PastProgress, PastState, Refusal, Span, newest_gap
from bot.services.clock import Clock
from bot.services.failures import reason_of
from bot.services.past_reading import PastReading, RefusedError
from bot.services.statistics import Statistics
from bot.services.uninterrupted import uninterrupted
from bot.wom.client import WomClient
from bot.wom.errors import WomBlocked, WomError, WomRateLimited
from db.queries import clans, past
from db.queries.past import Candidate, Job
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(minutes=30)
"""After a request that failed; each one more in a row doubles the wait."""
WAIT_IF_BLOCKED: Final = timedelta(hours=1)


@dataclass
class _Pause:
    """Why nothing is asked before a time, and after how many failures in a row."""

    reason: str
    until: datetime
    failures: int


class _Todo(NamedTuple):
    """The next span to read, and whose."""

    profile: Candidate
    gap: Span


class _Known(NamedTuple):
    """A job, and what is stored of those whom it is about."""

    job: Job
    everybody: Sequence[Candidate]
    read: Mapping[SourceId, Sequence[Span]]
    refusals: Mapping[SourceId, Refusal]

    @property
    def left(self) -> list[_Todo]:
        """Everything that is still to be read, one span a profile."""
        wanted = Span(self.job.since, self.job.until)
        return [
            _Todo(one, gap)
            for one in self.everybody
            if one.source not in self.refusals
            and (gap := newest_gap(wanted, self.read.get(one.source, ()), one.updated_at)) is not None
        ]

    @property
    def refused(self) -> tuple[tuple[str, Refusal], ...]:
        """Whom WOM would not tell of, by name: members of whom it told under no other profile either."""
        told = {
            one.member
            for one in self.everybody
            if one.source in self.read and one.source not in self.refusals
        }
        return tuple(
            sorted(
                (one.name, self.refusals[one.source])
                for one in self.everybody
                if one.source in self.refusals and one.member not in told
            )
        )


async def _known_of(session: AsyncSession, clan: ClanId) -> _Known | None:
    job = await past.job_of(session, clan)
    if job is None:
        return None
    return _Known(
        job,
        await past.candidates(session, clan),
        await past.spans(session, clan),
        await past.refusals(session, clan),
    )


class Past:
    """One job a clan at most. Whoever runs it calls :meth:`step` for the clans that are :meth:`due`."""

    def __init__(self, database: Database, wom: WomClient, statistics: Statistics, clock: Clock) -> None:
        self._database = database
        self._wom = wom
        self._clock = clock
        self._reading = PastReading(database, wom, statistics)
        self._open: dict[ClanId, GuildId] = {}
        """Clans whose job runs or whose end was not told, as of the look numbered ``_seen``."""
        self._running: set[ClanId] = set()
        self._changes, self._seen = 1, 0
        self._pauses: dict[ClanId, _Pause] = {}
        self._failed: dict[ClanId, dict[SourceId, int]] = {}

    # What officers do

    @uninterrupted
    async def want(self, clan: Clan, days: int | None, by: UserId) -> bool:
        """Read so many days of the clan's past, or None: everything since its first member joined.

        A job that runs is extended; what was read before is not read again.

        Returns:
            Whether no message shows the job yet.
        """
        now = self._clock()
        async with self._database.write() as session:
            first = await past.first_join(session, clan.id) or GAME_BEGAN
            since = first if days is None else now - timedelta(days=days)
            job = await past.job_of(session, clan.id)
            extended = job is not None and job.state is PastState.RUNNING
            if job is not None and extended:
                await past.update_job(session, clan.id, since=min(since, job.since), until=now, asked_by=by)
            else:
                await past.begin(session, clan.id, since, now, by)
            detail = {"clan_id": clan.id, "days": days}
            await clans.add_audit_entry(session, clan.guild, by, "past_wanted", detail, now)
        self.refresh()
        self._pauses.pop(clan.id, None)
        log.info("past_wanted", clan_id=clan.id, since=since.isoformat(), extended=extended)
        return job is None or not extended or job.message is None

    @uninterrupted
    async def cancel(self, clan: Clan, by: UserId) -> None:
        """End a job that runs; what was read is kept."""
        now = self._clock()
        async with self._database.write() as session:
            job = await past.job_of(session, clan.id)
            if job is None or job.state is not PastState.RUNNING:
                return
            await past.update_job(session, clan.id, state=PastState.CANCELLED.value, ended_at=now)
            detail = {"clan_id": clan.id}
            await clans.add_audit_entry(session, clan.guild, by, "past_cancelled", detail, now)
        self.refresh()
        log.info("past_cancelled", clan_id=clan.id)

    # What shows it

    @uninterrupted
    async def progress(self, clan: ClanId) -> PastProgress | None:
        """How far a clan's job is, running or ended; None where there was none."""
        async with self._database.read() as session:
            known = await _known_of(session, clan)
        if known is None:
            return None
        job = known.job
        members = {one.member for one in known.everybody}
        unread = {todo.profile.member for todo in known.left}
        done = len(members) - len(unread)
        requests_each = max(1.0, job.requests / done) if done else 1.0
        paused, retry_at = self._pause_of(clan)
        pacing = self._wom.pacing
        return PastProgress(
            state=job.state,
            since=job.since,
            until=job.until,
            asked_by=job.asked_by,
            members=len(members),
            done=done,
            snapshots=job.snapshots,
            left=timedelta(seconds=len(unread) * requests_each * pacing.step),
            refused=known.refused,
            paused=paused,
            retry_at=retry_at,
            others_first=pacing.is_busy,
            ended_at=job.ended_at,
            channel=job.channel,
            message=job.message,
        )

    def _pause_of(self, clan: ClanId) -> tuple[str | None, datetime | None]:
        now = self._clock()
        pause = self._pauses.get(clan)
        if pause is not None and pause.until > now:
            return pause.reason, pause.until
        held = self._wom.pacing.held_for
        return ("rate_limited", now + timedelta(seconds=held)) if held else (None, None)

    @uninterrupted
    async def note_message(self, clan: ClanId, channel: ChannelId | None, message: MessageId | None) -> None:
        """Which message shows the job from now on, however it stands by then; None for none."""
        told = {} if message is None else {"told": False}
        async with self._database.write() as session:
            await past.update_job(session, clan, channel_id=channel, message_id=message, **told)
        self.refresh()

    @uninterrupted
    async def note_told(self, clan: ClanId) -> None:
        """The end of the job was told."""
        async with self._database.write() as session:
            await past.update_job(session, clan, told=True)
        self.refresh()

    async def open_jobs(self, guilds: Collection[GuildId]) -> dict[ClanId, GuildId]:
        """Clans of these servers whose job runs, or whose end was not told, with their server."""
        return {clan: guild for clan, guild in (await self._known()).items() if guild in guilds}

    # What runs it

    async def due(self, guilds: Collection[GuildId]) -> list[ClanId]:
        """Clans of these servers for which something may be asked now."""
        now = self._clock()
        return [
            clan
            for clan in await self.open_jobs(guilds)
            if clan in self._running and (clan not in self._pauses or self._pauses[clan].until <= now)
        ]

    def refresh(self) -> None:
        """Jobs began or ended, or clans were linked or unlinked: look again."""
        self._changes += 1

    async def step(self, clan: ClanId) -> None:
        """Ask for one page and store it, or end the job where nothing is left to be read.

        What WOM fails at for the time being pauses the job; what it refuses of one profile is noted.
        """
        todo = await self._next(clan)
        if todo is None:
            return
        source, before = todo.profile.source, self._reading.requests
        try:
            page = await self._reading.ask(todo.profile, todo.gap)
        except RefusedError as error:
            log.info("past_refused", clan_id=clan, player_id=todo.profile.player, reason=error.reason)
            self._pauses.pop(clan, None)
            await self._note_refusal(clan, source, error.reason)
        except WomError as error:
            self._failed.setdefault(clan, {})[source] = self._tries(clan, source) + 1
            self._wait(clan, error)
        else:
            self._pauses.pop(clan, None)
            await self._reading.store(clan, source, todo.gap, page)
        finally:
            await self._count(clan, self._reading.requests - before)

    def hold_off(self, clan: ClanId, reason: str = "down", wait: timedelta | None = None) -> None:
        """Ask nothing for a while, longer each time in a row."""
        failures = self._pauses[clan].failures + 1 if clan in self._pauses else 1
        longer = min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_WAIT)
        self._pauses[clan] = _Pause(reason, self._clock() + (wait or longer), failures)

    def _wait(self, clan: ClanId, error: WomError) -> None:
        wait = WAIT_IF_BLOCKED if isinstance(error, WomBlocked) else None
        if isinstance(error, WomRateLimited) and error.retry_after is not None:
            wait = timedelta(seconds=error.retry_after)
        self.hold_off(clan, reason_of(error), wait)
        log.warning("past_paused", clan_id=clan, request=error.request, reason=error.reason)

    def _tries(self, clan: ClanId, source: SourceId) -> int:
        return self._failed.get(clan, {}).get(source, 0)

    @uninterrupted
    async def _next(self, clan: ClanId) -> _Todo | None:
        """What is to be read next, whose requests failed least first; None ends the job."""
        async with self._database.read() as session:
            known = await _known_of(session, clan)
            found = await clans.clan_by_id(session, clan)
        if known is None or known.job.state is not PastState.RUNNING:
            self.refresh()
            return None
        if found is None or found.polled_at is None:
            self.hold_off(clan, "roster", FIRST_WAIT)
            return None
        left = known.left
        if left:
            return min(left, key=lambda todo: self._tries(clan, todo.profile.source))
        async with self._database.write() as session:
            ended = await past.finish(session, clan, known.job, self._clock())
        self.refresh()
        if ended:
            self._failed.pop(clan, None)
            log.info("past_done", clan_id=clan, profiles=len(known.everybody), refused=len(known.refusals))
        return None

    @uninterrupted
    async def _note_refusal(self, clan: ClanId, source: SourceId, reason: Refusal) -> None:
        async with self._database.write() as session:
            await past.add_refusal(session, clan, source, reason)

    @uninterrupted
    async def _count(self, clan: ClanId, requests: int) -> None:
        async with self._database.write() as session:
            await past.count_read(session, clan, requests=requests)

    @uninterrupted
    async def _known(self) -> dict[ClanId, GuildId]:
        if self._seen != self._changes:
            changes = self._changes
            async with self._database.read() as session:
                rows = await past.unfinished(session)
            # What changed meanwhile is looked at the next time.
            self._seen = changes
            self._open = {clan: guild for clan, guild, _ in rows}
            self._running = {clan for clan, _, running in rows if running}
        return self._open
