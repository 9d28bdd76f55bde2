"""How far Wise Old Man is with members whom officers had it look at."""

from collections import Counter

import discord

from bot.domain.errors import UserError
from bot.present.errors import explain
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape, fit_lines
from bot.present.theme import ACCENT, ATTENTION

_REASONS = {
    "cooldown": "looked at a moment ago",
    "not_on_hiscores": "not on the hiscores",
    "hiscores_down": "the hiscores are down",
    "flagged": "flagged at Wise Old Man",
    "archived": "their name is another account's by now",
    "opted_out": "opted out at Wise Old Man",
    "blocked": "blocked at Wise Old Man",
}
_NAMES = 400


def refresh_message(
    number: int, done: int, refused: tuple[tuple[str, str], ...], stopped: UserError | None, *, over: bool
) -> discord.Embed:
    """So many of so many; at the end, whom Wise Old Man would not look at, and why."""
    lines = [f"{done + len(refused)} of {counted(number, 'account')}, {done} of them looked at"]
    reasons = Counter(reason for _, reason in refused)
    for reason, _ in reasons.most_common():
        names = ", ".join(escape(name) for name, why in refused if why == reason)
        lines.append(f"-# {_REASONS.get(reason, 'refused')}: {cut_units(names, _NAMES)}")
    if stopped is not None:
        lines.append(explain(stopped))
    if over and refused:
        lines.append("-# Whom Wise Old Man cannot look at stays unknown, and is no candidate.")
    return discord.Embed(
        title="Wise Old Man has looked" if over else "Wise Old Man is looking…",
        description=fit_lines(lines, DESCRIPTION_LIMIT),
        colour=ACCENT if stopped is None else ATTENTION,
    )
