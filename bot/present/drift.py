"""Ranks that disagree: a page for officers, and all of them as csv."""

import csv
from collections.abc import Iterator
from io import StringIO

import discord

from bot.domain.drift import Drift, DriftReport
from bot.present.change_sets import mentions
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape, fit_lines, rank_name, safe_cell
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago

PAGE_SIZE = 8
_EMOJIS = 5
COLUMNS = (
    "name", "rank at WOM", "rank in game", "emoji", "shown", "Discord user", "role expected", "roles held",
    "rank earned",
)  # fmt: skip


def pages(report: DriftReport) -> int:
    """How many pages it takes; none takes one."""
    return max(1, -(-len(report.rows) // PAGE_SIZE))


def drift_page(report: DriftReport, page: int) -> discord.Embed:
    """A page, the first being 0; one out of range is the nearest there is."""
    first = min(max(page, 0), pages(report) - 1) * PAGE_SIZE
    lines = [_row(row) for row in report.rows[first : first + PAGE_SIZE]]
    if not lines:
        lines = ["Wherever two of a member's ranks are known, they agree."]
    small = "\n".join(f"-# {line}" for line in _small(report))
    body = fit_lines(lines, DESCRIPTION_LIMIT - len(small) - 200)
    return discord.Embed(
        title=f"Ranks that disagree{SEPARATOR}{len(report.rows)} of {report.compared}",
        description=cut_units(f"{body}\n{small}", DESCRIPTION_LIMIT),
        colour=ACCENT,
    )


def _row(row: Drift) -> str:
    return f"**{escape(row.name)}**\n-# \u2003{SEPARATOR.join(_sides(row))}"


def _sides(row: Drift) -> Iterator[str]:
    """The sides that are known; the ones that disagree with WOM's are marked."""
    yield f"WOM {escape(rank_name(row.at_wom))}"
    if row.in_game is not None:
        yield f"{_mark(row.in_game_differs)}🎮 {escape(rank_name(row.in_game))} {ago(row.shown_at)}"
    elif row.emoji is not None:
        yield f"🎮 ❔ `{row.emoji.replace('`', '')}` {ago(row.shown_at)}"
    if row.held is not None:
        yield f"{_mark(row.discord_differs)}💬 {mentions(row.held) or 'no rank'}"
    if row.earned is not None:
        yield f"{_mark(row.earned_differs)}🏅 {escape(rank_name(row.earned))}"


def _mark(differs: bool) -> str:
    return "⚠ " if differs else ""


def _small(report: DriftReport) -> Iterator[str]:
    yield f"WOM read {ago(report.polled_at)}{SEPARATOR}🎮 shown by the relay for {report.shown}"
    if report.unknown:
        named = " ".join(f"`{emoji.replace('`', '')}`" for emoji in report.unknown[:_EMOJIS])
        yield f"❔ I know no rank for {named}"
    if not report.maps_roles:
        yield "💬 not compared: no rank has a Discord role yet, see `/setup`"
    else:
        yield "💬 only of who is verified and in this server"


def drift_csv(report: DriftReport, roles: dict[int, str]) -> bytes:
    """One line a member; times in UTC, empty where unknown.

    UTF-8 with a mark, by which Excel knows it. No text can become a formula.
    """
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in report.rows:
        table.writerow(safe_cell(cell) for cell in _cells(row, roles))
    return out.getvalue().encode("utf-8-sig")


def _cells(row: Drift, roles: dict[int, str]) -> Iterator[str]:
    def named(rank: str | None) -> str:
        return "" if rank is None else rank_name(rank)

    yield from (row.name, named(row.at_wom), named(row.in_game), row.emoji or "")
    yield "" if row.shown_at is None else f"{row.shown_at:%Y-%m-%d %H:%M}"
    yield "" if row.user is None else str(row.user)
    yield "" if row.held is None or row.role is None else roles.get(row.role, str(row.role))
    yield ", ".join(roles.get(role, str(role)) for role in sorted(row.held or ()))
    yield named(row.earned)
