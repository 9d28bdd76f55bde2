"""A server with roles and people to be changed, and what the bot asked Discord to do."""

import re
from typing import Any

import simcord

from bot.domain.change_sets import ChangeSet, ChangeSetId, RoleChange
from bot.domain.ids import ChannelId, UserId
from tests.cogs.conftest import Foundry
from tests.simulator import as_bot

ROLE_CALLS = "/guilds/*/members/*/roles/*"
"""The path of a call that changes one role alone."""
_ROLE_CALL = re.compile(r"(PATCH /guilds/\d+/members/\d+|(PUT|DELETE) /guilds/\d+/members/\d+/roles/\d+)$")


def role_calls(foundry: Foundry) -> int:
    """How often Discord was asked to change somebody's roles."""
    requests = foundry.env.http_requests
    return sum(bool(_ROLE_CALL.match(f"{one.method} {one.path}")) for one in requests)


def roles_of(foundry: Foundry, member: simcord.MemberActor) -> set[str]:
    """The names of somebody's roles, as Discord has them."""
    guild = foundry.env.backend.guilds[foundry.places.guild.id]
    return {guild.roles[role].name for role in guild.members[member.id].role_ids if role != guild.id}


def change(
    member: simcord.MemberActor,
    *,
    add: tuple[simcord.RoleHandle, ...] = (),
    remove: tuple[simcord.RoleHandle, ...] = (),
    label: str = "",
) -> RoleChange:
    """What is to be changed of somebody."""
    return RoleChange(
        UserId(member.id),
        frozenset(role.id for role in add),
        frozenset(role.id for role in remove),
        label,
    )


def last_of(channel: simcord.ChannelHandle) -> Any:
    """The newest message of a channel."""
    message = channel.last_message
    assert message is not None
    return message


async def gave(foundry: Foundry, member: simcord.MemberActor, role: simcord.RoleHandle) -> None:
    """Somebody else gives a member a role."""
    foundry.env.backend.add_member_role(foundry.places.guild.id, member.id, role.id)
    await foundry.env.settle()


async def started(foundry: Foundry, *changes: RoleChange, channel: int | None = None) -> ChangeSet:
    """An officer begins these changes, and the bot does what it can."""
    clan = await foundry.clan()
    by, where = UserId(foundry.places.officer.id), None if channel is None else ChannelId(channel)
    with as_bot(foundry.env):
        made = await foundry.services.change_sets.start(clan, "promotion", "two of them", by, changes, where)
    await foundry.env.settle()
    return made


async def states(foundry: Foundry, number: ChangeSetId) -> list[tuple[str, str | None]]:
    """What became of each item of a set, and why."""
    _, items = await foundry.services.change_sets.read((await foundry.clan()).id, number)
    return [(item.state.value, item.why and item.why.value) for item in items]
