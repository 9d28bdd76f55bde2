"""Whom the rank rules pass over, as officers see it."""

from collections.abc import Iterator, Sequence

import discord

from bot.domain.rules.holds import Hold
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, rank_name
from bot.present.theme import ACCENT
from bot.present.times import ago, on_day


def exempt_page(name: str, hold: Hold | None, ranks: Sequence[str]) -> discord.Embed:
    """What holds for a member: of every rank, and of ranks whose rules name them."""
    lines = list(_lines(hold, ranks)) or ["The rank rules hold for them as for everybody."]
    return discord.Embed(
        title=cut_units(f"{escape(name)} and the rank rules", TITLE_LIMIT),
        description=fit_lines(lines, DESCRIPTION_LIMIT),
        colour=ACCENT,
    )


def _lines(hold: Hold | None, ranks: Sequence[str]) -> Iterator[str]:
    if hold is not None:
        until = "until officers say otherwise" if hold.until is None else f"until {on_day(hold.until)}"
        what = "Exempt from every rank" if hold.until is None else "Held"
        yield f"{what}: neither promoted nor demoted {until}"
        if hold.note:
            yield f"> {escape(hold.note)}"
        yield f"-# by <@{hold.by}> {ago(hold.at)}"
    if ranks:
        named = ", ".join(escape(rank_name(one)) for one in ranks)
        yield f"Exempt from {named}: not offered, and not taken away"
        yield "-# the rules know them by this name: after a rename, say it again"
