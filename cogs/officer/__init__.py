"""``/officer``: lists of the whole clan for officers."""

from cogs.officer.group import ITEMS, officer_group

__all__ = ["ITEMS", "officer_group"]
