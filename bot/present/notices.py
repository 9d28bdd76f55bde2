"""What officers are told in their channel without having asked."""

from collections.abc import Iterable, Sequence

import discord

from bot.domain.as_of import Stay
from bot.domain.notices import Claimed, Returned
from bot.present.dossier import span_words
from bot.present.numbers import counted, duration
from bot.present.text import DESCRIPTION_LIMIT, escape, fit_lines, rank_name
from bot.present.theme import ACCENT, ATTENTION
from bot.present.times import on_day


def claimed_notice(claimed: Sequence[Claimed]) -> discord.Embed:
    """Names that two members claim."""
    lines = [
        f"**{escape(one.key)}** · {escape(one.holder)} or {escape(one.claimant)}"
        f", {span_words(one.start, one.end)}"
        for one in claimed
    ]
    title = "Whose name is this?" if len(claimed) == 1 else f"Whose names are these? ({len(claimed)})"
    small = "\n-# Until you decide, that time is nobody's. `/member identity review` shows the evidence."
    description = fit_lines(lines, DESCRIPTION_LIMIT - len(small)) + small
    return discord.Embed(title=title, description=description, colour=ATTENTION)


def lacking_words(missing: Iterable[str]) -> str:
    """Discord's permissions as its own settings call them: ``*Embed Links*, *Attach Files*``."""
    return ", ".join(f"*{name.replace('_', ' ').title()}*" for name in missing)


def returned_notice(one: Returned) -> discord.Embed:
    """A member who came back, with their past."""
    lines = [f"Back since {on_day(one.at)}" + (f" as {escape(rank_name(one.rank))}" if one.rank else "")]
    lines += [_stay(stay) for stay in reversed(one.stays)]
    if one.former_names:
        lines.append(f"Formerly {', '.join(map(escape, one.former_names))}")
    if one.notes:
        lines.append(f"{counted(one.notes, 'note')} by officers")
    description = fit_lines(lines, DESCRIPTION_LIMIT)
    return discord.Embed(title=f"{escape(one.name)} is back", description=description, colour=ACCENT)


def _stay(stay: Stay) -> str:
    if stay.end is None:
        return f"With us since {on_day(stay.start)}"
    role = f", last as {escape(rank_name(stay.role))}" if stay.role else ""
    left = on_day(stay.end)
    return f"Was with us {on_day(stay.start)} to {left} ({duration(stay.start, stay.end)}){role}"
