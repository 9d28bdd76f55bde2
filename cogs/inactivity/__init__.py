"""``/inactive``: who is quiet, the ladder that follows, its notices and its settings."""

from cogs.inactivity.cog import InactivityCog
from cogs.inactivity.items import LIST_ITEMS
from cogs.inactivity.replies import REPLY_ITEMS
from cogs.inactivity.settings import SETTINGS_ITEMS

ITEMS = (*LIST_ITEMS, *SETTINGS_ITEMS, *REPLY_ITEMS)
"""Every button and list, which outlive a restart."""

__all__ = ["ITEMS", "InactivityCog"]
