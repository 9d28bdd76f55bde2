"""Absences: for who is away, and for officers who note it for others."""

from datetime import datetime

import discord

from bot.domain.absences import Absence
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape
from bot.present.theme import ACCENT
from bot.present.times import ago, on_day

_NAMES = 300


def my_absence(absence: Absence | None, verified: tuple[str, ...], claimed: tuple[str, ...]) -> discord.Embed:
    """Somebody's own absence, for whom it holds, and for whom not yet."""
    if absence is None:
        text = "You are not noted as away. `/away until:in 2 weeks because:holiday` does it."
    else:
        text = _until(absence) + "\nIt ends by itself; I remind you then, if you take private messages."
    lines = [text]
    if absence is not None and verified:
        lines.append(f"-# holds for {_names(verified)}: time away never counts as quiet")
    if absence is not None and claimed:
        lines.append(
            f"-# ⚠ does not hold for {_names(claimed)} yet: only claimed. "
            "It will once an officer or a code verifies it, see `/link`"
        )
    lines.append("-# Officers see it; other members do not.")
    return discord.Embed(title="Away", description=_fit(lines), colour=ACCENT)


def member_absence(name: str, absence: Absence | None, *, ended: bool = False) -> discord.Embed:
    """A member's absence as officers noted it, or that it is over."""
    if absence is None:
        text = f"{escape(name)} is back." if ended else f"{escape(name)} is not noted as away."
        return discord.Embed(title="Away", description=text, colour=ACCENT)
    owner = f"\n-# holds for every account of <@{absence.user}>" if absence.user is not None else ""
    by = f"\n-# noted by <@{absence.noted_by}>, ends by itself"
    return discord.Embed(
        title=cut_units(f"{escape(name)} is away", 256),
        description=_fit([_until(absence) + owner + by]),
        colour=ACCENT,
    )


def reminder(clan_name: str, until: datetime) -> discord.Embed:
    """What is told in private at the end."""
    text = (
        f"Your time away from {escape(clan_name)} ended {ago(until)}: welcome back! "
        "If you need longer, say so below."
    )
    return discord.Embed(title="Back again?", description=text, colour=ACCENT)


def _until(absence: Absence) -> str:
    because = f": {escape(absence.because)}" if absence.because else ""
    return f"Away until {on_day(absence.until)} ({ago(absence.until)}){because}"


def _names(names: tuple[str, ...]) -> str:
    return cut_units(", ".join(map(escape, names)), _NAMES)


def _fit(lines: list[str]) -> str:
    return cut_units("\n".join(lines), DESCRIPTION_LIMIT)
