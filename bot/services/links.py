"""A Discord user's accounts: claimed here, so that their messages count for the member."""

from bot.domain.accounts import Account
from bot.domain.clans import Clan
from bot.domain.errors import AlreadyLinked, LinkNotFound
from bot.domain.ids import MemberId, UserId
from bot.services.clock import Clock
from bot.services.lookup import Lookup
from db.queries import attributions, clans, links
from db.session import Database


class Links:
    """Adds, orders and removes a user's own links. Every message of theirs follows at once."""

    def __init__(self, database: Database, lookup: Lookup, clock: Clock) -> None:
        self._database = database
        self._lookup = lookup
        self._clock = clock

    async def accounts(self, clan: Clan, user: UserId) -> list[Account]:
        """A user's accounts, the main one first."""
        async with self._database.read() as session:
            return await links.links_of(session, clan.id, user)

    async def claim(self, clan: Clan, user: UserId, name: str) -> list[Account]:
        """Say that a member is one's own account; the first becomes the main one.

        Claims of several users on one member stand side by side until one is verified.

        Returns:
            The user's accounts, this one among them.

        Raises:
            PlayerNotTracked, InvalidName, NameAmbiguous: as :meth:`Lookup.by_name`.
            AlreadyLinked: another user's link to it is verified.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            # Behind the lock: a poll may find at this moment that the member is another one's rename.
            found = (await self._lookup.by_name_within(session, clan, name)).member
            owner = await links.verified_owner(session, clan.id, found.id)
            if owner is not None and owner != user:
                raise AlreadyLinked(found.name)
            is_first = not await links.links_of(session, clan.id, user)
            await links.add_link(session, clan.id, user, found.id, is_main=is_first, now=self._clock())
            await attributions.attribute_users(session, clan.id, [user])
            return await links.links_of(session, clan.id, user)

    async def make_main(self, clan: Clan, user: UserId, member: MemberId) -> list[Account]:
        """Let one's messages count for another of one's accounts.

        Raises:
            LinkNotFound: it is not one of theirs.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            self._check(await links.links_of(session, clan.id, user), member)
            await links.set_main(session, clan.id, user, member)
            await attributions.attribute_users(session, clan.id, [user])
            return await links.links_of(session, clan.id, user)

    async def remove(self, clan: Clan, user: UserId, member: MemberId) -> list[Account]:
        """Give an account up; of those that remain the first by name becomes the main one.

        Raises:
            LinkNotFound: it is not one of theirs.
        """
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            self._check(await links.links_of(session, clan.id, user), member)
            await links.remove_link(session, clan.id, user, member)
            rest = await links.links_of(session, clan.id, user)
            if rest and not rest[0].is_main:
                await links.set_main(session, clan.id, user, rest[0].member)
            await attributions.attribute_users(session, clan.id, [user])
            return await links.links_of(session, clan.id, user)

    @staticmethod
    def _check(accounts: list[Account], member: MemberId) -> None:
        if all(link.member != member for link in accounts):
            raise LinkNotFound("that account")
