"""A clan's competitions: what it is about, how long it goes on, who leads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import discord

from bot.domain.competitions import Contest, ContestStandings, Phase
from bot.domain.ids import MemberId
from bot.domain.leaderboards import Standing
from bot.present.card import rule_words
from bot.present.numbers import PARTIAL, counted, short
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, tidy, units
from bot.present.theme import ACCENT, MEDALS, SEPARATOR
from bot.present.times import ago, at_moment

SHOWN: Final = 10
_OPTION: Final = 100
_PARTIAL: Final = "measured for less than its whole time"


def no_competitions() -> discord.Embed:
    """None is running, to come, or just over."""
    return discord.Embed(
        title="No competitions",
        description="The clan has none at Wise Old Man now. Its leaders make them on wiseoldman.net.",
        colour=ACCENT,
    )


def competition_page(shown: ContestStandings) -> discord.Embed:
    """One competition with its first ten."""
    contest, board = shown.contest, shown.board
    address = f"https://wiseoldman.net/competitions/{contest.id}"
    lines = [f"**{' + '.join(one.name for one in contest.metrics)}**{SEPARATOR}{when(contest, shown.phase)}"]
    small = [f"[at Wise Old Man]({address})"]
    if board is not None:
        lines += ["", *_standings(shown)]
        small[:0] = [f"{len(board.standings)} of {board.members} measured", rule_words(board.period)]
        if board.checked_at is not None:
            small.insert(1, f"checked {ago(board.checked_at)}")
        if any(row.entry.is_partial and row.entry.value for row in board.standings):
            small.insert(0, f"{PARTIAL} {_PARTIAL}")
    elif len(contest.metrics) > 1:
        lines.append("Its score is made of several metrics: Wise Old Man has the standings.")
    if contest.is_team:
        small.append("teams: at Wise Old Man")
    last = f"\n-# {SEPARATOR.join(small)}"
    return discord.Embed(
        title=cut_units(escape(contest.title), TITLE_LIMIT),
        description=fit_lines(lines, DESCRIPTION_LIMIT - units(last)) + last,
        colour=ACCENT,
    )


def when(contest: Contest, phase: Phase) -> str:
    """How long it goes on, or until when."""
    match phase:
        case Phase.RUNNING:
            return f"ends {ago(contest.ends_at)}"
        case Phase.TO_COME:
            return f"begins {ago(contest.starts_at)}, {at_moment(contest.starts_at)}"
        case _:
            return f"ended {ago(contest.ends_at)}"


def _standings(shown: ContestStandings) -> list[str]:
    board = shown.board
    if board is None:
        return []
    gained = [row for row in board.standings if row.entry.value]
    lines = [
        f"{_place(row)} {escape(row.entry.name)}{SEPARATOR}{short(row.entry.value, board.metric.measure)}"
        for row in gained[:SHOWN]
    ]
    rest, idle = len(gained) - SHOWN, len(board.standings) - len(gained)
    if rest > 0:
        lines.append(f"… and {counted(rest, 'member')} more")
    if lines and idle:
        lines.append(f"-# {counted(idle, 'member')} measured without a gain")
    return lines or ["Nobody has gained anything yet."]


def _place(row: Standing) -> str:
    """A medal for the first three places, but not for what covers less than the competition."""
    if row.entry.is_partial:
        return f"{row.place}. {PARTIAL}"
    return MEDALS.get(row.place, f"{row.place}.")


def my_standing(shown: ContestStandings, member: MemberId) -> str:
    """A member's own place, for them alone."""
    board = shown.board
    row = (
        None if board is None else next((one for one in board.standings if one.entry.member == member), None)
    )
    if board is None or row is None:
        return "You have no number in it yet: Wise Old Man has to look at you near its start, and later."
    value = short(row.entry.value, board.metric.measure)
    mark = f"{PARTIAL} " if row.entry.is_partial else ""
    less = f"\n-# {PARTIAL} {_PARTIAL}" if row.entry.is_partial else ""
    return f"#{row.place} of {len(board.standings)}{SEPARATOR}{mark}{value} {board.metric.name}{less}"


def option(contest: Contest, now: datetime) -> tuple[str, str]:
    """A competition as a line of a list, and what stands below it."""
    phases = {Phase.RUNNING: "running", Phase.TO_COME: "to come", Phase.OVER: "over"}
    names = " + ".join(one.name for one in contest.metrics)
    return cut_units(tidy(contest.title), _OPTION), cut_units(
        f"{phases[contest.phase(now)]} · {names}", _OPTION
    )


def options(contests: Sequence[Contest], now: datetime) -> list[tuple[Contest, str, str]]:
    """Those that fit in a list."""
    return [(one, *option(one, now)) for one in contests[:25]]
