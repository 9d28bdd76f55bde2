"""One page of one profile's past: asked for at WOM, checked, and stored a piece at a time."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from bot.domain.identity import key_of
from bot.domain.ids import ClanId, SourceId
from bot.domain.past import INSTANT, PastState, Refusal, Span
from bot.services.statistics import Statistics
from bot.services.uninterrupted import uninterrupted
from bot.wom.answers import PlayerDetails, Snapshot
from bot.wom.client import SNAPSHOTS, WomClient
from bot.wom.errors import WomNonsense, WomNotFound, WomRefused
from bot.wom.refusals import UPDATE_REFUSALS
from db.queries import past
from db.queries.past import Candidate
from db.queries.snapshot_runs import add_run
from db.session import Database

PIECE: Final = 25
"""Snapshots of one profile that are stored in one transaction, so that nobody waits for it over 100 ms."""


class Page(NamedTuple):
    """The newest snapshots of a span, newest first, and whether there are older ones in it."""

    snapshots: Sequence[Snapshot]
    goes_on: bool


class RefusedError(Exception):
    """WOM would not tell of this profile, for a reason that says nothing about others."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class PastReading:
    """Asks and stores. ``requests`` counts what was sent."""

    def __init__(self, database: Database, wom: WomClient, statistics: Statistics) -> None:
        self._database = database
        self._wom = wom
        self._statistics = statistics
        self.requests = 0

    async def ask(self, one: Candidate, gap: Span) -> Page:
        """The newest page of a span, by the name that the profile has now.

        A name may have changed since the last poll, and may be somebody else's by now. So where the
        answer is about nobody or another profile, or is empty and tells nothing, the profile is
        looked up by its id, which never changes.

        Raises:
            RefusedError: WOM would not tell of this profile.
            WomError: anything else; it is to be asked again later.
        """
        found = await self._snapshots(one.name, gap)
        if found and _is_of(found, one):
            return _page(found, gap)
        details = await self._by_id(one)
        if key_of(details.username) != key_of(one.name):
            found = await self._snapshots(details.username, gap)
        if found is None:
            raise RefusedError(_or_archived(Refusal.NOT_FOUND, details.status))
        if not _is_of(found, one):
            raise RefusedError(Refusal.ANOTHER)
        return _page(found, gap)

    async def store(self, clan: ClanId, source: SourceId, gap: Span, page: Page) -> None:
        """Store a page, the newest piece first, each together with how far the span is read then.

        It ends early where the job was cancelled meanwhile.
        """
        await self._statistics.learn(page.snapshots)
        rest = gap
        for piece, last in _pieces(page.snapshots):
            start = gap.start if last and not page.goes_on else piece[-1].created_at
            if not await self._store_piece(clan, source, piece, Span(start, rest.end)):
                return
            rest = Span(gap.start, start - INSTANT)

    @uninterrupted
    async def _store_piece(
        self, clan: ClanId, source: SourceId, piece: Sequence[Snapshot], read: Span
    ) -> bool:
        seen = [self._statistics.seen(source, one) for one in piece]
        async with self._database.write() as session:
            job = await past.job_of(session, clan)
            if job is None or job.state is not PastState.RUNNING:
                return False
            await add_run(session, clan, seen)
            await past.add_span(session, clan, source, read)
            await past.count_read(session, clan, snapshots=len(piece))
        return True

    async def _snapshots(self, name: str, gap: Span) -> list[Snapshot] | None:
        """None where WOM knows nobody of this name."""
        self.requests += 1
        try:
            return await self._wom.player_snapshots(name, gap.start, gap.end, background=True)
        except WomNotFound:
            return None
        except WomRefused as error:
            raise _refusal_of(error) from error

    async def _by_id(self, one: Candidate) -> PlayerDetails:
        self.requests += 1
        try:
            return await self._wom.player_by_id(one.player, background=True)
        except WomNotFound as error:
            raise RefusedError(_or_archived(Refusal.NOT_FOUND, one.status)) from error
        except WomRefused as error:
            raise _refusal_of(error) from error


def _refusal_of(error: WomRefused) -> Exception:
    """What a refusal says about the profile; the error itself where it may be about all of them."""
    why = UPDATE_REFUSALS.get(error.code or "")
    if why in set(Refusal):
        return RefusedError(Refusal(why))
    return RefusedError(Refusal.REFUSED) if error.status == 400 else error


def _or_archived(reason: Refusal, status: str) -> Refusal:
    return Refusal.ARCHIVED if status == "archived" else reason


def _is_of(found: Sequence[Snapshot], one: Candidate) -> bool:
    return all(snapshot.player_id == one.player for snapshot in found)


def _page(found: Sequence[Snapshot], gap: Span) -> Page:
    """What was asked for: an answer about another time would hide a hole.

    Raises:
        WomNonsense: there is more in it.
    """
    if not all(gap.start <= one.created_at < gap.end + INSTANT for one in found):
        raise WomNonsense("GET /players/:username/snapshots", "snapshots of another time", status=200)
    newest_first = sorted(found, key=lambda one: one.created_at, reverse=True)
    return Page(newest_first, goes_on=len(found) >= SNAPSHOTS)


def _pieces(newest_first: Sequence[Snapshot]) -> Iterator[tuple[Sequence[Snapshot], bool]]:
    """Each piece, and whether it is the last; one without anything where there is nothing."""
    for start in range(0, max(1, len(newest_first)), PIECE):
        yield newest_first[start : start + PIECE], start + PIECE >= len(newest_first)
