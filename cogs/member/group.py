"""The ``/member`` group, put together from its parts."""

from discord import app_commands

from bot.services.registry import Services
from cogs.member.about import about_commands
from cogs.member.accounts import USER_ITEMS, account_commands
from cogs.member.away import AWAY_ITEMS, away_command
from cogs.member.exempt import EXEMPT_ITEMS, exempt_command
from cogs.member.identity import ITEMS as IDENTITY_ITEMS
from cogs.member.identity import identity_group
from cogs.member.lists import LIST_ITEMS
from cogs.member.proofs import PROOF_ITEMS, proof_commands
from cogs.officers import FOR_OFFICERS

ITEMS = (*IDENTITY_ITEMS, *USER_ITEMS, *LIST_ITEMS, *PROOF_ITEMS, *AWAY_ITEMS, *EXEMPT_ITEMS)
"""The buttons and lists of all of them, which outlive a restart."""


def member_group(services: Services) -> app_commands.Group:
    """The group with every command in it. Each begins by :func:`cogs.officers.require_officer`."""
    group = app_commands.Group(
        name="member", description="One member's affairs", guild_only=True, extras=FOR_OFFICERS
    )
    for command in (
        *about_commands(services),
        *account_commands(services),
        *proof_commands(services),
        away_command(services),
        exempt_command(services),
    ):
        group.add_command(command)
    group.add_command(identity_group(services))
    return group
