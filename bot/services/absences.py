"""Absences: noted by members for themselves and by officers for others, ended early or by themselves."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.absences import Absence
from bot.domain.clans import Clan
from bot.domain.desk_errors import NotAway
from bot.domain.errors import NotLinked, Outdated
from bot.domain.ids import ClanId, GuildId, MemberId, UserId
from bot.domain.ladder import Outcome
from bot.services.clock import Clock
from db.queries import absences, clans, ladder, links, members
from db.session import Database

REMIND_WITHIN = timedelta(days=3)
"""The end of an absence is told so late at most: after an outage longer than that it is no news."""


@dataclass(frozen=True, slots=True)
class MyAbsence:
    """A user's own absence, None for none, with the accounts it holds for and those only claimed."""

    absence: Absence | None
    verified: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reminder:
    """An absence that ended by itself, and whom to tell."""

    id: int
    clan: ClanId
    clan_name: str
    user: UserId
    until: datetime


class Absences:
    """Keeps them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def mine(self, clan: Clan, user: UserId, user_name: str) -> MyAbsence:
        """A user's own absence.

        Raises:
            NotLinked: they have linked no account.
        """
        async with self._database.read() as session:
            return await _mine(session, clan.id, user, user_name, self._clock())

    async def note(
        self, clan: Clan, user: UserId, user_name: str, until: datetime, because: str
    ) -> MyAbsence:
        """A user is away, with every account that is verified as theirs. It replaces all that last.

        With claims only it is noted too, and holds for an account from when that is verified.

        Raises:
            NotLinked: they have linked no account.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            # Whoever has linked nothing is told so.
            await _mine(session, clan.id, user, user_name, now)
            mine = await _verified(session, clan.id, user)
            lasting = await absences.lasting(session, clan.id, user, mine, now)
            await absences.end_absences(session, [one.id for one in lasting], user, now)
            await absences.add_absence(session, clan.id, user, None, until, because.strip(), user, now)
            await end_cases(session, clan.id, mine, user, now)
            return await _mine(session, clan.id, user, user_name, now)

    async def end(self, clan_id: ClanId, user: UserId, absence: int | None = None) -> None:
        """A user is back: whatever absence of theirs lasts is over, or the one that a button names.

        Raises:
            NotAway: none lasts.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan_id)
            mine = await _verified(session, clan_id, user)
            lasting = await absences.lasting(session, clan_id, user, mine, now)
            ended = [one.id for one in lasting if absence in (None, one.id)]
            if not ended:
                raise NotAway("you")
            await absences.end_absences(session, ended, user, now)

    async def note_for(
        self, clan: Clan, member: MemberId, until: datetime, because: str, by: UserId
    ) -> Absence:
        """An officer says that a member is away, with whoever's verified account it is."""
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            owner, theirs = await _person(session, clan.id, member)
            lasting = await absences.lasting(session, clan.id, owner, theirs, now)
            await absences.end_absences(session, [one.id for one in lasting], by, now)
            text = because.strip()
            id_ = await absences.add_absence(session, clan.id, owner, member, until, text, by, now)
            await end_cases(session, clan.id, theirs, by, now)
            await _audit(session, clan, member, lasting, until, by, now)
            return Absence(id_, owner, member, now, until, text, by)

    async def end_for(self, clan: Clan, member: MemberId, by: UserId) -> None:
        """An officer says that a member is back.

        Raises:
            NotAway: they were not away.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            owner, theirs = await _person(session, clan.id, member)
            lasting = await absences.lasting(session, clan.id, owner, theirs, now)
            if not lasting:
                found = await members.member_by_id(session, clan.id, member)
                raise NotAway("" if found is None else found.name)
            await absences.end_absences(session, [one.id for one in lasting], by, now)
            await _audit(session, clan, member, lasting, None, by, now)

    async def of_member(self, clan: Clan, member: MemberId) -> Absence | None:
        """The absence of a member, or of whoever's account they verifiably are, that lasts."""
        async with self._database.read() as session:
            owner, theirs = await _person(session, clan.id, member)
            lasting = await absences.lasting(session, clan.id, owner, theirs, self._clock())
        return next(iter(lasting), None)

    async def prolong(self, clan_id: ClanId, user: UserId, until: datetime) -> datetime:
        """A user answers a reminder: away for longer. An absence that lasts longer yet stays as it is.

        Returns:
            Until when they are away.
        """
        now = self._clock()
        async with self._database.write() as session:
            if await clans.clan_by_id(session, clan_id) is None:
                raise Outdated
            await clans.lock_clan(session, clan_id)
            mine = await _verified(session, clan_id, user)
            lasting = await absences.lasting(session, clan_id, user, mine, now)
            longest = max((one.until for one in lasting), default=until)
            if longest > until:
                return longest
            await absences.end_absences(session, [one.id for one in lasting], user, now)
            await absences.add_absence(session, clan_id, user, None, until, "", user, now)
            await end_cases(session, clan_id, mine, user, now)
            return until

    async def reminders(self, guilds: Iterable[GuildId]) -> list[Reminder]:
        """The ends that nobody was told of yet, of the clans of these servers."""
        now = self._clock()
        async with self._database.read() as session:
            active = {one.id: one for one in await clans.active_clans(session, list(guilds))}
            ended = await absences.untold_ends(session, list(active), now - REMIND_WITHIN, now)
        return [Reminder(one.id, one.clan, active[one.clan].name, one.user, one.until) for one in ended]

    async def note_reminded(self, absence: int) -> None:
        """The end of an absence was told, or its user takes no messages."""
        async with self._database.write() as session:
            await absences.note_reminded(session, absence, self._clock())


async def end_cases(
    session: AsyncSession, clan: ClanId, theirs: Collection[MemberId], by: UserId, now: datetime
) -> None:
    """Whoever is away is not on the ladder."""
    ids = await ladder.open_of(session, clan, theirs)
    if ids:
        closed = {"closed_at": now, "closed_by": by, "outcome": Outcome.AWAY.value}
        await ladder.change_cases(session, ids, **closed)
        await ladder.note_steps(session, clan, [(one, Outcome.AWAY) for one in ids], by, now)


async def _mine(
    session: AsyncSession, clan: ClanId, user: UserId, user_name: str, now: datetime
) -> MyAbsence:
    accounts = [one for one in await links.links_of(session, clan, user) if one.stands]
    if not accounts:
        raise NotLinked(user_name)
    verified = [one for one in accounts if one.verified]
    lasting = await absences.lasting(session, clan, user, [one.member for one in verified], now)
    return MyAbsence(
        next(iter(lasting), None),
        tuple(one.name for one in verified),
        tuple(one.name for one in accounts if not one.verified),
    )


async def _verified(session: AsyncSession, clan: ClanId, user: UserId) -> list[MemberId]:
    return [one.member for one in await links.links_of(session, clan, user) if one.verified]


async def _person(
    session: AsyncSession, clan: ClanId, member: MemberId
) -> tuple[UserId | None, list[MemberId]]:
    """Whose verified account a member is, with all accounts of theirs."""
    owner = await links.verified_owner(session, clan, member)
    theirs = [] if owner is None else await _verified(session, clan, owner)
    return owner, [member, *(one for one in theirs if one != member)]


async def _audit(
    session: AsyncSession,
    clan: Clan,
    member: MemberId,
    before: Sequence[Absence],
    until: datetime | None,
    by: UserId,
    now: datetime,
) -> None:
    detail: dict[str, Any] = {
        "clan_id": clan.id,
        "member": member,
        "before": [one.until.isoformat() for one in before],
        "after": until and until.isoformat(),
    }
    await clans.add_audit_entry(session, clan.guild, by, "absence", detail, now)
