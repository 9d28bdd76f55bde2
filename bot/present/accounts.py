"""A person's linked accounts, for themselves: the page, the panel that leads to it, what they are told."""

from collections.abc import Iterator

import discord

from bot.domain.accounts import Account, LinkChange, LinkNotice, MyAccounts
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, units
from bot.present.theme import ACCENT
from bot.present.times import ago

_NONE = "You have linked no account yet. Type `/link` and your name in the game."


def accounts_page(mine: MyAccounts) -> discord.Embed:
    """Somebody's own accounts, the main one first, what waits, and what can be said to prove a claim."""
    listed = [account_line(one) for one in mine.accounts]
    listed += [f"⏳ **{escape(one.name)}** · not on the roster yet" for one in mine.pending]
    below = "\n".join(("", *_steps(mine), *_small(mine)))
    text = fit_lines(listed, DESCRIPTION_LIMIT - units(below)) if listed else _NONE
    return discord.Embed(title="My accounts", description=(text + below).rstrip(), colour=ACCENT)


def account_line(one: Account) -> str:
    """One account and how certain it is."""
    if not one.stands:
        return f"✖ **{escape(one.name)}** · claimed, but verified as somebody else's"
    return (
        f"{'⭐' if one.is_main else '•'} **{escape(one.name)}** · {'verified' if one.verified else 'claimed'}"
    )


def _steps(mine: MyAccounts) -> Iterator[str]:
    """What came of a name just given, and what can be said now."""
    if mine.kept is not None:
        yield (
            f"Nobody on the roster is called {escape(cut_units(mine.kept, 60))} now. I keep the name, "
            "and link it when Wise Old Man lists it."
        )
        if mine.nearest:
            yield f"Did you mean {' or '.join(f'**{escape(name)}**' for name in mine.nearest[:5])}?"
    for code in mine.codes:
        yield (
            f"To verify **{escape(code.name)}**, say `!link {code.code}` in the clan chat with that account. "
            f"The code ends {ago(code.expires_at)}."
        )


def _small(mine: MyAccounts) -> Iterator[str]:
    standing = [one for one in mine.accounts if one.stands]
    if len(standing) > 1:
        yield "-# ⭐ your messages count for this one, unless your nickname names another"
    elif standing:
        yield "-# ⭐ your messages count for this one"
    if not all(one.verified for one in standing):
        proof = ", or a code said in the game" if mine.hears_chat else ""
        yield f"-# claimed: messages count; ranks need an officer's approval{proof}"
    if mine.codes:
        yield "-# never say a code that somebody else gave you: your account would become theirs here"


def link_panel(clan_name: str) -> discord.Embed:
    """The public message under which everybody can link their account."""
    return discord.Embed(
        title=cut_units(f"Who are you in {escape(clan_name)}?", TITLE_LIMIT),
        description=(
            "Tell me your name in the game, and your messages here count for your account. "
            "What you answer is seen by you alone."
        ),
        colour=ACCENT,
    )


_TOLD = {
    LinkChange.VERIFIED: "**{name}** is verified as your account in {clan}: the code was said in the clan "
    "chat. If that was not you, tell an officer.",
    LinkChange.CLAIMED: "**{name}** is on the roster of {clan} now, and linked to you: your messages count "
    "for it. `/link` there shows how to have it verified.",
    LinkChange.TAKEN: "**{name}** is on the roster of {clan} now, but verified as somebody else's account. "
    "If it is yours, ask an officer, who can put it right.",
}


def notice(one: LinkNotice) -> str:
    """What a user is told in a private message."""
    return _TOLD[one.change].format(name=escape(one.name), clan=escape(one.clan_name))
