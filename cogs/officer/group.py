"""The ``/officer`` group, put together from its parts."""

from discord import app_commands

from bot.services.registry import Services
from cogs.officer.at_risk import RISK_ITEMS, at_risk_command
from cogs.officer.dashboard import DASHBOARD_ITEMS, dashboard_command
from cogs.officer.drift import DRIFT_ITEMS, drift_command
from cogs.officer.history import HISTORY_ITEMS, history_command
from cogs.officer.pages import PageButton
from cogs.officer.roster import ROSTER_ITEMS, roster_command
from cogs.officer.today import TODAY_ITEMS, today_command
from cogs.officer.worklist import WORKLIST_ITEMS, worklist_command
from cogs.officers import FOR_OFFICERS

ITEMS = (
    *ROSTER_ITEMS,
    *WORKLIST_ITEMS,
    *DRIFT_ITEMS,
    *HISTORY_ITEMS,
    PageButton,
    *TODAY_ITEMS,
    *RISK_ITEMS,
    *DASHBOARD_ITEMS,
)
"""The buttons and lists of all of them, which outlive a restart."""


def officer_group(services: Services) -> app_commands.Group:
    """The group with every command in it. Each begins by :func:`cogs.officers.require_officer`."""
    group = app_commands.Group(
        name="officer", description="The whole clan at a glance", guild_only=True, extras=FOR_OFFICERS
    )
    commands = (roster_command, worklist_command, drift_command, history_command, today_command)
    for command in (*commands, at_risk_command, dashboard_command):
        group.add_command(command(services))
    return group
