"""A clan's week or month as a post: who led, what happened, in a few short lines."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

import discord

from bot.domain.questions import BossTotal
from bot.domain.schedules import Cadence, Part
from bot.domain.summaries import Best, Dropped, Leader, Reached, Summary, Total
from bot.present.achievements import milestone, team
from bot.present.card import rule_words
from bot.present.numbers import counted, short
from bot.present.records import days_label, hour_line, quiet_line, records_lines
from bot.present.text import DESCRIPTION_LIMIT, clip, escape, fit_lines, rank_name, units
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago, on_day

_BOARDS: Final = {
    Part.XP: ("XP", "experience"),
    Part.EHP: ("EHP", "value"),
    Part.EHB: ("EHB", "value"),
    Part.KILLS: ("Kills", "kills"),
    Part.CHAT: ("Chat", "messages"),
    Part.SCORE: ("Score", "points"),
    Part.RAIDS: ("Raids", "kills"),
    Part.DIVERSITY: ("Bosses", "bosses"),
    Part.STREAKS: ("Streak, days", "days"),
}
_NAMED: Final = 5
"""Names or things in one line; of more, how many."""
_ITEM_COLUMNS: Final = 40


def summary_page(summary: Summary, *, chart: str | None) -> discord.Embed:
    """The post; ``chart`` is the picture's file name, None without one."""
    parts = summary.parts
    lines = [line for part, made in _lines(summary).items() if part in parts for line in made]
    small = [f"{summary.measured} of {summary.members} measured"]
    if summary.checked_at is not None:
        small.append(f"checked {ago(summary.checked_at)}")
    if summary.collecting_since is not None:
        small.append(f"messages since {on_day(summary.collecting_since)}")
    small.append(rule_words(summary.period))
    last = f"\n-# {SEPARATOR.join(small)}"
    embed = discord.Embed(
        title=f"{escape(summary.clan_name)}{SEPARATOR}{span_of(summary)}",
        description=fit_lines(lines or ["A quiet time: nothing was seen."], DESCRIPTION_LIMIT - units(last))
        + last,
        colour=ACCENT,
    )
    if chart is not None:
        embed.set_image(url=f"attachment://{chart}")
    return embed


def span_of(summary: Summary) -> str:
    """The days that a post tells of: ``16–22 Nov``, ``28 Dec 2025 – 3 Jan 2026``, ``November 2026``."""
    first = summary.period.start.astimezone(summary.zone).date()
    last = (summary.period.end - timedelta(milliseconds=1)).astimezone(summary.zone).date()
    if summary.cadence is Cadence.MONTHLY:
        return f"{first:%B %Y}"
    return days_label(first, last)


def _lines(summary: Summary) -> dict[Part, list[str]]:
    boards = {
        part: [f"**{name}** {_leaders(leaders, measure)}{_tied(summary.tied.get(part, 0))}"]
        for part, (name, measure) in _BOARDS.items()
        if (leaders := summary.leaders.get(part))
    }
    return {
        Part.TOTALS: [] if summary.total is None else [_total(summary.total)],
        **boards,
        Part.BOSS: [f"👹 {_bosses(summary.bosses)}"] if summary.bosses else [],
        Part.RECORDS: records_lines(summary.records),
        Part.MILESTONES: list(_milestones(summary.reached)),
        Part.DROPS: list(_items(summary)),
        Part.BESTS: [f"⏱ {_bests(summary.bests)}"] if summary.bests else [],
        Part.RANKS: [f"⬆ {escape(rank_name(one.role))}: {_names(one.names)}" for one in summary.promoted],
        Part.WELCOME: [f"👋 welcome {_names(summary.welcome)}"] if summary.welcome else [],
        Part.RENAMES: [
            "✏ " + _some([f"{escape(before)} is now {escape(after)}" for before, after in summary.renamed])
        ]
        if summary.renamed
        else [],
        Part.IMPROVED: [
            "📈 " + SEPARATOR.join(f"{escape(one.name)}: {one.times:.0f}× usual" for one in summary.improved)
        ]
        if summary.improved
        else [],
        Part.QUIET: [f"🤫 {quiet_line(summary.quiet)}"] if summary.quiet else [],
        Part.HOUR: [f"🕘 {hour_line(summary.hour)}"] if summary.hour else [],
    }


def _bosses(bosses: Sequence[BossTotal]) -> str:
    """The most killed with those that share it, then the next."""
    return SEPARATOR.join(f"{escape(one.metric.name)} {short(one.kills, 'kills')}" for one in bosses)


def _total(total: Total) -> str:
    gained = f"**{short(total.now, 'experience')} XP**"
    if not total.before:
        return f"{gained} ({counted(total.members, 'member')})"
    change = round(100 * (total.now - total.before) / total.before)
    return f"{gained}, {change:+d} % (same {counted(total.members, 'member')})"


def _leaders(leaders: Sequence[Leader], measure: str) -> str:
    return SEPARATOR.join(f"{escape(one.name)} {short(one.value, measure)}" for one in leaders)


def _tied(others: int) -> str:
    return f" and {others} more" if others else ""


def _milestones(reached: Sequence[Reached]) -> Iterator[str]:
    """Levels 99, and a line of the rest: who maxed first, then the highest thresholds."""
    nines = [f"{escape(one.name)} {one.metric.name}" for one in reached if one.is_99]
    others = [
        f"{escape(one.name)} {milestone(one.metric, one.threshold, one.title)}"
        for one in sorted(reached, key=lambda one: (not one.is_maxed, -one.threshold))
        if not one.is_99
    ]
    if nines:
        yield f"🎉 99s: {_some(nines)}"
    if others:
        yield f"🏅 {_some(others)}"


def _items(summary: Summary) -> Iterator[str]:
    """Drops in one line, pets in another."""
    if summary.drops:
        yield f"💎 {_drops(summary.drops)}"
    if summary.pets:
        pets = [f"{escape(one.name)}: {escape(clip(one.pet, _ITEM_COLUMNS))}" for one in summary.pets]
        yield f"🐾 {_some(pets)}"


def _drops(drops: Sequence[Dropped]) -> str:
    return _some(
        [
            f"{escape(one.name)}: {escape(clip(one.item, _ITEM_COLUMNS))}"
            + (f" ({short(one.coins, 'experience')})" if one.coins else "")
            for one in drops
        ]
    )


def _bests(bests: Sequence[Best]) -> str:
    return _some(
        [
            f"{escape(one.name)} {escape(one.boss)}{team(one.team_size)} {clock(one.centiseconds)}"
            for one in bests
        ]
    )


def clock(centiseconds: int) -> str:
    """A time as the game writes it: ``1:02.40``, ``1:01:02``."""
    seconds, rest = divmod(centiseconds, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{shown}.{rest:02}" if rest else shown


def _names(names: Sequence[str]) -> str:
    return _some([escape(name) for name in names], ", ")


def _some(things: Sequence[str], between: str = SEPARATOR) -> str:
    shown = between.join(things[:_NAMED])
    rest = len(things) - _NAMED
    return f"{shown} and {rest} more" if rest > 0 else shown
