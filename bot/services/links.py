"""A Discord user's accounts: claimed by themselves, and proved by a code that they say in the game."""

import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.accounts import (
    CODE_LIFETIME,
    CODE_SKEW,
    OPEN_CODES,
    PENDING_NAMES,
    Account,
    MyAccounts,
)
from bot.domain.clans import Clan
from bot.domain.errors import (
    AlreadyLinked,
    ClaimRefused,
    LinkNotFound,
    NameAmbiguous,
    PlayerNotTracked,
    TooManyCodes,
    TooManyNames,
)
from bot.domain.ids import ClanId, MemberId, NameKey, UserId
from bot.domain.names import name_key
from bot.services.clock import Clock
from bot.services.linking import follow, remove_link
from bot.services.lookup import Lookup
from db.queries import clans, link_codes, link_decisions, links, pending_links
from db.session import Database


class Links:
    """Adds, orders, proves and removes a user's own links. Every message of theirs follows at once.

    Each of ``on_change`` is told of a clan in which a user gave up an account.
    """

    def __init__(self, database: Database, lookup: Lookup, clock: Clock) -> None:
        self._database = database
        self._lookup = lookup
        self._clock = clock
        self.on_change: list[Callable[[Clan], object]] = []

    async def accounts(self, clan: Clan, user: UserId) -> list[Account]:
        """A user's accounts, the main one first."""
        async with self._database.read() as session:
            return await links.links_of(session, clan.id, user)

    async def mine(self, clan: Clan, user: UserId) -> MyAccounts:
        """A user's accounts, the names that wait for the roster, and the codes that can be said."""
        async with self._database.read() as session:
            return await _mine(session, clan.id, user, self._clock())

    async def claim(self, clan: Clan, user: UserId, name: str) -> MyAccounts:
        """Say that whoever holds a name on the roster is one's own account; the first becomes the main one.

        Claims of several users on one member stand side by side until one is verified. Where
        the clan has a relay, a code comes with the claim. A name that nobody on the roster
        holds is kept until somebody does: whoever had it before may be another person.

        Raises:
            InvalidName: the game would not accept such a name.
            AlreadyLinked: another user's link to it is verified.
            ClaimRefused: officers said that it is not theirs.
            TooManyNames: no further name is kept.
        """
        key, now = name_key(name), self._clock()
        nearest = await self._nearest(clan, name)
        async with self._changing(clan) as session:
            held = await links.holder_on_roster(session, clan.id, key)
            if held is None:
                await self._keep(session, clan.id, user, key, name.strip(), now)
                mine = await _mine(session, clan.id, user, now)
                return replace(mine, kept=name.strip(), nearest=nearest)
            if await links.verified_owner(session, clan.id, held.id) not in (None, user):
                raise AlreadyLinked(held.name)
            if await link_decisions.is_refused(session, clan.id, user, held.id):
                raise ClaimRefused(held.name)
            is_first = not await links.links_of(session, clan.id, user)
            await links.add_link(session, clan.id, user, held.id, is_main=is_first, now=now)
            await pending_links.drop_name(session, clan.id, user, key)
            await follow(session, clan.id, [held.id])
            mine = await _mine(session, clan.id, user, now)
            if any(one.member == held.id for one in mine.provable) and len(mine.codes) < OPEN_CODES:
                await self._give_code(session, clan.id, user, held.id, now)
                mine = await _mine(session, clan.id, user, now)
            return mine

    async def want_code(self, clan: Clan, user: UserId, member: MemberId) -> MyAccounts:
        """Be given a code for a claim; the one that is open stays.

        Raises:
            LinkNotFound: there is nothing of theirs to prove.
            TooManyCodes: for other accounts.
        """
        now = self._clock()
        async with self._changing(clan) as session:
            mine = await _mine(session, clan.id, user, now)
            if all(one.member != member for one in mine.provable):
                raise LinkNotFound("that account")
            others = [one for one in mine.codes if one.member != member]
            if len(others) >= OPEN_CODES:
                raise TooManyCodes(OPEN_CODES, CODE_LIFETIME.seconds // 60)
            await self._give_code(session, clan.id, user, member, now)
            return await _mine(session, clan.id, user, now)

    async def make_main(self, clan: Clan, user: UserId, member: MemberId) -> MyAccounts:
        """Let one's messages count for another of one's accounts.

        Raises:
            LinkNotFound: it is not one of theirs.
        """
        async with self._changing(clan) as session:
            if not _found(await links.links_of(session, clan.id, user), member).stands:
                raise LinkNotFound("that account")
            await links.set_main(session, clan.id, user, member)
            await follow(session, clan.id, [], [user])
            return await _mine(session, clan.id, user, self._clock())

    async def remove(self, clan: Clan, user: UserId, member: MemberId) -> MyAccounts:
        """Give an account up; of those that remain the first by name becomes the main one.

        Raises:
            LinkNotFound: it is not one of theirs.
        """
        async with self._changing(clan) as session:
            _found(await links.links_of(session, clan.id, user), member)
            await remove_link(session, clan.id, user, member)
            mine = await _mine(session, clan.id, user, self._clock())
        for tell in self.on_change:
            tell(clan)
        return mine

    async def drop_name(self, clan: Clan, user: UserId, key: NameKey) -> MyAccounts:
        """Have a name that is not on the roster kept no longer."""
        async with self._changing(clan) as session:
            await pending_links.drop_name(session, clan.id, user, key)
            return await _mine(session, clan.id, user, self._clock())

    @asynccontextmanager
    async def _changing(self, clan: Clan) -> AsyncGenerator[AsyncSession]:
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            yield session

    async def _nearest(self, clan: Clan, name: str) -> tuple[str, ...]:
        """Who may have been meant by a name that nobody on the roster holds."""
        try:
            found = (await self._lookup.by_name(clan, name)).member
        except PlayerNotTracked as error:
            return error.nearest
        except NameAmbiguous as error:
            return error.members
        return () if found.left_at else (found.name,)

    async def _keep(
        self, session: AsyncSession, clan: ClanId, user: UserId, key: NameKey, name: str, now: datetime
    ) -> None:
        others = [one for one in await pending_links.pending_of(session, clan, user) if one.key != key]
        if len(others) >= PENDING_NAMES:
            raise TooManyNames(PENDING_NAMES)
        await pending_links.keep_name(session, clan, user, key, name, now)

    async def _give_code(
        self, session: AsyncSession, clan: ClanId, user: UserId, member: MemberId, now: datetime
    ) -> None:
        """Four digits: they are said by the account itself, so that guessing them gains nothing."""
        await link_codes.remove_expired(session, clan, now)
        if any(one.member == member for one in await link_codes.open_codes(session, clan, user, now)):
            return
        taken = await link_codes.codes_for(session, clan, member)
        code = secrets.choice([code for code in _CODES if code not in taken])
        await link_codes.give_code(session, clan, user, member, code, now - CODE_SKEW, now + CODE_LIFETIME)


def _found(accounts: list[Account], member: MemberId) -> Account:
    found = next((one for one in accounts if one.member == member), None)
    if found is None:
        raise LinkNotFound("that account")
    return found


_CODES = [f"{number:04}" for number in range(10_000)]


async def _mine(session: AsyncSession, clan: ClanId, user: UserId, now: datetime) -> MyAccounts:
    return MyAccounts(
        accounts=await links.links_of(session, clan, user),
        pending=await pending_links.pending_of(session, clan, user),
        codes=await link_codes.open_codes(session, clan, user, now),
        hears_chat=bool(await clans.relays_of(session, [clan])),
    )
