"""What live boards say, and the screens on which officers choose them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import discord

from bot.domain.boards import FOR_OFFICERS, OWN, BoardKind, LiveBoard, OnBoard
from bot.domain.clans import Clan
from bot.domain.metrics import metric
from bot.present.board import leaderboard_page
from bot.present.notices import lacking_words
from bot.present.numbers import counted, label
from bot.present.text import DESCRIPTION_LIMIT, escape, fit_lines, rank_name, sentence
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago
from bot.present.worklist import worklist_page

KINDS: Final = {
    BoardKind.RACE: ("🏁", "XP this week"),
    BoardKind.MONTH: ("📅", "XP this month"),
    BoardKind.KILLS: ("⚔", "Boss kills this week"),
    BoardKind.CHAT: ("💬", "Messages today"),
    BoardKind.SCORE: ("🏆", "The clan's score this week"),
    BoardKind.RAIDS: ("🐉", "Raids this month"),
    BoardKind.BOSSES: ("👹", "Different bosses this month"),
    BoardKind.STREAK: ("🔥", "Days in a row with a message, this month"),
    BoardKind.OWN: ("📈", "A leaderboard of your choice"),
    BoardKind.OWN_SECOND: ("📊", "A second one"),
    BoardKind.OWN_THIRD: ("🎯", "A third one"),
    BoardKind.ROSTER: ("💎", "Members by rank"),
    BoardKind.WORKLIST: ("📋", "Worklist: for officers"),
}


def board_post(clan: Clan, shown: OnBoard) -> discord.Embed:
    """What a board says now."""
    if shown.board is not None:
        return leaderboard_page(shown.board, 0, clan.zone)
    if shown.steps is not None:
        return worklist_page(shown.steps, next(iter(shown.steps), None), 0, ())
    ranks = shown.ranks or ()
    lines = [f"**{escape(rank_name(role))}** {number}" for role, number in ranks]
    number = sum(number for _, number in ranks)
    return discord.Embed(
        title=f"{escape(clan.name)}{SEPARATOR}{counted(number, 'member')}",
        description=fit_lines(lines or ["Nobody is in the clan."], DESCRIPTION_LIMIT),
        colour=ACCENT,
    )


def digest(embed: discord.Embed) -> str:
    """A digest of what a board says, without its small print: how fresh it is, is told apart."""
    body = "\n".join(line for line in (embed.description or "").splitlines() if not line.startswith("-#"))
    return sha256(f"{embed.title}\n{body}".encode()).hexdigest()[:32]


def unchanged_since(moment: datetime) -> str:
    """To whoever pressed where there was nothing to change."""
    return f"Nothing has changed since the last look, {ago(moment)}."


def boards_screen(
    clan: Clan, on: Mapping[BoardKind, LiveBoard], hindered: str | None = None
) -> discord.Embed:
    """Every board, and where it is; ``hindered`` says what keeps those for officers from it."""
    lines = [
        f"{'✅' if kind in on else '⚪'} {label}"
        + (f"{_own(on[kind])}{SEPARATOR}{_place(on[kind], hindered)}" if kind in on else "")
        for kind, (_, label) in KINDS.items()
    ]
    lines.append("-# A board is one message that keeps itself up to date.")
    title = f"Live boards{SEPARATOR}{escape(clan.name)}"
    return discord.Embed(title=title, description="\n".join(lines), colour=ACCENT)


def _place(one: LiveBoard, hindered: str | None) -> str:
    return hindered if hindered and one.kind in FOR_OFFICERS else f"<#{one.channel}>"


def board_screen(kind: BoardKind, one: LiveBoard | None, hindered: str | None = None) -> discord.Embed:
    """One board; ``hindered`` says what keeps those for officers from it."""
    if one is None:
        lines = ["Off. It is posted as soon as you choose a channel."]
    elif hindered and kind in FOR_OFFICERS:
        lines = [sentence(hindered)]
    else:
        lines = [f"In <#{one.channel}>, looked at every {one.minutes} minutes."]
    if kind in OWN:
        lines.append(f"Shows{_own(one)}." if one else "It may show any metric over any period.")
    if kind in FOR_OFFICERS:
        lines.append("It stands in the officers' channel, and nowhere else; without one it waits.")
    return discord.Embed(title=KINDS[kind][1], description="\n".join(lines), colour=ACCENT)


def _own(one: LiveBoard) -> str:
    """What a board of officers' choice shows."""
    if one.kind not in OWN or one.asked is None:
        return ""
    key, period = one.asked
    return f" {escape(label(metric(key)))}, {period}"


def board_stopped_notice(
    clan: Clan, one: LiveBoard, *, gone: bool, missing: Sequence[str] = ()
) -> discord.Embed:
    """To officers: a board was switched off; ``missing`` is what the bot lacks, where that is known."""
    if gone:
        said = "its channel is gone. `/setup` → **Posts** → **Boards…** chooses another"
    else:
        lacking = f"I lack {lacking_words(missing)}" if missing else "Discord does not let me post"
        said = (
            f"{lacking} in <#{one.channel}>. Give that back, or choose another channel: `/setup` → "
            "**Posts** → **Boards…** switches it on again"
        )
    return discord.Embed(
        title=f"{KINDS[one.kind][1]}, board of {escape(clan.name)}: switched off",
        description=f"I cannot keep it: {said}.",
        colour=ATTENTION,
    )
