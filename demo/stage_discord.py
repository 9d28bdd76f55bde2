"""The made-up Discord server inside the simulator: its channels, roles, people and the relay's webhook."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle, RoleHandle, WebhookHandle

from demo.script import DiscordMember, Header, Message, Script
from demo.world_discord import OFFICER

OPENED = datetime(2021, 3, 4, 18, 0, tzinfo=UTC)
"""When the server was made; its ids say so."""
BOT_NAME = "ClanStats"


@dataclass
class Server:
    """The handles of the server, by the simulator's own ids. ``ids`` maps the script's to them."""

    guild: GuildHandle
    ids: dict[int, int] = field(default_factory=dict[int, int])
    channels: dict[int, ChannelHandle] = field(default_factory=dict[int, ChannelHandle])
    roles: dict[str, RoleHandle] = field(default_factory=dict[str, RoleHandle])
    people: dict[int, MemberActor] = field(default_factory=dict[int, MemberActor])
    relay: WebhookHandle | None = None
    """The webhook that writes the in-game chat."""

    def actor(self, user: int) -> MemberActor:
        """Who acts as a user. Raises: KeyError."""
        return self.people[user]


def wind(env: simcord.Env, moment: datetime) -> None:
    """Set the simulator's clock, before the bot starts; what is made then has ids of that time."""
    env.backend.clock.advance((moment - env.now()).total_seconds())


def open_server(env: simcord.Env, script: Script) -> Server:
    """Make the server as the script's header and members describe it, years before its story."""
    wind(env, OPENED)
    env.backend.bot_user.name = BOT_NAME
    head = script.header
    server = Server(env.create_guild(head.clan))
    server.ids[head.guild] = server.guild.id
    _make_roles(server, head)
    wind(env, OPENED + timedelta(minutes=5))
    _make_channels(server, head)
    relay = server.channels[server.ids[head.relay.channel]]
    server.relay = server.guild.create_webhook(relay, "Clan chat")
    server.ids[head.relay.author] = server.relay.id
    names = _names_of_speech(script)
    for event in script.events:
        if isinstance(event, DiscordMember) and event.user not in server.ids:
            wind(env, event.at)
            _join(env, server, event, names)
    return server


def _names_of_speech(script: Script) -> Mapping[int, str]:
    """How each author of the script is called where they speak."""
    return {event.author: event.name for event in script.events if isinstance(event, Message)}


def _make_roles(server: Server, head: Header) -> None:
    """The highest first: each new role goes below all others, and the bot's own stays above them."""
    for role in head.discord_roles:
        manages = discord.Permissions(manage_guild=True) if role.name == OFFICER else None
        made = server.guild.create_role(role.name, permissions=manages)
        server.ids[role.id] = made.id
        server.roles[role.name] = made


def _make_channels(server: Server, head: Header) -> None:
    hidden = discord.PermissionOverwrite(view_channel=False)
    shown = discord.PermissionOverwrite(view_channel=True)
    own = next(role for name, role in server.guild.roles.items() if name == BOT_NAME)
    among_officers: dict[Any, discord.PermissionOverwrite] = {
        server.guild.default_role: hidden,
        server.roles[OFFICER]: shown,
        own: shown,
    }
    for channel in head.channels:
        overwrites = among_officers if channel.use == "officers" else None
        made = server.guild.create_text_channel(channel.name, overwrites=overwrites)
        server.ids[channel.id] = made.id
        server.channels[made.id] = made


def _join(env: simcord.Env, server: Server, event: DiscordMember, names: Mapping[int, str]) -> None:
    # The display name of one without a nickname is what the script has them speak under.
    shown = None if event.nick else names.get(event.user)
    user = env.create_user(event.name, bot=event.bot, global_name=shown)
    roles = [server.roles[name] for name in event.roles]
    server.people[user.id] = server.guild.add_member(user, roles=roles, nick=event.nick)
    server.ids[event.user] = user.id
