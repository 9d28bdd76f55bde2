"""Officers' lists of links: claims, suggestions, members without a user, talkers without a member."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import discord

from bot.domain.accounts import Account
from bot.domain.ids import UserId
from bot.domain.link_review import Claim, LinkList, Talker, Unseen
from bot.domain.suggestions import Suggestion
from bot.present.accounts import account_line
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape, fit_lines, tidy, units
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago, on_day

PAGE_SIZES = {LinkList.REVIEW: 4, LinkList.SUGGESTED: 20, LinkList.UNSEEN: 20, LinkList.TALK: 20}
TITLES = {
    LinkList.REVIEW: "Claims to review",
    LinkList.SUGGESTED: "Suggested by nicknames",
    LinkList.UNSEEN: "In game, not in Discord",
    LinkList.TALK: "Chatting, not on WOM",
}
_NICKNAME = 40
_PARTIAL = "-# ⚠ Discord shows me only some of the server's members: I lack the Server Members Intent"


def pages(kind: LinkList, number: int) -> int:
    """How many pages so many entries take; none takes one."""
    return max(1, -(-number // PAGE_SIZES[kind]))


def first_of(kind: LinkList, page: int, number: int) -> int:
    """The first entry of a page; a page out of range is the nearest there is."""
    return min(max(page, 0), pages(kind, number) - 1) * PAGE_SIZES[kind]


def review_page(claims: Sequence[Claim], page: int, *, complete: bool = True) -> discord.Embed:
    """Claims with what speaks for and against each; the numbers are those of the buttons.

    ``complete`` is whether all of the server's users are known.
    """
    first = first_of(LinkList.REVIEW, page, len(claims))
    shown = claims[first : first + PAGE_SIZES[LinkList.REVIEW]]
    lines = [_claim(number, one) for number, one in enumerate(shown, start=first + 1)]
    small = ["-# Verified links give ranks. Whoever is refused may not claim that account again."]
    if not complete:
        small.append(_PARTIAL)
    return _page(LinkList.REVIEW, len(claims), lines or ["Nothing waits for you."], small)


def _claim(number: int, one: Claim) -> str:
    rank = f" ({escape(_words(one.rank))})" if one.rank else ""
    who = _user(one.user, one.nickname)
    said = SEPARATOR.join(_evidence(one))
    return f"{number}. **{escape(one.name)}**{rank} ← {who}, {ago(one.since)}\n-# \u2003{said}"


def _evidence(one: Claim) -> Iterator[str]:
    if one.nickname is None:
        yield "⚠ not seen in the server"
    else:
        yield "✅ the nickname says the same" if one.agrees else "⚠ the nickname says nothing of it"
    if one.rivals:
        yield f"⚠ claimed by {counted(one.rivals, 'other')} too"
    if one.leads:
        yield "⚠ leads the clan: ask them in the game"


def suggestions_page(suggestions: Sequence[Suggestion], page: int, *, complete: bool = True) -> discord.Embed:
    """Suggestions, the exact ones first."""
    first = first_of(LinkList.SUGGESTED, page, len(suggestions))
    shown = suggestions[first : first + PAGE_SIZES[LinkList.SUGGESTED]]
    lines = [
        f"{'✅' if one.exact else '❔'} **{escape(one.name)}** ← {_user(one.user, one.nickname)}"
        for one in shown
    ]
    small = [
        "-# ✅ the nickname is the name of this member alone · ❔ like it: look before you accept",
        "-# A nickname proves little: anybody can choose one.",
    ]
    if not complete:
        small.append(_PARTIAL)
    none = ["No nickname of somebody unlinked is like the name of a member nobody verified."]
    return _page(LinkList.SUGGESTED, len(suggestions), lines or none, small)


def _mark(one: Suggestion) -> str:
    return "✅" if one.exact else "❔"


def unseen_page(unseen: Sequence[Unseen], page: int, *, complete: bool = True) -> discord.Embed:
    """Members on the roster without a linked user in the server."""
    first = first_of(LinkList.UNSEEN, page, len(unseen))
    lines = [_unseen(one) for one in unseen[first : first + PAGE_SIZES[LinkList.UNSEEN]]]
    small = ["-# Not linked is not the same as not there: they may be here under another name."]
    if not complete:
        small.append(_PARTIAL)
    return _page(LinkList.UNSEEN, len(unseen), lines or ["Every member has a linked user here."], small)


def _unseen(one: Unseen) -> str:
    parts = [
        f"**{escape(one.name)}**",
        escape(_words(one.rank)) if one.rank else None,
        f"since {on_day(one.joined_at)}" if one.joined_at else None,
        "linked, but not seen in the server" if one.left else None,
        f"perhaps <@{one.maybe}>" if one.maybe else None,
    ]
    return SEPARATOR.join(part for part in parts if part)


def talk_page(
    talkers: Sequence[Talker],
    page: int,
    *,
    since: datetime,
    observed_since: datetime | None,
    complete: bool = True,
) -> discord.Embed:
    """Who talks and is nobody on the roster, with how many messages."""
    first = first_of(LinkList.TALK, page, len(talkers))
    lines = [_talker(one) for one in talkers[first : first + PAGE_SIZES[LinkList.TALK]]]
    small = [f"-# messages since {on_day(since)} · 💬 in Discord, 🎮 in the game chat"]
    if observed_since is None:
        small.append("-# nothing was listened to yet")
    elif observed_since - since > timedelta(0):
        small.append(f"-# collecting since {on_day(observed_since)}")
    if not complete:
        small.append(_PARTIAL)
    none = ["Everybody who talks is linked to somebody on the roster."]
    return _page(LinkList.TALK, len(talkers), lines or none, small)


def _talker(one: Talker) -> str:
    if one.user is None:
        return f"🎮 **{', '.join(map(_nickname, one.names))}** · {counted(one.messages, 'message')}"
    name, *others = one.names
    also = f" (also {', '.join(map(_nickname, others[:2]))})" if others else ""
    gone = "" if one.here else " · not seen in the server"
    return f"💬 {_user(one.user, name)}{also} · {counted(one.messages, 'message')}{gone}"


def user_page(
    user: UserId, nickname: str | None, accounts: Sequence[Account], suggested: Iterable[Suggestion]
) -> discord.Embed:
    """One user's accounts as officers see them, and what the nickname suggests."""
    lines = [account_line(one) for one in accounts] or ["No account is linked to them."]
    lines += [f"{_mark(one)} perhaps **{escape(one.name)}**, by the nickname" for one in suggested]
    who = f"{_user(user, nickname)}\n"
    small = "\n-# Linked by you is verified: it gives ranks."
    text = fit_lines(lines, DESCRIPTION_LIMIT - units(who) - units(small))
    return discord.Embed(title="Linked accounts", description=who + text + small, colour=ACCENT)


def accepted(suggestions: Sequence[Suggestion]) -> str:
    """What an officer just linked, in a message's length."""
    if not suggestions:
        return "Nothing was linked: what is exact is your own. Ask another officer."
    head = f"Linked {counted(len(suggestions), 'account')}:"
    lines = [f"**{escape(one.name)}** ← <@{one.user}>" for one in suggestions]
    return f"{head}\n{fit_lines(lines, 1_900)}"


def _page(kind: LinkList, number: int, lines: Sequence[str], small: Sequence[str]) -> discord.Embed:
    below = "\n".join(("", *small))
    return discord.Embed(
        title=f"{TITLES[kind]} · {number}",
        description=fit_lines(lines, DESCRIPTION_LIMIT - units(below)) + below,
        colour=ATTENTION if kind is LinkList.REVIEW and number else ACCENT,
    )


def _user(user: UserId, nickname: str | None) -> str:
    return f"<@{user}>" if nickname is None else f"**{_nickname(nickname)}** (<@{user}>)"


def _nickname(nickname: str) -> str:
    return escape(cut_units(tidy(nickname), _NICKNAME))


def _words(rank: str) -> str:
    return rank.replace("_", " ").capitalize()
