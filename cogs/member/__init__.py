"""``/member``: one member's affairs, for officers. Each part adds its commands in ``group``."""

from cogs.member.about import who_is_this_menu
from cogs.member.accounts import link_account_menu
from cogs.member.group import ITEMS, member_group

__all__ = ["ITEMS", "link_account_menu", "member_group", "who_is_this_menu"]
