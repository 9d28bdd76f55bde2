"""The roster for officers: a page of it, and all of it as csv."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO

import discord

from bot.domain.clan_roster import LEFT_WITHIN, NEW_WITHIN, STALE_AFTER, RosterFilter, RosterRow
from bot.present.numbers import UNKNOWN, counted, duration
from bot.present.text import DESCRIPTION_LIMIT, escape, fit_lines, rank_name, safe_cell, units
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago, on_day

PAGE_SIZE = 10
TITLES = {
    RosterFilter.ALL: "Everyone",
    RosterFilter.UNLINKED: "Not linked",
    RosterFilter.NEW: "New",
    RosterFilter.STALE: "Not updated",
    RosterFilter.LEFT: "Left",
}
_EXPLAINED = {
    RosterFilter.ALL: "🎮 last gain or message in the game · 💬 in Discord",
    RosterFilter.UNLINKED: "nobody in Discord says that the account is theirs",
    RosterFilter.NEW: f"joined within {NEW_WITHIN.days} days",
    RosterFilter.STALE: f"WOM has not looked for {STALE_AFTER.days} days: that is no sign of inactivity",
    RosterFilter.LEFT: f"left within {LEFT_WITHIN.days} days",
}
_PLAIN_TYPES = frozenset({"", "regular", "unknown"})
COLUMNS = (
    "name", "rank", "account type", "joined", "left", "days in clan", "last gain", "checked by WOM",
    "last message in game", "last message in Discord", "link", "Discord users",
)  # fmt: skip


def pages(number: int) -> int:
    """How many pages so many members take; none takes one."""
    return max(1, -(-number // PAGE_SIZE))


def roster_page(
    rows: Sequence[RosterRow], page: int, which: RosterFilter, role: str | None, now: datetime
) -> discord.Embed:
    """A page under headings of ranks, the first being 0; a page out of range is the nearest there is."""
    first = min(max(page, 0), pages(len(rows)) - 1) * PAGE_SIZE
    lines: list[str] = []
    rank: str | None = None
    for row in rows[first : first + PAGE_SIZE]:
        if which is not RosterFilter.LEFT and rank_name(row.role) != rank:
            rank = rank_name(row.role)
            number = sum(1 for one in rows if one.role == row.role)
            lines.append(f"**{escape(rank)}** ({number})")
        lines += _member(row, now)
    small = f"\n-# {_EXPLAINED[which]}"
    title = [TITLES[which], *([escape(rank_name(role))] if role else []), str(len(rows))]
    return discord.Embed(
        title=SEPARATOR.join(title),
        description=fit_lines(lines or ["Nobody."], DESCRIPTION_LIMIT - units(small)) + small,
        colour=ACCENT,
    )


def _member(row: RosterRow, now: datetime) -> Iterator[str]:
    about = [f"**{escape(row.name)}**"]
    if row.account_type.casefold() not in _PLAIN_TYPES:
        about.append(escape(row.account_type.replace("_", " ").capitalize()))
    if row.joined_at is not None and row.joined_at <= (row.left_at or now):
        about.append(duration(row.joined_at, row.left_at or now))
    if row.left_at is not None:
        about.append(f"left {on_day(row.left_at)}")
    yield SEPARATOR.join(about)
    seen = [f"🎮 {_ago(row.seen_in_game)}", f"💬 {_ago(row.wrote_at)}", *_links(row)]
    if row.left_at is None and row.is_stale(now):
        seen.append(f"⚠ WOM looked {ago(row.checked_at)}" if row.checked_at else "⚠ WOM never looked")
    yield f"-# \u2003{SEPARATOR.join(seen)}"


def _ago(moment: datetime | None) -> str:
    return UNKNOWN if moment is None else ago(moment)


def _links(row: RosterRow) -> Iterator[str]:
    if not row.links:
        yield "not linked"
    for one in row.links[:2]:
        yield f"{'✅' if one.verified else '❔'} <@{one.user}>"
    if len(row.links) > 2:
        yield f"and {counted(len(row.links) - 2, 'other')}"


def roster_csv(rows: Sequence[RosterRow], now: datetime) -> bytes:
    """One line a member, in the order given; times in UTC, empty where unknown.

    UTF-8 with a mark, by which Excel knows it. No text can become a formula.
    """
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow(safe_cell(cell) for cell in _cells(row, now))
    return out.getvalue().encode("utf-8-sig")


def _cells(row: RosterRow, now: datetime) -> Iterator[str]:
    stay = row.joined_at and ((row.left_at or now) - row.joined_at).days
    yield from (row.name, rank_name(row.role) if row.role else "", row.account_type)
    yield from (_utc(row.joined_at), _utc(row.left_at), "" if stay is None else str(max(stay, 0)))
    yield from (_utc(row.gained_at), _utc(row.checked_at), _utc(row.said_at), _utc(row.wrote_at))
    yield "verified" if any(one.verified for one in row.links) else "claimed" if row.links else ""
    yield " ".join(str(one.user) for one in row.links)


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
