"""A leaderboard, page by page."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import discord

from bot.domain.ids import MemberId
from bot.domain.leaderboards import Board, Standing
from bot.domain.metrics import CHAT_STREAK, RAIDS, SCORE, XP_STREAK, MetricKind, metric
from bot.domain.periods import PeriodKind
from bot.present.card import rule_words
from bot.present.numbers import PARTIAL, age, counted, figure, label
from bot.present.text import AUTHOR_LIMIT, TITLE_LIMIT, cut_units, escape, tidy, unbroken
from bot.present.theme import ACCENT, MEDALS, SEPARATOR
from bot.present.times import ago, on_day, period_label

PAGE_SIZE = 10


def leaderboard_page(
    board: Board,
    page: int,
    zone: ZoneInfo,
    page_size: int = PAGE_SIZE,
    highlight: MemberId | None = None,
    *,
    as_of: bool = False,
) -> discord.Embed:
    """One page, the first being 0; a page out of range is the nearest there is.

    Who lacks data, or wrote nothing, is counted and never named: pages are public. ``highlight``
    makes one member's row bold, for a private answer: it may stand among those who wrote nothing.
    """
    listed = named(board) if highlight is None else board.standings
    last = pages(board, page_size, own=highlight is not None) - 1
    first = min(max(page, 0), last) * page_size
    rows = listed[first : first + page_size]
    digits = len(str(rows[-1].place)) if rows else 1
    lines = [_row(board, row, digits, bold=row.entry.member == highlight) for row in rows]
    body = lines or [_why_empty(board)]
    embed = discord.Embed(
        title=cut_units(_heading(board, zone, as_of=as_of), TITLE_LIMIT),
        colour=ACCENT,
        description="\n".join([*body, *_small_print(board)]),
    )
    return embed.set_author(name=cut_units(tidy(board.clan_name), AUTHOR_LIMIT))


def pages(board: Board, page_size: int = PAGE_SIZE, *, own: bool = False) -> int:
    """How many pages everybody sees, or with ``own`` a member's private answer; an empty board has one."""
    rows = len(board.standings if own else named(board))
    return max(1, -(-rows // page_size))


def named(board: Board) -> Sequence[Standing]:
    """The places that everybody sees: of messages those of who wrote, of all else every one."""
    if not _is_chat(board):
        return board.standings
    return [row for row in board.standings if row.entry.value]


def page_of(board: Board, member: MemberId, page_size: int = PAGE_SIZE) -> int | None:
    """The page (from 0) of a private answer on which the member stands; None where it has no place."""
    for index, row in enumerate(board.standings):
        if row.entry.member == member:
            return index // page_size
    return None


def my_place(board: Board, member: MemberId, zone: ZoneInfo, *, as_of: bool = False) -> str:
    """A member's own place, and how far the next one up is; for that member alone.

    It stands above the member's page, which says what it is about and how fresh. Who has
    no place has no page: then this says what it is about.
    """
    for index, row in enumerate(board.standings):
        if row.entry.member == member:
            return "\n".join(_standing_lines(board, index))
    about = _heading(board, zone, as_of=as_of)
    if _is_chat(board):
        return (
            f"{about}\nNo messages of yours could be counted for this. `/link` tells me who you are in chat."
        )
    return (
        f"{about}\nYou have no place yet: it needs two readings in this time, and more come with every poll."
    )


def _heading(board: Board, zone: ZoneInfo, *, as_of: bool) -> str:
    return f"{escape(board.metric.name)}{SEPARATOR}{period_label(board.period, zone, as_of=as_of)}"


def _standing_lines(board: Board, index: int) -> list[str]:
    row = board.standings[index]
    lines = [f"You are **#{row.place}** of {len(board.standings)} with {_value(board, row)}."]
    ahead = next((other for other in reversed(board.standings[:index]) if other.place < row.place), None)
    if ahead is not None and ahead.entry.value is not None and row.entry.value is not None:
        gap = figure(ahead.entry.value - row.entry.value, board.metric.measure, total=True)
        lines.append(f"{gap} behind #{ahead.place}, {escape(ahead.entry.name)}.")
    if row.entry.measured_from is not None:
        lines.append(f"-# {PARTIAL} your first reading in this time is of {on_day(row.entry.measured_from)}")
    return lines


def _row(board: Board, row: Standing, digits: int, *, bold: bool) -> str:
    """A medal for the first three places, shared places included; none for what is partial, or nothing."""
    entry = row.entry
    deserved = entry.measured_from is None and bool(entry.value)
    place = MEDALS.get(row.place) if deserved else None
    place = place or f"`{row.place:>{digits}}`"
    mark = f"{PARTIAL} " if entry.measured_from is not None else ""
    name = escape(entry.name)
    shown = f"**{name}**" if bold else name
    return f"{place} {mark}{shown}{SEPARATOR}{_value(board, row)}{_covered(board, row)}"


def _value(board: Board, row: Standing) -> str:
    total = board.period.kind is PeriodKind.TOTAL
    return f"**{figure(row.entry.value, board.metric.measure, total=total)}**"


def _covered(board: Board, row: Standing) -> str:
    since = row.entry.measured_from
    if since is None or board.period.kind is PeriodKind.TOTAL:
        return ""
    return " " + unbroken(f"({age(board.period.end - since)})")


def _why_empty(board: Board) -> str:
    if _is_chat(board) and board.standings:
        return "Nobody has written in this time."
    if _is_chat(board):
        return "No messages were counted in this time. If members do write, `/setup` shows what I can read."
    if not board.polled:
        return "Nothing has been read from Wise Old Man yet. The first poll fills this board."
    if board.period.kind is PeriodKind.TOTAL:
        return f"Nobody in the clan is ranked in {escape(board.metric.name)} yet."
    return (
        f"Nobody has two readings of {escape(board.metric.name)} in this time, so no gain can be told. "
        "Try a longer period, or come back after the next poll."
    )


def _small_print(board: Board) -> list[str]:
    lines = [f"-# {one}" for one in _made_of(board)]
    if board.collecting_since is not None:
        lines.append(f"-# collecting since {on_day(board.collecting_since)}")
    elif not board.heard_whole:
        lines.append("-# so many at least: I did not listen all of that time")
    if board.unattributed:
        lines.append(f"-# {counted(board.unattributed, 'message')} not linked to a member")
    return [*lines, f"-# {_freshness(board)}"]


def _freshness(board: Board) -> str:
    parts = [f"{len(board.standings)} of {board.members} measured"]
    if board.checked_at is not None:
        parts.append(ago(board.checked_at))
    if not _is_chat(board) and board.metric.key != XP_STREAK.key:
        parts.append(rule_words(board.period))
    return SEPARATOR.join(parts)


def _is_chat(board: Board) -> bool:
    """Whether it rests on messages alone."""
    return board.metric.kind is MetricKind.CHAT or board.metric.key == CHAT_STREAK.key


def _made_of(board: Board) -> list[str]:
    """How a figure comes about that no reading holds."""
    match board.metric.key:
        case SCORE.key:
            return [f"of 1,000, for being ahead of others: {weights_line(board.weights)}"]
        case RAIDS.key:
            return ["CoX, ToB and ToA together, in all modes"]
        case CHAT_STREAK.key:
            return ["days in a row with a message; days that nobody heard are passed over"]
        case XP_STREAK.key:
            return ["days in a row with XP gained; days without a reading are passed over"]
        case _:
            return []


def weights_line(weights: Mapping[str, int]) -> str:
    """What a score is made of: ``XP × 3 · EHP × 2``; what weighs nothing is left out."""
    return SEPARATOR.join(
        unbroken(f"{label(metric(key))} × {weight}") for key, weight in weights.items() if weight
    )
