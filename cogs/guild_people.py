"""Who is in a server with which roles, as plain values."""

import asyncio
import contextlib
from typing import Any, Final

import discord
from discord import Interaction

from bot.domain.change_sets import GuildPeople, Reach, Roles
from bot.domain.desk_errors import PeopleUnknown
from bot.domain.errors import NotSetUp
from bot.domain.giving import Giver
from bot.domain.ids import UserId

SECONDS_TO_ASK: Final = 1.5
"""As long as an answer may wait."""


def is_given(role: discord.Role) -> bool:
    """Whether it is somebody's to give: roles of bots, of boosters and @everyone are nobody's."""
    return not (role.is_default() or role.managed)


def may_give(user: discord.abc.User, role: discord.Role) -> bool:
    """Whether somebody could give a role by hand.

    Who lacks *Manage Roles* could give none; of them it is asked that they may do all that it allows.
    """
    if not (isinstance(user, discord.Member) and is_given(role)):
        return False
    if user.id == user.guild.owner_id:
        return True
    held = user.guild_permissions
    return role < user.top_role and (held.manage_roles or role.permissions <= held)


def named_roles(guild: discord.Guild) -> dict[str, int]:
    """A server's roles by folded name; of several of one name the highest counts."""
    return {role.name.casefold(): role.id for role in guild.roles if is_given(role)}


def giver_of(interaction: Interaction[Any]) -> Giver:
    """Whoever pressed or asked, among the roles of the server."""
    if interaction.guild is None:
        raise NotSetUp
    user, roles = interaction.user, interaction.guild.roles
    beyond = frozenset(role.id for role in roles if not may_give(user, role))
    return Giver(named_roles(interaction.guild), beyond)


def roles_of(member: discord.Member) -> Roles:
    """The roles that somebody was given."""
    return frozenset(role.id for role in member.roles if is_given(role))


def reach_of(guild: discord.Guild) -> Reach:
    """Which roles there are, and which of them the bot may give."""
    given = [role for role in guild.roles if is_given(role)]
    return Reach(
        roles=frozenset(role.id for role in given),
        in_reach=frozenset(role.id for role in given if role < guild.me.top_role),
        may_manage=guild.me.guild_permissions.manage_roles,
    )


async def everybody(interaction: Interaction[Any]) -> GuildPeople:
    """Who is in the server that a command came from, all of them.

    Raises:
        PeopleUnknown: Discord did not tell of all.
    """
    if interaction.guild is None:
        raise NotSetUp
    people = await people_of(interaction.guild)
    if not people.complete:
        raise PeopleUnknown
    return people


async def people_of(guild: discord.Guild, patience: float = SECONDS_TO_ASK) -> GuildPeople:
    """Everybody but bots. Where Discord has not told of all of them it is asked, for so many seconds.

    It tells only with the members intent.
    """
    complete = await told(guild, patience)
    return GuildPeople(
        people={UserId(one.id): roles_of(one) for one in guild.members if not one.bot},
        reach=reach_of(guild),
        complete=complete,
    )


async def told(guild: discord.Guild, patience: float = SECONDS_TO_ASK) -> bool:
    """Whether Discord has told of everybody; where it has not it is asked, for so many seconds."""
    if not guild.chunked and not guild.unavailable:
        with contextlib.suppress(TimeoutError, discord.ClientException):
            await asyncio.wait_for(guild.chunk(), patience)
    return guild.chunked and not guild.unavailable
