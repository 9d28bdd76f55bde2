"""The ``/rules`` group, put together from its parts."""

from discord import app_commands

from bot.services.registry import Services
from cogs.officers import FOR_OFFICERS
from cogs.rules.files import file_commands
from cogs.rules.items import EDIT_ITEMS
from cogs.rules.simulate import CancelSimulation, simulate_command
from cogs.rules.ways import edit_command

ITEMS = (*EDIT_ITEMS, CancelSimulation)
"""The buttons and lists of all of them, which outlive a restart."""


def rules_group(services: Services) -> app_commands.Group:
    """The group with every command in it. Each begins by :func:`cogs.officers.require_officer`."""
    group = app_commands.Group(name="rules", description="Rank rules", guild_only=True, extras=FOR_OFFICERS)
    for command in (edit_command(services), simulate_command(services), *file_commands(services)):
        group.add_command(command)
    return group
