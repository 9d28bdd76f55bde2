"""Who is an officer, asked by whatever is for officers only."""

from abc import abstractmethod
from typing import Any, Final, TypeVar

import discord
from discord import Interaction
from discord.ui import Item

from bot.domain.clans import Clan, GuildSettings
from bot.domain.errors import NotPermitted
from bot.domain.ids import ChannelId, ClanId
from bot.present.help import Audience
from bot.services.registry import Services
from cogs.answers import guild_of
from cogs.buttons import Stateful

ItemT = TypeVar("ItemT", bound=Item[Any])

FOR_OFFICERS: Final[dict[Any, Any]] = {"audience": Audience.OFFICER}
"""The ``extras`` of a command for officers, by which ``/help`` knows it.

Discord itself cannot hide it: it knows permissions, and officers are roles chosen in ``/setup``.
"""


def is_officer(user: discord.abc.User, settings: GuildSettings) -> bool:
    """Whether somebody has an officer role, or may manage the server anyway."""
    if not isinstance(user, discord.Member):
        return False
    return user.guild_permissions.manage_guild or any(
        role.id in settings.officer_roles for role in user.roles
    )


async def is_private_here(services: Services, interaction: Interaction[Any]) -> bool:
    """Whether an officer's answer is for them alone: everywhere but in the officers' channel.

    There it is an ordinary message, which colleagues see and whose buttons live on.
    """
    settings = await services.clans.settings(guild_of(interaction))
    return settings.officer_channel is None or interaction.channel_id != settings.officer_channel


async def require_officer(services: Services, interaction: Interaction[Any]) -> None:
    """Refuse whoever is no officer of the server. Call it first, and again for each button.

    Raises:
        NotPermitted: with ``officer``.
    """
    if not is_officer(interaction.user, await services.clans.settings(guild_of(interaction))):
        raise NotPermitted("officer")


async def progress_channel(services: Services, clan: Clan) -> ChannelId | None:
    """Where the progress of what takes long is shown: in the officers' channel; nowhere without one."""
    return (await services.clans.settings(clan.guild)).officer_channel


class OfficersItem(Stateful[ItemT], template=r"(?!)"):
    """A button or list for officers only, about the clan that its custom id names."""

    clan: ClanId

    async def press(self, interaction: Interaction[Any]) -> None:
        await require_officer(self.services, interaction)
        await self.act(interaction, await self.services.clans.by_id(self.clan, guild_of(interaction)))

    @abstractmethod
    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Do what the item is for."""
