"""Who is an officer, asked by whatever is for officers only."""

from typing import Any, Final

import discord
from discord import Interaction

from bot.domain.clans import GuildSettings
from bot.domain.errors import NotPermitted
from bot.present.help import Audience
from bot.services.registry import Services
from cogs.answers import guild_of

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
