"""``/rules``: a clan's rank rules, for officers."""

from cogs.rules.group import ITEMS, rules_group

__all__ = ["ITEMS", "rules_group"]
