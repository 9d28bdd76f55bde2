"""Everything that awaits an officer, from whoever knows of something."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import snowflake_at
from bot.domain.change_sets import RESUMED_WITHIN
from bot.domain.clan_roster import STALE_AFTER
from bot.domain.clans import Clan
from bot.domain.ids import MessageId
from bot.domain.ladder import Reply, Stage
from bot.domain.today import UNKNOWN_WITHIN, Awaits, Found
from bot.services.clock import Clock
from bot.services.inactivity import Roles, read_quiet
from bot.services.link_review import People, suggestions_within
from db.queries import (
    change_sets,
    clan_roster,
    conflicts,
    evidence,
    ladder,
    link_decisions,
    mass_leaves,
    members,
    rules,
    unknown_lines,
    worklist,
)
from db.session import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose officers ask, and when; ``people`` are the nicknames of the server's users, ``roles`` theirs."""

    clan: Clan
    now: datetime
    people: People
    roles: Roles


Provider = Callable[[AsyncSession, Desk], Awaitable[Found | None]]
"""Says what of its sort waits, None or a number of 0 for nothing; in so many statements for any clan."""


async def _poll(session: AsyncSession, desk: Desk) -> Found | None:
    del session
    clan = desk.clan
    return Found(1, since=clan.polled_at, why=clan.failure) if clan.failed_at else None


async def _mass_leave(session: AsyncSession, desk: Desk) -> Found | None:
    one = await mass_leaves.lasting(session, desk.clan)
    if one is None or one.verdict is not None:
        return None
    return Found(one.missing, one.names, one.seen_at)


async def _conflicts(session: AsyncSession, desk: Desk) -> Found | None:
    found = await conflicts.open_conflicts(session, desk.clan.id)
    return _of([one.key for one in found], [one.seen_at for one in found])


async def _claims(session: AsyncSession, desk: Desk) -> Found | None:
    found = await link_decisions.claims(session, desk.clan.id)
    return _of([one.name for one in found], [one.linked_at for one in found])


async def _suggestions(session: AsyncSession, desk: Desk) -> Found | None:
    found = await suggestions_within(session, desk.clan, desk.people)
    return _of([one.name for one in found])


async def _proofs(session: AsyncSession, desk: Desk) -> Found | None:
    found = await evidence.waiting(session, desk.clan.id)
    return _of([one.name for one in found], [one.submitted_at for one in found])


async def _promotions(session: AsyncSession, desk: Desk) -> Found | None:
    """Who had earned a rank when it was noted last, and is neither held nor under way."""
    ready = await rules.ready(session, desk.clan.id, desk.now)
    return _of([name for name, _ in ready], [since for _, since in ready])


async def _decisions(session: AsyncSession, desk: Desk) -> Found | None:
    """People on the list *For your decision* of ``/inactive``, read where anybody may be on it."""
    settings = await ladder.settings(session, desk.clan.id)
    over = [
        one
        for one in await ladder.cases(session, desk.clan.id)
        if one.reply is Reply.QUIT or (one.grace_until is not None and one.grace_until <= desk.now)
    ]
    if settings.notices and not over:
        return None
    quiet = await read_quiet(session, desk.clan, None, desk.roles, desk.now)
    found = quiet.of(Stage.DECIDE)
    since = [one.case.replied_at or one.case.grace_until for one in found if one.case is not None]
    return _of([one.judged.person.lead.name for one in found], [at for at in since if at is not None])


async def _worklist(session: AsyncSession, desk: Desk) -> Found | None:
    found = await worklist.open_steps(session, desk.clan.id)
    return _of([one.name for one in found], [one.added_at for one in found])


async def _roles(session: AsyncSession, desk: Desk) -> Found | None:
    """Role changes that failed and can still be tried again."""
    return Found(await change_sets.refused_since(session, desk.clan.id, desk.now - RESUMED_WITHIN))


async def _unknown_lines(session: AsyncSession, desk: Desk) -> Found | None:
    since = MessageId(snowflake_at(desk.now - UNKNOWN_WITHIN))
    return Found(await unknown_lines.count_unknown_lines(session, desk.clan.id, since))


async def _unchecked(session: AsyncSession, desk: Desk) -> Found | None:
    """Present members whom WOM has not looked at for long, or never: who was never looked at has no date."""
    looks = await clan_roster.looks(session, desk.clan.id)
    stale = [
        (name, look.checked_at if look else None)
        for member, name in (await members.current_names(session, desk.clan.id)).items()
        if (look := looks.get(member)) is None
        or look.checked_at is None
        or desk.now - look.checked_at >= STALE_AFTER
    ]
    return _of([name for name, _ in stale], [at for _, at in stale if at is not None])


PROVIDERS: Final[Mapping[Awaits, Provider]] = {
    Awaits.POLL: _poll,
    Awaits.MASS_LEAVE: _mass_leave,
    Awaits.CONFLICTS: _conflicts,
    Awaits.CLAIMS: _claims,
    Awaits.PROOFS: _proofs,
    Awaits.PROMOTIONS: _promotions,
    Awaits.DECISIONS: _decisions,
    Awaits.WORKLIST: _worklist,
    Awaits.ROLES: _roles,
    Awaits.SUGGESTIONS: _suggestions,
    Awaits.UNKNOWN_LINES: _unknown_lines,
    Awaits.UNCHECKED: _unchecked,
}
"""Who knows of what. Another sort is a line here, one in :class:`Awaits` and one in ``bot.present.today``."""


class Today:
    """Asks every provider, in one transaction."""

    def __init__(
        self, database: Database, clock: Clock, providers: Mapping[Awaits, Provider] = PROVIDERS
    ) -> None:
        self._database = database
        self._clock = clock
        self._providers = providers

    async def of(self, clan: Clan, people: People, roles: Roles) -> dict[Awaits, Found]:
        """What waits, the most urgent first; of which nothing waits is absent."""
        desk = Desk(clan, self._clock(), people, roles)
        found: dict[Awaits, Found] = {}
        async with self._database.read() as session:
            for awaits in sorted(self._providers, key=list(Awaits).index):
                one = await self._providers[awaits](session, desk)
                if one is not None and one.number:
                    found[awaits] = one
        return found


def _of(names: Sequence[str], moments: Sequence[datetime] = ()) -> Found:
    return Found(len(names), tuple(dict.fromkeys(names)), min(moments, default=None))
