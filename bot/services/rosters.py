"""Who is in the clan, now or at a moment of the past: whom an answer ranks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.as_of import Then, roster_at
from bot.domain.identity import Held
from bot.domain.ids import ClanId, MemberId
from db.queries import members, names


@dataclass(frozen=True, slots=True)
class Present:
    """Who is in the clan: ``names`` are its members.

    ``at`` is the moment that was asked for, None for now, and ``then`` is everybody as of it.
    """

    names: Mapping[MemberId, str]
    at: datetime | None = None
    then: Mapping[MemberId, Then] = field(default_factory=dict[MemberId, Then])


AsOf = datetime | Present | None
"""Whom an answer is about: who is in the clan now, who was at a moment, or whom somebody read before."""


async def present(session: AsyncSession, clan: ClanId, as_of: AsOf) -> Present:
    """Who is in the clan now, or was at a moment, under the names of that time."""
    if isinstance(as_of, Present):
        return as_of
    if as_of is None:
        return Present(await members.current_names(session, clan))
    return (await present_at(session, clan, [as_of]))[0]


async def present_at(session: AsyncSession, clan: ClanId, moments: Sequence[datetime]) -> list[Present]:
    """The same at each of several moments, in as many statements as of one."""
    called: dict[MemberId, list[Held]] = {}
    for held in await names.all_names(session, clan):
        called.setdefault(held.member, []).append(held)
    stored = await members.members_now(session, clan)
    happened = await members.happened(session, clan)
    rosters = [(moment, roster_at(stored, happened, called, moment)) for moment in moments]
    return [
        Present({id_: was.name for id_, was in then.items() if was.is_member}, moment, then)
        for moment, then in rosters
    ]


async def people_of(session: AsyncSession, clan: ClanId, here: Present) -> dict[MemberId, datetime | None]:
    """Those members, and since when they were in the clan; None is unknown.

    Of a moment it is since the stay of then, for who has come back after it too.
    """
    return (await people_at(session, clan, [here]))[0]


async def people_at(
    session: AsyncSession, clan: ClanId, rosters: Iterable[Present]
) -> list[dict[MemberId, datetime | None]]:
    """The same of several rosters, in one statement."""
    joined = {one.id: one.joined_at for one in await members.all_members(session, clan)}
    return [{member: _since(here, member, joined.get(member)) for member in here.names} for here in rosters]


def _since(here: Present, member: MemberId, last: datetime | None) -> datetime | None:
    was = here.then.get(member)
    then = None if was is None else was.joined_at
    return last if last is None or then is None else min(last, then)
