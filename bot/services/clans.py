"""Which clan a question is about, and what its officers chose."""

from collections.abc import Iterable

from bot.domain.clans import Clan, GuildSettings
from bot.domain.errors import NotSetUp, Outdated
from bot.domain.ids import ClanId, GuildId, MemberId
from db.queries import clans, members
from db.session import Database


class Clans:
    """Answers which clans there are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_guild(self, guild: GuildId) -> list[Clan]:
        """The clans linked to a server, the default one first; none before it is set up."""
        async with self._database.read() as session:
            return await clans.clans_of(session, guild)

    async def default(self, guild: GuildId) -> Clan:
        """The clan that a command of this server is about.

        Raises:
            NotSetUp: no clan is linked.
        """
        linked = await self.of_guild(guild)
        if not linked:
            raise NotSetUp
        return linked[0]

    async def by_id(self, clan: ClanId, guild: GuildId) -> Clan:
        """The clan that a button was made for.

        Raises:
            Outdated: it was unlinked since, or belongs to another server.
        """
        async with self._database.read() as session:
            found = await clans.clan_by_id(session, clan)
        if found is None or found.guild != guild:
            raise Outdated
        return found

    async def anywhere(self, clan: ClanId) -> Clan:
        """The clan of a button in a private message, which belongs to no server.

        Raises:
            Outdated: it was unlinked since.
        """
        async with self._database.read() as session:
            found = await clans.clan_by_id(session, clan)
        if found is None:
            raise Outdated
        return found

    async def settings(self, guild: GuildId) -> GuildSettings:
        """What officers chose; the defaults for a server that was never set up."""
        async with self._database.read() as session:
            return await clans.guild_settings(session, guild) or GuildSettings(guild)

    async def active(self, guilds: Iterable[GuildId]) -> list[Clan]:
        """Every linked clan of these servers, the least recently polled first."""
        async with self._database.read() as session:
            return await clans.active_clans(session, list(guilds))

    async def everywhere(self) -> list[Clan]:
        """Every linked clan of every server, the first linked first."""
        async with self._database.read() as session:
            return await clans.linked_clans(session)

    async def member_names(self, clan: ClanId) -> dict[MemberId, str]:
        """The names of who is in the clan now."""
        async with self._database.read() as session:
            return await members.current_names(session, clan)
