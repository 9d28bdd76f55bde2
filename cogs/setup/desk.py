"""Where every press and choice of ``/setup`` is served."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import discord
from discord import Interaction
from discord.ext import commands
from discord.ui import View

from bot.domain.clans import Clan
from bot.domain.errors import Outdated, SecretsUnavailable
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, UserId
from bot.domain.schedules import Cadence
from bot.domain.setup import ChannelLine, GuildFacts, Progress
from bot.present import setup_screens as screens
from bot.present.setup import checklist
from bot.services.registry import Services
from bot.wom.errors import WomError
from cogs.answers import guild_of, user_of
from cogs.setup import past, views
from cogs.setup.boards import BoardsDesk
from cogs.setup.facts import facts_of, likely_lines
from cogs.setup.feed import FeedDesk
from cogs.setup.items import CHOICES, Menu
from cogs.setup.modals import CodeModal, GroupModal, ZoneModal
from cogs.setup.posts import PostsDesk
from cogs.setup.relays import RelayDesk
from cogs.setup.role_sync import RoleSyncDesk
from cogs.setup.showing import defer, server_of, show

PollNow = Callable[[Clan], Awaitable[None]]
"""Polls a clan at once; a failure is stored with the clan, whatever is raised."""

KEPT_LINES = timedelta(minutes=2)
"""How long the search for a relay is not repeated, while somebody goes through the screens."""
LOOK_AGAIN = 3.0
"""Seconds between two looks at how far the history is read."""
IDLE_LOOKS = 2
"""So many looks without anything being read end it: what was missed lately is read before what is older."""


class Desk:
    """Shows the screens of ``/setup`` and carries out what is chosen on them."""

    def __init__(
        self, bot: commands.Bot | commands.AutoShardedBot, services: Services, poll_now: PollNow
    ) -> None:
        self.bot = bot
        self.services = services
        self.relays = RelayDesk(self)
        self.role_sync = RoleSyncDesk(self)
        self.posts = PostsDesk(self)
        self.feed = FeedDesk(self)
        self.boards = BoardsDesk(self)
        self._poll_now = poll_now
        self._lines: dict[int, tuple[datetime, dict[ChannelId, list[ChannelLine]]]] = {}
        self._ways: dict[str, Callable[[Interaction[Any], Clan], Awaitable[None]]] = {
            "main": self.show_main,
            "officer_roles": self._ask_roles,
            "relay": self.relays.ask,
            "ranks": self.role_sync.ask,
            "rank_names": self.role_sync.use_names,
            "sync_preview": self.role_sync.preview,
            "sync_csv": self.role_sync.csv,
            "sync_off": self.role_sync.switch_off,
            "history": self._load_history,
            "days": self._ask_days,
            "past": past.ask,
            "posts": self.posts.ask,
            "score": self.posts.ask_score,
            "feed": self.feed.ask,
            "boards": self.boards.ask,
            "nicknames": self._switch_nicknames,
            "code": self._ask_code,
            "forget_code": self._forget_code,
            "time_zone": self._ask_zone,
            "add": self._ask_another,
            "default": self._make_default,
            "unlink": self._ask_unlink,
            "unlink_now": self._unlink,
        }
        for cadence in Cadence:
            self._ways |= {
                f"post_{cadence.value}": partial(self.posts.ask_one, cadence),
                f"{cadence.value}_on": partial(self.posts.switch_on, cadence),
                f"{cadence.value}_off": partial(self.posts.switch_off, cadence),
                f"{cadence.value}_try": partial(self.posts.try_it, cadence),
            }
        for what in ("officer_channel", "bot_channels", "included", "excluded"):
            self._ways[what] = partial(self._ask_channels, what)

    async def go(self, interaction: Interaction[Any], clan: ClanId, where: str) -> None:
        """Follow a button or a line of the menu.

        Raises:
            Outdated: the clan was unlinked, or a newer or older version of the bot made the button.
        """
        found = await self.services.clans.by_id(clan, guild_of(interaction))
        way = self._ways.get(where)
        if way is None:
            raise Outdated
        await way(interaction, found)

    # Finding and linking a clan

    async def open(self, interaction: Interaction[Any], group: str | None, time_zone: str | None) -> None:
        """Serve the command: find the group that was named, or show how the clan is doing."""
        zone = self.services.setting_up.read_time_zone(time_zone) if time_zone else ""
        if group is not None:
            await self.find(interaction, group, zone)
            return
        linked = await self._linked(interaction)
        if linked:
            await self._show_with_zone(interaction, linked[0], zone)
            return
        await defer(interaction)
        await show(interaction, screens.welcome(), views.welcome_view(zone))

    async def ask_group(self, interaction: Interaction[Any], zone: str) -> None:
        """Ask for the clan's name or number."""
        await interaction.response.send_modal(GroupModal(self, zone))

    async def find(self, interaction: Interaction[Any], text: str, zone: str) -> None:
        """Show the group that was named, to be confirmed; a list where several fit."""
        await defer(interaction)
        choices = await self.services.setting_up.find_groups(text)
        linked = await self._linked(interaction)
        if len(choices) > 1:
            view = views.pick_view(choices, zone, linked)
            await show(interaction, screens.which_one(text, choices[:CHOICES]), view)
            return
        (choice,) = choices
        for clan in linked:
            if clan.group == choice.group:
                await self._show_with_zone(interaction, clan, zone)
                return
        await show(interaction, screens.is_this_it(choice, linked), views.confirm_view(choice, zone, linked))

    async def link(self, interaction: Interaction[Any], group: GroupId, zone: str) -> None:
        """Link the clan: it works from here on. Its first poll starts at once, and is waited for."""
        await defer(interaction)
        setting_up = self.services.setting_up
        clan = await setting_up.link(guild_of(interaction), group, user_of(interaction), time_zone=zone)
        await self.show_main(interaction, clan)
        await self._poll(clan)
        await self._refresh(interaction, clan.id)

    async def _show_with_zone(self, interaction: Interaction[Any], clan: Clan, zone: str) -> None:
        if zone:
            await self.services.setting_up.set_time_zone(clan, zone, user_of(interaction))
        await self.show_clan(interaction, clan.id)

    async def _ask_another(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.ask_group(interaction, clan.zone.key)

    async def _make_default(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.services.setting_up.make_default(clan, user_of(interaction))
        await self.show_clan(interaction, clan.id)

    async def _ask_unlink(self, interaction: Interaction[Any], clan: Clan) -> None:
        await show(interaction, screens.unlink_screen(clan), views.unlink_view(clan.id))

    async def _unlink(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.services.setting_up.unlink(clan, user_of(interaction))
        linked = await self._linked(interaction)
        if linked:
            await self.show_main(interaction, linked[0])
        else:
            await show(interaction, screens.gone(), views.welcome_view(""))

    async def _linked(self, interaction: Interaction[Any]) -> list[Clan]:
        return await self.services.clans.of_guild(guild_of(interaction))

    async def _poll(self, clan: Clan) -> None:
        # The failure is stored with the clan, the checklist tells it, and the poll loop tries again.
        with contextlib.suppress(WomError):
            await self._poll_now(clan)

    async def _switch_nicknames(self, interaction: Interaction[Any], clan: Clan) -> None:
        settings = await self.services.clans.settings(clan.guild)
        follow = not settings.nicknames_follow
        await self.services.setting_up.set_nicknames_follow(clan.guild, follow, user_of(interaction))
        await self.show_main(interaction, clan)

    # The checklist

    async def show_clan(self, interaction: Interaction[Any], clan: ClanId) -> None:
        """Show the checklist of a clan as it is now."""
        await self.show_main(interaction, await self.services.clans.by_id(clan, guild_of(interaction)))

    async def show_main(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Show the checklist."""
        await defer(interaction)
        await show(interaction, *await self._main(server_of(interaction), clan))

    async def _main(self, guild: discord.Guild, clan: Clan) -> tuple[discord.Embed, View | None]:
        facts = await self.facts(guild, clan)
        state = await self.services.setting_up.state(clan, facts, self._loading(clan.id))
        state = replace(state, past=await self.services.past.progress(clan.id))
        linked = await self.services.clans.of_guild(clan.guild)
        return checklist(state), views.main_view(clan, state, linked)

    async def facts(self, guild: discord.Guild, clan: Clan) -> GuildFacts:
        """What Discord says about the server."""
        relays, elsewhere = set[int](), set[int]()
        for linked in await self.services.clans.of_guild(clan.guild):
            used = {relay.channel for relay in await self.services.setting_up.relays(linked)}
            (relays if linked.id == clan.id else elsewhere).update(used)
        content = self.with_content
        lines = await self._bot_lines(guild) if content and not relays else {}
        return facts_of(
            guild,
            await self.services.clans.settings(clan.guild),
            relays,
            message_content=content,
            lines={channel: found for channel, found in lines.items() if channel not in elsewhere},
        )

    async def _bot_lines(self, guild: discord.Guild) -> dict[ChannelId, list[ChannelLine]]:
        now = self.services.clock()
        self._lines = {key: kept for key, kept in self._lines.items() if now - kept[0] < KEPT_LINES}
        if guild.id not in self._lines:
            first = self.services.settings.relay_channel_id
            self._lines[guild.id] = now, await likely_lines(guild, first)
        return self._lines[guild.id][1]

    def _loading(self, clan: ClanId) -> Progress | None:
        progress = self.services.history.progress(clan)
        if progress is None or progress.ended_at is not None:
            return None
        return Progress(progress.done, progress.channels)

    async def _refresh(self, interaction: Interaction[Any], clan: ClanId) -> bool:
        """Bring the checklist up to date where it is still shown; whether it is."""
        # Whoever closed the message has no checklist any more.
        with contextlib.suppress(discord.NotFound):
            if not _shows(await interaction.original_response(), clan):
                return False
            found = await self.services.clans.by_id(clan, guild_of(interaction))
            await show(interaction, *await self._main(server_of(interaction), found))
            return True
        return False

    @property
    def with_content(self) -> bool:
        """Whether Discord shows the bot what is written."""
        return self.bot.intents.message_content

    # What is chosen

    async def choose(
        self, interaction: Interaction[Any], clan: ClanId, what: str, chosen: Collection[int]
    ) -> None:
        """Keep a choice of roles or channels."""
        setting_up = self.services.setting_up
        guild, by = guild_of(interaction), user_of(interaction)
        match what:
            case "officer_roles":
                await setting_up.set_officer_roles(guild, chosen, by)
            case "officer_channel":
                channel = next((ChannelId(one) for one in chosen), None)
                await setting_up.set_officer_channel(guild, channel, by)
            case "bot_channels":
                await setting_up.set_bot_channels(guild, chosen, by)
            case "included":
                await setting_up.set_included(guild, chosen, by)
            case "excluded":
                await setting_up.set_excluded(guild, chosen, by)
            case _:
                raise Outdated
        await self.show_clan(interaction, clan)

    async def _ask_roles(self, interaction: Interaction[Any], clan: Clan) -> None:
        guild = server_of(interaction)
        chosen = (await self.services.clans.settings(clan.guild)).officer_roles
        there = [role.id for role in guild.roles if role.id in chosen][:CHOICES]
        embed = screens.choose("officer_roles", len(there), len(there))
        await show(interaction, embed, views.roles_view(clan.id, there))

    async def _ask_channels(self, what: str, interaction: Interaction[Any], clan: Clan) -> None:
        guild = server_of(interaction)
        settings = await self.services.clans.settings(clan.guild)
        kept = {
            "officer_channel": [settings.officer_channel or 0],
            "bot_channels": settings.bot_channels,
            "included": settings.included,
            "excluded": settings.excluded,
        }[what]
        there = [channel.id for channel in guild.channels if channel.id in kept]
        shown = there[:CHOICES]
        embed = screens.choose(what, len(there), len(shown))
        await show(interaction, embed, views.channels_view(clan.id, what, shown))

    async def _ask_code(self, interaction: Interaction[Any], clan: Clan) -> None:
        if not self.services.setting_up.can_keep_codes:
            raise SecretsUnavailable
        await interaction.response.send_modal(CodeModal(self, clan))

    async def _forget_code(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.services.setting_up.forget_code(clan, user_of(interaction))
        await self.show_clan(interaction, clan.id)

    async def _ask_zone(self, interaction: Interaction[Any], clan: Clan) -> None:
        await interaction.response.send_modal(ZoneModal(self, clan))

    # The history

    async def _ask_days(self, interaction: Interaction[Any], clan: Clan) -> None:
        chosen = (await self.services.clans.settings(clan.guild)).backfill_days
        await show(interaction, screens.choose_days(chosen), views.days_view(clan.id, chosen))

    async def choose_days(self, interaction: Interaction[Any], clan: ClanId, days: int) -> None:
        """Keep how many days are read back. Whoever listens reads what that adds."""
        await defer(interaction)
        found = await self.services.clans.by_id(clan, guild_of(interaction))
        await self.services.setting_up.set_backfill_days(found.guild, days, user_of(interaction))
        await self.show_main(interaction, found)
        await self._follow_reading(interaction, found)

    async def _load_history(self, interaction: Interaction[Any], clan: Clan) -> None:
        await defer(interaction)
        self.bot.dispatch("history_wanted", server_of(interaction), clan.id, views.HISTORY_DAYS)
        await self._follow_reading(interaction, clan)

    async def _follow_reading(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Show how far older messages are read, while the checklist is open."""
        idle = 0
        while idle < IDLE_LOOKS and not interaction.is_expired():
            if not await self._refresh(interaction, clan.id):
                return
            await asyncio.sleep(LOOK_AGAIN)
            idle = idle + 1 if self._loading(clan.id) is None else 0
        await self._refresh(interaction, clan.id)

    # The first server

    async def set_up_first(self) -> None:
        """Set up the first server the bot is in with the process's own settings, where none was yet."""
        guild = min(self.bot.guilds, key=_joined, default=None)
        if guild is None or self.bot.user is None:
            return
        setting_up, by = self.services.setting_up, UserId(self.bot.user.id)
        clan = await setting_up.first_server(self.services.settings, GuildId(guild.id), by)
        channel = await setting_up.first_relay(self.services.settings, GuildId(guild.id))
        if channel is not None and self.with_content:
            await self.relays.use_first(guild, channel, by)
        if clan is not None:
            await self._poll(clan)


def _joined(guild: discord.Guild) -> datetime:
    return guild.me.joined_at or guild.created_at


def _shows(message: discord.Message, clan: ClanId) -> bool:
    """Whether a message is the checklist of a clan, and not another screen by now."""
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return any(item.custom_id == Menu.id_of(clan) for row in rows for item in row.children)
