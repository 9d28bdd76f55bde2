"""A person's linked accounts."""

from collections.abc import Sequence

import discord

from bot.domain.accounts import Account
from bot.present.text import DESCRIPTION_LIMIT, escape, fit_lines, units
from bot.present.theme import ACCENT


def accounts_page(accounts: Sequence[Account]) -> discord.Embed:
    """Somebody's own accounts, the main one first, and what a claim is worth."""
    if not accounts:
        text = "You have linked no account yet. Type `/link` and your name in the game."
        return discord.Embed(title="My accounts", description=text, colour=ACCENT)
    lines = [
        f"{'⭐' if one.is_main else '•'} **{escape(one.name)}** · {'verified' if one.verified else 'claimed'}"
        for one in accounts
    ]
    small = "\n-# ⭐ your messages count for this one"
    if not all(one.verified for one in accounts):
        small += "\n-# claimed: messages count; ranks need an officer's approval"
    listed = fit_lines(lines, DESCRIPTION_LIMIT - units(small))
    return discord.Embed(title="My accounts", description=listed + small, colour=ACCENT)
