"""The ``/officer`` group, put together from its parts."""

from discord import app_commands

from bot.services.registry import Services
from cogs.officer.roster import ROSTER_ITEMS, roster_command
from cogs.officers import FOR_OFFICERS

ITEMS = ROSTER_ITEMS
"""The buttons and lists of all of them, which outlive a restart."""


def officer_group(services: Services) -> app_commands.Group:
    """The group with every command in it. Each begins by :func:`cogs.officers.require_officer`."""
    group = app_commands.Group(
        name="officer", description="The whole clan at a glance", guild_only=True, extras=FOR_OFFICERS
    )
    group.add_command(roster_command(services))
    return group
