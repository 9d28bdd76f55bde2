"""Linking a server to its clans, and everything that officers choose with ``/setup``."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan, GuildSettings, Relay
from bot.domain.doubles import RelayId
from bot.domain.errors import (
    GroupAlreadyLinked,
    GroupNotFound,
    Outdated,
    SecretsUnavailable,
    WomUnavailable,
)
from bot.domain.ids import ChannelId, GroupId, GuildId, UserId
from bot.domain.setup import (
    GroupChoice,
    GuildFacts,
    Progress,
    RankMatch,
    RelayShare,
    SetupState,
    read_group_code,
)
from bot.services.clock import Clock
from bot.services.group_search import GroupSearch
from bot.services.sealing import Sealer
from bot.services.setup_state import ranks_of, read_state
from bot.services.time_zones import find_time_zone, suggest_time_zones
from bot.settings import Settings
from bot.wom.client import WomClient
from db.queries import clans, cursors, dashboards
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

OnChange = Callable[[GuildId], Awaitable[None]]

UTC = ZoneInfo("UTC")
_FIRST_SERVER = "first_server"
"""Under this the first server that was ever linked is remembered, by whom it may be."""
_FIRST_RELAY = "first_relay"


class SettingUp:
    """Reads and changes a server's set-up.

    Each change and its line in the audit log are one transaction. After it every callback
    of ``on_change`` is called with the server, so that whoever listens reads it anew.
    A server's first clan, or its first choice, gives it the ``defaults``; from then on they are its own.
    """

    def __init__(
        self,
        database: Database,
        wom: WomClient,
        sealer: Sealer,
        clock: Clock,
        defaults: Callable[[GuildId], GuildSettings] = GuildSettings,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._defaults = defaults
        self._groups = GroupSearch(wom, clock)
        self.on_change: list[OnChange] = []

    # Groups and clans

    async def find_groups(self, text: str) -> list[GroupChoice]:
        """See :meth:`GroupSearch.find`."""
        return await self._groups.find(text)

    async def suggest_groups(self, text: str) -> list[GroupChoice]:
        """See :meth:`GroupSearch.suggest`."""
        return await self._groups.suggest(text)

    async def link(self, guild: GuildId, group: GroupId, by: UserId, *, time_zone: str = "") -> Clan:
        """Follow a group from now on. The first clan of a server is its default.

        Without a time zone a clan takes that of the server's default clan, else UTC; one that
        was linked before keeps its own.

        Raises:
            GroupAlreadyLinked: the server follows it.
            GroupNotFound: WOM has no such group.
            WomUnavailable: WOM did not answer usefully.
            UnknownTimeZone: there is no such zone.
        """
        zone = find_time_zone(time_zone) if time_zone else None
        return await self._link(guild, await self._groups.by_id(group), by, zone)

    async def _link(self, guild: GuildId, choice: GroupChoice, by: UserId, zone: ZoneInfo | None) -> Clan:
        async with self._database.write() as session:
            await clans.lock_guild(session, self._defaults(guild))
            linked = await clans.clans_of(session, guild)
            if any(clan.group == choice.group for clan in linked):
                raise GroupAlreadyLinked(choice.name)
            inherited = zone or (linked[0].zone if linked else UTC)
            now = self._clock()
            added = await clans.add_clan(session, guild, choice.group, choice.name, inherited, now)
            if zone is not None:
                await clans.update_clan(session, added, time_zone=zone.key)
            if await clans.kept(session, _FIRST_SERVER) is None:
                await clans.keep(session, _FIRST_SERVER, str(guild))
            detail = {"clan_id": added, "group": choice.group, "name": choice.name}
            await clans.add_audit_entry(session, guild, by, "clan_linked", detail, now)
            clan = await clans.clan_by_id(session, added)
        if clan is None:
            raise Outdated
        log.info("clan_linked", clan_id=clan.id, guild_id=guild, group=choice.group)
        await self._changed(guild)
        return clan

    async def unlink(self, clan: Clan, by: UserId) -> None:
        """Stop following a clan. Its facts are kept, and linking it again takes them up.

        Its pages are off then: who links it again may be somebody else, and has to want them.
        """
        async with self._database.write() as session:
            await dashboards.switch_off(session, clan.id)
            await clans.unlink_clan(session, clan.id)
            await self._note(session, clan.guild, by, "clan_unlinked", clan_id=clan.id, name=clan.name)
        await self._changed(clan.guild)

    async def make_default(self, clan: Clan, by: UserId) -> None:
        """Have the server's commands be about this clan."""
        async with self._database.write() as session:
            await clans.make_default(session, clan.guild, clan.id)
            await self._note(session, clan.guild, by, "default_clan", clan_id=clan.id)
        await self._changed(clan.guild)

    # A clan's own settings

    @property
    def can_keep_codes(self) -> bool:
        """Whether there is a SECRET_KEY to seal codes with."""
        return self._sealer.available

    async def set_code(self, clan: Clan, code: str, by: UserId) -> None:
        """Keep the group's verification code, sealed. WOM alone can say whether it is the right one.

        Raises:
            UnreadableGroupCode: it is not nine digits.
            SecretsUnavailable: no SECRET_KEY is set.
        """
        sealed = self._sealer.seal(read_group_code(code))
        await self._set_clan(clan, by, "code_set", {}, sealed_code=sealed)

    async def forget_code(self, clan: Clan, by: UserId) -> None:
        """Keep the group's code no longer."""
        await self._set_clan(clan, by, "code_forgotten", {}, sealed_code=None)

    async def set_time_zone(self, clan: Clan, text: str, by: UserId) -> ZoneInfo:
        """Cut the clan's days and weeks in this zone.

        Raises:
            UnknownTimeZone: with the nearest names.
        """
        zone = find_time_zone(text)
        detail = {"before": clan.zone.key, "after": zone.key}
        await self._set_clan(clan, by, "time_zone", detail, time_zone=zone.key)
        return zone

    def read_time_zone(self, text: str) -> str:
        """The name of the zone that is meant.

        Raises:
            UnknownTimeZone: with the nearest names.
        """
        return find_time_zone(text).key

    def suggest_time_zones(self, text: str) -> list[str]:
        """At most 25 names of zones that fit what was typed so far."""
        return suggest_time_zones(text)

    async def use_relay(self, clan: Clan, author: UserId, share: RelayShare, by: UserId) -> None:
        """Take what this author writes in the share's channel for the in-game chat, beside other relays.

        The channel is read anew, since what the author wrote was passed over before; so are those of
        the other relays, since what they wrote may be the same lines.
        """
        async with self._database.write() as session:
            known = await clans.relays_of(session, [clan.id])
            if (share.channel, author) not in {(relay.channel, relay.author) for relay in known}:
                await self._read_again(session, clan, {share.channel, *(relay.channel for relay in known)})
            relay = Relay(clan.id, share.channel, author, share.of, share.read, share.author_name)
            await clans.save_relay(session, relay)
            detail = {"clan_id": clan.id, "channel": share.channel, "author": author}
            await self._note(session, clan.guild, by, "relay_used", **detail)
        await self._changed(clan.guild)

    async def drop_relays(self, clan: Clan, relays: Collection[RelayId], by: UserId) -> None:
        """Listen to these relays of the clan no more; what was heard stays, and so does what was a double."""
        async with self._database.write() as session:
            await clans.remove_relays(session, clan.id, relays)
            await clans.keep(session, _FIRST_RELAY, str(clan.guild))
            detail = {"clan_id": clan.id, "relays": [list(relay) for relay in relays]}
            await self._note(session, clan.guild, by, "relays_dropped", **detail)
        await self._changed(clan.guild)

    async def set_doubles_within(self, clan: Clan, seconds: int, by: UserId) -> None:
        """Let what two relays write within so many seconds count once; 0 for always twice.

        Their channels are read anew, so that the days that are read back follow the new choice.
        """
        before = int(clan.doubles_within.total_seconds())
        async with self._database.write() as session:
            await clans.update_clan(session, clan.id, double_seconds=seconds)
            known = await clans.relays_of(session, [clan.id])
            if seconds != before:
                await self._read_again(session, clan, {relay.channel for relay in known})
            detail = {"clan_id": clan.id, "before": before, "after": seconds}
            await self._note(session, clan.guild, by, "doubles_within", **detail)
        await self._changed(clan.guild)

    @staticmethod
    async def _read_again(session: AsyncSession, clan: Clan, channels: Collection[ChannelId]) -> None:
        for channel in channels:
            await cursors.forget_channel(session, clan.id, channel)

    async def _set_clan(
        self, clan: Clan, by: UserId, action: str, detail: dict[str, Any], **columns: Any
    ) -> None:
        async with self._database.write() as session:
            await clans.update_clan(session, clan.id, **columns)
            await self._note(session, clan.guild, by, action, clan_id=clan.id, **detail)
        await self._changed(clan.guild)

    # The server's settings

    async def set_officer_roles(self, guild: GuildId, roles: Collection[int], by: UserId) -> None:
        """Who holds one of these Discord roles is an officer."""
        await self._set_guild(guild, by, "officer_roles", officer_roles=frozenset(roles))

    async def set_officer_channel(self, guild: GuildId, channel: ChannelId | None, by: UserId) -> None:
        """Where officers' answers are ordinary messages; None for nowhere."""
        await self._set_guild(guild, by, "officer_channel", officer_channel=channel)

    async def set_bot_channels(self, guild: GuildId, channels: Collection[int], by: UserId) -> None:
        """Where members' answers are public at once."""
        await self._set_guild(guild, by, "bot_channels", bot_channels=frozenset(channels))

    async def set_included(self, guild: GuildId, channels: Collection[int], by: UserId) -> None:
        """The only channels whose messages count; none for all text channels."""
        await self._set_guild(guild, by, "included", included=frozenset(channels))

    async def set_excluded(self, guild: GuildId, channels: Collection[int], by: UserId) -> None:
        """Channels whose messages never count."""
        await self._set_guild(guild, by, "excluded", excluded=frozenset(channels))

    async def set_backfill_days(self, guild: GuildId, days: int, by: UserId) -> None:
        """How many days of messages are read back where a channel is read for the first time."""
        await self._set_guild(guild, by, "backfill_days", backfill_days=days)

    async def set_nicknames_follow(self, guild: GuildId, follow: bool, by: UserId) -> None:
        """Whether nicknames are changed when their owners are renamed in the game."""
        await self._set_guild(guild, by, "nicknames_follow", nicknames_follow=follow)

    async def _set_guild(self, guild: GuildId, by: UserId, action: str, **fields: Any) -> None:
        async with self._database.write() as session:
            await clans.lock_guild(session, self._defaults(guild))
            before = await clans.guild_settings(session, guild) or self._defaults(guild)
            await clans.save_guild_settings(session, replace(before, **fields))
            changes = {name: [_plain(getattr(before, name)), _plain(new)] for name, new in fields.items()}
            await self._note(session, guild, by, action, **changes)
        await self._changed(guild)

    # What works

    async def state(self, clan: Clan, facts: GuildFacts, loading: Progress | None = None) -> SetupState:
        """The checklist: what is chosen, what was detected, what fails."""
        code_known = self._can_open(clan.sealed_code)
        async with self._database.read() as session:
            return await read_state(
                session, clan, facts, code_known=code_known, loading=loading, now=self._clock()
            )

    async def ranks(self, clan: Clan, facts: GuildFacts) -> tuple[RankMatch, ...]:
        """Every rank that members hold, highest first, and the Discord role of its name."""
        async with self._database.read() as session:
            return await ranks_of(session, clan, facts)

    async def relays(self, clan: Clan) -> list[Relay]:
        """What is listened to as in-game chat."""
        async with self._database.read() as session:
            return await clans.relays_of(session, [clan.id])

    def _can_open(self, sealed: str | None) -> bool:
        if sealed is None:
            return False
        try:
            self._sealer.open(sealed)
        except SecretsUnavailable:
            return False
        return True

    # The first server, from the process's settings

    async def first_server(self, settings: Settings, guild: GuildId, by: UserId) -> Clan | None:
        """Link WOM_GROUP_ID to the first server the bot is in: once, and never over what `/setup` did.

        ``by`` is the bot itself, for the audit log. While WOM is away the group is linked under its
        number, and the first poll learns its name; a group that WOM does not know is not linked.

        Returns:
            The clan where it was linked now, else None.
        """
        async with self._database.read() as session:
            done = await clans.kept(session, _FIRST_SERVER) is not None
        if done or settings.wom_group_id is None:
            return None
        group = GroupId(settings.wom_group_id)
        try:
            choice = await self._groups.by_id(group)
        except GroupNotFound:
            log.warning("first_server_group_unknown", group=group, setting="WOM_GROUP_ID")
            return None
        except WomUnavailable:
            choice = GroupChoice(group, f"WOM group {group}", 0)
        clan = await self._link(guild, choice, by, None)
        if settings.wom_group_secret is not None:
            await self._first_code(clan, settings.wom_group_secret.get_secret_value(), by)
        return clan

    async def _first_code(self, clan: Clan, code: str, by: UserId) -> None:
        try:
            await self.set_code(clan, code, by)
        except SecretsUnavailable:
            log.warning("first_server_code_not_kept", lacking="SECRET_KEY")

    async def first_relay(self, settings: Settings, guild: GuildId) -> ChannelId | None:
        """The channel of RELAY_CHANNEL_ID while it waits to be used as the first server's relay.

        It waits until a relay is used or dropped there, since only its lines tell who writes them.
        """
        if settings.relay_channel_id is None:
            return None
        async with self._database.read() as session:
            if await clans.kept(session, _FIRST_SERVER) != str(guild):
                return None
            linked = [clan.id for clan in await clans.clans_of(session, guild)]
            done = await clans.kept(session, _FIRST_RELAY) or await clans.relays_of(session, linked)
        return None if done or not linked else ChannelId(settings.relay_channel_id)

    # What all of them do

    async def _note(
        self, session: AsyncSession, guild: GuildId, by: UserId, action: str, **detail: Any
    ) -> None:
        await clans.add_audit_entry(session, guild, by, action, detail, self._clock())

    async def _changed(self, guild: GuildId) -> None:
        for callback in self.on_change:
            await callback(guild)


def _plain(value: frozenset[int] | int | None) -> list[int] | int | None:
    """A setting as JSON can hold it."""
    return sorted(value) if isinstance(value, frozenset) else value
